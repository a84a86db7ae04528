using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>What a run of the scheduler needs besides the CIB.</summary>
public sealed record PlannerOptions
{
    /// <summary>Effective time, seconds since 1970. The offset of local time matters only for date specifications in rules.</summary>
    public required long Now { get; init; }

    /// <summary>Offset of local time from UTC in seconds, positive east.</summary>
    public int LocalOffsetSeconds { get; init; }

    /// <summary>Whether placement scores are recorded for display.</summary>
    public bool RecordScores { get; init; }

    /// <summary>Whether the reasons of all decisions are recorded (<see cref="Plan.Explanation"/>); the plan is the same.</summary>
    public bool RecordReasons { get; init; }

    /// <summary>Whether the capacities of nodes and what resources take of them are recorded for display.</summary>
    public bool RecordUtilization { get; init; }

    /// <summary>Whether every colocation is followed for every primary, though sums would do: for tests, which compare the two.</summary>
    internal bool FollowsAllColocations { get; init; }

    /// <summary>Whether private parameters may be missing from the CIB, as in files that were sanitized before being sent.</summary>
    public bool IsSanitized { get; init; }
}

/// <summary>The result of a run of the scheduler.</summary>
public sealed class Plan
{
    internal Plan(ClusterState state, TransitionGraph graph, PlannedChanges changes)
    {
        State = state;
        Graph = graph;
        PlannedChanges = changes;
    }

    /// <summary>The cluster with the decisions made: assigned nodes, next roles.</summary>
    public ClusterState State { get; }

    /// <summary>What has to be done.</summary>
    public TransitionGraph Graph { get; }

    /// <summary>Scores, capacities and utilization in the order in which they came about; empty unless asked for.</summary>
    public IReadOnlyList<PlacementRecord> Placement => State.PlacementRecords;

    /// <summary>The same as lines of text, in the form of <c>crm_simulate -s</c>.</summary>
    public IReadOnlyList<string> Scores => [.. Placement.Select(record => record.Text)];

    /// <summary>What will change (spec/scheduler-output.md section 6).</summary>
    public PlannedChanges PlannedChanges { get; }

    /// <summary>
    /// The changes in words, one per item, e.g. <c>Move       web   ( n1 -> n2 )</c> (spec/scheduler-output.md section 6).
    /// </summary>
    public IReadOnlyList<string> Changes => field ??= PlannedChanges.ToText();

    /// <summary>Where a primitive will run once the graph is carried out.</summary>
    /// <param name="primitive">A primitive of this plan.</param>
    /// <returns>The node; null if it will not run. What is not managed stays where it is.</returns>
    public static ClusterNode? WillRunOn(ClusterResource primitive)
    {
        if (!primitive.IsManaged) return primitive.CurrentNode();
        if (primitive.AssignedNode is not { } node || primitive.NextRole is Role.Stopped or Role.Unknown) return null;
        bool goesOn = primitive.Active.Contains(node) && !primitive.Actions.Exists(a => a is { Task: TaskKind.Stop, IsRequired: true }
            && a.Node == node);
        return goesOn || ActionStore.First(primitive, TaskKind.Start, node) is not { IsRunnable: false } ? node : null;
    }

    /// <summary>The reasons of all decisions; null unless asked for by <see cref="PlannerOptions.RecordReasons"/>.</summary>
    public PlanExplanation? Explanation { get; internal init; }

    /// <summary>Remarks about the run, such as changes of private parameters only.</summary>
    public IReadOnlyList<string> Notices => State.Notices;
}

/// <summary>
/// The scheduler: a pure function of the CIB and the time. The passes run in the order of spec/scheduler-placement.md section 1;
/// equal inputs give equal plans.
/// </summary>
public static class Planner
{
    /// <summary>Reads the cluster's state without planning anything, for status displays.</summary>
    /// <param name="cib">The CIB in the form of the newest schema; not changed.</param>
    /// <param name="options">Time and other circumstances.</param>
    /// <returns>The state.</returns>
    public static ClusterState ReadState(CibDocument cib, PlannerOptions options) => Unpack(cib, options).State;

    /// <summary>Decides what runs where and what has to be done for that.</summary>
    /// <param name="cib">The CIB in the form of the newest schema; not changed.</param>
    /// <param name="options">Time and other circumstances.</param>
    /// <returns>The plan.</returns>
    public static Plan Plan(CibDocument cib, PlannerOptions options)
    {
        var (state, config, actions) = Unpack(cib, options);
        var orders = new OrderStore(state);
        var criteria = new CriteriaPass(state, actions);
        criteria.AddHealth();
        new ConstraintsPass(state, config, actions, orders).Run();
        criteria.Run();
        new InternalConstraintsPass(state, actions, orders).Run();
        var changes = new DefinitionChangesPass(state, config, actions, orders, new RecurringActions(state, actions, orders));
        changes.Run();
        var assigner = new Assigner(state, orders)
        {
            RecordsScores = options.RecordScores,
            RecordsUtilization = options.RecordUtilization,
            UsesSummaries = !options.FollowsAllColocations,
        };
        assigner.Run();
        changes.RunDeferred();
        new ProbesPass(state, actions, orders).Run();
        ClearRemovedFailCounts(state, actions, orders);
        new CreateActionsPass(state, actions, orders).Run();
        new RemoteOrdersPass(state, actions, orders).Run();
        new FencingPass(state, actions, orders).Run();
        new OrderingPass(state, actions, assigner).Run();
        var summary = new TransitionSummary(state).Describe();
        var graph = new GraphBuilder(state, config, actions, orders).Build();
        return new Plan(state, graph, summary)
        {
            Explanation = state.Reasons is { } reasons ? new PlanExplanation(state, cib, graph, reasons) : null,
        };
    }

    private static (ClusterState State, ConfigReader Config, ActionStore Actions) Unpack(CibDocument cib, PlannerOptions options)
    {
        var state = new ClusterState { Now = options.Now, IsSanitized = options.IsSanitized };
        if (options.RecordReasons) state.Reasons = new ReasonRecorder(state, cib);
        var now = new CibDateTime(options.Now, options.LocalOffsetSeconds);
        var config = new ConfigReader(cib, now, state.ProblemList);
        var actions = new ActionStore(state, config);
        OptionsPass.Run(state, config);
        NodesPass.Run(state, config);
        var resources = new ResourcesPass(state, config);
        resources.Run();
        new StatusPass(state, config, actions, resources).Run();
        return (state, config, actions);
    }

    /// <summary>Fail counts of resources that are gone are of no use (spec/scheduler-actions.md section 11).</summary>
    private static void ClearRemovedFailCounts(ClusterState state, ActionStore actions, OrderStore orders)
    {
        if (!state.Options.StopRemovedResources) return;
        foreach (var resource in state.ResourceList.Where(r => r.IsRemoved).ToList())
        {
            foreach (var node in state.NodeList)
            {
                if (!node.Online || FailCounts.Effective(state, resource, node, true, out _) == 0) continue;
                var clear = FailCountClearing.Add(state, actions, resource, node, "it is removed");
                orders.Add(clear, resource, TaskKind.Stop, OrderFlags.Ordered);
            }
        }
    }
}
