namespace Mainstay.Scheduler;

/// <summary>Pass 12: assigns resources to nodes (spec/scheduler-placement.md section 9). Partial files follow the variants.</summary>
internal sealed partial class Assigner(ClusterState state, OrderStore orders)
{
    /// <summary>Whether the score lines are recorded.</summary>
    public bool RecordsScores { get; init; }

    /// <summary>Whether what dependents say is summed up where it can be; the plan is the same, and tests compare.</summary>
    public bool UsesSummaries { get; init; } = true;

    /// <summary>Whether capacities and what is taken of them are recorded.</summary>
    public bool RecordsUtilization { get; init; }

    public void Run()
    {
        RecordCapacities("Original");
        AssignAll();
        RecordCapacities("Remaining");
    }

    private void RecordCapacities(string comment)
    {
        if (!RecordsUtilization) return;
        foreach (var node in state.NodeList)
        {
            state.PlacementRecords.Add(new PlacementRecord.Capacity(comment, node.Name, [.. node.Utilization]));
        }
    }

    private void AssignAll()
    {
        if (state.Options.Placement != PlacementStrategy.Default) SortByPlacement();
        foreach (var resource in state.ResourceList)
        {
            if (resource.IsRemoteConnection) Assign(resource, resource.MigrationTarget, true);
        }

        foreach (var resource in state.ResourceList)
        {
            if (!resource.IsRemoteConnection) Assign(resource, null, true);
        }
    }

    /// <summary>Assigns a resource if it is not assigned; returns its node where it has a single one.</summary>
    public ClusterNode? Assign(ClusterResource resource, ClusterNode? preferred, bool stopIfFail) => resource.Variant switch
    {
        ResourceVariant.Primitive => AssignPrimitive(resource, preferred, stopIfFail),
        ResourceVariant.Group => AssignGroup(resource, preferred, stopIfFail),
        ResourceVariant.Clone => AssignClone(resource, preferred, stopIfFail),
        _ => AssignBundle(resource, stopIfFail),
    };

    private void Dump(ClusterResource resource, string phase, bool withChildren)
    {
        if (!RecordsScores || resource.IsRemoved) return;
        foreach (var node in state.NodeList)
        {
            if (!resource.Table.Contains(node)) continue;
            state.PlacementRecords.Add(new PlacementRecord.Allocation(phase, resource.Id, node.Name, resource.Table.Score(node)));
        }

        if (!withChildren) return;
        foreach (var child in resource.ChildList) Dump(child, phase, true);
    }

    /// <summary>Section 9.2.1.</summary>
    private void Choose(ClusterResource resource, ClusterNode? preferred, bool stopIfFail)
    {
        var mostCapable = LimitByUtilization(resource);
        preferred ??= mostCapable;
        var table = resource.Table;
        var current = resource.CurrentNode();
        var best = BestNode(resource, preferred, current);
        if (best is null)
        {
            Finalize(resource, null, stopIfFail, force: false);
            return;
        }

        if (preferred is not null && table.Contains(preferred) && table.Score(preferred) >= table.Score(best)
            && NodeOrder.IsUsable(table, preferred))
        {
            Finalize(resource, preferred, stopIfFail, force: false);
            return;
        }

        // Where it runs is as good as the best node: the order puts nodes of equal score by their load.
        bool isUniqueInstance = resource.Parent is { IsClone: true, IsUnique: true };
        if (!isUniqueInstance && table.Score(best) > 0 && best.IsAvailable && current is { IsAvailable: true, BaseScore: >= 0 }
            && table.TryScore(current, out int score) && score == table.Score(best))
        {
            best = current;
        }

        Finalize(resource, best, stopIfFail, force: false);
    }

    private ClusterNode? BestNode(ClusterResource resource, ClusterNode? preferred, ClusterNode? current)
    {
        state.Work.Scores += state.NodeList.Count;
        if (state.Reasons is null && state.Options.Placement != PlacementStrategy.Balanced)
        {
            return NodeOrder.Best(state, resource.Table, current);
        }

        var nodes = NodeOrder.Sorted(state, resource.Table, current);
        state.Reasons?.Ranked(resource, preferred, nodes);
        return nodes.Count == 0 ? null : nodes[0];
    }

