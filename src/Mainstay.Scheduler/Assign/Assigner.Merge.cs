namespace Mainstay.Scheduler;

/// <content>Feeding the wishes of dependents back to their primary (spec/scheduler-placement.md section 8.9).</content>
internal sealed partial class Assigner
{
    /// <summary>Marks a node that must not become better any more.</summary>
    private const int Unusable = -100_000_000;

    [Flags]
    private enum MergeFlags
    {
        None = 0,
        ThisWith = 1,
        Nonnegative = 2,
        Rollback = 4,
    }

    private void MergeDependent(ColocationConstraint constraint, ClusterResource primary)
    {
        if (!Colocations.Influences(constraint)) return;
        var flags = MergeFlags.Rollback;
        if (primary.IsClone) flags |= MergeFlags.Nonnegative;
        NodeTable? table = primary.Table;
        Merge(constraint.Dependent, primary, ref table, constraint, MergeFactor.One.Times(constraint.Score), flags);
        primary.Table = table!;
        state.Reasons?.WithDependent(primary, constraint);
    }

    private void Merge(
        ClusterResource source, ClusterResource target, ref NodeTable? nodes, ColocationConstraint? constraint, MergeFactor factor,
            MergeFlags flags)
    {
        if (source.IsMerging || source is { IsGroup: true, ChildList.Count: 0 }) return;
        source.IsMerging = true;
        if (source.IsGroup)
        {
            var member = nodes is null ? source.ChildList[^1] : source.ChildList[0];
            Merge(member, nodes is null ? member : target, ref nodes, constraint, factor, flags);
            source.IsMerging = false;
            return;
        }

        NodeTable? work;
        if (nodes is null)
        {
            work = source.Table.Copy();
            target = source;
        }
        else
        {
            work = nodes.Copy();
            AddBest(source, target, work, constraint!, factor, flags);
        }

        if (!NodeOrder.AnyUsable(state, work))
        {
            if ((flags & MergeFlags.Rollback) != 0)
            {
                source.IsMerging = false;
                return;
            }
        }
        else
        {
            MergeFurther(source, target, ref work, factor, flags | MergeFlags.Rollback);
        }

        if ((flags & MergeFlags.Nonnegative) != 0)
        {
            foreach (var node in state.NodeList)
            {
                if (work!.TryScore(node, out int score) && score == Unusable) work.SetScore(node, 1);
            }
        }

        nodes = work;
        source.IsMerging = false;
    }

    private void MergeFurther(ClusterResource source, ClusterResource target, ref NodeTable? work, MergeFactor factor, MergeFlags flags)
    {
        bool thisWith = (flags & MergeFlags.ThisWith) != 0;
        var list = thisWith ? Colocations.ThisWith(source) : Colocations.WithThis(source);
        foreach (var next in list)
        {
            if (!thisWith && !Colocations.Influences(next)) continue;
            var other = thisWith ? next.Primary : next.Dependent;
            Merge(other, target, ref work, next, factor.Times(next.Score), flags);
        }
    }

    private void AddBest(
        ClusterResource source, ClusterResource target, NodeTable work, ColocationConstraint constraint, MergeFactor factor,
            MergeFlags flags)
    {
        var table = LookupTable(source, constraint);
        state.Work.Scores += state.NodeList.Count;
        foreach (var node in state.NodeList)
        {
            if (!work.Contains(node)) continue;
            int best = BestScore(source, table, target, node, constraint);
            if (factor.IsNegative && best < 0 && !AllowsDoubleNegative(constraint, best)) continue;
            int score = work.Score(node);
            if (score == Unusable) continue;
            int delta = factor.Apply(best);
            if (delta == 0 && best != 0) delta = factor.IsPositive ? 1 : factor.IsNegative ? -1 : 0;
            int sum = Scores.Add(delta, score);
            if ((flags & MergeFlags.Nonnegative) != 0 && sum < 0)
            {
                if (score > 0) work.SetScore(node, Unusable);
                if (score >= 0) continue;
            }

            work.SetScore(node, sum);
        }
    }

    /// <summary>A later member of a group does not carry the group's location scores, but its explicit colocations need them.</summary>
    private static NodeTable LookupTable(ClusterResource source, ColocationConstraint constraint)
    {
        if (!constraint.IsExplicit || constraint.Dependent != source || source.Parent is not { IsGroup: true } group
            || group.ChildList[0] == source)
        {
            return source.Table;
        }

        var table = source.Table.Copy();
        for (int i = group.Locations.Count - 1; i >= 0; i--)
        {
            var location = group.Locations[i];
            if (location.RoleFilter != Role.Unknown && location.RoleFilter != source.NextRole) continue;
            foreach (var (node, score) in location.Nodes)
            {
                if (table.Contains(node)) table.AddScore(node, score);
                else table.Put(node, score, node.BaseDiscovery);
            }
        }

        return table;
    }

    private int BestScore(ClusterResource source, NodeTable table, ClusterResource target, ClusterNode node,
        ColocationConstraint constraint)
    {
        int best = -Scores.Infinity;
        if (constraint.NodeAttribute is null && !node.IsBundleNode)
        {
            return node.IsAvailable && table.TryScore(node, out int own) ? own : best;
        }

        foreach (var other in state.NodeList)
        {
            if (!other.IsAvailable || !table.TryScore(other, out int score) || score <= best) continue;
            if (NodeAttributes.Matches(constraint, node, target, other, source)) best = score;
        }

        return best;
    }

    private bool AllowsDoubleNegative(ColocationConstraint constraint, int best)
    {
        if (constraint.Primary.Stickiness >= -best || !Colocations.Influences(constraint)) return false;
        int possible = 0;
        foreach (var node in state.NodeList)
        {
            if (constraint.Dependent.Table.TryScore(node, out int score) && score >= 0) possible++;
        }

        return possible == 1;
    }
}
