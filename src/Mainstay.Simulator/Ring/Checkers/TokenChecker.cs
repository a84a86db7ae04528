using System.Runtime.InteropServices;

namespace Mainstay.Simulator.Ring.Checkers;

/// <summary>
/// I15 one token, I16 aru soundness, I17 bounded buffers: from the wire alone. The bound of I17 is what section 4.1 step 11 leaves after
/// sending, 16384 less the window: one rotation more still fits everybody's queue.
/// </summary>
internal sealed class TokenChecker(uint initialSequence, uint windowSize) : RingChecker
{
    private const uint WindowSlots = 16384;

    private readonly Dictionary<RingKey, RingTokens> _rings = [];

    /// <summary>The ring asked for last: nearly always the next one too.</summary>
    private RingKey _lastRing;
    private RingTokens _lastTokens = new();

    public override void OnSend(uint node, in WirePacket packet, ReadOnlySpan<byte> bytes)
    {
        var ring = new RingKey(packet.Representative, packet.RingSequence);
        if (packet.Type is not (WireType.Token or WireType.CommitToken or WireType.Message) || !IsUnique(ring))
        {
            return;
        }

        var tokens = Ring(ring);
        switch (packet.Type)
        {
            case WireType.CommitToken:
                tokens.Members = WirePacket.CommitMembers(bytes);
                break;
            case WireType.Message:
                tokens.Received(node, initialSequence).Add(packet.Sequence);
                break;
            default:
                CheckToken(node, ring, tokens, packet, Digest.Of(bytes));
                break;
        }
    }

    public override void OnReceive(uint node, in WirePacket packet)
    {
        if (packet.Type != WireType.Message)
        {
            return;
        }

        var ring = new RingKey(packet.Representative, packet.RingSequence);
        if (IsUnique(ring))
        {
            Ring(ring).Received(node, initialSequence).Add(packet.Sequence);
        }
    }

    private RingTokens Ring(RingKey ring)
    {
        if (_lastRing == ring)
        {
            return _lastTokens;
        }

        if (!_rings.TryGetValue(ring, out var tokens))
        {
            _rings.Add(ring, tokens = new RingTokens());
        }

        (_lastRing, _lastTokens) = (ring, tokens);
        return tokens;
    }

    private void CheckToken(uint node, RingKey ring, RingTokens tokens, in WirePacket token, ulong digest)
    {
        if (token.Sequence - token.Aru > WindowSlots - windowSize)
        {
            Fail("I17", $"the token of {ring} sent by {node} has seq {token.Sequence:x} and aru {token.Aru:x}");
        }

        // The same node may send its last token again, as it was; everything else must be the next one.
        ref var own = ref CollectionsMarshal.GetValueRefOrAddDefault(tokens.LastByNode, node, out var hasSent);
        if (hasSent && own.TokenSequence == token.TokenSequence)
        {
            if (own.Digest != digest)
            {
                Fail("I15", $"node {node} sends two different tokens {token.TokenSequence} of ring {ring}");
            }

            return;
        }

        own = (token.TokenSequence, digest);
        if (tokens.HasToken && token.TokenSequence != tokens.Last + 1)
        {
            Fail("I15", $"token {token.TokenSequence} of ring {ring}, sent by {node}, follows token {tokens.Last}");
        }

        tokens.HasToken = true;
        tokens.Last = token.TokenSequence;
        tokens.Arus.Enqueue(token.Aru);
        if (tokens.Members.Length == 0 || tokens.Arus.Count <= tokens.Members.Length)
        {
            return;
        }

        tokens.Arus.Dequeue();
        CheckAru(ring, tokens);
    }

    private void CheckAru(RingKey ring, RingTokens tokens)
    {
        var lowest = tokens.Arus.Peek();
        foreach (var aru in tokens.Arus)
        {
            lowest = Distance(lowest, aru) < 0 ? aru : lowest;
        }

        // What members have only grows.
        if (lowest == tokens.CheckedAru)
        {
            return;
        }

        tokens.CheckedAru = lowest;
        foreach (var member in tokens.Members)
        {
            var received = tokens.Received(member, initialSequence).Aru;
            if (Distance(lowest, received) < 0)
            {
                Fail("I16", $"tokens of {ring} say for a rotation that all have {lowest}, but node {member} has {received}");
            }
        }
    }

    private sealed class RingTokens
    {
        private readonly Dictionary<uint, Receipts> _receipts = [];

        public Dictionary<uint, (uint TokenSequence, ulong Digest)> LastByNode { get; } = [];

        public bool HasToken { get; set; }

        public uint Last { get; set; }

        public Queue<uint> Arus { get; } = new();

        /// <summary>The lowest aru of the last rotation that was compared with what members have.</summary>
        public uint? CheckedAru { get; set; }

        public uint[] Members { get; set; } = [];

        public Receipts Received(uint node, uint initialSequence)
        {
            if (!_receipts.TryGetValue(node, out var receipts))
            {
                _receipts.Add(node, receipts = new Receipts(initialSequence));
            }

            return receipts;
        }
    }

    private sealed class Receipts(uint initialSequence)
    {
        private readonly HashSet<uint> _ahead = [];

        public uint Aru { get; private set; } = initialSequence;

        public void Add(uint sequence)
        {
            if (sequence == Aru + 1 && _ahead.Count == 0)
            {
                Aru++;
                return;
            }

            if (Distance(Aru, sequence) <= 0 || !_ahead.Add(sequence))
            {
                return;
            }

            while (_ahead.Remove(Aru + 1))
            {
                Aru++;
            }
        }
    }
}
