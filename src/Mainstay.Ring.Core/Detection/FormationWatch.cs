using System.Collections.Immutable;
using Mainstay.Totem;

namespace Mainstay.Ring.Core.Detection;

/// <summary>
/// Finds out who keeps a ring from being formed (docs/totem.md, "Failure detection"). A node that loses packets is good enough to agree
/// with and too bad to recover with: token after token comes round with it, late, and no ring is installed. When the same nodes have tried
/// in vain for as long as losing one of them would have cost, the one of them that answers too few pings is named. Nothing happens while
/// a ring is installed.
/// </summary>
internal sealed class FormationWatch
{
    /// <summary>
    /// Who has given no sign of life for so many periods may have crashed: that is for <see cref="PeerWatch"/> to say. In less than that
    /// nobody loses enough answers to be taken for lossy.
    /// </summary>
    private const int QuietPeriodsMax = 3;

    private readonly Queue<NodeId> _probes = new();
    private ImmutableArray<NodeId> _attendants = [];
    private RingId _installed;
    private Instant _since;
    private Instant _next;
    private TimeSpan _period;
    private TimeSpan _limit;

    /// <summary>Times of a configuration.</summary>
    /// <param name="patience">As that of <see cref="PeerWatch"/>: nodes are probed ten times as often.</param>
    /// <param name="limit">The same nodes may try for so long.</param>
    public void Apply(TimeSpan patience, TimeSpan limit)
    {
        _period = patience / PeerWatch.UnansweredMax;
        _limit = limit;
    }

    /// <summary>When <see cref="HandleTimeout"/> must be called; at once when a ring begins to be formed.</summary>
    public Instant NextDeadline(bool isForming) => isForming ? _next : Instant.Never;

    /// <summary>Probes all that try to form a ring, and names the one that keeps them from it.</summary>
    /// <param name="now">The time.</param>
    /// <param name="attendants">The other nodes that try, ascending.</param>
    /// <param name="installed">The ring that was installed last.</param>
    /// <param name="contact">The links.</param>
    /// <returns>The node, or none.</returns>
    public NodeId HandleTimeout(Instant now, ImmutableArray<NodeId> attendants, RingId installed, IPeerContact contact)
    {
        if (_next > now) return NodeId.None;
        _next = now + _period;
        if (installed != _installed || !attendants.SequenceEqual(_attendants))
        {
            // What was lost while others took part says nothing about these: one of them may just have started.
            _installed = installed;
            _attendants = attendants;
            Begin(now, contact);
            return NodeId.None;
        }

        foreach (var node in attendants) _probes.Enqueue(node);
        if (now - _since < _limit) return NodeId.None;
        var lossy = FindLossy(now, contact);
        if (lossy != NodeId.None || now - _since >= 2 * _limit) Begin(now, contact);
        return lossy;
    }

    /// <summary>The next node to send a probe to.</summary>
    public bool TryTakeProbe(out NodeId node) => _probes.TryDequeue(out node);

    private void Begin(Instant now, IPeerContact contact)
    {
        _since = now;
        contact.CountAnswers();
    }

    /// <summary>
    /// The one node that answers too little while all others answer. Where several do not, it is this node that loses packets, and the
    /// others will find that out.
    /// </summary>
    private NodeId FindLossy(Instant now, IPeerContact contact)
    {
        var lossy = NodeId.None;
        foreach (var node in _attendants)
        {
            var answered = contact.AnsweredPermille(node);
            if (answered >= PeerWatch.SoundPermille) continue;
            if (answered is < 0 or > PeerWatch.LossyPermille || lossy != NodeId.None) return NodeId.None;
            lossy = node;
        }

        var isJudge = lossy != NodeId.None && _attendants.Length > 1;
        return isJudge && now - contact.LastHeard(lossy) <= QuietPeriodsMax * _period ? lossy : NodeId.None;
    }
}
