namespace Mainstay.Scheduler;

/// <summary>
/// Flags of actions of collectives, as their members' actions make them (spec/scheduler-ordering.md sections 10.1 and 10.3).
/// </summary>
internal static class CollectiveFlags
{
    private const ActionFlags Initial = ActionFlags.Optional | ActionFlags.Runnable | ActionFlags.Pseudo;

    /// <summary>The flags of an action; for collectives they are computed, and what is found out is written back.</summary>
    public static ActionFlags Of(ClusterResource resource, PlanAction action, ClusterNode? node)
    {
        if (resource.IsPrimitive) return action.Flags;
        if (resource != action.Resource) return Compute(resource, action, node);
        var cache = action.Collective;
        if (cache.TryGet(resource.Family.ActionChanges, node, out var flags)) return flags;
        flags = Compute(resource, action, node);
        cache.Set(resource.Family.ActionChanges, node, flags);
        return flags;
    }

    private static ActionFlags Compute(ClusterResource resource, PlanAction action, ClusterNode? node) => resource.Variant switch
    {
        ResourceVariant.Group => OfGroup(resource, action, node),
        ResourceVariant.Clone => OfInstances(resource.ChildList, action, node),
        _ => OfInstances(BundleInstances(resource, action), action, node),
    };

    private static ActionFlags OfGroup(ClusterResource group, PlanAction action, ClusterNode? node)
    {
        var flags = Initial;
        foreach (var member in group.ChildList)
        {
            var task = TaskNames.Base(action.Task);
            if (ActionStore.First(member, task, node) is { } found)
            {
                var memberFlags = Of(member, found, node);
                if ((memberFlags & ActionFlags.Optional) == 0)
                {
                    flags &= ~ActionFlags.Optional;
                    action.Clear(ActionFlags.Optional);
                }

                if (task != action.Task && (memberFlags & ActionFlags.Runnable) == 0)
                {
                    flags &= ~ActionFlags.Runnable;
                    action.Clear(ActionFlags.Runnable);
                }
            }
            else if (task is not (TaskKind.Stop or TaskKind.Demote))
            {
                flags &= ~ActionFlags.Runnable;
            }
        }

        return flags;
    }

    private static ActionFlags OfInstances(List<ClusterResource> instances, PlanAction action, ClusterNode? node)
    {
        var flags = Initial;
        bool anyRunnable = false;
        foreach (var instance in instances)
        {
            bool isPrimitive = instance.IsPrimitive;
            var task = action.Key.Phase == NotifyPhase.None ? action.Task : action.Key.Task;
            if (isPrimitive) task = TaskNames.Base(task);
            if (ActionStore.First(instance, task, isPrimitive ? node : null) is not { } found) continue;
            var instanceFlags = Of(instance, found, node);
            if ((instanceFlags & ActionFlags.Optional) == 0)
            {
                flags &= ~ActionFlags.Optional;
                action.Clear(ActionFlags.Optional);
            }

            anyRunnable |= (instanceFlags & ActionFlags.Runnable) != 0;
        }

        if (anyRunnable) return flags;
        flags &= ~ActionFlags.Runnable;
        if (node is null) action.Clear(ActionFlags.Runnable);
        return flags;
    }

    private static List<ClusterResource> BundleInstances(ClusterResource bundle, PlanAction action)
    {
        bool concernsChild = action.Task is not (TaskKind.Start or TaskKind.Started or TaskKind.Stop or TaskKind.Stopped);
        return concernsChild && bundle.Bundle!.InnerClone is { } clone ? clone.ChildList : bundle.Instances();
    }
}
