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

    /// <summary>Refused probes that confirm a refusal, which may be forged or of a moment in which a firewall was loaded.</summary>
    public const int RefusedMax = 2;

    /// <summary>A host answers only a few of many datagrams that it refuses; after so many probes in vain the matter is dropped.</summary>
    private const int RefusedAttemptsMax = 60;

    private static readonly TimeSpan s_refusedPeriod = TimeSpan.FromMilliseconds(50);

    private readonly Queue<NodeId> _probes = new();
    private readonly Queue<(NodeId Node, PeerGoneCause Cause)> _gone = new();
    private Peer[] _peers = [];
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
    public void SetPeers(IEnumerable<NodeId> peers) =>
        _peers = [.. peers.Order().Select(node => Array.Find(_peers, p => p.Node == node) ?? new Peer(node))];

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
    public void HandleTimeout(Instant now, Instant lastToken, IPeerContact contact)
    {
        if (NextDeadline(lastToken) > now) return;
        foreach (var peer in _peers)
        {
            if (peer.NextCheck <= now) Check(now, peer, contact);
        }

        if (now < lastToken + _lateAfter)
        {
            _isLate = false;
            foreach (var peer in _peers) peer.Unanswered = 0;
            return;
        }

        if (_isLate && now < _nextRound) return;
        _isLate = true;
        _nextRound = now + _period;
        foreach (var peer in _peers) Probe(now, peer, contact);
    }

    /// <summary>The next member to send a probe to.</summary>
    public bool TryTakeProbe(out NodeId node) => _probes.TryDequeue(out node);

    /// <summary>The next member that is gone; repeated as long as nothing is heard of it.</summary>
    public bool TryTakeGone(out (NodeId Node, PeerGoneCause Cause) gone) => _gone.TryDequeue(out gone);

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
