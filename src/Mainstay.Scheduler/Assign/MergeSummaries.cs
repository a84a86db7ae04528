namespace Mainstay.Scheduler;

/// <summary>
/// What a dependent and everything that depends on it adds to the scores of a primary (spec/scheduler-placement.md section 8.9), kept from
/// one primary to the next: the first of a chain of n colocations is told by n resources, the second by n - 1. Only where the sum does not
/// depend on the primary's scores: factor 1 or one so small that every score counts 1, no node attributes. A plain loop has a summary of
/// its own (<see cref="MergeLoop"/>); what else leads into a loop has none.
/// </summary>
internal sealed class MergeSummaries(ClusterState state)
{
    private const int Kinds = 2;

    // By resource and kind; null where it is not known.
    private readonly Summary?[] _known = new Summary?[state.AllResources.Count * Kinds];
    private readonly bool _isPossible = !state.NodeList.Exists(static n => n.IsBundleNode)
        && state.NodeList.FindAll(static n => !NodeAttributes.HasName(n)).Count < 2;
    private readonly Stack<Visit> _visits = [];
    private readonly Stack<int> _invalid = [];

    internal enum Kind
    {
        /// <summary>All factors are 1.</summary>
        Whole,

        /// <summary>Every score, whatever its sign, is rounded to 1.</summary>
        Trace,
    }

    /// <summary>
    /// Adds to a table what a dependent and its dependents say; false if that has to be followed step by step, with the table unchanged.
    /// </summary>
    public bool TryApply(ClusterResource source, ColocationConstraint constraint, NodeTable table, MergeFactor factor)
    {
        if (!_isPossible || constraint.NodeAttribute is not null || !HasOwnTable(source, constraint)) return false;
        if (KindOf(factor) is not { } kind) return false;
        var summary = _known[Key(source, kind)] ?? Build(source, kind);
        if (summary.Loop is { } loop) return loop.TrySum(summary.Place, out var all) && (all is null || TryApply(table, all));
        return summary.IsUsable && (summary.Changes is not { } changes || TryApply(table, changes));
    }

    /// <summary>The scores of a resource changed: what was found out from them is forgotten.</summary>
    public void Changed(ClusterResource resource)
    {
        for (int kind = 0; kind < Kinds; kind++) _invalid.Push(Key(resource, (Kind)kind));
        while (_invalid.TryPop(out int key))
        {
            if (_known[key] is not { } summary) continue;
            if (summary.Loop is { } loop)
            {
                // Nobody else took it over.
                loop.Changed(summary.Place);
                continue;
            }

            _known[key] = null;
            foreach (int user in summary.Users) _invalid.Push(user);
        }
    }

    /// <summary>Nodes became available or ceased to be.</summary>
    public void NodesChanged() => Array.Clear(_known);

    private static Kind? KindOf(MergeFactor factor) => factor.IsOne ? Kind.Whole : factor.IsTrace ? Kind.Trace : null;

    private static int Key(ClusterResource resource, Kind kind) => (resource.Index * Kinds) + (int)kind;

    /// <summary>Only the later members of a group lend others' scores, and only to configured colocations.</summary>
    private static bool HasOwnTable(ClusterResource source, ColocationConstraint constraint) => !constraint.IsExplicit
        || constraint.Dependent != source || source.Parent is not { IsGroup: true } group || group.ChildList[0] == source;

    private bool TryApply(NodeTable table, NodeChange[] changes)
    {
        state.Work.Scores += state.NodeList.Count;

        // As long as one node is good enough all the time, no step is taken back.
        bool hasWitness = false;
        foreach (var node in state.NodeList)
        {
            if (!table.TryScore(node, out int score)) continue;
            ref readonly var change = ref changes[node.Index];
            if (score is < -Scores.Infinity or > Scores.Infinity) return false;
            if (Math.Abs(score) == Scores.Infinity || change.IsBan)
            {
                hasWitness |= score == Scores.Infinity && !change.IsBan && node.IsAvailable;
                continue;
            }

            if (score + change.High >= Scores.Infinity || score + change.Low <= -Scores.Infinity) return false;
            hasWitness |= score >= 0 && score + change.Low >= 0 && node.IsAvailable;
        }

        if (!hasWitness) return false;
        foreach (var node in state.NodeList)
        {
            if (!table.TryScore(node, out int score)) continue;
            ref readonly var change = ref changes[node.Index];
            table.SetScore(node, change.IsBan ? -Scores.Infinity : Scores.Add(change.Sum, score));
        }

        return true;
    }

    /// <summary>The summary of a resource, with those of its dependents first; with a stack of its own, because chains are long.</summary>
    private Summary Build(ClusterResource source, Kind kind)
    {
        var first = Begin(source, kind);
        while (_visits.TryPeek(out var visit))
        {
            if (!visit.Summary.IsUsable || visit.Next == visit.Dependents.Count)
            {
                _visits.Pop();
                visit.Summary.IsBuilding = false;
                if (_visits.TryPeek(out var user)) Join(user.Summary, visit.Summary);
                continue;
            }

            var constraint = visit.Dependents[visit.Next++];
            if (!Colocations.Influences(constraint)) continue;
            var dependent = constraint.Dependent;
            if (dependent.IsGroup)
            {
                if (dependent.ChildList.Count == 0) continue;
                dependent = dependent.ChildList[0];
            }

            bool keepsKind = kind == Kind.Whole ? constraint.Score == Scores.Infinity : constraint.Score > 0;
            if (!keepsKind || constraint.NodeAttribute is not null || !HasOwnTable(dependent, constraint))
            {
                visit.Summary.IsUsable = false;
            }
            else if (_known[Key(dependent, kind)] is { } known)
            {
                if (known.IsBuilding) Close(known, kind);
                known.Users.Add(visit.Key);
                Join(visit.Summary, known);
            }
            else
            {
                Begin(dependent, kind).Users.Add(visit.Key);
            }
        }

        return first;
    }

