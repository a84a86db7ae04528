using System.Globalization;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>
/// Carries a transition out on a CIB, which is changed: every action with the result it should have, or with the one the scenario wants
/// (spec/scheduler-output.md section 7).
/// </summary>
internal sealed class SimulatedExecution(CibDocument cib, ClusterState state, long now)
{
    private readonly SimulatedStatus _status = new(cib, now);
    private readonly List<SimulationEvent> _events = [];
    private readonly List<OperationSpec> _failures = [];
    private bool _isAborted;

    /// <summary>What was done, in the order in which it was done.</summary>
    public IReadOnlyList<SimulationEvent> Events => _events;

    /// <summary>What was left over: the actions of the graph that could not be fired.</summary>
    public IReadOnlyList<GraphAction> Unfinished { get; private set; } = [];

    /// <summary>Fires synapses in passes until nothing more can be.</summary>
    /// <param name="graph">The transition.</param>
    /// <param name="failures">Operations that are to fail.</param>
    /// <returns>False if synapses are left over that wait for something that is not in the graph.</returns>
    public bool Run(TransitionGraph graph, IReadOnlyList<string> failures)
    {
        foreach (string text in failures)
        {
            if (OperationSpec.Parse(text, out string problem) is { } spec) _failures.Add(spec);
            else _events.Add(new SimulationEvent.Refused(problem));
        }

        var confirmed = new HashSet<int>();
        var failed = new HashSet<int>();
        var pending = graph.Synapses.ToList();
        int skipped = 0;
        bool hasFired = true;
        while (hasFired)
        {
            hasFired = false;
            skipped = 0;
            var left = new List<Synapse>();
            foreach (var synapse in pending)
            {
                // Only completions see a failed action as done.
                bool isReady = synapse.Inputs.All(id =>
                    confirmed.Contains(id) || (failed.Contains(id) && synapse.Priority >= Scores.Infinity));
                bool isHeld = _isAborted && synapse.Priority < Scores.Infinity
                    && synapse.Actions.Any(a => a.Kind != GraphActionKind.PseudoEvent);
                if (!isReady || isHeld)
                {
                    if (isReady) skipped++;
                    left.Add(synapse);
                    continue;
                }

                foreach (var action in synapse.Actions) (Execute(action, graph) ? confirmed : failed).Add(action.Id);
                hasFired = true;
            }

            pending = left;
        }

        bool isComplete = pending.Count == 0 || _isAborted || skipped > 0;
        if (!isComplete) Unfinished = [.. pending.SelectMany(synapse => synapse.Actions)];
        return isComplete;
    }

    /// <summary>Does one action; false if it fails.</summary>
    private bool Execute(GraphAction action, TransitionGraph graph)
    {
        if (action.Kind == GraphActionKind.PseudoEvent)
        {
            _events.Add(new SimulationEvent.PseudoAction(action.Key, action.NodeName));
            return true;
        }

        if (action.Task == "stonith")
        {
            Fence(action);
            return true;
        }

        if (action.Kind == GraphActionKind.CrmEvent)
        {
            _events.Add(new SimulationEvent.ClusterAction(action.Task, action.Resource?.Id, action.NodeName ?? ""));
            return true;
        }

        return Operate(action, graph);
    }

    private void Fence(GraphAction action)
    {
        string operation = action.Attribute("CRM_meta_stonith_action") ?? "";
        _events.Add(new SimulationEvent.Fencing(action.NodeName ?? "", operation));
        if (operation == "on") return;
        var node = _status.NodeState(action.NodeName!, action.NodeId!); // fencing is planned for nodes only
        SimulatedStatus.SetMembership(node, isMember: false, isOnline: false);
        SimulatedStatus.Forget(node);
    }

    private bool Operate(GraphAction action, TransitionGraph graph)
    {
        var described = action.Resource!; // every resource operation has one
        string name = described.Id;
        if (!IsKnown(name) && described.LongId is { } longId && IsKnown(longId)) name = longId;
        _events.Add(new SimulationEvent.ResourceAction(name, action.Task, action.IntervalMs, action.NodeName!));
        if (action.Task is "delete" or "meta-data") return true;

        string nodeId = action.RouterNode is null ? action.NodeId! : action.NodeName!;
        var nodeState = _status.FindNodeState(action.NodeName, action.NodeId) ?? _status.NodeState(action.NodeName!, nodeId);
        var history = SimulatedStatus.History(nodeState, name, described, out int callId);
        string recorded = history.Id()!; // found or made by its id
        int outcome = action.Task == "notify" ? action.TargetResult : Outcome(action, recorded);
        bool isFailure = outcome != action.TargetResult;
        string task = action.Task is "reload" or "reload-agent" ? isFailure ? "monitor" : "start" : action.Task;
        if (isFailure) Fail(action, outcome, recorded, nodeState, graph);
        SimulatedStatus.Record(history, Result(action, recorded, task, outcome), callId, now);
        return !isFailure;
    }

    private SimulatedResult Result(GraphAction action, string recorded, string task, int outcome)
    {
        var parameters = action.Attributes.Concat(action.NumberedParameters);
        return new SimulatedResult
        {
            Resource = recorded,
            Task = task,
            IntervalMs = action.IntervalMs,
            Result = outcome,
            Target = action.TargetResult,
            EntryId = outcome == action.TargetResult ? FixedEntry(action, task, recorded) : null,
            Digest = OperationDigest.All(parameters, action.IntervalMs),
            MigrateSource = action.Attribute("CRM_meta_migrate_source"),
            MigrateTarget = action.Attribute("CRM_meta_migrate_target"),
        };
    }

    /// <summary>The entry of operations that do not go by the usual names.</summary>
    private static string? FixedEntry(GraphAction action, string task, string name)
    {
        if (task == "notify")
        {
            return $"{name}_{action.Attribute("CRM_meta_notify_type")}_notify_{action.Attribute("CRM_meta_notify_operation")}_0";
        }

        return task is "migrate_to" or "migrate_from"
            ? string.Create(CultureInfo.InvariantCulture, $"{name}_{task}_{action.IntervalMs}")
            : null;
    }

    private int Outcome(GraphAction action, string recorded)
    {
        foreach (var failure in _failures)
        {
            bool isMeant = Equal(failure.Resource, recorded) || Equal(failure.Resource, action.Resource?.Id)
                || Equal(failure.Resource, action.Resource?.LongId) || Equal(failure.Resource + ":0", action.Resource?.LongId);
            if (isMeant && Equal(failure.Task, action.Task) && failure.IntervalMs == action.IntervalMs
                && Equal(failure.Node, action.NodeName))
            {
                return failure.Result;
            }
        }

        return action.TargetResult;
    }

    private void Fail(GraphAction action, int outcome, string recorded, System.Xml.Linq.XElement nodeState, TransitionGraph graph)
    {
        _isAborted = true;
        _events.Add(new SimulationEvent.FailurePretended(action.Id, outcome));
        string offset = action.Task switch
        {
            "start" => graph.FailedStartOffset,
            "stop" => graph.FailedStopOffset,
            _ => "1",
        };
        _events.AddRange(_status.CountFailure(nodeState, recorded, action.Task, action.IntervalMs, offset == "INFINITY"));
    }

    private bool IsKnown(string name) => state.ResourcesById.ContainsKey(name) || state.FindByHistoryId(name) is not null;

    private static bool Equal(string? a, string? b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
