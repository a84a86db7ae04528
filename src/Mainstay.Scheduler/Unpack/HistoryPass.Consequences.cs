namespace Mainstay.Scheduler;

/// <content>After all entries of a resource on a node: fencing, stops, active nodes (sections 13 and 18).</content>
internal sealed partial class HistoryPass
{
    private void ApplyConsequences(ResourceRun run)
    {
        var (resource, node) = (run.Resource, run.Node);
        bool isActive = resource.CurrentRole > Role.Stopped;
        MarkKnown(resource, node);
        if (isActive && !node.Online && !node.Maintenance && resource.IsManaged) FenceForActive(run);

        var onFail = node.Unclean ? OnFail.Ignore : run.OnFail;
        ApplyOnFail(run, onFail, isActive);
        if (resource is { IsRemoteConnection: true, IsFailed: true } && state.FindNode(resource.Id) is { Unclean: true } remote)
        {
            remote.Seen = true;
        }

        if (isActive) MarkActive(run, onFail);
        else ForgetInactive(resource, node);

        if (resource.CurrentRole == Role.Stopped && resource.IsActiveAnywhere && resource.MigrationTarget is not null
            && resource.MigrationSource == node)
        {
            resource.CurrentRole = Role.Started;
        }
    }

    private static void MarkKnown(ClusterResource resource, ClusterNode node)
    {
        if (resource.CurrentRole == Role.Unknown) return;
        for (var r = resource; r is not null; r = r.Parent)
        {
            r.Probed.Add(node);
            if (r.IsUnique) break;
        }
    }

    private void FenceForActive(ResourceRun run)
    {
        var (resource, node) = (run.Resource, run.Node);
        if (node.IsGuest)
        {
            resource.IsFailed = true;
            resource.StopIfFailed = true;
            Fencing.Fence(state, actions, node, $"{resource.Id} is thought to be active there", false);
            return;
        }

        if (!state.Options.FencingEnabled) return;
        string reason = $"{resource.Id} is thought to be active there";
        if (node.Kind == NodeKind.Remote && node.Connection is { IsFailed: false })
        {
            node.Seen = false;
            reason = $"{resource.Id} is active there (fencing will be revoked if remote connection can be re-established elsewhere)";
        }

        Fencing.Fence(state, actions, node, reason, false);
    }

    private void ApplyOnFail(ResourceRun run, OnFail onFail, bool isActive)
    {
        var (resource, node) = (run.Resource, run.Node);
        state.Reasons?.OnFailApplies(resource, node, run.LastFailure, onFail);
        switch (onFail)
        {
            case OnFail.Demote:
                resource.IsFailed = true;
                actions.Custom(resource, TaskKind.Demote, node, false);
                break;
            case OnFail.Fence:
                Fencing.Fence(state, actions, node, $"{resource.Id} failed there", false);
                break;
            case OnFail.Standby:
                node.Standby = true;
                node.FailStandby = true;
                break;
            case OnFail.Block:
                resource.IsManaged = false;
                resource.IsBlocked = true;
                break;
            case OnFail.Ban:
                resource.AddLocation(state, node, -Scores.Infinity);
                state.Reasons?.FailureBanned(resource, node, run.LastFailure);
                break;
            case OnFail.Stop:
                resource.NextRole = Role.Stopped;
                break;
            case OnFail.Restart when isActive:
                resource.IsFailed = true;
                resource.StopIfFailed = true;
                actions.Custom(resource, TaskKind.Stop, node, false);
                break;
            case OnFail.RestartContainer:
                RestartContainer(resource, node, isActive);
                break;
            case OnFail.ResetRemote:
                ResetRemote(resource, node, isActive);
                break;
            default:
                break;
        }
    }

    private void RestartContainer(ClusterResource resource, ClusterNode node, bool isActive)
    {
        resource.IsFailed = true;
        resource.StopIfFailed = true;
        if (resource.IsInBundle && resource.Launcher is { } bundleContainer)
        {
            if (!_containersToStop.Contains(bundleContainer)) _containersToStop.Add(bundleContainer);
        }
        else if (resource.Launcher is { } container)
        {
            actions.Custom(container, TaskKind.Stop, node, false);
        }
        else if (isActive)
        {
            actions.Custom(resource, TaskKind.Stop, node, false);
        }
    }

