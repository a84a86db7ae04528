namespace Mainstay.Scheduler;

/// <summary>
/// Pass 16: orderings become relations, and these decide what is required and runnable (spec/scheduler-ordering.md sections 6 to 12).
/// </summary>
internal sealed class OrderingPass(ClusterState state, ActionStore actions, Assigner assigner)
{
    private readonly List<PlanAction> _firsts = [];
    private readonly List<PlanAction> _thens = [];
    private readonly List<PlanAction> _reloads = [];
    private readonly ActionUpdater _updater = new(state, assigner, state.Reasons);

    public void Run()
    {
        for (int i = 0; i < state.Orderings.Count; i++) Apply(state.Orderings[i]);
        for (int i = state.Actions.Count - 1; i >= 0; i--) _updater.Block(state.Actions[i]);
        new ProbeOrders(state, assigner).Run();
        for (int i = state.Actions.Count - 1; i >= 0; i--) _updater.Update(state.Actions[i]);
        for (int i = state.Actions.Count - 1; i >= 0; i--) InvalidOrders.Disable(state, state.Actions[i]);
    }

    /// <summary>Section 6.1.</summary>
    private void Apply(Ordering ordering)
    {
        if (ordering.Probes is { } probes)
        {
            ApplyProbes(ordering, probes);
            return;
        }

        if (ordering.First is not { } first)
        {
            if (ordering.Then is { } then) RelateThen(ordering, ordering.FirstAction, then);
            else RelationStore.Relate(ordering.FirstAction, ordering.ThenAction, ordering.Flags);
            return;
        }

        if (ordering.FirstAction is { } given)
        {
            _firsts.Clear();
            _firsts.Add(given);
        }
        else
        {
            ActionStore.AllInto(_firsts, first, ordering.FirstKey);
            if (_firsts.Count == 0)
            {
                if (CreateMissing(ordering, first) is not { } created) return;
                _firsts.Add(created);
            }
        }

        foreach (var action in _firsts)
        {
            var thenResource = ordering.Then ?? ordering.ThenAction?.Resource;
            if (thenResource is null) RelationStore.Relate(action, ordering.ThenAction, ordering.Flags);
            else RelateThen(ordering, action, thenResource);
        }
    }

    private void ApplyProbes(Ordering ordering, List<PlanAction> probes)
    {
        ActionStore.AllInto(_thens, ordering.Then!, ordering.ThenKey);
        ActionStore.AllInto(_reloads, ordering.Then!, new ActionKey(TaskKind.ReloadAgent));
        foreach (var start in _thens) start.Before.Reserve(probes.Count);
        PlanAction? model = null;
        foreach (var probe in probes)
        {
            if (model is not null && probe.After.Count == 0)
            {
                // The outputs are the same for all.
                foreach (var relation in model.After.AsSpan()) relation.Action.Before.Add(new Relation(probe, relation.Flags));
                probe.After.Share(model.After);
                continue;
            }

            bool isFirst = model is null && probe.After.Count == 0;
            foreach (var start in _thens) RelationStore.Relate(probe, start, ordering.Flags);
            foreach (var reload in _reloads) RelationStore.Relate(probe, reload, OrderFlags.Ordered);
            if (isFirst && probe.After.IsFull) model = probe;
        }
    }

    private PlanAction? CreateMissing(Ordering ordering, ClusterResource first)
    {
        if (first == ordering.Then) return null;
        var role = first.State(true);
        if (ordering.FirstKey.Task == TaskKind.Stop && role == Role.Stopped) return null;
        if (ordering.FirstKey.Task == TaskKind.Demote && role == Role.Unpromoted) return null;
        return actions.Custom(first, ordering.FirstKey, null, true);
    }

    /// <summary>Section 6.2.</summary>
    private void RelateThen(Ordering ordering, PlanAction? first, ClusterResource then)
    {
        var flags = ordering.Flags;
        _thens.Clear();
        if (ordering.ThenAction is { } given) _thens.Add(given);
        else ActionStore.AllInto(_thens, then, ordering.ThenKey);
        if (_thens.Count == 0) return;
        if (first is not null && first.Resource == then && first.Has(ActionFlags.MigrationAbort)) flags &= ~OrderFlags.FirstImpliesThen;
        foreach (var action in _thens)
        {
            if (first is not null) RelationStore.Relate(first, action, flags);
            else if ((flags & OrderFlags.FirstImpliesThen) != 0) action.Clear(ActionFlags.Runnable);
        }
    }
}

/// <summary>Orderings that must not count (spec/scheduler-ordering.md section 12).</summary>
internal static class InvalidOrders
{
    public static void Disable(ClusterState state, PlanAction action)
    {
        for (int i = action.Before.Count - 1; i >= 0; i--)
        {
            ref var input = ref action.Before[i];
            if ((input.Flags & OrderFlags.GuestAllowed) == 0 && RunsInsideGuestOf(action, input.Action)) input.Flags = OrderFlags.None;
            if (input.Flags == OrderFlags.IfOnSameNodeOrTarget && action.Task == TaskKind.MigrateTo
                && HasLoop(action, ref input))
            {
                input.Flags = OrderFlags.None;
            }
        }
    }

    private static bool RunsInsideGuestOf(PlanAction action, PlanAction input)
    {
        if (input.Resource is null || action.Resource is not { } resource || input.Node is not { IsGuest: true } guest) return false;
        return guest.Connection?.Launcher == resource;
    }

    /// <summary>
    /// Whether an action waits for itself by way of an input. Every action on the way is looked at once, in the order of the inputs.
    /// </summary>
    private static bool HasLoop(PlanAction start, ref Relation input)
    {
        if (!GraphRules.IsInput(start, ref input)) return false;
        if (input.Action == start) return true;
        var seen = new List<PlanAction>();
        var open = new Stack<(PlanAction Action, int Next)>();
        Visit(input.Action);
        bool found = false;
        while (!found && open.TryPop(out var place))
        {
            if (place.Next < 0) continue;
            open.Push((place.Action, place.Next - 1));
            ref var next = ref place.Action.Before[place.Next];
            if (next.Action.Has(ActionFlags.LoopMark) || !GraphRules.IsInput(place.Action, ref next)) continue;
            found = next.Action == start;
            if (!found) Visit(next.Action);
        }

        foreach (var action in seen) action.Clear(ActionFlags.LoopMark);
        return found;

        void Visit(PlanAction action)
        {
            action.Set(ActionFlags.LoopMark);
            seen.Add(action);
            open.Push((action, action.Before.Count - 1));
        }
    }
}
