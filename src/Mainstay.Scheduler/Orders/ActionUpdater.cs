namespace Mainstay.Scheduler;

/// <summary>
/// The fixed point over relations: which actions are required, runnable and migratable (spec/scheduler-ordering.md section 9).
/// </summary>
internal sealed partial class ActionUpdater(ClusterState state, Assigner assigner, ReasonRecorder? reasons)
{
    [Flags]
    private enum Changed
    {
        None = 0,
        First = 1,
        Then = 2,
    }

    /// <summary>How deep a change is followed at once; what lies further is followed when the way back has been gone.</summary>
    private const int DepthMax = 500;

    private readonly Queue<PlanAction> _postponed = new();
    private int _depth;

    /// <summary>Brings an action into line with its inputs, and follows what that changes.</summary>
    public void Update(PlanAction then)
    {
        if (_depth >= DepthMax)
        {
            _postponed.Enqueue(then);
            return;
        }

        _depth++;
        UpdateOnce(then);
        _depth--;
        while (_depth == 0 && _postponed.TryDequeue(out var next))
        {
            _depth++;
            UpdateOnce(next);
            _depth--;
        }
    }

    private void UpdateOnce(PlanAction then)
    {
        state.Work.Inputs += then.Before.Count;
        var last = then.Flags;
        if (then.RequiredBefore > 0)
        {
            then.RunnableBefore = 0;
            then.Clear(ActionFlags.Runnable);
        }

        var changed = Changed.None;
        for (int i = then.Before.Count - 1; i >= 0; i--)
        {
            var first = then.Before[i].Action;
            if ((then.Before[i].Flags & OrderFlags.IfOnSameNode) != 0 && AreOnDifferentNodes(first, then))
            {
                then.Before[i].Flags = OrderFlags.None;
                continue;
            }

            changed &= ~Changed.First;
            CancelFirst(then.Before[i], then);
            changed |= UpdateRelation(then, i);
            if ((changed & Changed.First) == 0) continue;
            UpdateAfter(first);
            Update(first);
        }

        if (then.RequiredBefore > 0) changed = last == then.Flags ? changed & ~Changed.Then : changed | Changed.Then;
        if ((changed & Changed.Then) == 0) return;
        if ((last & ActionFlags.Runnable) != 0 && !then.IsRunnable) Block(then);
        Update(then);
        UpdateAfter(then);
    }

    private void UpdateAfter(PlanAction action)
    {
        for (int i = action.After.Count - 1; i >= 0; i--) Update(action.After[i].Action);
    }

    private static bool AreOnDifferentNodes(PlanAction first, PlanAction then) =>
        NodeOf(first) is { } a && NodeOf(then) is { } b && a != b;

    private static ClusterNode? NodeOf(PlanAction action)
    {
        if (action is { Task: TaskKind.Start, Resource: { IsGroup: true } group }) return group.AssignedLocation();
        return action.Node;
    }

    private static void CancelFirst(Relation relation, PlanAction then)
    {
        if ((relation.Flags & OrderFlags.ThenCancelsFirst) == 0 || !then.IsRequired || relation.Action.Resource is not { } resource) return;
        relation.Action.Set(ActionFlags.Optional);
        if (relation.Action.Task == TaskKind.ReloadAgent) resource.IsReload = false;
    }

    private Changed UpdateRelation(PlanAction then, int index)
    {
        var given = then.Before[index].Action;
        var first = given;
        if (first.Resource is { } a && then.Resource is { } b)
        {
            // A plain order between primitives changes nothing but the order, and there is one from every probe.
            if (a.IsPrimitive && b.IsPrimitive && then.Before[index].Flags == OrderFlags.Ordered) return Changed.None;
            if (a != b && !a.IsAncestorOf(b)) first = Remap(first);
        }

        if (first == given) return ApplyRelation(then, index, first);
        var flags = then.Before[index].Flags;
        then.Before[index].Flags = OrderFlags.None;
        return RelationStore.Relate(first, then, flags) ? Changed.Then : Changed.None;
    }

