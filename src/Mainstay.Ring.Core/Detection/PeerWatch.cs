using Mainstay.Totem;

namespace Mainstay.Ring.Core.Detection;

/// <summary>Why a member is taken for gone.</summary>
internal enum PeerGoneCause : byte
{
    /// <summary>Its host answers that nobody listens on the ring's port, and goes on saying so.</summary>
    Refused,

    /// <summary>It left every probe of a whole token time without an answer.</summary>
    Silent,
}

/// <summary>
/// Finds out which members are gone, before the ring's timeouts do (docs/ring.md, "Failure detection"). Nothing happens while the token
/// goes round and no datagram is refused. A member that refuses is probed twice more; when the token is late all members are probed, ten
/// times in the time that <c>totem.token</c> names. Whoever is heard meanwhile, by whatever packet, is cleared.
/// </summary>
internal sealed class PeerWatch
{
    /// <summary>Probes without an answer that make a member gone; counted as probes, so that a pause of this process is not its
    /// silence.</summary>
    public const int UnansweredMax = 10;

    /// <summary>Probes in a row, the last of which may still be answered, of a member that the ring waits for.</summary>
    public const int StallMin = 3;

    /// <summary>So often the token may be late within <see cref="CountPatiences"/> times the patience.</summary>
    public const int LateMax = 8;

    private const int CountPatiences = 20;

    /// <summary>Who answers so many pings, in thousandths, is sound: the last answer may be on its way.</summary>
    public const int SoundPermille = 900;

    /// <summary>Who answers no more than this loses packets.</summary>
    public const int LossyPermille = 800;

    /// <summary>Refused probes that confirm a refusal, which may be forged or of a moment in which a firewall was loaded.</summary>
    public const int RefusedMax = 2;

    /// <summary>A host answers only a few of many datagrams that it refuses; after so many probes in vain the matter is dropped.</summary>
    private const int RefusedAttemptsMax = 60;

    private static readonly TimeSpan s_refusedPeriod = TimeSpan.FromMilliseconds(50);

    private readonly Queue<NodeId> _probes = new();
    private readonly Queue<(NodeId Node, PeerGoneCause Cause)> _gone = new();
    private readonly Queue<NodeId> _stalled = new();
    private Peer[] _peers = [];
    private Instant _countSince;
    private int _lateCount;
    private TimeSpan _lateAfter;
    private TimeSpan _period;
    private Instant _nextRound;
    private bool _isLate;

    /// <summary>Whether anybody is watched.</summary>
    public bool IsOn => _peers.Length > 0;

    /// <summary>Times of a configuration.</summary>
    /// <param name="lateAfter">Since the last token: it is late then, and probing begins.</param>
    /// <param name="patience">A member that does not answer for so long is gone.</param>
    public void Apply(TimeSpan lateAfter, TimeSpan patience)
    {
        _lateAfter = lateAfter;
        _period = patience / UnansweredMax;
    }

    /// <summary>Who is watched: the other members, or nobody. What is known of those that stay is kept.</summary>
    public void SetPeers(IEnumerable<NodeId> peers)
    {
        Peer[] next = [.. peers.Order().Select(node => Array.Find(_peers, p => p.Node == node) ?? new Peer(node))];

        // What was lost before this ring stood is not held against its members.
        if (!next.SequenceEqual(_peers)) _lateCount = 0;
        _peers = next;
    }

    /// <summary>When <see cref="HandleTimeout"/> must be called.</summary>
    /// <param name="lastToken">When the token came last.</param>
    public Instant NextDeadline(Instant lastToken)
    {
        if (!IsOn || lastToken.IsNever) return Instant.Never;
        var next = _isLate ? _nextRound : lastToken + _lateAfter;
        foreach (var peer in _peers)
        {
            if (peer.NextCheck < next) next = peer.NextCheck;
        }

        return next;
    }

    /// <summary>A datagram to a member came back: nobody listens there.</summary>
    /// <param name="now">The time.</param>
    /// <param name="node">The member.</param>
    /// <param name="isProbe">Whether it was a probe of ours, as what came back shows; anything else only arouses suspicion.</param>
    /// <param name="contact">The links.</param>
    public void HandleRefused(Instant now, NodeId node, bool isProbe, IPeerContact contact)
    {
        if (Array.Find(_peers, p => p.Node == node) is not { } peer) return;
        if (!peer.IsSuspect)
        {
            peer.Suspect(now, s_refusedPeriod);
            return;
        }

        if (!isProbe || now < peer.NextCount) return;
        peer.NextCount = now + (s_refusedPeriod / 2);
        if (contact.LastHeard(node) > peer.SuspectSince)
        {
            peer.Clear();
            return;
        }

        if (++peer.Refused >= RefusedMax) _gone.Enqueue((node, PeerGoneCause.Refused));
    }

