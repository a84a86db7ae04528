namespace Mainstay.Scheduler;

/// <content>One entry: remapping, success, pending, failure (sections 9 to 12 and 16).</content>
internal sealed partial class HistoryPass
{
    private struct Result
    {
        public ExecutionStatus Status;
        public int ExitStatus;
        public bool IsExpired;
    }

    private static bool IsMaskable(HistoryEntry entry, ExecutionStatus status, int exitStatus) =>
        entry.IsProbe && (exitStatus is 5 or 2 || status == ExecutionStatus.NotInstalled);

    private void UnpackEntry(ResourceRun run, HistoryEntry entry)
    {
        if (entry.Task is not (TaskKind.Monitor or TaskKind.Start or TaskKind.Stop or TaskKind.Promote or TaskKind.Demote
            or TaskKind.MigrateTo or TaskKind.MigrateFrom) && entry.Operation != "asyncmon")
        {
            return;
        }

        if (entry.Status is not { } status || status == ExecutionStatus.Cancelled || entry.ExitStatus < 0) return;
        var result = new Result { Status = status, ExitStatus = entry.ExitStatus };
        result.IsExpired = IsExpired(run, entry);
        Remap(run, entry, ref result);
        if (result.IsExpired && ProcessExpired(run, entry, result)) return;
        if (!run.IsBundled && IsMaskable(entry, status, entry.ExitStatus))
        {
            ApplySuccess(run, entry, entry.TargetResult, entry.ExitStatus);
            AddFailed(run, entry);
            run.Resource.BanTarget.AddLocation(state, run.Node, -Scores.Infinity);
            state.Reasons?.Banned(run.Resource.BanTarget, run.Node, entry, run.Resource, run.Node);
            return;
        }

        switch (result.Status)
        {
            case ExecutionStatus.Pending:
                HandlePending(run, entry);
                return;
            case ExecutionStatus.Done:
                ApplySuccess(run, entry, result.ExitStatus, entry.ExitStatus);
                return;
            case ExecutionStatus.NotInstalled:
                HandleNotInstalled(run, entry, result);
                return;
            case ExecutionStatus.NotConnected:
                if (run.Node is { IsRemoteOrGuest: true, Connection: { IsManaged: true } connection })
                {
                    connection.IsFailed = true;
                    connection.StopIfFailed = true;
                }

                break;
            default:
                break;
        }

        HandleFailure(run, entry, result);
    }

    /// <summary>Section 10.</summary>
    private void Remap(ResourceRun run, HistoryEntry entry, ref Result result)
    {
        int original = result.ExitStatus;
        if (result.ExitStatus == 190) result.ExitStatus = 0;
        else if (result.ExitStatus == 191) result.ExitStatus = 8;
        if (original != result.ExitStatus && !result.IsExpired && (!run.Node.ShuttingDown || run.Node.Online)) AddFailed(run, entry);

        if (!run.IsBundled && IsMaskable(entry, result.Status, result.ExitStatus)
            && (result.Status != ExecutionStatus.Done || result.ExitStatus != 7))
        {
            result.Status = ExecutionStatus.Done;
            result.ExitStatus = 7;
        }

        if (result.Status is not (ExecutionStatus.Done or ExecutionStatus.Error))
        {
            if (result.Status is ExecutionStatus.NoFenceDevice or ExecutionStatus.NoSecrets) result.Status = ExecutionStatus.HardError;
            return;
        }

        bool isExpected = entry.TargetResult >= 0 && result.ExitStatus == entry.TargetResult;
        result.Status = isExpected ? ExecutionStatus.Done : ExecutionStatus.Error;
        RemapByExitStatus(run, entry, ref result, isExpected);
    }

