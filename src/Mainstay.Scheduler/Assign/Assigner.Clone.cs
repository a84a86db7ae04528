namespace Mainstay.Scheduler;

/// <content>Clones and their instances (spec/scheduler-placement.md sections 9.4 and 9.4.2).</content>
internal sealed partial class Assigner
{
    private ClusterNode? AssignClone(ClusterResource clone, ClusterNode? preferred, bool stopIfFail)
    {
        if (!clone.IsUnassigned || clone.IsAssigning) return null;
        if (clone.IsPromotable) AddPromotionScores(clone);
        clone.IsAssigning = true;
        foreach (var constraint in Colocations.ThisWith(clone)) Assign(constraint.Primary, preferred, stopIfFail);
        foreach (var constraint in Colocations.WithThis(clone)) MergeDependent(constraint, clone);
        Dump(clone, "pcmk__clone_assign", true);
        var order = new InstanceOrder(this);
        clone.ChildList = MergeSort.Sort(clone.ChildList, order.Compare);
        AssignInstances(clone, clone.ChildList, clone.Clone!.Max, clone.Clone.NodeMax);
        if (clone.IsPromotable) ChoosePromoted(clone);
        clone.IsUnassigned = false;
        clone.IsAssigning = false;
        return null;
    }

    private void AssignInstances(ClusterResource collective, List<ClusterResource> instances, int max, int perNode)
    {
        var table = collective.Table;
        int available = 0;
        foreach (var node in state.NodeList)
        {
            if (table.Contains(node) && node.IsAvailable) available++;
        }

        table.ClearCounts();
        int optimal = available == 0 ? 1 : Math.Max(1, max / available);
        int assigned = 0;
        foreach (var instance in instances)
        {
            if (assigned >= max) break;
            if (!instance.IsUnassigned || EarlyTarget(collective, instance, optimal) is not { } current) continue;
            if (!TryAssignEarly(collective, instance, current, max - assigned, perNode)) continue;
            table.AddCount(current, 1);
            assigned++;
        }

        foreach (var instance in instances)
        {
            if (!instance.IsUnassigned) continue;
            if (assigned >= max)
            {
                instance.AddLocation(state, null, -Scores.Infinity);
                state.Reasons?.InstanceLimit(instance, collective, max);
                continue;
            }

            if (AssignInstance(collective, collective.Table, instance, null, perNode, stopIfFail: true) is not null) assigned++;
        }
    }

    /// <summary>Where an instance runs and may stay without upsetting the balance, or null.</summary>
    private static ClusterNode? EarlyTarget(ClusterResource collective, ClusterResource instance, int optimal)
    {
        if (!instance.IsPartlyActive() || instance.IsFailed) return null;
        if (instance.CurrentNode() is not { } current || current.BaseScore < 0 || !current.IsAvailable) return null;
        if (collective.Table.Contains(current) && collective.Table.Count(current) >= optimal) return null;
        return current;
    }

    private bool TryAssignEarly(ClusterResource collective, ClusterResource instance, ClusterNode current, int room, int perNode)
    {
        if (!NodeOrder.IsUsable(instance.Table, current)) return false;
        var saved = new TableBackup(instance);
        var mark = state.Reasons?.Mark(instance);
        var scratch = collective.Table.Copy();
        for (int reserved = 0; reserved < room; reserved++)
        {
            var chosen = AssignInstance(collective, scratch, instance, current, perNode, stopIfFail: false);
            if (chosen == current) return true;
            saved.Restore();
            state.Reasons?.Rewind(mark);
            if (chosen is null)
            {
                // Members that found no node stay assigned to none, as in the reference: only the instance is tried again.
                instance.IsUnassigned = true;
                return false;
            }

            UndoAll(instance);
        }

        return false;
    }

    private static void UndoAll(ClusterResource instance)
    {
        foreach (var resource in instance.SelfAndDescendants())
        {
            if (resource.IsPrimitive) Undo(resource);
            resource.IsUnassigned = true;
        }
    }