    private void Finalize(ClusterResource resource, ClusterNode? node, bool stopIfFail, bool force)
    {
        if (!force && node is not null && !node.IsGuest && !NodeOrder.IsUsable(resource.Table, node)) node = null;
        if (!force && node is { IsGuest: true } && resource.Table.Score(node) < 0) node = null;
        state.Reasons?.Placed(resource, node);
        Undo(resource);
        resource.IsUnassigned = false;
        if (node is null)
        {
            if (stopIfFail) StopBecauseUnassigned(resource);
            return;
        }

        resource.AssignedNode = node;
        resource.AssignedScore = resource.IsManaged && resource.Table.TryScore(node, out int score) ? score : node.BaseScore;
        node.AssignedCount++;
        Consume(node, resource, -1);
        if (RecordsUtilization && !resource.IsRemoved)
        {
            state.PlacementRecords.Add(new PlacementRecord.Utilization(resource.Id, node.Name, [.. resource.Utilization]));
        }
    }

    private static void StopBecauseUnassigned(ClusterResource resource)
    {
        resource.NextRole = Role.Stopped;
        foreach (var action in resource.Actions)
        {
            if (action.Task == TaskKind.Stop)
            {
                action.Clear(ActionFlags.Optional);
            }
            else if (action.Task == TaskKind.Start)
            {
                action.Clear(ActionFlags.Runnable);
            }
            else if (action.Key.IntervalMs > 0 && action.Meta.GetValueOrDefault("op_target_rc") != "7")
            {
                action.Clear(ActionFlags.Runnable);
            }
        }
    }

    /// <summary>Assigns to no node and stops what is planned (used by interleaved clones).</summary>
    public bool AssignNowhere(ClusterResource resource)
    {
        bool changed = false;
        if (resource.ChildList.Count > 0)
        {
            foreach (var child in resource.ChildList) changed |= AssignNowhere(child);
            return changed;
        }

        changed = resource.AssignedNode is not null;
        Finalize(resource, null, stopIfFail: true, force: true);
        return changed;
    }

    public static void Undo(ClusterResource resource)
    {
        if (resource.AssignedNode is not { } node) return;
        node.AssignedCount--;
        Consume(node, resource, 1);
        resource.AssignedNode = null;
        resource.IsUnassigned = true;
    }

    private static void Consume(ClusterNode node, ClusterResource resource, int sign)
    {
        foreach (var (name, amount) in resource.Utilization)
        {
            if (node.Utilization.TryGetValue(name, out int left)) node.Utilization[name] = left + (sign * amount);
        }
    }

    /// <summary>A connection that has a node makes its own node usable; one that has none takes it down (section 6.5).</summary>
    private void UpdateRemoteNode(ClusterResource connection)
    {
        if (connection.RemoteNode is not { } remote) return;
        if (connection.AssignedNode is not null && connection.NextRole != Role.Stopped)
        {
            remote.Online = true;
            // One that was to be fenced only because its connection was lost need not be if there is a new one.
            if (!remote.Seen) remote.Unclean = false;
        }
        else
        {
            remote.ShuttingDown = true;
        }

        _summaries.NodesChanged();
    }

    private ClusterNode? AssignGroup(ClusterResource group, ClusterNode? preferred, bool stopIfFail)
    {
        if (!group.IsUnassigned) return group.IsColocatedGroup ? group.ChildList.Find(m => m.AssignedNode is not null)?.AssignedNode : null;
        if (group.IsAssigning || group.ChildList.Count == 0) return null;
        group.IsAssigning = true;
        group.CurrentRole = group.ChildList[0].CurrentRole;
        Dump(group, "pcmk__group_assign", true);
        ClusterNode? chosen = null;
        foreach (var member in group.ChildList)
        {
            var node = Assign(member, preferred, stopIfFail);
            chosen ??= node;
        }

        group.NextRole = group.ChildList[0].NextRole;
        group.IsAssigning = false;
        group.IsUnassigned = false;
        return group.IsColocatedGroup ? chosen : null;
    }
}