    private void RemapByExitStatus(ResourceRun run, HistoryEntry entry, ref Result result, bool isExpected)
    {
        var resource = run.Resource;
        switch (result.ExitStatus)
        {
            case 0:
                if (entry.IsProbe && entry.TargetResult == 7) result.Status = ExecutionStatus.Done;
                break;
            case 7:
                if (!entry.IsProbe && entry.TargetResult != 7 && resource.IsManaged) break;
                result.Status = ExecutionStatus.Done;
                resource.CurrentRole = Role.Stopped;
                run.OnFail = OnFail.Ignore;
                resource.NextRole = Role.Unknown;
                break;
            case 8:
                if (entry.IsProbe && !isExpected) result.Status = ExecutionStatus.Done;
                if (!result.IsExpired || isExpected) resource.CurrentRole = Role.Promoted;
                break;
            case 9:
                if (!result.IsExpired) resource.CurrentRole = Role.Promoted;
                result.Status = ExecutionStatus.Error;
                break;
            case 6:
                result.Status = ExecutionStatus.FatalError;
                break;
            case 3 when entry.IntervalMs > 0:
                result.Status = ExecutionStatus.NotSupported;
                break;
            case 2 or 3 or 4 or 5:
                if (!result.IsExpired) BlockIfUnrecoverable(run, entry);
                result.Status = ExecutionStatus.HardError;
                break;
            default:
                if (result.Status == ExecutionStatus.Done) result.Status = ExecutionStatus.Error;
                break;
        }
    }

    private void BlockIfUnrecoverable(ResourceRun run, HistoryEntry entry)
    {
        if (entry.Task != TaskKind.Stop || Fencing.CanFence(state, run.Node)) return;
        run.Resource.IsManaged = false;
        run.Resource.IsBlocked = true;
    }

    /// <summary>Section 11; <paramref name="recorded"/> is the exit status before remapping.</summary>
    private void ApplySuccess(ResourceRun run, HistoryEntry entry, int exitStatus, int recorded)
    {
        _ = recorded;
        var resource = run.Resource;
        bool clears = false;
        if (exitStatus == 5 || (!run.IsBundled && IsMaskable(entry, entry.Status!.Value, entry.ExitStatus)))
        {
            resource.CurrentRole = Role.Stopped;
        }
        else if (exitStatus == 7)
        {
            clears = true;
        }
        else
        {
            clears = ApplySuccessfulTask(run, entry);
        }

        if (clears) ClearFailure(run);
    }

    private bool ApplySuccessfulTask(ResourceRun run, HistoryEntry entry)
    {
        var resource = run.Resource;
        switch (entry.Task)
        {
            case TaskKind.Monitor:
                if (resource.CurrentRole < Role.Started) resource.CurrentRole = run.ActiveRole;
                return run.LastFailure is { } failure && failure.Key == entry.Key;
            case TaskKind.Start:
            case TaskKind.MigrateFrom:
                resource.CurrentRole = Role.Started;
                return true;
            case TaskKind.Stop:
                resource.CurrentRole = Role.Stopped;
                return true;
            case TaskKind.Promote:
                resource.CurrentRole = Role.Promoted;
                return true;
            case TaskKind.Demote:
                resource.CurrentRole = Role.Unpromoted;
                return run.OnFail == OnFail.Demote;
            case TaskKind.MigrateTo:
                SuccessfulMigrateTo(run, entry);
                return false;
            default:
                if (resource.CurrentRole < Role.Started) resource.CurrentRole = run.ActiveRole;
                return false;
        }
    }

    private static void ClearFailure(ResourceRun run)
    {
        bool isCleared = run.OnFail switch
        {
            OnFail.Ignore or OnFail.Demote or OnFail.Restart or OnFail.RestartContainer or OnFail.Block => true,
            OnFail.ResetRemote => run.Resource.ReconnectInterval == 0,
            _ => false,
        };
        if (!isCleared) return;
        run.OnFail = OnFail.Ignore;
        run.Resource.NextRole = Role.Unknown;
    }

    /// <summary>Section 16.</summary>
    private void HandlePending(ResourceRun run, HistoryEntry entry)
    {
        var resource = run.Resource;
        if (run.LastFailure is { LastChange: { } failed } failure && entry.LastChange is { } changed
            && failure.Task == entry.Task && failure.IntervalMs == entry.IntervalMs && failed >= changed)
        {
            return;
        }

        switch (entry.Task)
        {
            case TaskKind.Start:
                resource.IsStartPending = true;
                resource.CurrentRole = run.ActiveRole;
                break;
            case TaskKind.Promote:
                resource.CurrentRole = Role.Promoted;
                break;
            case TaskKind.MigrateTo when run.Node.Unclean:
                var target = state.FindNode(entry.MigrateTarget);
                if (target is not null) actions.Custom(resource, TaskKind.Stop, target, false);
                break;
            default:
                break;
        }

        if (resource.PendingTask is not null || entry.IsProbe) return;
        resource.PendingTask = entry.Operation;
        resource.PendingIntervalMs = entry.IntervalMs;
        resource.PendingNode = run.Node;
    }