    private void ResetRemote(ClusterResource resource, ClusterNode node, bool isActive)
    {
        resource.IsFailed = true;
        resource.StopIfFailed = true;
        if (state.Options.FencingEnabled && state.FindNode(resource.Id) is { Kind: NodeKind.Remote, RemoteFenced: false } remote)
        {
            Fencing.Fence(state, actions, remote, "remote connection is unrecoverable", false);
        }

        if (isActive) actions.Custom(resource, TaskKind.Stop, node, false);
        if (resource.ReconnectInterval != 0) resource.NextRole = Role.Stopped;
    }

    private void MarkActive(ResourceRun run, OnFail onFail)
    {
        var resource = run.Resource;
        AddActive(resource, run.Node, failed: run.OnFail != OnFail.Ignore);
        if (onFail == OnFail.Ignore) return;
        resource.IsFailed = true;
        if (onFail is not (OnFail.Demote or OnFail.Block)) resource.StopIfFailed = true;
    }

    private void ForgetInactive(ClusterResource resource, ClusterNode node)
    {
        if (resource.HistoryId is { } name && name.Contains(':', StringComparison.Ordinal))
        {
            state.SetHistoryId(resource, null);
            return;
        }

        if (!resource.Actions.MayHaveTask(TaskKind.Stop)) return;
        foreach (var stop in ActionStore.All(resource, TaskKind.Stop, node)) stop.Set(ActionFlags.Optional);
    }

    /// <summary>Section 18: adds a node to a resource's active nodes.</summary>
    private void AddActive(ClusterResource resource, ClusterNode node, bool failed)
    {
        if (resource.Active.Contains(node)) return;
        resource.Active.Add(node);
        if (resource.IsPrimitive)
        {
            node.Running.Add(resource);
            CountPriority(resource, node, failed);
            if (node.Maintenance)
            {
                resource.IsManaged = false;
                resource.IsInMaintenance = true;
            }
        }

        if (!resource.IsManaged)
        {
            resource.AddLocation(state, node, Scores.Infinity);
            state.Reasons?.Unmanaged(resource, node);
            for (var r = resource.Parent; r is not null; r = r.Parent) r.Active.Add(node);
            return;
        }

        if (resource.IsPrimitive && IsMultiplyActive(resource)) HandleMultiplyActive(resource);
        if (resource.Parent is { } parent) AddActive(parent, node, false);
    }

    private static void CountPriority(ClusterResource resource, ClusterNode node, bool failed)
    {
        if (resource.Priority == 0 || failed) return;
        int priority = resource.Priority + (resource.CurrentRole == Role.Promoted ? 1 : 0);
        node.Priority += priority;
        if (!node.IsGuest || node.Connection?.Launcher is not { } container) return;
        foreach (var host in container.Active) host.Priority += priority;
    }

    private static bool IsMultiplyActive(ClusterResource resource)
    {
        int count = resource.NeedsFencing ? resource.Active.Count : resource.Active.Count(n => n.IsOnlineAndClean);
        return count > 1;
    }

    private void HandleMultiplyActive(ClusterResource resource)
    {
        switch (resource.MultipleActive)
        {
            case MultipleActivePolicy.StopOnly:
                resource.ReplaceTableWithBans(state);
                state.Reasons?.MultiplyActive(resource);
                break;
            case MultipleActivePolicy.Block:
                resource.IsManaged = false;
                resource.IsBlocked = true;
                if (resource.Parent is { IsClone: false, MultipleActive: MultipleActivePolicy.Block } parent)
                {
                    foreach (var child in parent.ChildList)
                    {
                        child.IsManaged = false;
                        child.IsBlocked = true;
                    }
                }

                break;
            default:
                break;
        }
    }
}
