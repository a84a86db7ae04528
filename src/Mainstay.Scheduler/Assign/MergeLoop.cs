using NodeChange = Mainstay.Scheduler.MergeSummaries.NodeChange;

namespace Mainstay.Scheduler;

/// <summary>
/// A loop of colocations in which each resource has one dependent, the next (spec/scheduler-placement.md section 8.9): whoever asks one of
/// them is told by all, beginning with that one. Sums of neighbours are kept in a binary tree, so that neither a question nor a change of
/// one resource's scores goes round the loop.
/// </summary>
internal sealed class MergeLoop
{
    private readonly ClusterState _state;
    private readonly List<ClusterResource> _members;
    private readonly MergeSummaries.Kind _kind;

    // The sum below place i is that of the places 2i and 2i + 1; the members are from _leaves on. Null where it is to be made anew.
    private readonly Sum?[] _sums;
    private readonly int _leaves;

    /// <summary>A loop.</summary>
    /// <param name="state">The cluster.</param>
    /// <param name="members">The resources, each followed by its dependent, the last one by the first.</param>
    /// <param name="kind">What becomes of their scores.</param>
    public MergeLoop(ClusterState state, List<ClusterResource> members, MergeSummaries.Kind kind)
    {
        _state = state;
        _members = members;
        _kind = kind;
        _leaves = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)members.Count);
        _sums = new Sum?[2 * _leaves];
    }

    /// <summary>The scores of a member changed.</summary>
    public void Changed(int place)
    {
        for (int i = place + _leaves; i > 0 && _sums[i] is not null; i /= 2) _sums[i] = null;
    }

    /// <summary>
    /// What all members say, beginning with one of them; null if nothing. False if that depends on the primary, or if the one before is
    /// being followed, so that some have been heard already.
    /// </summary>
    public bool TrySum(int first, out NodeChange[]? changes)
    {
        changes = null;
        if (_members[first == 0 ? _members.Count - 1 : first - 1].IsMerging) return false;
        var sum = Sum.Nothing;
        if (!TryAdd(ref sum, 1, 0, _leaves, first, _members.Count) || !TryAdd(ref sum, 1, 0, _leaves, 0, first)) return false;
        changes = sum.Changes;
        return true;
    }

    // Adds the members from..to, as far as they are among the places begin..(begin + length) below a place of the tree.
    private bool TryAdd(ref Sum sum, int at, int begin, int length, int from, int to)
    {
        if (from >= begin + length || to <= begin) return true;
        if (from <= begin && begin + length <= to)
        {
            sum = Join(sum, At(at));
            return sum.IsUsable;
        }

        int half = length / 2;
        return TryAdd(ref sum, 2 * at, begin, half, from, to) && TryAdd(ref sum, (2 * at) + 1, begin + half, half, from, to);
    }

    private Sum At(int at)
    {
        if (_sums[at] is { } known) return known;
        Sum made;
        if (at < _leaves) made = Join(At(2 * at), At((2 * at) + 1));
        else if (at - _leaves >= _members.Count) made = Sum.Nothing;
        else made = new Sum(MergeSummaries.TryOwn(_state, _members[at - _leaves], _kind, out var own), own);
        _sums[at] = made;
        return made;
    }

    private Sum Join(Sum left, Sum right)
    {
        if (!left.IsUsable || (right.IsUsable && right.Changes is null)) return left;
        if (!right.IsUsable || left.Changes is null) return right;
        _state.Work.Scores += _state.NodeList.Count;
        var changes = (NodeChange[])left.Changes.Clone();
        return new Sum(MergeSummaries.TryAppend(changes, right.Changes!), changes);
    }

    private sealed class Sum(bool isUsable, NodeChange[]? changes)
    {
        public static Sum Nothing { get; } = new(true, null);

        public bool IsUsable { get; } = isUsable;

        /// <summary>By dense number of the node; null if nothing changes anywhere. Not changed once it is here.</summary>
        public NodeChange[]? Changes { get; } = changes;
    }
}
