namespace Mainstay.Scheduler;

/// <content>
/// The effect of one relation on primitives, groups, clones and bundles (spec/scheduler-ordering.md sections 9.4 and 10).
/// </content>
internal sealed partial class ActionUpdater
{
    private Changed UpdateResource(
        ClusterResource resource, PlanAction first, PlanAction then, ClusterNode? node, ActionFlags flags, ActionFlags filter,
            OrderFlags type)
    {
        switch (resource.Variant)
        {
            case ResourceVariant.Primitive:
                return UpdatePrimitive(first, then, flags, filter, type);
            case ResourceVariant.Group:
                var changed = UpdatePrimitive(first, then, flags, filter, type);
                if (then.Resource != resource) return changed;
                foreach (var member in resource.ChildList)
                {
                    if (ActionStore.First(member, then.Task, node) is { } action)
                    {
                        changed |= UpdateResource(member, first, action, node, flags, filter, type);
                    }
                }

                return changed;
            default:
                return UpdateCollective(resource, first, then, node, flags, filter, type);
        }
    }

    private Changed UpdatePrimitive(PlanAction first, PlanAction then, ActionFlags flags, ActionFlags filter, OrderFlags type)
    {
        var firstBefore = first.Flags;
        var thenBefore = then.Flags;
        bool byOptional = (filter & ActionFlags.Optional) != 0;
        bool isFirstOptional = (flags & ActionFlags.Optional) != 0;
        if ((type & OrderFlags.Asymmetric) != 0) Asymmetric(first, then);
        if ((type & OrderFlags.ThenImpliesFirst) != 0 && then.IsRequired)
        {
            if (byOptional && !isFirstOptional) Clear(first, ActionFlags.Optional, then);
            if ((flags & ActionFlags.Migratable) != 0 && !then.IsMigratable) Clear(first, ActionFlags.Migratable, then);
        }

        if ((type & OrderFlags.PromotedThenImpliesFirst) != 0 && byOptional && then.IsRequired
            && then.Resource is { CurrentRole: Role.Promoted })
        {
            Clear(first, ActionFlags.Optional, then);
            if (first.IsMigratable && !then.IsMigratable) Clear(first, ActionFlags.Migratable, then);
        }

        if ((type & OrderFlags.UnmigratableThenBlocks) != 0 && byOptional)
        {
            if (!then.IsMigratable || !then.IsRunnable) Clear(first, ActionFlags.Runnable, then);
            if (then.IsRequired) Clear(first, ActionFlags.Optional, then);
        }

        if ((type & OrderFlags.FirstElseThen) != 0 && byOptional && !first.IsRunnable)
        {
            Clear(then, ActionFlags.Migratable, first);
            then.Clear(ActionFlags.Pseudo);
        }

        if ((type & OrderFlags.UnrunnableFirstBlocks) != 0 && (filter & ActionFlags.Runnable) != 0
            && then.IsRunnable && (flags & ActionFlags.Runnable) == 0)
        {
            Clear(then, ActionFlags.Runnable, first);
            Clear(then, ActionFlags.Migratable, first);
        }

        if ((type & OrderFlags.FirstImpliesThen) != 0 && byOptional && then.IsOptional && !isFirstOptional && !first.IsMigratable)
        {
            Clear(then, ActionFlags.Optional, first);
        }

        if ((type & OrderFlags.IntermediateStop) != 0) IntermediateStop(first, then, filter);
        return Finish(first, then, firstBefore, thenBefore);
    }

    private Changed Finish(PlanAction first, PlanAction then, ActionFlags firstBefore, ActionFlags thenBefore)
    {
        var changed = Changed.None;
        if (then.Flags != thenBefore)
        {
            changed |= Changed.Then;
            if (then.Resource?.Parent is not null) Update(then);
        }

        if (first.Flags != firstBefore) changed |= Changed.First;
        return changed;
    }

    private void Asymmetric(PlanAction first, PlanAction then)
    {
        if (then.Resource is not { } resource || first.IsRunnable) return;
        if (then.IsOptional)
        {
            if (resource.CurrentRole == Role.Stopped && then.Task == TaskKind.Stop) return;
            if (resource.CurrentRole >= Role.Started && then.Task == TaskKind.Start
                && resource.Active.Count == 1 && resource.Active[0] == then.Node)
            {
                return;
            }
        }

        Clear(then, ActionFlags.Optional, first);
        Clear(then, ActionFlags.Runnable, first);
    }

    private void IntermediateStop(PlanAction first, PlanAction then, ActionFlags filter)
    {
        bool isRestart = (filter & ActionFlags.Optional) != 0 && then.IsRequired;
        bool isStop = (filter & ActionFlags.Runnable) != 0 && !then.IsRunnable
            && then.Resource is { IsManaged: true } && then.Resource == first.Resource;
        if (!isRestart && !isStop) return;
        if (first.IsRunnable) Clear(first, ActionFlags.Optional, then);
        if (then.IsRequired) Clear(first, ActionFlags.Optional, then);
        if (!then.IsMigratable) Clear(first, ActionFlags.Migratable, then);
        if (first.IsRequired && !first.IsRunnable) Clear(then, ActionFlags.Runnable, first);
    }

