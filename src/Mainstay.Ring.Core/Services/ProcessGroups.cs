namespace Mainstay.Ring.Core.Services;

/// <summary>Why a process came or went (spec/ring-wire.md section 4.1).</summary>
public enum ProcessReason : byte
{
    /// <summary>Not changed.</summary>
    None = 0,

    /// <summary>It joined.</summary>
    Join = 1,

    /// <summary>It left.</summary>
    Leave = 2,

    /// <summary>Its node left the ring.</summary>
    NodeDown = 3,

    /// <summary>Its node joined the ring.</summary>
    NodeUp = 4,

    /// <summary>It ended or lost its connection.</summary>
    ProcessDown = 5,
}

/// <summary>A process in a group.</summary>
/// <param name="NodeId">Its node.</param>
/// <param name="ProcessId">Its process id there.</param>
public readonly record struct GroupProcess(uint NodeId, uint ProcessId) : IComparable<GroupProcess>
{
    /// <summary>Earlier in the order of members.</summary>
    public static bool operator <(GroupProcess left, GroupProcess right) => left.CompareTo(right) < 0;

    /// <summary>Later in the order of members.</summary>
    public static bool operator >(GroupProcess left, GroupProcess right) => left.CompareTo(right) > 0;

    /// <summary>Not later in the order of members.</summary>
    public static bool operator <=(GroupProcess left, GroupProcess right) => left.CompareTo(right) <= 0;

    /// <summary>Not earlier in the order of members.</summary>
    public static bool operator >=(GroupProcess left, GroupProcess right) => left.CompareTo(right) >= 0;

    /// <summary>By node id, then process id.</summary>
    public int CompareTo(GroupProcess other) =>
        NodeId != other.NodeId ? NodeId.CompareTo(other.NodeId) : ProcessId.CompareTo(other.ProcessId);
}

/// <summary>One arrival or departure.</summary>
/// <param name="Process">Who.</param>
/// <param name="Reason">Why.</param>
public readonly record struct GroupProcessChange(GroupProcess Process, ProcessReason Reason);

/// <summary>A change of a group's membership.</summary>
/// <param name="Members">All members after it, ascending.</param>
/// <param name="Left">Who went.</param>
/// <param name="Joined">Who came.</param>
public sealed record GroupChange(
    IReadOnlyList<GroupProcess> Members, IReadOnlyList<GroupProcessChange> Left, IReadOnlyList<GroupProcessChange> Joined);

/// <summary>A group with its members on all nodes.</summary>
internal sealed class ProcessGroup(byte[] name)
{
    private readonly List<GroupProcess> _members = [];

    public byte[] Name { get; } = name;

    public IReadOnlyList<GroupProcess> Members => _members;

    public bool Add(GroupProcess process)
    {
        var index = _members.BinarySearch(process);
        if (index >= 0) return false;
        _members.Insert(~index, process);
        return true;
    }

    public bool Remove(GroupProcess process)
    {
        var index = _members.BinarySearch(process);
        if (index < 0) return false;
        _members.RemoveAt(index);
        return true;
    }

    public bool Contains(GroupProcess process) => _members.BinarySearch(process) >= 0;

    public bool HasNode(uint nodeId)
    {
        foreach (var member in _members)
        {
            if (member.NodeId == nodeId) return true;
        }

        return false;
    }
}

/// <summary>
/// All processes in all groups of the ring, changed only by delivered messages and synchronisation, so that it is the same on all
/// members (spec/ring-wire.md section 4.1).
/// </summary>
internal sealed class ProcessGroups(uint self)
{
    private readonly List<ProcessGroup> _groups = [];
    private readonly SortedDictionary<uint, List<(byte[] Group, uint ProcessId)>> _joinLists = [];
    private readonly SortedSet<uint> _lostNodes = [];
    private uint[] _members = [];

    /// <summary>Groups with at least one process, ascending by name.</summary>
    public IReadOnlyList<ProcessGroup> Groups => _groups;

    /// <summary>Members of the ring before the configuration that is being synchronised.</summary>
    public int OldMemberCount { get; private set; }

    /// <summary>Nodes that went since the last finished synchronisation; one that returned counts as gone and come.</summary>
    public IReadOnlyCollection<uint> LostNodes => _lostNodes;

    public ProcessGroup? Find(ReadOnlySpan<byte> name)
    {
        var index = IndexOf(name);
        return index >= 0 ? _groups[index] : null;
    }

    /// <summary>A process joined; <see langword="null"/> where it was there already.</summary>
    public GroupChange? Join(ReadOnlySpan<byte> name, GroupProcess process) => Add(name, process) is { } group
        ? new GroupChange([.. group.Members], [], [new(process, ProcessReason.Join)])
        : null;

