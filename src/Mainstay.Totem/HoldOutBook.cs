namespace Mainstay.Totem;

/// <summary>A node whose wish to join is not heard for a while, because it disturbed the ring too often.</summary>
/// <param name="Node">The node.</param>
/// <param name="Strikes">How often it did.</param>
/// <param name="Until">When it is heard again.</param>
/// <param name="Cause">What it did last.</param>
public readonly record struct HeldOutNode(NodeId Node, int Strikes, Instant Until, HoldOutCause Cause);

/// <summary>
/// Which nodes have disturbed the ring again and again, and until when each is held out: after three times in a row, for a time that
/// doubles with every further one up to a limit. A node that was quiet for long enough starts afresh.
/// </summary>
internal sealed class HoldOutBook
{
    /// <summary>What anybody may do: fail, come back, and fail once more of the same cause.</summary>
    public const int StrikesAllowed = 2;

    /// <summary>Quiet that clears a node, in first hold-outs; a longer hold-out needs twice its own length.</summary>
    private const int MemoryInHoldOuts = 8;

    private readonly List<Entry> _entries = [];

    /// <summary>A node was lost, stalled the ring or wanted a new one, or no ring could be formed with it.</summary>
    /// <param name="node">The node.</param>
    /// <param name="cause">Which of these.</param>
    /// <param name="now">The time.</param>
    /// <param name="first">How long a node is held out at first; positive.</param>
    /// <param name="longest">How long at most; not less than <paramref name="first"/>.</param>
    /// <returns>For how long the node is held out from now on; zero = not yet, or no longer.</returns>
    public TimeSpan Strike(NodeId node, HoldOutCause cause, Instant now, TimeSpan first, TimeSpan longest)
    {
        Invariant.Check(first > TimeSpan.Zero, "a hold-out of no length");
        Invariant.Check(longest >= first, "the longest hold-out is shorter than the first");
        if (Find(node) is not { } entry)
        {
            if (_entries.Count == Limits.NodeCountMax)
            {
                return TimeSpan.Zero;
            }

            entry = new Entry { Node = node };
            _entries.Add(entry);
        }

        if (IsForgotten(entry, now, first))
        {
            entry.Strikes = 0;
            entry.Duration = TimeSpan.Zero;
        }

        entry.Strikes++;
        entry.Since = now;
        entry.Cause = cause;
        if (entry.Strikes <= StrikesAllowed)
        {
            return TimeSpan.Zero;
        }

        var doubled = Longer(first, 2 * entry.Duration);
        entry.Duration = doubled < longest ? doubled : longest;
        var varied = Vary(entry.Duration, entry.Strikes);
        entry.Since = now + varied;
        return varied;
    }

    /// <summary>Whether the next <see cref="Strike"/> would hold the node out.</summary>
    public bool IsLastStraw(NodeId node, Instant now, TimeSpan first) =>
        Find(node) is { Strikes: >= StrikesAllowed } entry && !IsForgotten(entry, now, first);

    /// <summary>
    /// Everybody is heard again from now on. What they did is not forgotten: the next time counts as it would have.
    /// </summary>
    public void EndAll(Instant now)
    {
        foreach (var entry in _entries)
        {
            if (entry.Since > now)
            {
                entry.Since = now;
            }
        }
    }

    /// <summary>Nodes held out at a time that are not among some others.</summary>
    public int CountOutside(NodeSet others, Instant now)
    {
        var count = 0;
        foreach (var entry in _entries)
        {
            if (entry.Duration > TimeSpan.Zero && entry.Since > now && !others.Contains(entry.Node))
            {
                count++;
            }
        }

        return count;
    }

    /// <summary>Whether a node is held out at a time.</summary>
    public bool IsHeldOut(NodeId node, Instant now) => Find(node) is { } entry && entry.Duration > TimeSpan.Zero && entry.Since > now;

    /// <summary>The nodes held out at a time, ascending.</summary>
    public IReadOnlyList<HeldOutNode> At(Instant now) =>
    [
        .. _entries.Where(e => e.Duration > TimeSpan.Zero && e.Since > now)
            .OrderBy(e => e.Node)
            .Select(e => new HeldOutNode(e.Node, e.Strikes, e.Since, e.Cause)),
    ];

    /// <summary>
    /// Whether what a node did counts no more. The time is counted from the end of what it was held out for: it could do nothing meanwhile.
    /// </summary>
    private static bool IsForgotten(Entry entry, Instant now, TimeSpan first) =>
        now - entry.Since > Longer(MemoryInHoldOuts * first, 2 * entry.Duration);

    /// <summary>
    /// Up to a third shorter, each time otherwise. Who is held out looks for others with a period of its own; were each hold-out the same
    /// multiple of it, both could meet at the one bad moment of that period again and again (simulator seed 2133 of the first version).
    /// </summary>
    private static TimeSpan Vary(TimeSpan duration, int strikes) => duration - (duration * (strikes * 3 % 8) / 24);

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private Entry? Find(NodeId node)
    {
        foreach (var entry in _entries)
        {
            if (entry.Node == node)
            {
                return entry;
            }
        }

        return null;
    }

    private sealed class Entry
    {
        public required NodeId Node { get; init; }

        public int Strikes { get; set; }

        /// <summary>What the last strike was for.</summary>
        public HoldOutCause Cause { get; set; }

        /// <summary>How long the last hold-out is; zero where there was none.</summary>
        public TimeSpan Duration { get; set; }

        /// <summary>When the last hold-out ends or ended, or the last strike was.</summary>
        public Instant Since { get; set; }
    }
}
