namespace Mainstay.Scheduler;

/// <summary>What waits for probes (spec/scheduler-ordering.md section 8).</summary>
internal sealed class ProbeOrders(ClusterState state, Assigner assigner)
{
    // A stack of structures that begins empty has to have that beginning compiled at every start.
    private const int StepsAtFirst = 16;

    private readonly List<PlanAction> _probes = [];
    private readonly List<PlanAction> _marked = [];
    private readonly Stack<Step> _steps = new(StepsAtFirst);

    // By action number: whether anything that waits for the action, at any distance, may have to wait for probes too.
    private bool[] _matters = [];

    public void Run()
    {
        FindWhatMatters();
        foreach (var resource in state.ResourceList)
        {
            foreach (var primitive in resource.Primitives()) OrderAfterProbes(primitive);
        }

        foreach (var ordering in state.Orderings) OrderLikeStops(ordering);
    }

    /// <summary>
    /// Most probes are of clusters in which nothing stops: then nobody need be followed. Backwards from what is affected, so that this
    /// costs
    /// as much as there are relations, and not probes times relations.
    /// </summary>
    private void FindWhatMatters()
    {
        _matters = new bool[state.Actions.Count + 1];
        var open = new Stack<PlanAction>();
        foreach (var action in state.Actions)
        {
            if (!IsRestarted(action)) continue;
            _matters[action.Id] = true;
            open.Push(action);
        }

        while (open.TryPop(out var action))
        {
            state.Work.Inputs += action.Before.Count;
            foreach (ref readonly var relation in action.Before.AsSpan())
            {
                if (_matters[relation.Action.Id]) continue;
                _matters[relation.Action.Id] = true;
                open.Push(relation.Action);
            }
        }
    }

    private static bool IsRestarted(PlanAction action) => action is { Resource: { IsPrimitive: true } resource }
        && ((action.Task == TaskKind.Start && resource.Actions.MayHaveTask(TaskKind.Stop))
            || (action.Task == TaskKind.Promote && resource.Actions.MayHaveTask(TaskKind.Demote)));

    private void OrderAfterProbes(ClusterResource resource)
    {
        ActionStore.AllInto(_probes, resource, new ActionKey(TaskKind.Monitor));
        foreach (var probe in _probes)
        {
            for (int i = probe.After.Count - 1; i >= 0; i--)
            {
                var relation = probe.After[i];
                StartAfterProbe(probe, relation);
                RestartAfterProbe(probe, relation.Action);
            }
        }
    }

    private static void StartAfterProbe(PlanAction probe, Relation relation)
    {
        var after = relation.Action;
        if (probe.IsRunnable || (relation.Flags & OrderFlags.UnrunnableFirstBlocks) != 0 || after.Task != TaskKind.Start) return;
        if (after.Resource is not { IsCloneOrBundle: true } top || probe.Resource!.Top != top) return;
        for (int i = after.After.Count - 1; i >= 0; i--)
        {
            var then = after.After[i].Action;
            if (then.Task != TaskKind.Start || then.Resource is not { } resource || resource.IsActiveAnywhere) continue;
            if (resource.Top == top) RelationStore.Relate(probe, then, OrderFlags.Ordered | OrderFlags.UnrunnableFirstBlocks);
        }
    }

    /// <summary>A place in the walk over what waits for a probe: an action and the output that comes next.</summary>
    private record struct Step(PlanAction After, ClusterResource? Compatible, int Next);

    /// <summary>
    /// What is stopped and started again because of a start that waits for the probe must not be stopped before the answer. With a stack of
    /// its own, because chains may be as long as there are resources.
    /// </summary>
    private void RestartAfterProbe(PlanAction probe, PlanAction first)
    {
        Enter(probe, first);
        while (_steps.TryPop(out var step))
        {
            if (step.Next < 0) continue;
            _steps.Push(step with { Next = step.Next - 1 });
            state.Work.Inputs++;
            var relation = step.After.After[step.Next];
            if (Follows(relation, step.After.Resource!, probe.Resource!, step.Compatible)) Enter(probe, relation.Action);
        }

        foreach (var action in _marked) action.Clear(ActionFlags.LoopMark);
        _marked.Clear();
    }

    private void Enter(PlanAction probe, PlanAction after)
    {
        if (!_matters[after.Id] || after.Has(ActionFlags.LoopMark)) return;
        after.Set(ActionFlags.LoopMark);
        _marked.Add(after);
        if (after.Resource is not { } resource || probe.Resource is not { } probed) return;
        ClusterResource? compatible = null;
        if (resource.IsPrimitive && resource != probed)
        {
            if (after.Task == TaskKind.Start) RelateAll(probe, resource, TaskKind.Stop);
            else if (after.Task == TaskKind.Promote) RelateAll(probe, resource, TaskKind.Demote);
        }
        else if (resource.IsCloneOrBundle && resource.Interleaves())
        {
            compatible = assigner.FindCompatible(probed, resource, Role.Unknown, null, current: false);
        }

        _steps.Push(new Step(after, compatible, after.After.Count - 1));
    }

    private static bool Follows(Relation relation, ClusterResource resource, ClusterResource probed, ClusterResource? compatible)
    {
        if ((relation.Flags & OrderFlags.FirstImpliesThen) != 0) return true;
        if (relation.Action.Resource is not { } then || resource.IsPrimitive || resource == probed.Parent) return false;
        if (then.Variant > ResourceVariant.Group || then.Parent != resource) return false;
        return compatible is null || compatible == then;
    }

    private static void RelateAll(PlanAction probe, ClusterResource resource, TaskKind task)
    {
        foreach (var action in ActionStore.All(resource, task, null))
        {
            if (!action.IsPseudo) RelationStore.Relate(probe, action, OrderFlags.Ordered);
        }
    }

    /// <summary>What must wait for a stop must wait for the answer whether there is anything to stop.</summary>
    private static void OrderLikeStops(Ordering ordering)
    {
        if (ordering.Flags == OrderFlags.None || ordering.First is not { } first || first == ordering.Then) return;
        var firstTask = ordering.FirstAction?.Key ?? ordering.FirstKey;
        if (firstTask is not { Task: TaskKind.Stop, IntervalMs: 0, Phase: NotifyPhase.None }) return;
        if (ordering.Then is not null && ordering.Then == first.Launcher && ordering.ThenKey.Task == TaskKind.Stop) return;
        OrderFlags flags;
        if (ordering.Flags is OrderFlags.IfRequiredOnSameNode or OrderFlags.IfOnSameNodeOrTarget)
        {
            flags = ordering.Flags;
        }
        else
        {
            flags = OrderFlags.Ordered | (ordering.Flags & (OrderFlags.IfFirstUnmigratable | OrderFlags.IfOnSameNode));
        }

        var probes = ActionStore.All(first, TaskKind.Monitor, null);
        if (probes.Count == 0) return;
        var thens = ordering.ThenAction is { } given ? [given]
            : ordering.Then is { } then ? ActionStore.All(then, ordering.ThenKey, null) : [];
        foreach (var probe in probes)
        {
            if (!probe.IsProbe) continue;
            foreach (var action in thens)
            {
                if (action.Task == TaskKind.Stonith && action.Node == probe.Node && action.Meta.GetValueOrDefault("stonith_action") == "on")
                {
                    continue;
                }
                if (action.Task == TaskKind.Shutdown && action.Node != probe.Node) continue;
                RelationStore.Relate(probe, action, flags);
            }
        }
    }
}
