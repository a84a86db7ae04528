namespace Mainstay.Scheduler;

/// <content>Failure timeouts (section 17.3 and 17.4) and recurring operations known to run (section 14).</content>
internal sealed partial class HistoryPass
{
    private bool IsExpired(ResourceRun run, HistoryEntry entry)
    {
        var (resource, node) = (run.Resource, run.Node);
        if (entry.Status == ExecutionStatus.NotInstalled) return false;
        bool isExpired = false;
        if (resource.FailureTimeout > 0 && entry.LastChange is { } changed)
        {
            isExpired = state.Now >= changed + resource.FailureTimeout;
            if (resource.ReconnectInterval != 0 && state.Options.FencingEnabled && entry.IntervalMs > 0
                && resource is { IsRemoteConnection: true, RemoteNode.RemoteFenced: false })
            {
                isExpired = false;
            }

            int effective = FailCounts.Effective(state, resource, node, false, out long last, entry);
            if (effective != 0 && state.Now < last + resource.FailureTimeout + 1)
            {
                state.UpdateRecheck(last + resource.FailureTimeout + 1);
            }
        }

        string? reason = null;
        if (isExpired)
        {
            int recorded = FailCounts.Read(state, resource, node, entry).Count;
            if (recorded != 0)
            {
                int effective = FailCounts.Effective(state, resource, node, false, out _, entry);
                if (effective == 0) reason = "it expired";
                else isExpired = false;
            }
            else if (entry.IsLastFailure && resource.ReconnectInterval != 0)
            {
                reason = "reconnect interval is set";
            }
        }

        if (reason is null && !isExpired && entry.IsLastFailure && ParametersChanged(run, entry))
        {
            reason = "resource parameters have changed";
        }

        if (reason is not null) ClearFailCounts(resource, node, reason);
        if (isExpired && entry.IsProbe && entry.ExitStatus is 0 or 7 or 8 or 190 or 191) isExpired = false;
        return isExpired;
    }

    private bool ParametersChanged(ResourceRun run, HistoryEntry entry)
    {
        if (entry.Task is not (TaskKind.Start or TaskKind.Monitor)) return false;
        var resource = run.Resource;
        if (resource.IsBundleConnectionByName(config))
        {
            state.DeferredChecks.Add(new DeferredCheck(resource, run.Node, entry, DeferredCheckKind.Clear));
            return false;
        }

        var comparison = Digests.Compare(state, config, actions, resource, entry, run.Node);
        return comparison is DigestComparison.Restart or DigestComparison.Mismatch;
    }

    private void ClearFailCounts(ClusterResource resource, ClusterNode node, string reason)
    {
        var clear = FailCountClearing.Add(state, actions, resource, node, reason);
        if (!state.Options.FencingEnabled || resource.ReconnectInterval == 0) return;
        if (state.FindNode(resource.Id) is not { } remote) return;
        var fence = Fencing.Action(state, actions, remote, null, true, null, false);
        state.Orderings.Add(new Ordering { FirstAction = fence, ThenAction = clear, Flags = OrderFlags.Ordered });
    }

    /// <summary>Section 17.4; true if the entry is dealt with.</summary>
    private static bool ProcessExpired(ResourceRun run, HistoryEntry entry, Result result)
    {
        if (!run.IsBundled && IsMaskable(entry, entry.Status!.Value, entry.ExitStatus) && entry.ExitStatus != entry.TargetResult)
        {
            if (run.Resource.CurrentRole <= Role.Stopped) run.Resource.CurrentRole = Role.Unknown;
            return true;
        }

        if (result.ExitStatus == entry.TargetResult) return false;
        if (entry.IntervalMs == 0) return true;
        if (!run.Node.IsOnlineAndClean) return false;
        entry.HasStaleDigest = true;
        return true;
    }

    private void CreateActiveRecurring(ResourceRun run)
    {
        if (!run.Node.Online) return;
        var entries = run.History.Sorted;
        var (start, stop) = StartStop.Find(entries);
        for (int i = 0; i < entries.Length; i++)
        {
            var entry = entries[i];
            if (i < start || (start < stop && i <= stop)) continue;
            if (entry.IntervalMs == 0 || entry.Status == ExecutionStatus.Pending) continue;
            actions.Custom(run.Resource, new ActionKey(entry.Task, entry.IntervalMs), run.Node, true);
        }
    }
}

/// <summary>Positions of the last start and stop in a sorted history (section 14).</summary>
internal static class StartStop
{
    public static (int Start, int Stop) Find(HistoryEntry[] entries)
    {
        int start = -1;
        int stop = -1;
        int monitor = -1;
        int roleChange = -1;
        for (int i = 0; i < entries.Length; i++)
        {
            var entry = entries[i];
            switch (entry.Task)
            {
                case TaskKind.Stop when entry.Status == ExecutionStatus.Done:
                    stop = i;
                    break;
                case TaskKind.Start or TaskKind.MigrateFrom:
                    start = i;
                    break;
                case TaskKind.Monitor when monitor <= stop && entry.ExitStatus is 0 or 8:
                    monitor = i;
                    break;
                case TaskKind.Promote or TaskKind.Demote:
                    roleChange = i;
                    break;
                default:
                    break;
            }
        }

        if (start == -1) start = roleChange != -1 ? roleChange : monitor;
        return (start, stop);
    }
}
