using Mainstay.Knet.Fragments;
using Mainstay.Knet.Links;
using Mainstay.Knet.Wire;
using Mainstay.Totem;

namespace Mainstay.Knet.Hosts;

/// <summary>
/// Another host: its links, what was received of it, and which links carry data to it (spec/knet-wire.md sections 3 and 4).
/// </summary>
internal sealed class KnetHost(NodeId node, BufferPool pool)
{
    private readonly KnetLink?[] _byId = new KnetLink?[KnetLimits.LinkCountMax];
    private readonly KnetLink[] _carriers = new KnetLink[KnetLimits.LinkCountMax];
    private KnetLink[] _links = [];
    private int _carrierCount;
    private int _turn;
    private PacketSequence? _lastTimedPing;
    private PacketSequence? _lastUntimedPing;
    private bool _hasDataSinceUntimedPing;

    /// <summary>A bit for each link on which a timed ping said that nothing was sent yet although data had come.</summary>
    private uint _denials;

    /// <summary>The highest number seen when a timed ping came, and since when it has been that.</summary>
    private (PacketSequence Highest, Instant Since) _standing;

    public NodeId Node { get; } = node;

    /// <summary>When an authentic packet of it came last.</summary>
    public Instant LastHeard { get; set; }

    public DuplicateFilter Duplicates { get; } = new();

    public Reassembler Fragments { get; } = new(pool);

    /// <summary>Ascending ids.</summary>
    public ReadOnlySpan<KnetLink> Links => _links;

    /// <summary>The links that carry data now, best first: one in passive mode, else all usable ones.</summary>
    public ReadOnlySpan<KnetLink> Carriers => _carriers.AsSpan(0, _carrierCount);

    public bool IsReachable => _carrierCount > 0;

    public KnetLink? Find(int link) => link is >= 0 and < KnetLimits.LinkCountMax ? _byId[link] : null;

    public void SetLinks(KnetLink[] links)
    {
        _links = links;
        Array.Clear(_byId);
        foreach (var link in links) _byId[link.Id] = link;
    }

    /// <summary>Chooses the carriers anew.</summary>
    public void ChooseCarriers(LinkMode mode)
    {
        _carrierCount = 0;
        KnetLink? best = null;
        var usable = _links.Count(link => link.IsUsable);
        foreach (var link in _links)
        {
            link.HasAlternative = usable > (link.IsUsable ? 1 : 0);
            if (!link.IsUsable) continue;
            _carriers[_carrierCount++] = link;
            if (best is null || Math.Max((byte)1, link.Settings.Priority) > Math.Max((byte)1, best.Settings.Priority)) best = link;
        }

        if (mode != LinkMode.Passive || best is null) return;
        _carriers[0] = best;
        _carrierCount = 1;
    }

    /// <summary>The link whose turn it is; only of a reachable host.</summary>
    public KnetLink NextInTurn()
    {
        _turn = (_turn + 1) % _carrierCount;
        return _carriers[_turn];
    }

    public void NoteData() => _hasDataSinceUntimedPing = true;

    /// <summary>
    /// Learns from the sequence number in a ping whether the host has begun anew (spec/knet-wire.md section 4). Beyond the reference, a
    /// host that says twice on a link that it has sent nothing yet, and from which data came, has begun anew too: its first life may have
    /// ended before a ping told of its data, and its second may begin before its links are missed. Once is not enough: data may overtake
    /// the last ping before it. And so has one that names a number behind what came from it longer ago than a ping can be on its way: this
    /// host stood still meanwhile, or the other one sent to others first.
    /// </summary>
    public void NotePing(Instant now, in PingPacket ping, TimeSpan timeout)
    {
        if (ping.IsTimed)
        {
            var isBehind = IsBehindForLong(now, ping, timeout);
            var hasBegunAnew = ping.Sequence.IsNone
                ? _lastTimedPing is { IsNone: false } || IsSecondDenial(ping.Link)
                : isBehind;
            if (hasBegunAnew) ForgetReceived();
            if (hasBegunAnew || !ping.Sequence.IsNone) _denials = 0;
            _lastTimedPing = ping.Sequence;
            return;
        }

        if (ping.Sequence != _lastUntimedPing && !_hasDataSinceUntimedPing) Duplicates.Reset(ping.Sequence);
        _lastUntimedPing = ping.Sequence;
        _hasDataSinceUntimedPing = false;
    }

    private bool IsBehindForLong(Instant now, in PingPacket ping, TimeSpan timeout)
    {
        if (Duplicates.Highest != _standing.Highest) _standing = (Duplicates.Highest, now);
        return !Duplicates.Highest.IsNone && ping.Sequence.DistanceFrom(Duplicates.Highest) < 0 && now - _standing.Since > timeout;
    }

    private bool IsSecondDenial(byte link)
    {
        if (Duplicates.Highest.IsNone) return false;
        var bit = 1u << link;
        var isSecond = (_denials & bit) != 0;
        _denials |= bit;
        return isSecond;
    }

    /// <summary>Forgets what was received: a number may be one of a new life of the host.</summary>
    public void ForgetReceived()
    {
        Duplicates.Reset();
        Fragments.Clear();
        _standing = default;
    }

    /// <summary>The host has no usable link any more.</summary>
    public void HandleUnreachable()
    {
        ForgetReceived();
        _lastTimedPing = null;
        _lastUntimedPing = null;
        _hasDataSinceUntimedPing = false;
        _denials = 0;
        _turn = 0;
    }
}
