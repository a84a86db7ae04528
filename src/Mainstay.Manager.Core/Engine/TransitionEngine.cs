using System.Globalization;
using Mainstay.Cib;
using Mainstay.Scheduler;

namespace Mainstay.Manager.Core;

/// <summary>
/// The coordinator's execution of a plan (spec/manager.md section 9). Volatile: a new coordinator plans afresh from the replicated state,
/// in which every action in flight is a fact. A change makes a new plan at once; an action that is in flight and wanted again is taken
/// over.
/// </summary>
internal sealed class TransitionEngine
{
    private readonly SortedDictionary<int, Step> _steps = [];
    private readonly OrdinalMap<int> _byTransitionKey = [];
    private readonly OrdinalMap<int> _byFencing = [];
    private TransitionGraph? _graph;
    private bool _mustPlan;
    private bool _hasFailed;
    private bool _isVerified;

    /// <summary>Number of the transition in execution.</summary>
    public long Id { get; private set; } = -1;

    /// <summary>Position of the state the plan was made from; -1 where there is none.</summary>
    public long Base { get; private set; } = -1;

    /// <summary>A graph is being executed.</summary>
    public bool IsRunning => _graph is not null;

    /// <summary>When the scheduler asked to be run again (seconds since 1970).</summary>
    public long? RecheckBy { get; private set; }

    /// <summary>Nothing of this coordinator's past counts: plan from the state.</summary>
    public void Reset()
    {
        Clear();
        Base = -1;
        _mustPlan = true;
        _isVerified = false;
    }

    /// <summary>Something the replicated state does not show calls for a new plan.</summary>
    public void RequestPlan() => _mustPlan = true;

    public bool NeedsPlan(ReplicatedState state) => _mustPlan || Base < state.Data.LastTrigger;

    /// <summary>Takes a new plan in place of what was being executed.</summary>
    public void Begin(ReplicatedState state, TransitionGraph graph, string coordinator)
    {
        var isFollowUp = Base >= state.Data.LastTrigger && _mustPlan;
        Clear();
        _mustPlan = false;
        _hasFailed = false;
        _isVerified = isFollowUp && _isVerified;
        Id = state.Data.Transition.Id + 1;
        Base = state.Data.Position;
        RecheckBy = graph.RecheckBy;
        if (graph.IsEmpty) return;
        _graph = graph;
        foreach (var synapse in graph.Synapses)
        {
            foreach (var action in synapse.Actions)
            {
                var key = new TransitionKey(action.Id, Id, action.TargetResult, coordinator).ToString();
                _steps[action.Id] = new Step(action, synapse.Inputs, key);
            }
        }

        foreach (var step in _steps.Values) Adopt(step, state);
    }

    /// <summary>Fires what is ready. Returns the commands to multicast, in order.</summary>
    /// <param name="state">The state.</param>
    /// <param name="policy">What may be fired now.</param>
    /// <param name="wallMs">Time for the commands.</param>
    public List<Command> Fire(ReplicatedState state, FiringPolicy policy, long wallMs)
    {
        var commands = new List<Command>();
        if (_graph is null) return commands;
        var dispatched = new List<InFlightAction>();
        bool isProgress;
        do
        {
            isProgress = false;
            foreach (var step in _steps.Values)
            {
                if (step.State != StepState.Waiting || !IsReady(step)) continue;
                isProgress |= FireStep(step, state, policy, wallMs, dispatched, commands);
            }
        }
        while (isProgress);

        if (dispatched.Count > 0)
        {
            commands.Add(new DispatchCommand(dispatched) { Time = wallMs, Lineage = state.Data.Lineage });
        }

        return commands;
    }

    /// <summary>An action in flight has ended.</summary>
    public void OnActionEnded(string transitionKey, bool isSuccess)
    {
        if (!_byTransitionKey.Remove(transitionKey, out var id))
        {
            // Of an earlier plan and not wanted in this one: its result is news.
            _mustPlan = true;
            return;
        }

        _steps[id].State = isSuccess ? StepState.Confirmed : StepState.Failed;
        _hasFailed |= !isSuccess;
    }

    /// <summary>A fencing operation has ended.</summary>
    public void OnFenceEnded(string target, string action, bool isSuccess)
    {
        if (!_byFencing.Remove(FenceKey(target, action), out var id)) return;
        _steps[id].State = isSuccess ? StepState.Confirmed : StepState.Failed;
        _hasFailed |= !isSuccess;
    }