    /// <summary>Probes whoever is to be probed, and gives up whoever has not answered for long enough.</summary>
    /// <param name="now">The time.</param>
    /// <param name="lastToken">When the token came last.</param>
    /// <param name="contact">The links.</param>
    /// <param name="isForming">Whether a ring is being formed: who delays that is for <see cref="FormationWatch"/> to find out.</param>
    public void HandleTimeout(Instant now, Instant lastToken, IPeerContact contact, bool isForming)
    {
        if (NextDeadline(lastToken) > now) return;
        foreach (var peer in _peers)
        {
            if (peer.NextCheck <= now) Check(now, peer, contact);
        }

        if (now < lastToken + _lateAfter)
        {
            if (_isLate && !isForming) NoteStall();
            _isLate = false;
            foreach (var peer in _peers) peer.Unanswered = peer.MostUnanswered = 0;
            return;
        }

        if (_isLate && now < _nextRound) return;
        if (isForming) _lateCount = 0;
        else if (!_isLate) NoteLateness(now, contact);
        _isLate = true;
        _nextRound = now + _period;
        foreach (var peer in _peers) Probe(now, peer, contact);
    }

    /// <summary>The next member to send a probe to.</summary>
    public bool TryTakeProbe(out NodeId node) => _probes.TryDequeue(out node);

    /// <summary>
    /// The next member that the ring had to wait for: the token was late and of all members this one gave no sign of life, or it is late
    /// time after time and this one alone leaves pings unanswered.
    /// </summary>
    public bool TryTakeStalled(out NodeId node) => _stalled.TryDequeue(out node);

    /// <summary>The next member that is gone; repeated as long as nothing is heard of it.</summary>
    public bool TryTakeGone(out (NodeId Node, PeerGoneCause Cause) gone) => _gone.TryDequeue(out gone);

    /// <summary>
    /// The token came after all. Where several were silent it is this node, or its network, that was cut off, even if one of them was heard
    /// before the token came.
    /// </summary>
    private void NoteStall()
    {
        Peer? silent = null;
        foreach (var peer in _peers)
        {
            if (peer.MostUnanswered < StallMin) continue;
            if (silent is not null) return;
            silent = peer;
        }

        if (silent is { Unanswered: >= StallMin } && _peers.Length > 1) _stalled.Enqueue(silent.Node);
    }

    /// <summary>
    /// The token is late once more. When that happens often, tokens get lost, and are sent again, with somebody: with the one member that
    /// leaves pings unanswered while all others answer them.
    /// </summary>
    private void NoteLateness(Instant now, IPeerContact contact)
    {
        if (_lateCount == 0 || now - _countSince > _period * UnansweredMax * CountPatiences)
        {
            _countSince = now;
            _lateCount = 1;
            contact.CountAnswers();
            return;
        }

        if (++_lateCount <= LateMax) return;
        _lateCount = 0;
        Peer? lossy = null;
        foreach (var peer in _peers)
        {
            var answered = contact.AnsweredPermille(peer.Node);
            if (answered >= SoundPermille) continue;
            if (answered is < 0 or > LossyPermille || lossy is not null) return;
            lossy = peer;
        }

        if (lossy is not null && _peers.Length > 1) _stalled.Enqueue(lossy.Node);
    }

    private void Probe(Instant now, Peer peer, IPeerContact contact)
    {
        if (peer.Unanswered == 0 || contact.LastHeard(peer.Node) >= peer.ProbedSince)
        {
            peer.Unanswered = 0;
            peer.ProbedSince = now;
        }
        else if (peer.Unanswered >= UnansweredMax)
        {
            _gone.Enqueue((peer.Node, PeerGoneCause.Silent));
        }

        peer.Unanswered++;
        peer.MostUnanswered = Math.Max(peer.MostUnanswered, peer.Unanswered);
        _probes.Enqueue(peer.Node);
    }

    private void Check(Instant now, Peer peer, IPeerContact contact)
    {
        if (contact.LastHeard(peer.Node) > peer.SuspectSince || peer.Attempts >= RefusedAttemptsMax)
        {
            peer.Clear();
            return;
        }

        peer.Attempts++;
        peer.NextCheck = now + s_refusedPeriod;
        _probes.Enqueue(peer.Node);
    }

    private sealed class Peer(NodeId node)
    {
        public NodeId Node { get; } = node;

        /// <summary>Probes in a row, since <see cref="ProbedSince"/>, that were not answered before the next one.</summary>
        public int Unanswered { get; set; }

        /// <summary>The most of <see cref="Unanswered"/> since the token is late.</summary>
        public int MostUnanswered { get; set; }

        public Instant ProbedSince { get; set; }

        /// <summary>Whether a datagram to it was refused, and nothing was heard of it since.</summary>
        public bool IsSuspect => !NextCheck.IsNever;

        public Instant SuspectSince { get; private set; }

        public Instant NextCheck { get; set; } = Instant.Never;

        public Instant NextCount { get; set; }

        public int Attempts { get; set; }

        public int Refused { get; set; }

        public void Suspect(Instant now, TimeSpan wait)
        {
            SuspectSince = now;
            NextCheck = now + wait;
            NextCount = NextCheck;
            Attempts = 0;
            Refused = 0;
        }

        public void Clear() => NextCheck = Instant.Never;
    }
}
