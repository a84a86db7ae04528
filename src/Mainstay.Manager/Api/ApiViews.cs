using Mainstay.Client;
using Mainstay.Manager.Core;

namespace Mainstay.Manager.Api;

/// <summary>The core's views as messages of the API.</summary>
internal static class ApiViews
{
    public static ManagerStatus Status(CoreStatus status, ManagerIdentity identity) => new()
    {
        ClusterName = identity.ClusterName,
        Node = identity.NodeName,
        NodeId = identity.NodeId,
        Replica = status.Mode.ToString().ToLowerInvariant(),
        Coordinator = status.Coordinator,
        HaveQuorum = status.IsQuorate,
        Votes = status.Votes,
        Quorum = status.Quorum,
        ExpectedVotes = status.ExpectedVotes,
        CibVersion = status.Version,
        StorageError = status.StorageError,
        Nodes = [.. status.Nodes.Select(node => new NodeStatus
        {
            Id = node.Id,
            Name = node.Name,
            Online = node.IsOnline,
            Pending = node.IsPending,
            Unclean = node.IsUnclean,
            Standby = node.IsStandby,
            Maintenance = node.IsMaintenance,
            Shutdown = node.IsShuttingDown,
            IsCoordinator = node.IsCoordinator,
        })],
        Transition = new TransitionStatus
        {
            Id = status.TransitionId,
            IsRunning = !status.IsIdle,
            PendingActions = [.. status.Pending.Select(action => new PendingAction(action.Key, action.Node, action.Since))],
        },
    };

    public static FencingEvent Fencing(FencingEntry entry) => new()
    {
        Id = entry.Id,
        Target = entry.Target,
        Action = entry.Action,
        Origin = entry.Origin,
        Client = entry.Client,
        State = entry.State,
        Delegate = entry.Delegate,
        Device = entry.Device,
        ExitReason = entry.Reason,
        Requested = entry.Requested,
        Completed = entry.Completed,
    };
}
