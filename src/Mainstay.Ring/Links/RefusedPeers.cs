using Mainstay.Totem;

namespace Mainstay.Ring.Links;

/// <summary>
/// Which nodes' hosts say that nobody listens, by link: a node refuses when all its links do that are not down already. Remembers the
/// beginning of every probe, so that an answer to it can be told from a forged one: nobody off the path knows what was sent.
/// </summary>
internal sealed class RefusedPeers
{
    /// <summary>A refusal older than this says nothing about now.</summary>
    private static readonly TimeSpan s_validity = TimeSpan.FromMilliseconds(250);

    private const int KeptMax = 48;

    /// <summary>What must come back of a probe at least; hosts send back much more than that.</summary>
    private const int ComparedMin = 12;

    private readonly Dictionary<(uint Node, int Link), Entry> _entries = [];
    private readonly Queue<(NodeId Node, bool IsProbe)> _refused = new();

    /// <summary>A probe was sent.</summary>
    public void NoteProbe(uint node, int link, ReadOnlySpan<byte> datagram)
    {
        if (!_entries.TryGetValue((node, link), out var entry)) _entries[(node, link)] = entry = new Entry();
        entry.ProbeSize = Math.Min(datagram.Length, KeptMax);
        datagram[..entry.ProbeSize].CopyTo(entry.Probe);
    }

    /// <summary>A datagram came back.</summary>
    /// <param name="now">The time.</param>
    /// <param name="node">Which node it was for.</param>
    /// <param name="link">On which link.</param>
    /// <param name="datagram">What came back of it.</param>
    /// <param name="otherLinks">The node's other links that are up.</param>
    public void NoteRefusal(Instant now, uint node, int link, ReadOnlySpan<byte> datagram, ReadOnlySpan<int> otherLinks)
    {
        if (!_entries.TryGetValue((node, link), out var entry)) _entries[(node, link)] = entry = new Entry();
        entry.RefusedAt = now;
        entry.IsProbe = IsProbe(entry, datagram);
        var isProbe = entry.IsProbe;
        foreach (var other in otherLinks)
        {
            if (!_entries.TryGetValue((node, other), out var also) || now - also.RefusedAt > s_validity) return;
            isProbe &= also.IsProbe;
        }

        _refused.Enqueue((new NodeId(node), isProbe));
    }

    /// <summary>The next node that refuses.</summary>
    public bool TryTake(out (NodeId Node, bool IsProbe) refused) => _refused.TryDequeue(out refused);

    private static bool IsProbe(Entry entry, ReadOnlySpan<byte> datagram)
    {
        var size = Math.Min(entry.ProbeSize, datagram.Length);
        return size >= ComparedMin && datagram[..size].SequenceEqual(entry.Probe.AsSpan(0, size));
    }

    private sealed class Entry
    {
        public byte[] Probe { get; } = new byte[KeptMax];

        public int ProbeSize { get; set; }

        public Instant RefusedAt { get; set; }

        public bool IsProbe { get; set; }
    }
}