    /// <summary>Clears a flag and says because of which other resource's action.</summary>
    private void Clear(PlanAction action, ActionFlags flag, PlanAction cause)
    {
        if (!action.Has(flag)) return;
        action.Clear(flag);
        reasons?.Cleared(action, flag, cause, isColocation: false);
        if (action.Resource == cause.Resource) return;
        string change = flag switch
        {
            ActionFlags.Optional => "required",
            ActionFlags.Runnable => "unrunnable",
            _ => "unmigrateable",
        };
        action.SetReason(ReasonText.Because(change, cause), false);
    }

    private Changed UpdateCollective(
        ClusterResource collective,
        PlanAction first,
        PlanAction then,
        ClusterNode? node,
        ActionFlags flags,
        ActionFlags filter,
        OrderFlags type)
    {
        if (IsInterleaved(first, then)) return UpdateInterleaved(first, then, node, filter, type);
        var changed = UpdatePrimitive(first, then, flags, filter, type);
        if (then.Resource != collective) return changed;
        foreach (var instance in collective.Instances())
        {
            if (ActionStore.First(instance, then.Task, node) is not { } action) continue;
            if ((CollectiveFlags.Of(instance, action, node) & ActionFlags.Runnable) == 0) continue;
            var own = UpdateResource(instance, first, action, node, flags, filter, type);
            if ((own & Changed.Then) == 0) continue;
            // What waits for the collective looks at the instances on its node, also if the collective's own action is as before.
            changed |= Changed.Then;
            UpdateAfter(action);
        }

        return changed;
    }

    private static bool IsInterleaved(PlanAction first, PlanAction then)
    {
        if (first.Resource is not { IsCloneOrBundle: true } a || then.Resource is not { IsCloneOrBundle: true } b || a == b) return false;
        bool isDown = then.Key.Task is TaskKind.Stop or TaskKind.Demote;
        return (isDown ? a : b).Interleaves();
    }

    private Changed UpdateInterleaved(PlanAction first, PlanAction then, ClusterNode? node, ActionFlags filter, OrderFlags type)
    {
        var changed = Changed.None;
        bool current = first.Key.Task is TaskKind.Stopped or TaskKind.Demoted;
        foreach (var instance in then.Resource!.Instances())
        {
            var match = assigner.FindCompatible(instance, first.Resource!, Role.Unknown, null, current);
            if (match is null)
            {
                bool matters = (type & (OrderFlags.UnrunnableFirstBlocks | OrderFlags.FirstImpliesThen)) != 0;
                if (current || !matters) continue;
                if (assigner.AssignNowhere(instance)) changed |= Changed.Then;
                reasons?.Excluded(instance, first);
                continue;
            }

            changed |= UpdatePair(match, instance, first, then, node, filter, type);
        }

        return changed;
    }

    private Changed UpdatePair(
        ClusterResource firstInstance,
        ClusterResource thenInstance,
        PlanAction first,
        PlanAction then,
        ClusterNode? node,
        ActionFlags filter,
        OrderFlags type)
    {
        var firstAction = InterleaveAction(first, firstInstance, node, isFirst: true);
        var thenAction = InterleaveAction(then, thenInstance, node, isFirst: false);
        if (firstAction is null || thenAction is null) return Changed.None;
        var changed = Changed.None;
        if (RelationStore.Relate(firstAction, thenAction, type)) changed |= Changed.First | Changed.Then;
        var owner = thenAction.Resource!;
        return changed | UpdateResource(owner, firstAction, thenAction, node, CollectiveFlags.Of(firstAction.Resource!, firstAction, null),
            filter, type);
    }

    private static PlanAction? InterleaveAction(PlanAction action, ClusterResource instance, ClusterNode? node, bool isFirst)
    {
        var task = TaskOf(action);
        if (isFirst) task = TaskNames.Base(task);
        if (instance.Replica is { Child: { } child } replica && replica.Container == instance)
        {
            bool usesChild = isFirst
                ? task is not (TaskKind.Stop or TaskKind.Stopped)
                : task is TaskKind.Promote or TaskKind.Promoted or TaskKind.Demote or TaskKind.Demoted;
            if (usesChild)
            {
                instance = child;
                node = null;
            }
        }

        return ActionStore.First(instance, task, node);
    }

    private static TaskKind TaskOf(PlanAction action) => action.Key.Phase == NotifyPhase.None ? action.Task : action.Key.Task;
}

/// <summary>Texts of reasons (spec/scheduler-output.md section 6).</summary>
internal static class ReasonText
{
    private static readonly TaskNames Names = new();

    public static string Because(string change, PlanAction cause)
    {
        string task = cause.Task < TaskKind.FirstCustom ? Names.Name(cause.Task) : "operation";
        if (cause.Resource is { } resource) return $"{change} {resource.Id} {task}";
        return cause.Task is TaskKind.OneOrMore or TaskKind.LoadStopped ? $"{change} {cause.FixedKey}" : $"{change} {task}";
    }
}
