using System.Globalization;

namespace Mainstay.Scheduler;

/// <summary>How an action of a transition graph is carried out (the name of its element).</summary>
public enum GraphActionKind
{
    /// <summary><c>rsc_op</c>: an agent is run on a node.</summary>
    ResourceOperation,

    /// <summary><c>pseudo_event</c>: a point in the order that needs no work.</summary>
    PseudoEvent,

    /// <summary><c>crm_event</c>: done by the cluster itself (fencing, node shutdown, clearing of fail counts and history).</summary>
    CrmEvent,
}

/// <summary>The resource an action of a transition graph belongs to, as its agent knows it.</summary>
/// <param name="Id">Name under which the history is kept; without instance number for anonymous clones.</param>
/// <param name="LongId">Full name if it differs from <paramref name="Id"/>.</param>
/// <param name="Class">Agent standard: <c>ocf</c>, <c>systemd</c>, <c>lsb</c>, <c>service</c>, <c>stonith</c>.</param>
/// <param name="Provider">Agent provider (<c>ocf</c> only).</param>
/// <param name="Type">Agent name.</param>
public sealed record GraphResource(string Id, string? LongId, string? Class, string? Provider, string? Type);

/// <summary>Whether a remote or guest node is to be told that it is in maintenance.</summary>
/// <param name="NodeId">Id of the node.</param>
/// <param name="InMaintenance">The state to be recorded.</param>
public sealed record MaintenanceChange(string NodeId, bool InMaintenance);

/// <summary>One action of a transition graph. Source of the rules: spec/scheduler-output.md section 2.6.</summary>
public sealed class GraphAction
{
    private readonly GraphActionFactory? _source;

    /// <summary>Number within the graph, from 1; inputs refer to it.</summary>
    public required int Id { get; init; }

    /// <summary>How the action is carried out.</summary>
    public required GraphActionKind Kind { get; init; }

    /// <summary>
    /// What is done: <c>start</c>, <c>monitor</c>, <c>stonith</c>, <c>do_shutdown</c>, <c>cancel</c> ... (attribute <c>operation</c>).
    /// </summary>
    public required string Task { get; init; }

    /// <summary>Key under which the result is recorded, <c>RSC_TASK_INTERVALMS</c> (attribute <c>operation_key</c>).</summary>
    public required string Key { get; init; }

    /// <summary>Key with the instance's full name if it differs from <see cref="Key"/>.</summary>
    public string? InternalKey { get; init; }

    /// <summary>Name of the node the action is for, if any (attribute <c>on_node</c>).</summary>
    public string? NodeName { get; init; }

    /// <summary>Id of that node (attribute <c>on_node_uuid</c>).</summary>
    public string? NodeId { get; init; }

    /// <summary>Cluster node that passes the action on to a remote or guest node, if the action is for one.</summary>
    public string? RouterNode { get; init; }

    /// <summary>Since when the resource is locked to this node because of a shutdown (seconds since 1970).</summary>
    public long? ShutdownLock { get; init; }

    /// <summary>Attribute <c>mode</c>: <c>cib</c> for the deletion of history, else none.</summary>
    public string? Mode { get; init; }

    /// <summary>The resource of a resource operation, else null.</summary>
    public GraphResource? Resource { get; init; }

    /// <summary>Parameters (plain names) and meta-attributes (<c>CRM_meta_*</c>), sorted bytewise by name.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Attributes
    {
        get => (field ??= AllAttributes().FindAll(p => !IsNumbered(p)));
        init;
    }

    /// <summary>Parameters whose names begin with a digit and so cannot be XML attributes.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> NumberedParameters
    {
        get => field ??= _source is null ? [] : AllAttributes().FindAll(IsNumbered);
        init;
    }

    /// <summary>Ids of the nodes that are down once this action is done.</summary>
    public IReadOnlyList<string> Downed { get; init; } = [];

    /// <summary>Maintenance states to be recorded (only for <c>maintenance_nodes</c>).</summary>
    public IReadOnlyList<MaintenanceChange> Maintenance { get; init; } = [];

    /// <summary>Interval of a recurring operation in milliseconds, else 0.</summary>
    public long IntervalMs => Number("CRM_meta_interval", 0);

    /// <summary>Timeout of the operation in milliseconds, 0 if there is none.</summary>
    public long TimeoutMs => Number("CRM_meta_timeout", 0);

    /// <summary>Delay before the operation is started, in milliseconds.</summary>
    public long StartDelayMs => Number("CRM_meta_start_delay", 0);

    /// <summary>The exit status that means success (attribute <c>CRM_meta_op_target_rc</c>, default 0).</summary>
    public int TargetResult => (int)Number("CRM_meta_op_target_rc", 0);

    /// <summary>True if the action counts as done as soon as it is sent.</summary>
    public bool IsConfirmedWhenSent => string.Equals(Attribute("CRM_meta_op_no_wait"), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>Looks up one attribute.</summary>
    /// <param name="name">Exact name, e.g. <c>CRM_meta_timeout</c>.</param>
    /// <returns>The value, or null if the action has no such attribute.</returns>
    public string? Attribute(string name)
    {
        foreach (var pair in Attributes)
        {
            if (string.Equals(pair.Key, name, StringComparison.Ordinal)) return pair.Value;
        }

        return null;
    }

    /// <summary>
    /// Where the attributes come from when somebody asks for them: a plan may have half a million actions, of which nobody looks at most.
    /// </summary>
    internal GraphActionFactory? Source
    {
        init => _source = value;
    }

    internal PlanAction? Planned { get; init; }

    /// <summary>All attributes and numbered parameters, sorted bytewise by name; made anew at each call unless they were given.</summary>
    internal List<KeyValuePair<string, string>> AllAttributes()
    {
        if (_source is not null) return _source.Attributes(Planned!);
        throw new InvalidOperationException("a graph action was made without attributes");
    }

    internal static bool IsNumbered(KeyValuePair<string, string> attribute) => char.IsAsciiDigit(attribute.Key[0]);

    /// <summary>True if the attributes have still to be made.</summary>
    internal bool HasSource => _source is not null;

    private long Number(string name, long fallback) =>
        long.TryParse(Attribute(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out long value) ? value : fallback;
}
