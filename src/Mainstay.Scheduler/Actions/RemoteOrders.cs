namespace Mainstay.Scheduler;

/// <summary>State of the connection to a remote node (spec/scheduler-actions.md section 16.1).</summary>
internal enum RemoteConnectionState
{
    Unknown,
    Alive,
    Resting,
    Failed,
    Stopped,
}

/// <summary>What the connection of a remote node is going to be.</summary>
internal static class RemoteConnections
{
    public static RemoteConnectionState StateOf(ClusterState state, ClusterNode remote)
    {
        _ = state;
        var connection = remote.Connection!;
        var host = connection.CurrentNode();
        if (connection.NextRole == Role.Stopped || connection.AssignedNode is null)
        {
            if (host is { Unclean: true }) return RemoteConnectionState.Failed;
            if (!connection.IsFailed) return RemoteConnectionState.Stopped;
            bool mayComeBack = connection.NextRole == Role.Stopped && connection.ReconnectInterval != 0
                && remote.RemoteFenced && remote.Attributes.GetValueOrDefault("shutdown") is null or "0";
            return mayComeBack ? RemoteConnectionState.Unknown : RemoteConnectionState.Failed;
        }

        if (host is null) return RemoteConnectionState.Unknown;
        if (!host.IsOnlineAndClean) return RemoteConnectionState.Resting;
        bool isMoving = connection is { Active.Count: > 1, MigrationSource: not null, MigrationTarget: not null };
        return isMoving ? RemoteConnectionState.Resting : RemoteConnectionState.Alive;
    }

    /// <summary>The cluster node that passes an action on to a remote or guest node (section 16.3).</summary>
    public static ClusterNode? Router(PlanAction action)
    {
        if (action.Node is not { IsRemoteOrGuest: true, Connection: { } connection } node) return null;
        var began = connection.CurrentNode();
        var ended = connection.AssignedNode;
        if (node.IsGuest && connection.Launcher is not null && began is null) began = connection.Launcher.CurrentNode();
        if (began is null) return ended;
        if (ended is null || began == ended) return began;
        var task = action.Task is TaskKind.Notify or TaskKind.Notified ? action.Key.Task : action.Task;
        bool usesOld = action.Task == TaskKind.Cancel
            || TaskNames.Base(task) is TaskKind.Stop or TaskKind.Demote or TaskKind.MigrateTo or TaskKind.MigrateFrom;
        if (!usesOld) return ended;
        bool isPartial = connection is { MigrationSource: not null, MigrationTarget: not null } && !node.IsGuest;
        return isPartial ? ended : began;
    }
}

/// <summary>Pass 14: actions on remote and guest nodes against their connections (spec/scheduler-actions.md section 16).</summary>
internal sealed class RemoteOrdersPass(ClusterState state, ActionStore actions, OrderStore orders)
{
    private const OrderFlags StartFlags = OrderFlags.GuestAllowed | OrderFlags.UnrunnableFirstBlocks;

    public void Run()
    {
        if (!state.NodeList.Exists(n => n.IsRemoteOrGuest)) return;
        for (int i = state.Actions.Count - 1; i >= 0; i--) Order(state.Actions[i]);
    }

    private void Order(PlanAction action)
    {
        if (action.Resource is not { } resource) return;
        if (action.Task == TaskKind.ClearFailCount && resource.IsRemoteConnection)
        {
            orders.Add(action, resource, TaskKind.Start, OrderFlags.Ordered);
            return;
        }

        if (action.Node is not { IsRemoteOrGuest: true, Connection: { } connection } node || action.IsPseudo) return;
        if (action.Task == TaskKind.Start)
        {
            foreach (var stop in resource.Actions)
            {
                if (stop.Task == TaskKind.Stop && stop.Node != node) orders.Add(connection, TaskKind.Start, stop, OrderFlags.Ordered);
            }
        }

        if (node.IsGuest) OrderGuest(action, connection, node);
        else OrderRemote(action, connection, node);
    }

    private void StartThen(ClusterResource connection, PlanAction action, OrderFlags extra) =>
        orders.Add(connection, TaskKind.Start, action, StartFlags | extra);

    private void ThenStop(PlanAction action, ClusterResource connection, OrderFlags extra) =>
        orders.Add(action, connection, TaskKind.Stop, OrderFlags.GuestAllowed | extra);

    private static TaskKind Effective(PlanAction action) =>
        action.Task is TaskKind.MigrateTo or TaskKind.MigrateFrom ? TaskKind.Stop : action.Task;

    private void OrderRemote(PlanAction action, ClusterResource connection, ClusterNode node)
    {
        var connectionState = RemoteConnections.StateOf(state, node);
        switch (Effective(action))
        {
            case TaskKind.Start or TaskKind.Promote:
                StartThen(connection, action, connectionState == RemoteConnectionState.Failed ? OrderFlags.FirstImpliesThen
                    : OrderFlags.None);
                break;
            case TaskKind.Stop:
                OrderRemoteStop(action, connection, node, connectionState);
                break;
            case TaskKind.Demote:
                if (connectionState is RemoteConnectionState.Resting or RemoteConnectionState.Unknown)
                {
                    StartThen(connection, action, OrderFlags.None);
                }
                break;
            default:
                OrderRemoteOther(action, connection, node, connectionState);
                break;
        }
    }

    private void OrderRemoteStop(PlanAction action, ClusterResource connection, ClusterNode node, RemoteConnectionState connectionState)
    {
        if (connectionState == RemoteConnectionState.Alive)
        {
            ThenStop(action, connection, OrderFlags.ThenImpliesFirst);
        }
        else if (connectionState == RemoteConnectionState.Failed)
        {
            Fencing.Fence(state, actions, node, "resources are active but connection is unrecoverable", false);
        }
        else if (connection.NextRole == Role.Stopped)
        {
            ThenStop(action, connection, OrderFlags.ThenImpliesFirst);
        }
        else
        {
            StartThen(connection, action, OrderFlags.None);
        }
    }

    private void OrderRemoteOther(PlanAction action, ClusterResource connection, ClusterNode node, RemoteConnectionState connectionState)
    {
        if (action.Key.IntervalMs > 0)
        {
            StartThen(connection, action, OrderFlags.FirstImpliesThen);
            return;
        }

        if (action.IsProbe && connectionState == RemoteConnectionState.Failed)
        {
            Fencing.Fence(state, actions, node, "resources are in unknown state and connection is unrecoverable", false);
        }

        if (connection.CurrentNode() is not null && connectionState == RemoteConnectionState.Stopped)
        {
            ThenStop(action, connection, OrderFlags.UnrunnableFirstBlocks);
        }
        else
        {
            StartThen(connection, action, OrderFlags.None);
        }
    }

    private void OrderGuest(PlanAction action, ClusterResource connection, ClusterNode node)
    {
        var container = connection.Launcher;
        if (container is { IsFailed: true }) Fencing.Fence(state, actions, node, "container failed", false);
        switch (Effective(action))
        {
            case TaskKind.Start or TaskKind.Promote:
                if (container is not null) StartThen(container, action, OrderFlags.FirstImpliesThen);
                StartThen(connection, action, OrderFlags.None);
                break;
            case TaskKind.Cancel:
                break;
            case TaskKind.Stop or TaskKind.Demote:
                if (container is { IsFailed: false }) ThenStop(action, connection, OrderFlags.None);
                break;
            default:
                StartThen(connection, action, action.Key.IntervalMs > 0 ? OrderFlags.FirstImpliesThen : OrderFlags.None);
                break;
        }
    }
}