    /// <summary>True once: the graph is done, as far as it can be.</summary>
    public bool TryComplete(out string outcome)
    {
        outcome = "";
        if (_graph is null || _steps.Values.Any(step => step.State == StepState.Fired)) return false;
        if (_steps.Values.Any(step => step.State == StepState.Waiting && IsReady(step))) return false;
        var confirmed = _steps.Values.Count(step => step.State == StepState.Confirmed);
        var failed = _steps.Values.Count(step => step.State == StepState.Failed);
        var incomplete = _steps.Count - confirmed - failed;
        var end = incomplete == 0 ? "Complete" : "Terminated";
        outcome = string.Create(
            CultureInfo.InvariantCulture, $"Transition {Id} (Complete={confirmed}, Failed={failed}, Incomplete={incomplete}): {end}");
        var mayVerify = !_hasFailed && !_isVerified;
        Clear();

        // One look whether the state reached is the one wanted; never twice without something new, so that a plan that cannot
        // be fulfilled does not keep the cluster busy.
        if (mayVerify)
        {
            _isVerified = true;
            _mustPlan = true;
        }

        return true;
    }

    private void Clear()
    {
        _graph = null;
        _steps.Clear();
        _byTransitionKey.Clear();
        _byFencing.Clear();
    }

    private bool IsReady(Step step)
    {
        foreach (var input in step.Inputs)
        {
            // An input that is no step is unattainable: what waits for it does not run in this transition.
            if (!_steps.TryGetValue(input, out var before) || before.State != StepState.Confirmed) return false;
        }

        return true;
    }

    private static string FenceKey(string target, string action) => action + ' ' + target.ToLowerInvariant();

    /// <summary>
    /// Takes over what is in flight already. Not where the plan first stops the resource on that node: then the action in flight belongs to
    /// the past and the wanted one comes after the stop (the node runs one action of a resource at a time, in order).
    /// </summary>
    private void Adopt(Step step, ReplicatedState state)
    {
        var action = step.Action;
        if (action.Kind == GraphActionKind.CrmEvent && action.Task == "stonith")
        {
            foreach (var running in state.Data.Fencing.Values)
            {
                var isSameTarget = running.Target.Equals(action.NodeName, StringComparison.OrdinalIgnoreCase);
                if (!isSameTarget || running.Action != FenceAction(action)) continue;
                step.State = StepState.Fired;
                _byFencing[FenceKey(running.Target, running.Action)] = action.Id;
            }

            return;
        }

        if (action.Kind != GraphActionKind.ResourceOperation || action.Resource is not { } resource) return;
        foreach (var running in state.Data.InFlight.Values)
        {
            if (running.NodeId.ToString(CultureInfo.InvariantCulture) != action.NodeId || running.Key != action.Key) continue;
            if (action.Task != "stop" && StopsFirst(resource.Id, action.NodeId)) continue;
            step.State = StepState.Fired;
            _byTransitionKey[running.TransitionKey] = action.Id;
        }
    }

    private bool StopsFirst(string resource, string? node) =>
        _steps.Values.Any(other => other.Action is { Task: "stop", Kind: GraphActionKind.ResourceOperation }
            && other.Action.Resource?.Id == resource && other.Action.NodeId == node);

    private bool FireStep(
        Step step, ReplicatedState state, FiringPolicy policy, long wallMs, List<InFlightAction> dispatched, List<Command> commands)
    {
        var action = step.Action;
        switch (action.Kind)
        {
            case GraphActionKind.PseudoEvent:
                step.State = StepState.Confirmed;
                return true;
            case GraphActionKind.CrmEvent:
            case GraphActionKind.ResourceOperation when action.Task == "delete":
                return FireClusterAction(step, state, policy, wallMs, commands);
            default:
                return FireResourceAction(step, state, policy, dispatched);
        }
    }

