namespace Mainstay.Scheduler;

/// <content>Feeding the wishes of dependents back to their primary (spec/scheduler-placement.md section 8.9).</content>
internal sealed partial class Assigner
{
    /// <summary>Marks a node that must not become better any more.</summary>
    private const int Unusable = -100_000_000;

    private readonly Stack<MergeStep> _merges = [];
    private readonly MergeSummaries _summaries = new(state);

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
        _summaries.Changed(primary);
        state.Reasons?.WithDependent(primary, constraint);
    }

    /// <summary>
    /// Adds to a table what a resource and, further and further, those that are colocated with it say. With a stack of its own: a chain
    /// of colocations may be as long as there are resources.
    /// </summary>
    private void Merge(
        ClusterResource source, ClusterResource target, ref NodeTable? nodes, ColocationConstraint? constraint, MergeFactor factor,
            MergeFlags flags)
    {
        if (!Enter(source, target, ref nodes, constraint, factor, flags)) return;
        while (_merges.TryPeek(out var step))
        {
            if (step.Next < step.Further.Count)
            {
                var next = step.Further[step.Next++];
                bool thisWith = (step.Flags & MergeFlags.ThisWith) != 0;
                if (!thisWith && !Colocations.Influences(next)) continue;
                var other = thisWith ? next.Primary : next.Dependent;
                NodeTable? work = step.Work;
                if (Enter(other, step.Target, ref work, next, step.Factor.Times(next.Score), step.Flags | MergeFlags.Rollback)) continue;
                step.Work = work!;
                continue;
            }

            _merges.Pop();
            step.Source.IsMerging = false;
            if (step.Group is { } group) group.IsMerging = false;
            Settle(step.Work, step.Flags);
            if (_merges.TryPeek(out var before)) before.Work = step.Work;
            else nodes = step.Work;
        }
    }

    /// <summary>
    /// Adds what a resource says; true if others follow it, whose results become the table in the end. False if the table is complete.
    /// </summary>
    private bool Enter(
        ClusterResource source, ClusterResource target, ref NodeTable? nodes, ColocationConstraint? constraint, MergeFactor factor,
            MergeFlags flags)
    {
        if (source.IsMerging) return false;
        ClusterResource? group = null;
        if (source.IsGroup)
        {
            if (source.ChildList.Count == 0) return false;
            group = source;
            source = nodes is null ? group.ChildList[^1] : group.ChildList[0];
            if (source.IsMerging) return false;
        }

        NodeTable work;
        if (nodes is null)
        {
            work = source.Table.Copy();
            target = source;
        }
        else
        {
            if (flags == MergeFlags.Rollback && UsesSummaries && _summaries.TryApply(source, constraint!, nodes, factor)) return false;
            work = nodes.Copy();
            AddBest(source, target, work, constraint!, factor, flags);
        }

        bool isUsable = NodeOrder.AnyUsable(state, work);
        if (!isUsable && (flags & MergeFlags.Rollback) != 0) return false;
        var further = !isUsable ? [] : (flags & MergeFlags.ThisWith) != 0 ? Colocations.ThisWith(source) : Colocations.WithThis(source);
        if (further.Count == 0)
        {
            Settle(work, flags);
            nodes = work;
            return false;
        }

        source.IsMerging = true;
        if (group is not null) group.IsMerging = true;
        _merges.Push(new MergeStep(source, group, target, work, further, factor, flags));
        return true;
    }

    private void Settle(NodeTable work, MergeFlags flags)
    {
        if ((flags & MergeFlags.Nonnegative) == 0) return;
        foreach (var node in state.NodeList)
        {
            if (work.TryScore(node, out int score) && score == Unusable) work.SetScore(node, 1);
        }
    }

    /// <summary>A resource whose colocations are being followed.</summary>
    private sealed class MergeStep(
        ClusterResource source,
        ClusterResource? group,
        ClusterResource target,
        NodeTable work,
        List<ColocationConstraint> further,
        MergeFactor factor,
        MergeFlags flags)
    {
        public ClusterResource Source { get; } = source;

        public ClusterResource? Group { get; } = group;

        public ClusterResource Target { get; } = target;

        public NodeTable Work { get; set; } = work;

        public List<ColocationConstraint> Further { get; } = further;

        public int Next { get; set; }

        public MergeFactor Factor { get; } = factor;

        public MergeFlags Flags { get; } = flags;
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
        if (constraint.NodeAttribute is null && NodeAttributes.HasName(node))
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
