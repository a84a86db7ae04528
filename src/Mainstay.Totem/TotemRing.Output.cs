using Mainstay.Totem.Wire;

namespace Mainstay.Totem;

/// <content>What leaves the engine: packets, traces, and the token that is kept for sending again.</content>
public sealed partial class TotemRing
{
    private readonly byte[] _storedToken = new byte[CommitToken.MaxSize];
    private int _storedTokenLength;

    /// <summary>The next member in ring order: who gets our tokens.</summary>
    private NodeId _tokenTarget;

    private PacketHeader HeaderTo(PacketType type, NodeId target) => new(type, 0, Self, target, ByteOrder.Little);

    private void Multicast(ReadOnlySpan<byte> packet) =>
        _outbox.Add(new Output { Kind = OutputKind.Multicast, Bytes = _outbox.Keep(packet) });

    /// <summary>Multicasts a message that the window holds.</summary>
    private void MulticastMessage(ReadOnlyMemory<byte> packet) =>
        _outbox.Add(new Output { Kind = OutputKind.Multicast, Bytes = packet, IsHeldBySelf = true });

    private void SendStoredToken() => _outbox.Add(new Output
    {
        Kind = OutputKind.SendToken,
        Node = _tokenTarget,
        Bytes = _outbox.Keep(_storedToken.AsSpan(0, _storedTokenLength)),
    });

    private void StoreRingSequence() =>
        _outbox.Add(new Output { Kind = OutputKind.StoreRingSequence, RingSequence = _ring.Sequence });

    private void Trace(TraceKind kind, NodeId node, ulong first, ulong second) =>
        _outbox.Add(new Output { Kind = OutputKind.Trace, Trace = new TraceEvent(kind, node, _ring, first, second) });

    private void Drop(DropReason reason, NodeId sender)
    {
        Statistics.CountDrop(reason);

        // Copies are everyday life on a ring that retransmits: counted, not told.
        if (reason is not (DropReason.Duplicate or DropReason.NotInThisState))
        {
            Trace(TraceKind.DatagramDropped, sender, (ulong)reason, 0);
        }
    }
}
