using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>
/// The cluster as the CIB's configuration and status describe it: nodes, resources, where they run, and what failed.
/// Status tools print from it; the scheduler's passes work on it.
/// </summary>
public sealed partial class ClusterState
{
    private readonly Dictionary<string, ClusterResource> _byHistoryId = new(StringComparer.Ordinal);

    /// <summary>Cluster options in force.</summary>
    public SchedulerOptions Options { get; internal set; } = new();

    /// <summary>All nodes in natural order of their names.</summary>
    public IReadOnlyList<ClusterNode> Nodes => NodeList;

    /// <summary>Top-level resources in scheduling order.</summary>
    public IReadOnlyList<ClusterResource> Resources => ResourceList;

    /// <summary>Failed operations in the order in which history showed them, once per operation key and node.</summary>
    public IReadOnlyList<FailedOperation> FailedOperations => FailedList;

    /// <summary>Tickets by name.</summary>
    public IReadOnlyDictionary<string, Ticket> Tickets => TicketTable;

    /// <summary>Effective time of the run, seconds since 1970.</summary>
    public long Now { get; internal init; }

    /// <summary>True if the partition has quorum.</summary>
    public bool HasQuorum { get; internal set; }

    /// <summary>The DC, if the CIB names one that is known.</summary>
    public ClusterNode? Dc { get; internal set; }

    /// <summary>Number of resource instances, those disabled by target-role, and those blocked by a failure.</summary>
    public (int Total, int Disabled, int Blocked) InstanceCounts { get; internal set; }

    /// <summary>Configuration errors and warnings met while reading, in order.</summary>
    public IReadOnlyList<CibProblem> Problems => ProblemList;

    /// <summary>When the scheduler has to run again at the latest (seconds since 1970), if it knows.</summary>
    public long? RecheckBy { get; private set; }

    /// <summary>Finds a resource by its id.</summary>
    /// <param name="id">Exact id; instances have their number.</param>
    /// <returns>The resource, or null.</returns>
    public ClusterResource? FindResource(string id) => ResourcesById.GetValueOrDefault(id);

    /// <summary>Finds a node by id or name, without regard to case.</summary>
    /// <param name="idOrName">Id or name.</param>
    /// <returns>The node, or null.</returns>
    public ClusterNode? FindNode(string? idOrName)
    {
        if (idOrName is null) return null;
        return NodesById.GetValueOrDefault(idOrName) ?? NodesByName.GetValueOrDefault(idOrName);
    }

    /// <summary>Fail count of a resource on a node (spec/scheduler-history.md section 17.1).</summary>
    /// <param name="resource">A primitive.</param>
    /// <param name="node">The node.</param>
    /// <returns>The recorded sum, 0..1000000, whether expired or not.</returns>
    public int FailCount(ClusterResource resource, ClusterNode node) => FailCounts.Read(this, resource, node).Count;

    internal List<ClusterNode> NodeList { get; } = [];

    internal List<ClusterResource> ResourceList { get; private set; } = [];

    internal List<FailedOperation> FailedList { get; } = [];

    internal HashSet<(string Key, ClusterNode Node)> FailedKeys { get; } = [];

    internal List<CibProblem> ProblemList { get; } = [];

    internal Dictionary<string, ClusterNode> NodesById { get; } = new(StringComparer.OrdinalIgnoreCase);

    internal Dictionary<string, ClusterNode> NodesByName { get; } = new(StringComparer.OrdinalIgnoreCase);

    internal Dictionary<string, ClusterResource> ResourcesById { get; } = new(StringComparer.Ordinal);

    internal SortedDictionary<string, Ticket> TicketTable => field ??= new(StringComparer.Ordinal);

    internal List<ClusterResource> AllResources { get; } = [];

    /// <summary>The primitives in and below the resources at the top, in their order.</summary>
    internal IEnumerable<ClusterResource> Primitives()
    {
        foreach (var resource in ResourceList)
        {
            if (resource.IsPrimitive)
            {
                yield return resource;
                continue;
            }

            foreach (var primitive in resource.Primitives()) yield return primitive;
        }
    }

    internal TaskNames Tasks { get; } = new();

    internal List<PlanAction> Actions { get; } = [];