    /// <summary>Section 9.1: others wait for the completion of a collective, not for its beginning.</summary>
    private static PlanAction Remap(PlanAction first)
    {
        var resource = first.Resource!;
        if (resource.IsPrimitive || first.Key.Phase != NotifyPhase.None || first.Key.IntervalMs > 0) return first;
        var task = first.Task switch
        {
            TaskKind.Stop or TaskKind.Start or TaskKind.Promote or TaskKind.Demote => TaskNames.Completion(first.Task),
            TaskKind.Stopped or TaskKind.Started or TaskKind.Promoted or TaskKind.Demoted => first.Task,
            _ => TaskKind.None,
        };
        if (task == TaskKind.None) return first;
        // A bundle has no such notifications itself, so that it is not remapped if its contents have (section 9.1).
        bool isNotified = (resource.IsNotified && (resource.IsClone || resource.IsInBundle))
            || resource.Bundle?.InnerClone?.Primitives().First().IsNotified == true;
        var key = isNotified ? new ActionKey(task, 0, NotifyPhase.ConfirmedPost) : new ActionKey(task);
        return ActionStore.First(resource, key, null) ?? first;
    }

    private ActionFlags FlagsFor(PlanAction action, ClusterNode? otherNode)
    {
        if (action.Resource is not { } resource) return action.Flags;
        var flags = CollectiveFlags.Of(resource, action, null);
        if (otherNode is null || !resource.IsClone) return flags;
        bool wasRunnable = (flags & ActionFlags.Runnable) != 0;
        flags = CollectiveFlags.Of(resource, action, otherNode);
        if (wasRunnable) flags |= ActionFlags.Runnable;
        return flags;
    }

    /// <summary>Section 9.3.</summary>
    private Changed ApplyRelation(PlanAction then, int index, PlanAction first)
    {
        var firstFlags = FlagsFor(first, NodeOf(then));
        var thenFlags = FlagsFor(then, NodeOf(first));
        var node = then.Node;
        var changed = Changed.None;
        var optional = firstFlags & ActionFlags.Optional;
        if (Has(then, index, OrderFlags.FirstImpliesSameNodeThen))
        {
            then.Before[index].Flags &= ~OrderFlags.FirstImpliesSameNodeThen;
            then.Before[index].Flags |= OrderFlags.FirstImpliesThen;
            node = first.Node;
        }

        if (Has(then, index, OrderFlags.FirstImpliesThen)) changed |= FirstImpliesThen(first, then, node, optional);
        if (Has(then, index, OrderFlags.IntermediateStop) && then.Resource is { } stopped)
        {
            const ActionFlags Both = ActionFlags.Optional | ActionFlags.Runnable;
            changed |= UpdateResource(stopped, first, then, node, firstFlags, Both, OrderFlags.IntermediateStop);
        }

        if (Has(then, index, OrderFlags.ThenImpliesFirst)) changed |= ThenImpliesFirst(first, then, node, firstFlags);
        if (Has(then, index, OrderFlags.PromotedThenImpliesFirst) && then.Resource is { } promoted)
        {
            changed |= UpdateResource(promoted, first, then, node, optional, ActionFlags.Optional, OrderFlags.PromotedThenImpliesFirst);
        }

        if (Has(then, index, OrderFlags.MinRunnable)) changed |= MinRunnable(first, then, node, firstFlags);
        changed |= ApplyRunnable(then, index, first, node, firstFlags);
        MarkGraphed(then, index, first, firstFlags, thenFlags);
        if (Has(then, index, OrderFlags.FirstImpliesThen | OrderFlags.ThenImpliesFirst | OrderFlags.IntermediateStop)
            && first.Resource is { IsManaged: false, IsBlocked: true } && !first.IsRunnable && first.Task == TaskKind.Stop
                && then.IsRunnable)
        {
            then.Clear(ActionFlags.Runnable);
            reasons?.Cleared(then, ActionFlags.Runnable, first, isColocation: false);
            changed |= Changed.Then;
        }

        return changed;
    }

