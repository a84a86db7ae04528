namespace Mainstay.Scheduler;

/// <summary>Pass 11: what runs with other parameters than configured (spec/scheduler-history.md section 21).</summary>
internal sealed class DefinitionChangesPass(ClusterState state, ConfigReader config, ActionStore actions, OrderStore orders,
    RecurringActions recurring)
{
    private const string Changed = "resource definition change";

    public void Run()
    {
        var byName = new Dictionary<string, List<ClusterResource>>(StringComparer.Ordinal);
        foreach (var primitive in state.Primitives())
        {
            Index(byName, primitive.Id, primitive);
            if (primitive.HistoryId is { } name && name != primitive.Id) Index(byName, name, primitive);
        }

        foreach (var node in state.NodeList)
        {
            if (!node.Maintenance && (!node.IsOnlineAndClean || node.ShuttingDown || node.Standby)) continue;
            if (node.Histories is not { } histories) continue;
            foreach (var history in histories)
            {
                if (history.Entries.Length == 0 || !byName.TryGetValue(history.Id, out var resources)) continue;
                foreach (var resource in resources) CheckResource(resource, node, history);
            }
        }
    }

    /// <summary>The checks of bundle connections, once their containers have nodes (pipeline step 8a).</summary>
    public void RunDeferred()
    {
        foreach (var check in state.DeferredChecks)
        {
            if (check.Kind == DeferredCheckKind.Clear)
            {
                var comparison = Digests.Compare(state, config, actions, check.Resource, check.Entry, check.Node);
                if (comparison is not (DigestComparison.Restart or DigestComparison.Mismatch)) continue;
                FailCountClearing.Add(state, actions, check.Resource, check.Node, "resource parameters have changed");
            }
            else if (CheckEntry(check.Resource, check.Node, check.Entry)
                && FailCounts.Effective(state, check.Resource, check.Node, false, out _) != 0)
            {
                FailCountClearing.Add(state, actions, check.Resource, check.Node, "action definition changed");
            }
        }
    }

    private static void Index(Dictionary<string, List<ClusterResource>> byName, string name, ClusterResource resource)
    {
        if (!byName.TryGetValue(name, out var list)) byName.Add(name, list = []);
        list.Add(resource);
    }

    private void CheckResource(ClusterResource resource, ClusterNode node, ResourceHistory history)
    {
        if (resource.IsRemoved)
        {
            if (resource.Top is not { IsClone: true, IsUnique: false }) Delete(resource, node, false);
            return;
        }

        bool isOther = !history.Record.HasAgent(resource.AgentClass, resource.Provider, resource.AgentType);
        if (!resource.Active.Contains(node))
        {
            if (isOther) Delete(resource, node, false);
            return;
        }

        if (isOther)
        {
            Unfencing.Trigger(state, actions, resource, node, "Device definition changed");
            actions.Custom(resource, TaskKind.Stop, node, false);
            resource.IsStartPending = true;
            Delete(resource, node, false);
        }

        CheckEntries(resource, node, history);
    }

    private void CheckEntries(ClusterResource resource, ClusterNode node, ResourceHistory history)
    {
        var entries = history.Sorted;
        var (start, stop) = StartStop.Find(entries);
        if (start < stop) return;
        for (int i = Math.Max(start, 0); i < entries.Length; i++)
        {
            var entry = entries[i];
            if (entry.IntervalMs > 0 && (resource.IsInMaintenance || node.Maintenance))
            {
                Cancel(resource, node, entry, "maintenance mode");
                continue;
            }

            bool isChecked = entry.IntervalMs > 0
                || entry.Task is TaskKind.Monitor or TaskKind.Start or TaskKind.Promote or TaskKind.MigrateFrom;
            if (!isChecked) continue;
            if (resource.IsBundleConnectionByName(config))
            {
                state.DeferredChecks.Add(new DeferredCheck(resource, node, entry, DeferredCheckKind.Active));
                continue;
            }

            if (CheckEntry(resource, node, entry) && FailCounts.Effective(state, resource, node, false, out _) != 0)
            {
                FailCountClearing.Add(state, actions, resource, node, "action definition changed");
            }
        }
    }

    /// <summary>Clean-up of a node's record of the resource (spec/scheduler-actions.md section 11).</summary>
    public void Delete(ClusterResource resource, ClusterNode node, bool optional)
    {
        if (resource.IsFailed || !node.IsOnlineAndClean) return;
        actions.Custom(resource, TaskKind.Delete, node, optional);
        var flags = optional ? OrderFlags.FirstImpliesThen : OrderFlags.Ordered;
        orders.Add(resource, TaskKind.Stop, resource, TaskKind.Delete, flags);
        orders.Add(resource, TaskKind.Delete, resource, TaskKind.Start, flags);
    }

    private void Cancel(ClusterResource resource, ClusterNode node, HistoryEntry entry, string reason)
    {
        var key = new ActionKey(entry.Task, entry.IntervalMs);
        var cancel = recurring.Cancel(resource, key, node);
        cancel.Meta["call-id"] = entry.CallId.ToString(System.Globalization.CultureInfo.InvariantCulture);
        cancel.SetReason(reason, false);
        orders.Add(resource, TaskKind.Stop, cancel, OrderFlags.Ordered);
    }

    private bool CheckEntry(ClusterResource resource, ClusterNode node, HistoryEntry entry)
    {
        if (entry.IntervalMs > 0)
        {
            bool isConfigured = resource.Operations.Exists(op =>
                op.Enabled && op.Task == entry.Task && op.IntervalMs == entry.IntervalMs && op.Id is not null);
            if (!isConfigured)
            {
                if (state.Options.CancelRemovedActions) Cancel(resource, node, entry, "removed");
                return true;
            }
        }

        var comparison = Digests.Compare(state, config, actions, resource, entry, node);
        if (comparison == DigestComparison.Match) return false;
        if (state.IsSanitized && comparison == DigestComparison.Mismatch
            && Digests.OnlyPrivateChanged(config, actions, node, resource, entry))
        {
            string operation = string.Create(
                System.Globalization.CultureInfo.InvariantCulture, $"{entry.IntervalMs / 1000}s-interval {entry.Operation}");
            state.Notices.Add($"Only 'private' parameters to {operation} for {resource.Id} on {node.Name} changed: {entry.Magic}");
            return false;
        }

        if (comparison == DigestComparison.Restart)
        {
            ForceRestart(resource, node, entry);
        }
        else if (entry.IntervalMs > 0)
        {
            Unfencing.Trigger(state, actions, resource, node, "Device parameters changed (reschedule)");
            actions.Custom(resource, new ActionKey(entry.Task, entry.IntervalMs), node, true).Set(ActionFlags.Reschedule);
        }
        else if (entry.RestartDigest is not null)
        {
            Unfencing.Trigger(state, actions, resource, node, "Device parameters changed (reload)");
            Reload(resource, node);
        }
        else
        {
            ForceRestart(resource, node, entry);
        }

        return true;
    }

    /// <summary>Requires the operation anew; for a start this makes the stop required too.</summary>
    private void ForceRestart(ClusterResource resource, ClusterNode node, HistoryEntry entry)
    {
        bool isStart = entry.IsProbe || entry.Task is TaskKind.MigrateFrom or TaskKind.Promote;
        var key = isStart ? new ActionKey(TaskKind.Start) : new ActionKey(entry.Task, entry.IntervalMs);
        var required = actions.Custom(resource, key, null, false);
        required.SetReason(Changed, true);
        Unfencing.Trigger(state, actions, resource, node, "Device parameters changed");
    }

    private void Reload(ClusterResource resource, ClusterNode node)
    {
        foreach (var child in resource.ChildList) Reload(child, node);
        if (!resource.IsPrimitive || !resource.IsManaged || resource.IsFailed) return;
        if (resource.IsStartPending)
        {
            actions.Custom(resource, TaskKind.Stop, node, false);
            return;
        }

        resource.IsReload = true;
        var reload = actions.Custom(resource, TaskKind.ReloadAgent, node, false);
        reload.SetReason(Changed, false);
        orders.Add(reload, resource, TaskKind.Stop, OrderFlags.Ordered | OrderFlags.ThenCancelsFirst);
        orders.Add(reload, resource, TaskKind.Demote, OrderFlags.Ordered | OrderFlags.ThenCancelsFirst);
    }
}