    internal Dictionary<string, PlanAction> ActionsByFixedKey { get; } = new(StringComparer.Ordinal);

    internal List<Ordering> Orderings { get; } = [];

    internal List<LocationConstraint> Locations { get; } = [];

    internal List<PlacementRecord> PlacementRecords { get; } = [];

    internal WorkCounter Work { get; } = new();

    /// <summary>Keeps the reasons of all decisions; null unless asked for.</summary>
    internal ReasonRecorder? Reasons { get; set; }

    /// <summary>Lines the reference prints while it works (changed private parameters, unfencing).</summary>
    internal List<string> Notices { get; } = [];

    /// <summary>Bundle connections whose parameters can be checked only after placement.</summary>
    internal List<DeferredCheck> DeferredChecks { get; } = [];

    internal bool IsUnfencingUsed { get; set; }

    internal bool HasFenceDevice { get; set; }

    /// <summary>True if inputs may lack private parameters, so that only secure digests can be compared.</summary>
    internal bool IsSanitized { get; init; }

    /// <summary>The first resource, in list order, whose history was found under a name.</summary>
    internal ClusterResource? FindByHistoryId(string id) => _byHistoryId.GetValueOrDefault(id);

    /// <summary>Notes the name under which history was found, if it differs from the resource's.</summary>
    internal void SetHistoryId(ClusterResource resource, string? id)
    {
        string? previous = resource.HistoryId;
        resource.HistoryId = id;
        if (previous is not null && _byHistoryId.GetValueOrDefault(previous) == resource)
        {
            _byHistoryId.Remove(previous);
            if (AllResources.Find(r => r.HistoryId == previous) is { } next) _byHistoryId.Add(previous, next);
        }

        if (id is null) return;
        if (!_byHistoryId.TryGetValue(id, out var known) || resource.Index < known.Index) _byHistoryId[id] = resource;
    }

    internal Ticket GetTicket(string id)
    {
        if (!TicketTable.TryGetValue(id, out var ticket)) TicketTable.Add(id, ticket = new Ticket(id));
        return ticket;
    }

    internal void UpdateRecheck(long at)
    {
        if (at > Now && (RecheckBy is null || at < RecheckBy)) RecheckBy = at;
    }

    internal void ReplaceResources(List<ClusterResource> sorted) => ResourceList = sorted;

    internal ClusterNode AddNode(string id, string name, NodeKind kind, int score)
    {
        var node = new ClusterNode(NodesCreated++, id, name, kind) { BaseScore = score };
        int position = NodeList.FindIndex(other => NaturalOrder.Comparer.Compare(other.Name, name) >= 0);
        NodeList.Insert(position < 0 ? NodeList.Count : position, node);
        NodesById.TryAdd(id, node);
        NodesByName.TryAdd(name, node);
        return node;
    }

    internal int NodesCreated { get; private set; }
}

/// <summary>One entry of the list of failed operations (spec/scheduler-history.md section 22).</summary>
/// <param name="Key">Operation key.</param>
/// <param name="ResourceId">Resource the history names.</param>
/// <param name="Node">Where it failed.</param>
/// <param name="Task">Operation name.</param>
/// <param name="IntervalMs">Interval in milliseconds.</param>
/// <param name="ExitStatus">Recorded exit status of the agent.</param>
/// <param name="ExecutionStatus">Recorded execution status, -2..11.</param>
/// <param name="CallId">Recorded call number.</param>
/// <param name="ExitReason">Agent's explanation, or null.</param>
/// <param name="LastChange">When the result first appeared (seconds since 1970), or null.</param>
/// <param name="ExecTime">Run time in milliseconds as recorded, or null.</param>
/// <param name="QueueTime">Time in the queue in milliseconds as recorded, or null.</param>
public sealed record FailedOperation(
    string Key,
    string ResourceId,
    ClusterNode Node,
    string Task,
    long IntervalMs,
    int ExitStatus,
    int ExecutionStatus,
    int CallId,
    string? ExitReason,
    long? LastChange,
    string? ExecTime,
    string? QueueTime)
{
    /// <summary>True for probes that found the agent not installed or not configured, which count as "not running".</summary>
    public bool IsMaskableProbe => IntervalMs == 0 && Task == "monitor" && (ExitStatus is 5 or 2 || ExecutionStatus == 7);
}