    private Changed ApplyRunnable(PlanAction then, int index, PlanAction first, ClusterNode? node, ActionFlags firstFlags)
    {
        var changed = Changed.None;
        const ActionFlags Runnable = ActionFlags.Runnable;
        if (Has(then, index, OrderFlags.NestedRemoteProbe) && then.Resource is { } probed)
        {
            if (!first.IsRunnable && first.Resource is { IsActiveAnywhere: true }) then.Before[index].Flags = OrderFlags.None;
            else changed |= UpdateResource(probed, first, then, node, firstFlags, Runnable, OrderFlags.UnrunnableFirstBlocks);
        }

        if (Has(then, index, OrderFlags.UnrunnableFirstBlocks))
        {
            if (then.Resource is { } blocked)
            {
                changed |= UpdateResource(blocked, first, then, node, firstFlags, Runnable, OrderFlags.UnrunnableFirstBlocks);
            }
            else if ((firstFlags & Runnable) == 0 && then.IsRunnable)
            {
                then.Clear(Runnable);
                reasons?.Cleared(then, Runnable, first, isColocation: false);
                changed |= Changed.Then;
            }
        }

        if (then.Resource is not { } resource) return changed;
        if (Has(then, index, OrderFlags.UnmigratableThenBlocks))
        {
            changed |= UpdateResource(resource, first, then, node, firstFlags, ActionFlags.Optional, OrderFlags.UnmigratableThenBlocks);
        }

        if (Has(then, index, OrderFlags.FirstElseThen))
        {
            changed |= UpdateResource(resource, first, then, node, firstFlags, ActionFlags.Optional, OrderFlags.FirstElseThen);
        }

        if (Has(then, index, OrderFlags.Ordered))
        {
            changed |= UpdateResource(resource, first, then, node, firstFlags, Runnable, OrderFlags.Ordered);
        }

        if (Has(then, index, OrderFlags.Asymmetric))
        {
            changed |= UpdateResource(resource, first, then, node, firstFlags, Runnable, OrderFlags.Asymmetric);
        }

        return changed;
    }

    private static bool Has(PlanAction then, int index, OrderFlags flags) => (then.Before[index].Flags & flags) != 0;

    private Changed FirstImpliesThen(PlanAction first, PlanAction then, ClusterNode? node, ActionFlags optional)
    {
        if (then.Resource is { } resource)
        {
            return UpdateResource(resource, first, then, node, optional, ActionFlags.Optional, OrderFlags.FirstImpliesThen);
        }

        if ((optional & ActionFlags.Optional) != 0 || !then.IsOptional) return Changed.None;
        then.Clear(ActionFlags.Optional);
        reasons?.Cleared(then, ActionFlags.Optional, first, isColocation: false);
        return Changed.Then;
    }

    private Changed ThenImpliesFirst(PlanAction first, PlanAction then, ClusterNode? node, ActionFlags firstFlags)
    {
        if (first.Resource is { } resource)
        {
            return UpdateResource(resource, first, then, node, firstFlags, ActionFlags.Optional, OrderFlags.ThenImpliesFirst);
        }

        if ((firstFlags & ActionFlags.Optional) != 0 || !first.IsRunnable) return Changed.None;
        first.Clear(ActionFlags.Runnable);
        reasons?.Cleared(first, ActionFlags.Runnable, then, isColocation: false);
        return Changed.First;
    }

    private Changed MinRunnable(PlanAction first, PlanAction then, ClusterNode? node, ActionFlags firstFlags)
    {
        if (then.Resource is { } resource)
        {
            return UpdateResource(resource, first, then, node, firstFlags, ActionFlags.Runnable, OrderFlags.MinRunnable);
        }

        if ((firstFlags & ActionFlags.Runnable) == 0) return Changed.None;
        then.RunnableBefore++;
        if (then.RunnableBefore < then.RequiredBefore || then.IsRunnable) return Changed.None;
        then.Set(ActionFlags.Runnable);
        return Changed.Then;
    }

    private static void MarkGraphed(PlanAction then, int index, PlanAction first, ActionFlags firstFlags, ActionFlags thenFlags)
    {
        if (first.IsRunnable && Has(then, index, OrderFlags.FirstImpliesThenGraphed) && (firstFlags & ActionFlags.Optional) == 0)
        {
            then.Set(ActionFlags.AlwaysInGraph);
        }

        if (Has(then, index, OrderFlags.ThenImpliesFirstGraphed) && (thenFlags & ActionFlags.Optional) == 0)
        {
            first.Set(ActionFlags.AlwaysInGraph);
        }
    }
}