    /// <summary>A process left; <see langword="null"/> where it was not there.</summary>
    public GroupChange? Leave(ReadOnlySpan<byte> name, GroupProcess process, ProcessReason reason)
    {
        var index = IndexOf(name);
        if (index < 0 || !_groups[index].Remove(process)) return null;
        var change = new GroupChange([.. _groups[index].Members], [new(process, reason)], []);
        if (_groups[index].Members.Count == 0) _groups.RemoveAt(index);
        return change;
    }

    /// <summary>A regular configuration: what the downlist will say.</summary>
    public void BeginSynchronisation(IReadOnlyCollection<uint> members, IReadOnlyCollection<uint> transitional)
    {
        OldMemberCount = _members.Length;
        foreach (var node in _members)
        {
            if (!transitional.Contains(node)) _lostNodes.Add(node);
        }

        _members = [.. members];
        _joinLists.Clear();
    }

    /// <summary>A member's joinlist arrived.</summary>
    public void AddJoinList(uint node, List<(byte[] Group, uint ProcessId)> entries) => _joinLists[node] = entries;

    /// <summary>Own processes, for the joinlist.</summary>
    public List<(byte[] Group, uint ProcessId)> OwnProcesses()
    {
        var own = new List<(byte[], uint)>();
        foreach (var group in _groups)
        {
            foreach (var member in group.Members)
            {
                if (member.NodeId == self) own.Add((group.Name, member.ProcessId));
            }
        }

        return own;
    }

    /// <summary>
    /// All members exchanged their lists: nodes gone, nodes come, processes that ended meanwhile; one change per group and kind, in
    /// this order.
    /// </summary>
    public List<(byte[] Group, GroupChange Change)> Activate()
    {
        var changes = new List<(byte[], GroupChange)>();
        RemoveWhere(p => _lostNodes.Contains(p.NodeId) && p.NodeId != self, ProcessReason.NodeDown, changes);
        AddListed(changes);
        RemoveUnlisted(changes);
        _lostNodes.Clear();
        _joinLists.Clear();
        return changes;
    }

    private void AddListed(List<(byte[] Group, GroupChange Change)> changes)
    {
        var names = new SortedDictionary<byte[], List<GroupProcessChange>>(NameOrder.Instance);
        foreach (var (node, entries) in _joinLists)
        {
            if (node == self) continue;
            foreach (var (name, pid) in entries)
            {
                var process = new GroupProcess(node, pid);
                if (Add(name, process) is null) continue;
                if (!names.TryGetValue(name, out var joined)) names[name] = joined = [];
                joined.Add(new(process, ProcessReason.NodeUp));
            }
        }

        foreach (var (name, joined) in names) changes.Add((name, new GroupChange([.. Find(name)!.Members], [], joined)));
    }

    private void RemoveUnlisted(List<(byte[] Group, GroupChange Change)> changes)
    {
        for (var i = _groups.Count - 1; i >= 0; i--)
        {
            var name = _groups[i].Name;
            RemoveFrom(i, p => p.NodeId != self && !IsListed(p, name), ProcessReason.ProcessDown, changes);
        }
    }

    private bool IsListed(GroupProcess process, byte[] name) =>
        _joinLists.TryGetValue(process.NodeId, out var entries)
        && entries.Exists(e => e.ProcessId == process.ProcessId && e.Group.AsSpan().SequenceEqual(name));

    private void RemoveWhere(Predicate<GroupProcess> match, ProcessReason reason, List<(byte[] Group, GroupChange Change)> changes)
    {
        for (var i = _groups.Count - 1; i >= 0; i--) RemoveFrom(i, match, reason, changes);
    }

    private void RemoveFrom(
        int index, Predicate<GroupProcess> match, ProcessReason reason, List<(byte[] Group, GroupChange Change)> changes)
    {
        var group = _groups[index];
        var left = new List<GroupProcessChange>();
        for (var i = 0; i < group.Members.Count;)
        {
            var process = group.Members[i];
            if (match(process) && group.Remove(process))
            {
                left.Add(new(process, reason));
            }
            else
            {
                i++;
            }
        }

        if (left.Count == 0) return;
        changes.Add((group.Name, new GroupChange([.. group.Members], left, [])));
        if (group.Members.Count == 0) _groups.RemoveAt(index);
    }

    private ProcessGroup? Add(ReadOnlySpan<byte> name, GroupProcess process)
    {
        var index = IndexOf(name);
        if (index < 0)
        {
            index = ~index;
            _groups.Insert(index, new ProcessGroup(name.ToArray()));
        }

        return _groups[index].Add(process) ? _groups[index] : null;
    }

    private int IndexOf(ReadOnlySpan<byte> name)
    {
        int low = 0, high = _groups.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = _groups[middle].Name.AsSpan().SequenceCompareTo(name);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return ~low;
    }

    private sealed class NameOrder : IComparer<byte[]>
    {
        public static readonly NameOrder Instance = new();

        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }
}