    private bool FireResourceAction(Step step, ReplicatedState state, FiringPolicy policy, List<InFlightAction> dispatched)
    {
        var action = step.Action;
        if (action.RouterNode is not null
            || !uint.TryParse(action.NodeId, NumberStyles.None, CultureInfo.InvariantCulture, out var nodeId)
            || !state.IsMember(nodeId))
        {
            step.State = StepState.Failed;
            _hasFailed = true;
            return true;
        }

        if (!policy.MayDispatch(state, nodeId, action.Task, dispatched)) return false;
        var attributes = new OrdinalMap<string>();
        foreach (var (name, value) in action.Attributes) attributes[name] = value;
        foreach (var (name, value) in action.NumberedParameters) attributes[name] = value;
        var isCancel = action.Task == "cancel";
        dispatched.Add(new InFlightAction
        {
            TransitionKey = step.TransitionKey,
            NodeId = nodeId,
            Key = action.Key,
            ResourceId = action.Resource?.Id ?? "",
            Class = action.Resource?.Class,
            Provider = action.Resource?.Provider,
            Type = action.Resource?.Type,
            Task = action.Task,
            IntervalMs = isCancel ? 0 : action.IntervalMs,
            TimeoutMs = action.TimeoutMs,
            StartDelayMs = action.StartDelayMs,
            ShutdownLock = action.ShutdownLock,
            Attributes = attributes,
        });
        _byTransitionKey[step.TransitionKey] = action.Id;
        step.State = action.IsConfirmedWhenSent ? StepState.Confirmed : StepState.Fired;
        return true;
    }

    private bool FireClusterAction(Step step, ReplicatedState state, FiringPolicy policy, long wallMs, List<Command> commands)
    {
        var action = step.Action;
        var lineage = state.Data.Lineage;
        _ = uint.TryParse(action.NodeId, NumberStyles.None, CultureInfo.InvariantCulture, out var nodeId);
        switch (action.Task)
        {
            case "stonith":
                return FireFencing(step, state, policy, wallMs, commands);
            case "do_shutdown":
                commands.Add(new PermitShutdownCommand(nodeId) { Time = wallMs, Lineage = lineage });
                break;
            case "clear_failcount":
                var operation = action.Attribute("CRM_meta_operation");
                long? interval = operation is null ? null : action.IntervalMs;
                commands.Add(new ClearFailureCommand(nodeId, ResourceOf(action, "_clear_failcount_0"), operation, interval)
                {
                    Time = wallMs,
                    Lineage = lineage,
                });
                break;
            case "lrm_delete" or "delete":
                commands.Add(new CleanupCommand(
                    "",
                    ResourceOf(action, "_lrm_delete_0"),
                    action.NodeName,
                    Operation: null,
                    IntervalMs: null,
                    IsRefresh: true,
                    IsHistoryOnly: true)
                {
                    Time = wallMs,
                    Lineage = lineage,
                });
                break;
            default:
                break;
        }

        step.State = StepState.Confirmed;
        return true;
    }

    private static string ResourceOf(GraphAction action, string suffix) =>
        action.Resource?.Id
        ?? (action.Key.EndsWith(suffix, StringComparison.Ordinal) ? action.Key[..^suffix.Length] : action.Key);

    private bool FireFencing(Step step, ReplicatedState state, FiringPolicy policy, long wallMs, List<Command> commands)
    {
        var action = step.Action;
        var target = action.NodeName ?? "";
        switch (policy.JudgeFencing(state, target))
        {
            case FencingVerdict.Hold:
                return false;
            case FencingVerdict.GivenUp:
                step.State = StepState.Failed;
                _hasFailed = true;
                return true;
            default:
                break;
        }

        var operation = FenceAction(action);
        var delay = Interval.Parse(action.Attribute("CRM_meta_priority_fencing_delay"));
        commands.Add(new FenceStartCommand(
            "graph " + step.TransitionKey,
            Request: null,
            target,
            operation,
            state.NodeName(state.Coordinator),
            "mainstay-manager",
            (int)Math.Clamp(Interval.Parse(_graph?.FencingTimeout, 60_000), 1000, int.MaxValue),
            ToleranceMs: 0,
            (int)delay)
        {
            Time = wallMs,
            Lineage = state.Data.Lineage,
        });
        _byFencing[FenceKey(target, operation)] = action.Id;
        step.State = StepState.Fired;
        return true;
    }

    private static string FenceAction(GraphAction action) => action.Attribute("CRM_meta_stonith_action") ?? "reboot";

    private sealed class Step(GraphAction action, IReadOnlyList<int> inputs, string transitionKey)
    {
        public GraphAction Action { get; } = action;

        public IReadOnlyList<int> Inputs { get; } = inputs;

        public string TransitionKey { get; } = transitionKey;

        public StepState State { get; set; }
    }

    private enum StepState
    {
        Waiting,
        Fired,
        Confirmed,
        Failed,
    }
}