    private ClusterNode? AssignInstance(
        ClusterResource collective, NodeTable counts, ClusterResource instance, ClusterNode? preferred, int perNode, bool stopIfFail)
    {
        foreach (var node in state.NodeList)
        {
            if (!instance.Table.Contains(node)) continue;
            bool isBanned = instance.IsRemoved || !node.IsAvailable || !counts.Contains(node)
                || counts.Score(node) < 0 || counts.Count(node) >= perNode;
            if (!isBanned) continue;
            instance.Table.SetScore(node, -Scores.Infinity);
            foreach (var child in instance.ChildList)
            {
                if (child.Table.Contains(node)) child.Table.SetScore(node, -Scores.Infinity);
            }

            state.Reasons?.InstanceBanned(collective, instance, counts, node, perNode);
        }

        var chosen = Assign(instance, preferred, stopIfFail);
        if (chosen is not null) counts.AddCount(chosen, 1);
        return chosen;
    }

    /// <summary>The tables of a resource and everything below it.</summary>
    private sealed class TableBackup
    {
        private readonly List<(ClusterResource Resource, NodeTable Table)> _tables = [];

        public TableBackup(ClusterResource resource)
        {
            foreach (var each in resource.SelfAndDescendants()) _tables.Add((each, each.Table.Copy()));
        }

        public void Restore()
        {
            foreach (var (resource, table) in _tables) resource.Table = table.Copy();
        }
    }

    /// <summary>Instance order before assignment (section 9.4.1). Not transitive: only for <see cref="MergeSort"/>.</summary>
    private sealed class InstanceOrder(Assigner assigner)
    {
        public int Compare(ClusterResource a, ClusterResource b)
        {
            var nodeA = a.CurrentNode();
            var nodeB = b.CurrentNode();
            if (nodeA is not null && nodeB is not null)
            {
                int order = ActiveCount(a).CompareTo(ActiveCount(b));
                if (order != 0) return order;
            }

            bool canA = nodeA is null || (a.Table.TryScore(nodeA, out int scoreA) && scoreA >= 0);
            bool canB = nodeB is null || (b.Table.TryScore(nodeB, out int scoreB) && scoreB >= 0);
            if (canA != canB) return canA ? -1 : 1;
            if (!canA) nodeA = null;
            if (!canB) nodeB = null;
            if (a.Priority != b.Priority) return b.Priority.CompareTo(a.Priority);
            if (nodeA is null && nodeB is null) return 0;
            if (nodeA is null) return 1;
            if (nodeB is null) return -1;
            return CompareActive(a, b, nodeA, nodeB);
        }

        private int CompareActive(ClusterResource a, ClusterResource b, ClusterNode nodeA, ClusterNode nodeB)
        {
            if (nodeA.IsAvailable != nodeB.IsAvailable) return nodeA.IsAvailable ? -1 : 1;
            var tableA = a.Parent?.Table;
            var tableB = b.Parent?.Table;
            bool hasA = tableA?.Contains(nodeA) ?? false;
            bool hasB = tableB?.Contains(nodeB) ?? false;
            if (!hasA && !hasB) return 0;
            if (hasA != hasB) return hasA ? -1 : 1;
            int countA = tableA!.Count(nodeA);
            int countB = tableB!.Count(nodeB);
            if (countA != countB) return countA.CompareTo(countB);
            bool failedA = a.AnyFailed();
            bool failedB = b.AnyFailed();
            if (failedA != failedB) return failedA ? 1 : -1;
            int order = Colocated(b, nodeB).CompareTo(Colocated(a, nodeA));
            return order != 0 ? order : Number(a).CompareTo(Number(b));
        }

        private static int ActiveCount(ClusterResource resource) => resource.Active.Count;

        private static int Number(ClusterResource resource) => resource.InstanceNumber;

        /// <summary>What colocations make of the current node.</summary>
        private int Colocated(ClusterResource instance, ClusterNode node)
        {
            NodeTable? table = new NodeTable(node.Index + 1);
            table.Put(node, node.BaseScore, node.BaseDiscovery);
            foreach (var constraint in Colocations.ThisWith(instance))
            {
                assigner.Merge(constraint.Primary, instance, ref table, constraint, MergeFactor.One.Times(constraint.Score),
                    MergeFlags.None);
            }

            foreach (var constraint in Colocations.WithThis(instance))
            {
                if (!Colocations.Influences(constraint, instance)) continue;
                assigner.Merge(constraint.Dependent, instance, ref table, constraint, MergeFactor.One.Times(constraint.Score),
                    MergeFlags.Nonnegative);
            }

            return table!.Score(node);
        }
    }
}
