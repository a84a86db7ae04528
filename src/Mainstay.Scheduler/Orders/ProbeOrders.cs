namespace Mainstay.Scheduler;

/// <summary>What waits for probes (spec/scheduler-ordering.md section 8).</summary>
internal sealed class ProbeOrders(ClusterState state, Assigner assigner)
{
    private readonly List<PlanAction> _marked = [];

    public void Run()
    {
        foreach (var resource in state.ResourceList)
        {
            foreach (var primitive in resource.Primitives().ToList()) OrderAfterProbes(primitive);
        }

        foreach (var ordering in state.Orderings) OrderLikeStops(ordering);
    }

    private void OrderAfterProbes(ClusterResource resource)
    {
        foreach (var probe in ActionStore.All(resource, TaskKind.Monitor, null))
        {
            for (int i = probe.After.Count - 1; i >= 0; i--)
            {
                var relation = probe.After[i];
                StartAfterProbe(probe, relation);
                RestartAfterProbe(probe, relation.Action);
                foreach (var action in _marked) action.Clear(ActionFlags.LoopMark);
                _marked.Clear();
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

    private void RestartAfterProbe(PlanAction probe, PlanAction after)
    {
        if (after.Has(ActionFlags.LoopMark)) return;
        after.Set(ActionFlags.LoopMark);
        _marked.Add(after);
        if (after.Resource is not { } resource || probe.Resource is not { } probed) return;
        ClusterResource? compatible = null;
        bool isInterleaved = false;
        if (resource.IsPrimitive && resource != probed)
        {
            if (after.Task == TaskKind.Start) RelateAll(probe, resource, TaskKind.Stop);
            else if (after.Task == TaskKind.Promote) RelateAll(probe, resource, TaskKind.Demote);
        }
        else if (resource.IsCloneOrBundle && resource.Interleaves())
        {
            isInterleaved = true;
            compatible = assigner.FindCompatible(probed, resource, Role.Unknown, null, current: false);
        }

        for (int i = after.After.Count - 1; i >= 0; i--)
        {
            var relation = after.After[i];
            if (!Follows(after, relation, resource, probed, isInterleaved, compatible)) continue;
            RestartAfterProbe(probe, relation.Action);
        }
    }

    private static bool Follows(
        PlanAction after, Relation relation, ClusterResource resource, ClusterResource probed, bool isInterleaved,
            ClusterResource? compatible)
    {
        _ = after;
        if ((relation.Flags & OrderFlags.FirstImpliesThen) != 0) return true;
        if (relation.Action.Resource is not { } then || resource.IsPrimitive || resource == probed.Parent) return false;
        if (then.Variant > ResourceVariant.Group || then.Parent != resource) return false;
        return !isInterleaved || compatible is null || compatible == then;
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