    private void HandleNotInstalled(ResourceRun run, HistoryEntry entry, Result result)
    {
        var (strategy, role) = Strategy(run, entry);
        if (strategy == OnFail.Ignore && run.OnFail < OnFail.Ban) run.OnFail = OnFail.Ban;
        run.Resource.BanTarget.AddLocation(state, run.Node, -Scores.Infinity);
        state.Reasons?.Banned(run.Resource.BanTarget, run.Node, entry, run.Resource, run.Node);
        ProcessFailure(run, entry, result, strategy, role);
    }

    private void HandleFailure(ResourceRun run, HistoryEntry entry, Result result)
    {
        var resource = run.Resource;
        var (strategy, role) = Strategy(run, entry);
        if (strategy == OnFail.Ignore || (strategy == OnFail.RestartContainer && entry.Task == TaskKind.Stop))
        {
            ApplySuccess(run, entry, entry.TargetResult, entry.ExitStatus);
            AddFailed(run, entry);
            resource.IsFailureIgnored = true;
            if (strategy == OnFail.RestartContainer && run.OnFail <= OnFail.Restart) run.OnFail = OnFail.RestartContainer;
            return;
        }

        ProcessFailure(run, entry, result, strategy, role);
        if (result.Status is not (ExecutionStatus.HardError or ExecutionStatus.FatalError)) return;
        var where = result.Status == ExecutionStatus.HardError ? run.Node : null;
        resource.BanTarget.AddLocation(state, where, -Scores.Infinity);
        state.Reasons?.Banned(resource.BanTarget, where, entry, resource, run.Node);
    }

    private (OnFail Strategy, Role Role) Strategy(ResourceRun run, HistoryEntry entry)
    {
        var key = new ActionKey(entry.Task, entry.IntervalMs);
        var strategy = actions.Meta.OnFailOf(run.Resource, key, actions.Meta.Of(run.Resource, key));
        return (strategy, OperationMeta.FailureRole(run.Resource, entry.Task, strategy));
    }

    /// <summary>Section 12.3.</summary>
    private void ProcessFailure(ResourceRun run, HistoryEntry entry, Result result, OnFail strategy, Role failRole)
    {
        var resource = run.Resource;
        run.LastFailure = entry;
        if (state.Options.Symmetric || entry.ExitStatus != 5) AddFailed(run, entry);
        if (strategy > run.OnFail) run.OnFail = strategy;
        switch (entry.Task)
        {
            case TaskKind.Stop:
                resource.AddLocation(state, run.Node, -Scores.Infinity);
                state.Reasons?.FailureBanned(resource, run.Node, entry);
                break;
            case TaskKind.MigrateTo:
                FailedMigrateTo(run, entry);
                break;
            case TaskKind.MigrateFrom:
                FailedMigrateFrom(run, entry);
                break;
            case TaskKind.Promote:
                resource.CurrentRole = Role.Promoted;
                break;
            case TaskKind.Demote when strategy == OnFail.Block:
                resource.CurrentRole = Role.Promoted;
                resource.NextRole = Role.Stopped;
                break;
            case TaskKind.Demote:
                resource.CurrentRole = result.ExitStatus == 7 ? Role.Stopped : Role.Unpromoted;
                break;
            default:
                break;
        }

        if (entry.IsProbe && result.ExitStatus == 5) resource.CurrentRole = Role.Stopped;
        else if (resource.CurrentRole < Role.Started) resource.CurrentRole = run.ActiveRole;
        if (failRole != Role.Started && resource.NextRole < failRole) resource.NextRole = failRole;
        if (failRole == Role.Stopped)
        {
            var banned = resource.IsUnique ? resource : resource.Top;
            banned.ReplaceTableWithBans(state);
            state.Reasons?.FailureBannedEverywhere(banned, resource, run.Node, entry);
        }
    }

    private void AddFailed(ResourceRun run, HistoryEntry entry)
    {
        if (!run.Node.Online || !state.FailedKeys.Add((entry.Key, run.Node))) return;
        state.FailedList.Add(new FailedOperation(
            entry.Key,
            run.Resource.Id,
            run.Node,
            entry.Operation,
            entry.IntervalMs,
            entry.ExitStatus,
            (int)(entry.Status ?? ExecutionStatus.Done),
            entry.CallId,
            entry.ExitReason,
            entry.LastChange,
            entry.ExecTime,
            entry.QueueTime));
    }
}
