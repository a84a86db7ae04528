namespace Mainstay.Scheduler;

/// <summary>Unfencing: turning a node's access on before resources that need it start (spec/scheduler-actions.md section 13).</summary>
internal static class Unfencing
{
    /// <summary>The orderings of a resource that needs unfencing against the <c>on</c> actions of its nodes.</summary>
    public static void Order(ClusterState state, ActionStore actions, OrderStore orders, ClusterResource resource)
    {
        foreach (var node in state.NodeList.Where(resource.Table.Contains))
        {
            var on = Fencing.Action(state, actions, node, "on", true, null, false);
            orders.Add(resource, TaskKind.Stop, on, OrderFlags.Ordered | OrderFlags.IfOnSameNode);
            orders.Add(on, resource, TaskKind.Start, OrderFlags.FirstImpliesSameNodeThen | OrderFlags.IfOnSameNode);
        }
    }

    /// <summary>Orders an action after unfencing of its node, and requires unfencing if the node never was.</summary>
    public static void OrderAfter(
        ClusterState state, ActionStore actions, OrderStore orders, ClusterResource resource, ClusterNode node, PlanAction action,
            OrderFlags flags)
    {
        if (!(resource.IsFenceDevice && state.IsUnfencingUsed) && !resource.NeedsUnfencing) return;
        var on = Fencing.Action(state, actions, node, "on", true, null, false);
        orders.Add(on, action, flags);
        string? since = node.Attributes.GetValueOrDefault("#node-unfenced");
        if (since is null or "0")
        {
            Trigger(state, actions, null, node, $"required by {resource.Id} {actions.Names.Name(action.Task)}");
        }
    }

    /// <summary>Requires unfencing of a node. A resource given must be a fence device to matter.</summary>
    public static void Trigger(ClusterState state, ActionStore actions, ClusterResource? resource, ClusterNode node, string reason)
    {
        if (!state.IsUnfencingUsed || resource is { IsFenceDevice: false }) return;
        if (node.IsOnlineAndClean && !node.ShuttingDown) Fencing.Action(state, actions, node, "on", false, reason, false);
    }
}