    /// <summary>The last visit led back to an earlier one: if none of those between has other dependents, they are a plain loop.</summary>
    private void Close(Summary first, Kind kind)
    {
        var members = new List<Visit>();
        foreach (var visit in _visits)
        {
            if (visit.Dependents.FindAll(static constraint => Colocations.Influences(constraint)).Count != 1) return;
            members.Add(visit);
            if (visit.Summary == first) break;
        }

        members.Reverse();
        var loop = new MergeLoop(state, members.ConvertAll(static visit => visit.Source), kind);
        for (int i = 0; i < members.Count; i++)
        {
            members[i].Summary.Loop = loop;
            members[i].Summary.Place = i;
        }
    }

    private Summary Begin(ClusterResource source, Kind kind)
    {
        var summary = new Summary { IsBuilding = true, IsUsable = IsStable(source) && !source.IsMerging };
        if (summary.IsUsable)
        {
            summary.IsUsable = TryOwn(state, source, kind, out var own);
            summary.Changes = own;
        }

        int key = Key(source, kind);
        _known[key] = summary;
        _visits.Push(new Visit(key, source, summary, summary.IsUsable ? Colocations.WithThis(source) : []));
        return summary;
    }

    /// <summary>The scores of instances and of what is in bundles change with their collectives.</summary>
    private static bool IsStable(ClusterResource source) =>
        source.IsPrimitive && source.Parent is null or { IsGroup: true, Parent: null };

    /// <summary>What a resource itself adds, null if nothing; false if that depends on the primary.</summary>
    internal static bool TryOwn(ClusterState state, ClusterResource source, Kind kind, out NodeChange[]? changes)
    {
        state.Work.Scores += state.NodeList.Count;
        changes = null;
        foreach (var node in state.NodeList)
        {
            int best = node.IsAvailable && source.Table.TryScore(node, out int own) ? own : -Scores.Infinity;
            if (best == 0) continue;
            if (kind == Kind.Whole && best >= Scores.Infinity) return false;
            changes ??= new NodeChange[state.NodesCreated];
            ref var change = ref changes[node.Index];
            if (kind == Kind.Trace) change = NodeChange.Of(1);
            else if (best <= -Scores.Infinity) change.IsBan = true;
            else change = NodeChange.Of(best);
        }

        return true;
    }

    /// <summary>After what the user adds so far comes what its dependent adds.</summary>
    private void Join(Summary user, Summary dependent)
    {
        if (dependent.IsBuilding || !dependent.IsUsable) user.IsUsable = false;
        if (!user.IsUsable || dependent.Changes is not { } more) return;
        state.Work.Scores += state.NodeList.Count;
        user.Changes ??= new NodeChange[state.NodesCreated];
        if (!TryAppend(user.Changes, more)) user.IsUsable = false;
    }

    /// <summary>Lets one sequence of changes follow another; false if a score may reach its limit in between.</summary>
    internal static bool TryAppend(NodeChange[] changes, NodeChange[] more)
    {
        bool isInside = true;
        for (int i = 0; i < more.Length; i++)
        {
            ref var change = ref changes[i];
            change = change.Then(more[i]);
            isInside &= change.Low > -Scores.Infinity && change.High < Scores.Infinity;
        }

        return isInside;
    }

    private sealed class Summary
    {
        public bool IsBuilding { get; set; }

        public bool IsUsable { get; set; }

        /// <summary>By dense number of the node; null if nothing changes anywhere.</summary>
        public NodeChange[]? Changes { get; set; }

        /// <summary>The plain loop that the resource is part of, or null.</summary>
        public MergeLoop? Loop { get; set; }

        /// <summary>Its place there.</summary>
        public int Place { get; set; }

        /// <summary>Summaries that this one is part of.</summary>
        public List<int> Users { get; } = [];
    }

    private sealed class Visit(int key, ClusterResource source, Summary summary, List<ColocationConstraint> dependents)
    {
        public int Key { get; } = key;

        public ClusterResource Source { get; } = source;

        public Summary Summary { get; } = summary;

        public List<ColocationConstraint> Dependents { get; } = dependents;

        public int Next { get; set; }
    }

    /// <summary>What happens to the score of a node: all in all, and how far it is off in between.</summary>
    internal struct NodeChange
    {
        public int Sum;
        public int Low;
        public int High;
        public bool IsBan;

        public static NodeChange Of(int score) => new() { Sum = score, Low = Math.Min(score, 0), High = Math.Max(score, 0) };

        public readonly NodeChange Then(NodeChange next) => new()
        {
            Sum = Math.Clamp(Sum + next.Sum, -Scores.Infinity, Scores.Infinity),
            Low = Math.Max(Math.Min(Low, Sum + next.Low), -Scores.Infinity),
            High = Math.Min(Math.Max(High, Sum + next.High), Scores.Infinity),
            IsBan = IsBan || next.IsBan,
        };
    }
}
