using System.Globalization;

namespace Mainstay.Scheduler;

/// <summary>
/// Decides that a node has to be fenced and makes the fence action (spec/scheduler-history.md section 4, spec/scheduler-actions.md
/// section 12.1).
/// </summary>
internal static class Fencing
{
    /// <summary>Marks a node for fencing, in the way its kind needs.</summary>
    public static void Fence(ClusterState state, ActionStore actions, ClusterNode node, string reason, bool withDelay)
    {
        state.Reasons?.Fenced(node, reason);
        if (node.IsGuest)
        {
            FenceGuest(node);
            return;
        }

        if (node.Kind == NodeKind.Remote)
        {
            if (node.Connection is null or { IsManaged: true }) node.RemoteReset = true;
            node.Unclean = true;
            Action(state, actions, node, null, true, reason, false);
            return;
        }

        if (node.Unclean) return;
        node.Unclean = true;
        Action(state, actions, node, null, true, reason, withDelay);
    }

    /// <summary>Recovering the container is what fences a guest.</summary>
    private static void FenceGuest(ClusterNode node)
    {
        if (node.Connection is not { } connection) return;
        if (connection.Launcher is { } container)
        {
            if (container.IsFailed || !container.IsManaged) return;
            node.RemoteReset = true;
            container.IsFailed = true;
            container.StopIfFailed = true;
        }
        else if (connection.IsRemovedLaunched)
        {
            connection.IsFailed = true;
            connection.StopIfFailed = true;
        }
    }

    /// <summary>Whether fencing of the node can be carried out.</summary>
    public static bool CanFence(ClusterState state, ClusterNode node) => CanFence(state, node, []);

    /// <param name="state">The cluster.</param>
    /// <param name="node">The node.</param>
    /// <param name="guests">The guests on the way to it: a history can say of two containers that each runs in the other.</param>
    private static bool CanFence(ClusterState state, ClusterNode node, HashSet<ClusterNode> guests)
    {
        if (node.IsGuest)
        {
            if (!guests.Add(node)) return false;
            var container = node.Connection?.Launcher;
            return container is null || container.Active.TrueForAll(host => host.Online || CanFence(state, host, guests));
        }

        if (!state.Options.FencingEnabled || !IsPossible(state)) return false;
        if (state.HasQuorum || state.Options.QuorumPolicy == QuorumPolicy.Ignore) return true;
        if (!node.Online) return false;
        if (node.Kind != NodeKind.Remote || state.Options.FenceRemoteWithoutQuorum) return true;
        return node.Connection is not { } connection
            || state.NodeList.TrueForAll(n => !connection.Table.Contains(n) || n.Online || n == node);
    }

    /// <summary>True if there is anything to fence with.</summary>
    public static bool IsPossible(ClusterState state) => state.HasFenceDevice || state.Options.HasWatchdog;

    /// <summary>Finds or creates the fence action of a node.</summary>
    public static PlanAction Action(
        ClusterState state, ActionStore actions, ClusterNode node, string? operation, bool optional, string? reason, bool withDelay)
    {
        string op = operation ?? state.Options.FencingAction;
        var action = actions.NodeAction($"stonith-{node.Name}-{op}", TaskKind.Stonith, node, true);
        if (!action.Meta.ContainsKey("stonith_action"))
        {
            action.Meta["on_node"] = node.Name;
            action.Meta["on_node_uuid"] = node.Id;
            action.Meta["stonith_action"] = op;
            if (state.IsUnfencingUsed && UnfencingDigests.Record(state, actions, node, action)) optional = false;
        }

        if (state.Options.PriorityFencingDelay > 0 && (withDelay || action.Meta.ContainsKey("priority-fencing-delay")))
        {
            action.Meta["priority-fencing-delay"] = Delay(state, node).ToString(CultureInfo.InvariantCulture);
        }

        if (!optional && CanFence(state, node)) action.Clear(ActionFlags.Optional);
        if (reason is not null) action.SetReason(reason, false);
        return action;
    }

    /// <summary>The lesser half of a split cluster is given time to shoot first if it runs what matters most.</summary>
    private static long Delay(ClusterState state, ClusterNode node)
    {
        if (node.Online || node.IsRemoteOrGuest) return 0;
        var members = state.NodeList.FindAll(n => n.Kind == NodeKind.Cluster);
        int online = members.Count(n => n.Online);
        if (online > members.Count / 2) return 0;
        int top = members.Max(n => n.Priority);
        if (members.TrueForAll(n => n.Priority == top)) return 0;
        return node.Priority == top ? state.Options.PriorityFencingDelay : 0;
    }
}
