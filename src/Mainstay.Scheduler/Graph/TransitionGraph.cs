namespace Mainstay.Scheduler;

/// <summary>
/// What has to be done to bring the cluster from its present state into the wanted one: actions and the order between them.
/// Source of the rules: spec/scheduler-output.md section 2. Immutable once built.
/// </summary>
public sealed class TransitionGraph
{
    /// <summary>
    /// Number of the graph among those made by one run of a tool, from 1. It does not identify a transition of the cluster.
    /// </summary>
    public int TransitionId { get; init; } = 1;

    /// <summary>The option <c>cluster-delay</c> as configured (an interval), default <c>60s</c>.</summary>
    public string ClusterDelay { get; init; } = "60s";

    /// <summary>The option <c>fencing-timeout</c> as configured (an interval), default <c>60s</c>.</summary>
    public string FencingTimeout { get; init; } = "60s";

    /// <summary>What a failed stop adds to the fail count: always <c>INFINITY</c>.</summary>
    public string FailedStopOffset { get; init; } = "INFINITY";

    /// <summary>What a failed start adds to the fail count: <c>INFINITY</c>, or <c>1</c> if <c>start-failure-is-fatal</c> is off.</summary>
    public string FailedStartOffset { get; init; } = "INFINITY";

    /// <summary>The option <c>batch-limit</c>: most actions in flight at once; 0 means no fixed limit, -1 unlimited.</summary>
    public int BatchLimit { get; init; }

    /// <summary>The option <c>migration-limit</c>: most live migrations in flight per node; not positive means unlimited.</summary>
    public int MigrationLimit { get; init; } = -1;

    /// <summary>When the scheduler has to run again at the latest though nothing happened (seconds since 1970), if it knows.</summary>
    public long? RecheckBy { get; init; }

    /// <summary>The synapses in ascending order of their ids, which count from 0.</summary>
    public required IReadOnlyList<Synapse> Synapses { get; init; }

    /// <summary>
    /// Actions that others of the graph wait for but that cannot be carried out, so that they are no part of it: what waits for them
    /// does not run in this transition.
    /// </summary>
    public IReadOnlyList<GraphAction> Unattainable { get; init; } = [];

    /// <summary>True if nothing has to be done.</summary>
    public bool IsEmpty => Synapses.Count == 0;
}

/// <summary>A set of actions that may be fired once all its inputs are confirmed. The scheduler writes one action per synapse.</summary>
public sealed class Synapse
{
    /// <summary>Position in the graph, from 0.</summary>
    public required int Id { get; init; }

    /// <summary>Priority, 0..1000000: a synapse below the abort priority of a running transition is not fired any more.</summary>
    public int Priority { get; init; }

    /// <summary>The actions of the synapse (exactly one).</summary>
    public required IReadOnlyList<GraphAction> Actions { get; init; }

    /// <summary>Ids of the actions that have to be confirmed before, ascending; of the graph, or unattainable.</summary>
    public required IReadOnlyList<int> Inputs { get; init; }
}
