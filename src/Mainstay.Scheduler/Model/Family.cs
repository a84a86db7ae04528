namespace Mainstay.Scheduler;

/// <summary>
/// A top-level resource with everything below it. What collectives look up in their members again and again is kept as long as these
/// counters stand still.
/// </summary>
internal sealed class Family
{
    /// <summary>Grows with every change of the members' actions that counts for their collective's.</summary>
    public int ActionChanges { get; set; }

    /// <summary>Grows with every change of where members are assigned.</summary>
    public int AssignmentChanges { get; set; }
}

/// <summary>The flags last computed for an action of a collective, without node and for the last node asked about.</summary>
internal sealed class CollectiveCache
{
    private Entry _anywhere;
    private Entry _onNode;

    public bool TryGet(int changes, ClusterNode? node, out ActionFlags flags)
    {
        ref var entry = ref node is null ? ref _anywhere : ref _onNode;
        flags = entry.Flags;
        return entry.IsSet && entry.Changes == changes && entry.Node == node;
    }

    public void Set(int changes, ClusterNode? node, ActionFlags flags)
    {
        ref var entry = ref node is null ? ref _anywhere : ref _onNode;
        entry = new Entry { IsSet = true, Changes = changes, Node = node, Flags = flags };
    }

    private struct Entry
    {
        public bool IsSet;
        public int Changes;
        public ClusterNode? Node;
        public ActionFlags Flags;
    }
}

/// <summary>The instance of a collective on each node, the first one that is not blocked.</summary>
internal sealed class InstanceMap(Family family, object instances)
{
    private readonly int _changes = family.AssignmentChanges;
    private readonly Dictionary<ClusterNode, ClusterResource> _byNode = [];

    public bool IsCurrent(Family now, object list) => now.AssignmentChanges == _changes && ReferenceEquals(list, instances);

    public void Add(ClusterNode node, ClusterResource instance) => _byNode.TryAdd(node, instance);

    public ClusterResource? On(ClusterNode node) => _byNode.GetValueOrDefault(node);
}
