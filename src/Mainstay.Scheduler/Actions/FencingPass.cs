namespace Mainstay.Scheduler;

/// <summary>
/// Pass 15: fencing and shutdown of nodes, and resources against them (spec/scheduler-actions.md sections 12.2 to 12.4 and 14).
/// </summary>
internal sealed class FencingPass(ClusterState state, ActionStore actions, OrderStore orders)
{
    private readonly Notifications _notifications = new(state, actions, orders);

    public void Run()
    {
        bool haveManaged = state.ResourceList.Exists(IsManagedSomewhere);
        PlanAction? dcDown = null;
        var dcIsFenced = false;
        var fencings = new List<PlanAction>();
        var shutdowns = new List<PlanAction>();
        foreach (var node in state.NodeList)
        {
            if (node.IsGuest)
            {
                if (node.RemoteReset && haveManaged && Fencing.CanFence(state, node)) FenceGuest(node);
                continue;
            }

            if (node.Unclean && haveManaged && Fencing.CanFence(state, node))
            {
                var fence = Fencing.Action(state, actions, node, null, false, "node is unclean", false);
                OrderResources(fence, node);
                if (node.IsDc)
                {
                    dcDown = fence;
                    dcIsFenced = true;
                    continue;
                }

                if (!state.Options.ConcurrentFencing && fencings.Count > 0) orders.Add(fencings[^1], fence, OrderFlags.Ordered);
                fencings.Add(fence);
            }
            else if (node is { Online: true, ShuttingDown: true, Kind: NodeKind.Cluster })
            {
                var down = Shutdown(node);
                if (node.IsDc) dcDown = down;
                else shutdowns.Add(down);
            }
        }

        if (dcDown is null) return;
        if (!dcIsFenced)
        {
            foreach (var down in shutdowns) orders.Add(down, dcDown, OrderFlags.Ordered);
        }

        for (int i = state.Options.ConcurrentFencing ? 0 : Math.Max(0, fencings.Count - 1); i < fencings.Count; i++)
        {
            orders.Add(fencings[i], dcDown, OrderFlags.Ordered);
        }
    }

    private static bool IsManagedSomewhere(ClusterResource resource) =>
        (resource.IsManaged && resource.ChildList.Count == 0) || resource.ChildList.Exists(IsManagedSomewhere) || resource.IsManaged;

    private PlanAction Shutdown(ClusterNode node)
    {
        var action = actions.NodeAction("do_shutdown-" + node.Name, TaskKind.Shutdown, node, false);
        action.Meta["op_no_wait"] = "true";
        for (int i = state.Actions.Count - 1; i >= 0; i--)
        {
            var stop = state.Actions[i];
            if (stop.Task != TaskKind.Stop || stop.Node != node || stop.Resource is not { } resource) continue;
            if (resource.IsInMaintenance || node.Maintenance) continue;
            if (!resource.IsManaged && !resource.IsBlocked) continue;
            stop.Clear(ActionFlags.Optional);
            orders.Add(stop, action, OrderFlags.Ordered | OrderFlags.UnrunnableFirstBlocks);
        }

        return action;
    }

    private void OrderResources(PlanAction fence, ClusterNode node)
    {
        foreach (var resource in state.ResourceList) OrderResource(resource, fence, node);
    }

    private void OrderResource(ClusterResource resource, PlanAction fence, ClusterNode node)
    {
        foreach (var child in resource.ChildList) OrderResource(child, fence, node);
        if (!resource.IsPrimitive || !resource.IsManaged) return;
        OrderStarts(resource, fence, node);
        OrderStops(resource, fence, node);
    }

    private void OrderStarts(ClusterResource resource, PlanAction fence, ClusterNode node)
    {
        for (int i = resource.Actions.Count - 1; i >= 0; i--)
        {
            var action = resource.Actions[i];
            if (action.Needs == ActionNeeds.Fencing)
            {
                orders.Add(fence, action, OrderFlags.Ordered);
            }
            else if (action.Needs == ActionNeeds.Quorum && action.Task == TaskKind.Start
                && resource.Table.Contains(node) && IsUnknownOn(resource, node))
            {
                orders.Add(fence, action, OrderFlags.Ordered | OrderFlags.UnrunnableFirstBlocks);
            }
        }
    }

    private static bool IsUnknownOn(ClusterResource resource, ClusterNode node)
    {
        if (resource.Probed.Contains(node)) return false;
        return resource.Parent is not { IsClone: true, IsUnique: false } clone || !clone.Probed.Contains(node);
    }

    private void OrderStops(ClusterResource resource, PlanAction fence, ClusterNode node)
    {
        var top = resource.Top;
        bool isImplicit = resource.NeedsFencing || node.IsGuest;
        foreach (var stop in ActionStore.All(resource, TaskKind.Stop, node))
        {
            if (stop.Node != node) continue;
            stop.Set(ActionFlags.Pseudo | ActionFlags.Runnable);
            if (isImplicit)
            {
                if (!resource.IsBundled) orders.Add(fence, stop, OrderFlags.GuestAllowed);
                orders.Add(fence, ActionStore.First(top, TaskKind.Stop, null), OrderFlags.GuestAllowed);
            }

            if (resource.IsNotified) _notifications.CreateAfterFencing(resource, stop, fence);
        }

        foreach (var demote in ActionStore.All(resource, TaskKind.Demote, node))
        {
            if (demote.Node != node || (node.Online && !node.Unclean && !resource.IsFailed)) continue;
            demote.Set(ActionFlags.Pseudo | ActionFlags.Runnable);
            if (isImplicit && !resource.IsBundled) orders.Add(fence, demote, OrderFlags.GuestAllowed | OrderFlags.Ordered);
        }
    }

    /// <summary>Section 12.4: fencing of a guest is the recovery of its container, shown as a pseudo-action.</summary>
    private void FenceGuest(ClusterNode node)
    {
        const OrderFlags After = OrderFlags.UnrunnableFirstBlocks | OrderFlags.FirstImpliesThen;
        var connection = node.Connection!;
        PlanAction? stop = null;
        string operation = "off";
        if (connection.Launcher is { } container)
        {
            stop = ActionStore.First(container, TaskKind.Stop, null);
            if (ActionStore.First(container, TaskKind.Start, null) is not null) operation = "reboot";
        }

        var fence = Fencing.Action(state, actions, node, operation, false, "guest is unclean", false);
        fence.Set(ActionFlags.Pseudo | ActionFlags.Runnable);
        if (stop is { IsPseudo: true, Node: { } host })
        {
            orders.Add(Fencing.Action(state, actions, host, null, true, null, false), fence, After);
        }
        else if (stop is not null)
        {
            orders.Add(stop, fence, After);
        }
        else if (ActionStore.First(connection, TaskKind.Stop, null) is { } connectionStop)
        {
            orders.Add(connectionStop, fence, OrderFlags.Ordered);
        }

        OrderResources(fence, node);
    }
}
