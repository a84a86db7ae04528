namespace Mainstay.Scheduler;

/// <content>Live migrations in the history (section 15).</content>
internal sealed partial class HistoryPass
{
    private static bool IsRecordedOn(string? name, ClusterNode node) =>
        string.Equals(name, node.Name, StringComparison.OrdinalIgnoreCase);

    private static HistoryEntry[] Entries(ClusterResource resource, ClusterNode? node) =>
        node?.FindHistory(resource.HistoryName)?.Entries ?? [];

    private HistoryEntry? Find(ClusterResource resource, ClusterNode? node, TaskKind task, string? source, string? target, bool onlySuccess)
    {
        foreach (var entry in Entries(resource, node))
        {
            if (entry.Task != task) continue;
            if (source is not null && !string.Equals(entry.MigrateSource, source, StringComparison.OrdinalIgnoreCase)) continue;
            if (target is not null && !string.Equals(entry.MigrateTarget, target, StringComparison.OrdinalIgnoreCase)) continue;
            if (onlySuccess && (entry.ExitStatus != 0 || entry.Status != ExecutionStatus.Done)) continue;
            return entry;
        }

        return null;
    }

    private bool NonMonitorAfter(ClusterResource resource, ClusterNode? node, HistoryEntry than)
    {
        foreach (var entry in Entries(resource, node))
        {
            if (entry == than) continue;
            if (entry.Task is TaskKind.Start or TaskKind.Stop or TaskKind.MigrateTo or TaskKind.MigrateFrom
                && HistoryEntry.Compare(entry, than) > 0)
            {
                return true;
            }
        }

        return false;
    }

    private bool NotRunningAfter(ClusterResource resource, ClusterNode? node, HistoryEntry than)
    {
        var monitor = Array.Find(Entries(resource, node), e => e.Task == TaskKind.Monitor);
        return monitor is { ExitStatus: 7, Status: ExecutionStatus.Done } && HistoryEntry.Compare(monitor, than) > 0;
    }

    private bool NewerState(ClusterResource resource, ClusterNode? node, HistoryEntry? to, HistoryEntry? from)
    {
        var than = from ?? to;
        if (to is not null && from is not null && node is not null && IsRecordedOn(from.MigrateSource, node)) than = to;
        return than is not null && (NonMonitorAfter(resource, node, than) || NotRunningAfter(resource, node, than));
    }

    private bool IsUnknownOn(ClusterResource resource, ClusterNode? node) =>
        !Array.Exists(Entries(resource, node), e => e.ExitStatus != 193);

    private void SuccessfulMigrateTo(ResourceRun run, HistoryEntry entry)
    {
        var resource = run.Resource;
        if (entry.MigrateSource is null || entry.MigrateTarget is null || !IsRecordedOn(entry.MigrateSource, run.Node)) return;
        var source = run.Node;
        var target = state.FindNode(entry.MigrateTarget);
        var from = Find(resource, target, TaskKind.MigrateFrom, entry.MigrateSource, null, false);
        bool sourceNewer = NonMonitorAfter(resource, source, entry);
        if (from is not null && sourceNewer) return;
        bool targetNewer = NewerState(resource, target, entry, from);
        if (sourceNewer && targetNewer) return;
        if (from is { ExitStatus: 0, Status: ExecutionStatus.Done })
        {
            resource.CurrentRole = Role.Stopped;
            resource.DanglingSources.Insert(0, source);
            return;
        }

        resource.CurrentRole = Role.Started;
        bool activeOnTarget = !targetNewer && target is { Online: true };
        if (from is not null && from.Status != ExecutionStatus.Pending)
        {
            if (activeOnTarget) AddActive(resource, target!, true);
            else FailMigration(resource);
            return;
        }

        if (target is { Online: true } && IsUnknownOn(resource, target)) return;
        if (activeOnTarget)
        {
            AddActive(resource, target!, false);
            if (source.Online)
            {
                resource.MigrationTarget = target;
                resource.MigrationSource = source;
            }
        }
        else if (!sourceNewer)
        {
            FailMigration(resource);
        }
    }

    private static void FailMigration(ClusterResource resource)
    {
        resource.IsFailed = true;
        resource.StopIfFailed = true;
        resource.AllowsMigration = false;
    }

    private void FailedMigrateTo(ResourceRun run, HistoryEntry entry)
    {
        var resource = run.Resource;
        if (entry.MigrateSource is null || entry.MigrateTarget is null || !IsRecordedOn(entry.MigrateSource, run.Node)) return;
        resource.CurrentRole = Role.Started;
        var target = state.FindNode(entry.MigrateTarget);
        var from = Find(resource, target, TaskKind.MigrateFrom, entry.MigrateSource, null, true);
        if (!IsUnknownOn(resource, target) && !NewerState(resource, target, entry, from))
        {
            if (target is { Online: true }) AddActive(resource, target, false);
        }
        else if (!NonMonitorAfter(resource, run.Node, entry))
        {
            resource.DanglingSources.Insert(0, run.Node);
        }
    }

    private void FailedMigrateFrom(ResourceRun run, HistoryEntry entry)
    {
        var resource = run.Resource;
        if (entry.MigrateSource is null || entry.MigrateTarget is null || !IsRecordedOn(entry.MigrateTarget, run.Node)) return;
        resource.CurrentRole = Role.Started;
        var source = state.FindNode(entry.MigrateSource);
        var to = Find(resource, source, TaskKind.MigrateTo, null, entry.MigrateTarget, true);
        if (!IsUnknownOn(resource, source) && !NewerState(resource, source, to, entry) && source is { Online: true })
        {
            AddActive(resource, source, true);
        }
    }
}
