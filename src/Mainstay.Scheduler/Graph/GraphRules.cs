namespace Mainstay.Scheduler;

/// <summary>Which actions and inputs belong to the graph (spec/scheduler-output.md sections 2.3 and 2.4).</summary>
internal static class GraphRules
{
    private const OrderFlags Harmless =
        OrderFlags.Ordered | OrderFlags.ThenImpliesFirstGraphed | OrderFlags.FirstImpliesThenGraphed;

    public static bool CanBeAdded(PlanAction action)
    {
        if (!action.IsRunnable) return false;
        if (action.IsOptional && !action.Has(ActionFlags.AlwaysInGraph)) return false;
        if (action.Resource is { IsManaged: false } && action.Task != TaskKind.Monitor && !IsRecurring(action)) return false;

        if (action.IsPseudo || action.Task is TaskKind.Stonith or TaskKind.Shutdown) return true;
        if (action.Node is not { } node) return false;
        if (action.Has(ActionFlags.OnDc)) return true;
        return (node.IsGuest && !node.RemoteReset) || node.IsOnlineAndClean;
    }

    private static bool IsRecurring(PlanAction action) => action.Meta.TryGetValue("interval", out string? interval) && interval != "0";

    /// <summary>Whether an input counts; an input found void is disabled.</summary>
    public static bool IsInput(PlanAction action, ref Relation input)
    {
        if (input.IsGraphed) return true;
        var first = input.Action;
        var flags = input.Flags;
        if (flags == OrderFlags.None) return false;
        if (!first.IsRunnable)
        {
            if ((flags & ~Harmless) == 0 || (flags & (OrderFlags.MinRunnable | OrderFlags.UnmigratableThenBlocks)) != 0) return false;
        }

        if ((flags & OrderFlags.IfFirstUnmigratable) != 0 && first.IsMigratable) return false;
        bool isStop = first.Key is { Task: TaskKind.Stop, IntervalMs: 0, Phase: NotifyPhase.None } && first.FixedKey is null;
        if (flags == OrderFlags.Ordered && first.IsMigratable && isStop) return false;
        if (IsVoidByNode(action, ref input)) return false;
        if (first.Resource is { IsFailed: true, IsManaged: false } failed && failed != action.Resource && isStop
            && action.Resource is { IsClone: true })
        {
            return false;
        }

        return first.IsRequired || first.Has(ActionFlags.AlwaysInGraph) || first.Has(ActionFlags.InGraph) || CanBeAdded(first);
    }

    private static bool IsVoidByNode(PlanAction action, ref Relation input)
    {
        var first = input.Action;
        if (input.Flags == OrderFlags.IfOnSameNodeOrTarget)
        {
            bool counts = action is { Task: TaskKind.MigrateTo, Resource: { } resource }
                ? first.Node == resource.AssignedNode
                : first.Node == action.Node && first.IsRequired;
            if (!counts) input.Flags = OrderFlags.None;
            return !counts;
        }

        if (input.Flags != OrderFlags.IfRequiredOnSameNode) return false;
        bool onDifferentNodes = first.Node is not null && action.Node is not null && first.Node != action.Node;
        if (!onDifferentNodes && first.IsRequired) return false;
        input.Flags = OrderFlags.None;
        return true;
    }
}
