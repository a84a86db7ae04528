using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>A node as the scheduler sees it: identity, state and attributes (spec/scheduler-history.md sections 3 to 5).</summary>
public sealed class ClusterNode
{
    private bool? _hasFailures;
    private Dictionary<string, ResourceHistory>? _historiesById;

    internal ClusterNode(int index, string id, string name, NodeKind kind)
    {
        Index = index;
        Id = id;
        Name = name;
        Kind = kind;
        Attributes = new TextMap();
        Utilization = new Amounts();
    }

    /// <summary>Id of the node, unique without regard to case.</summary>
    public string Id { get; }

    /// <summary>Name of the node, unique without regard to case.</summary>
    public string Name { get; }

    /// <summary>Full member, remote node or guest node.</summary>
    public NodeKind Kind { get; internal set; }

    /// <summary>True for a remote or guest node.</summary>
    public bool IsRemoteOrGuest => Kind != NodeKind.Cluster;

    /// <summary>True for a guest node, including the nodes of bundle replicas.</summary>
    public bool IsGuest => Kind == NodeKind.Guest;

    /// <summary>True for the node of a bundle replica.</summary>
    public bool IsBundleNode { get; internal set; }

    /// <summary>True if the node can run resources as far as membership goes.</summary>
    public bool Online { get; internal set; }

    /// <summary>True if the node's state is not known and it has to be fenced.</summary>
    public bool Unclean { get; internal set; }

    /// <summary>True while the node is joining.</summary>
    public bool Pending { get; internal set; }

    /// <summary>True if no resources may run there.</summary>
    public bool Standby { get; internal set; }

    /// <summary>True if <see cref="Standby"/> is the consequence of a failure (<c>on-fail=standby</c>).</summary>
    public bool FailStandby { get; internal set; }

    /// <summary>True if the node asked to be shut down.</summary>
    public bool ShuttingDown { get; internal set; }

    /// <summary>True if the resources on the node are left alone.</summary>
    public bool Maintenance { get; internal set; }

    /// <summary>True if the node is the cluster's DC.</summary>
    public bool IsDc { get; internal set; }

    /// <summary>Node attributes: permanent ones overridden by transient ones, and the built-in ones (<c>#uname</c> ...).</summary>
    public TextMap Attributes { get; }

    /// <summary>The resource that connects a remote or guest node, if there is one.</summary>
    public ClusterResource? Connection { get; internal set; }

    /// <summary>Primitives active on the node, in the order in which history showed them.</summary>
    public IReadOnlyList<ClusterResource> ActiveResources => Running;

    /// <summary>Worst of the node's health values: negative is red, 0 with a health attribute not green is yellow.</summary>
    public NodeHealth Health { get; internal set; }

    internal int Index { get; }

    internal int BaseScore { get; set; }

    internal DiscoveryMode BaseDiscovery { get; set; }

    internal bool ExpectedUp { get; set; }

    internal bool Seen { get; set; }

    internal bool HistoryUnpacked { get; set; }

    internal bool ProbesAllowed { get; set; } = true;

    internal bool RemoteReset { get; set; }

    internal bool RemoteFenced { get; set; }

    internal bool RemoteMaintenanceSent { get; set; }

    internal List<ClusterResource> Running { get; } = [];

    /// <summary>What the node recorded, in document order; null before it was looked for.</summary>
    internal List<ResourceHistory>? Histories { get; set; }

    internal int Priority { get; set; }

    internal int AssignedCount { get; set; }

    /// <summary>True if any fail count is recorded for the node.</summary>
    internal bool HasFailures => _hasFailures ??= FindFailures();

    internal Amounts Utilization { get; }

    /// <summary>Digests calculated for this node's history, by resource and operation (spec/scheduler-history.md section 20.5).</summary>
    internal DigestCache Digests { get; } = new();

    /// <summary>The first history recorded under a name, or null.</summary>
    internal ResourceHistory? FindHistory(string id)
    {
        if (Histories is null) return null;
        if (_historiesById is null)
        {
            _historiesById = new Dictionary<string, ResourceHistory>(Histories.Count, StringComparer.Ordinal);
            foreach (var history in Histories) _historiesById.TryAdd(history.Id, history);
        }

        return _historiesById.GetValueOrDefault(id);
    }

    /// <summary>available(n) of spec/scheduler-placement.md section 0.</summary>
    internal bool IsAvailable => Online && !ShuttingDown && !Unclean && !Standby && !Maintenance;

    internal bool IsOnlineAndClean => Online && !Unclean;

    /// <inheritdoc/>
    public override string ToString() => Name;

    private bool FindFailures()
    {
        foreach (var (name, _) in Attributes)
        {
            if (name.StartsWith("fail-count-", StringComparison.Ordinal)) return true;
        }

        return false;
    }
}

/// <summary>Health of a node by its <c>#health*</c> attributes.</summary>
public enum NodeHealth
{
    /// <summary>No complaint.</summary>
    Green = 0,

    /// <summary>Fading.</summary>
    Yellow = 1,

    /// <summary>Bad.</summary>
    Red = 2,
}

/// <summary>Whether a resource is probed on a node (<c>resource-discovery</c>); the numeric order decides which one wins.</summary>
internal enum DiscoveryMode : byte
{
    Always = 0,
    Never = 1,
    Exclusive = 2,
}
