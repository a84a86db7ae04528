using System.Buffers.Binary;

namespace Mainstay.Knet.Wire;

/// <summary>A ping or its echo (spec/knet-wire.md section 1.2).</summary>
/// <param name="IsPong">Whether it is the echo: everything but the node is as it was in the ping.</param>
/// <param name="Node">Who sends it.</param>
/// <param name="Link">Link id, the same on both sides.</param>
/// <param name="Seconds">Monotonic time of the pinging host; in its own byte order, so it means nothing to the other.</param>
/// <param name="Nanoseconds">Its fraction, likewise.</param>
/// <param name="Sequence">Number of the last data packet that the pinging host sent.</param>
/// <param name="IsTimed">Whether it is one of the periodic pings.</param>
internal readonly record struct PingPacket(
    bool IsPong, ushort Node, byte Link, ulong Seconds, ulong Nanoseconds, PacketSequence Sequence, bool IsTimed)
{
    public const int Size = 26;

    private const int LinkOffset = 6;
    private const int SecondsOffset = 7;
    private const int NanosecondsOffset = 15;
    private const int SequenceOffset = 23;
    private const int TimedOffset = 25;

    public static bool TryRead(ReadOnlySpan<byte> packet, KnetHeader header, out PingPacket ping)
    {
        ping = default;
        if (header.Type is not (KnetPacketType.Ping or KnetPacketType.Pong) || packet.Length != Size) return false;
        if (packet[LinkOffset] >= KnetLimits.LinkCountMax || packet[TimedOffset] > 1) return false;
        ping = new PingPacket(
            header.Type == KnetPacketType.Pong,
            header.Node,
            packet[LinkOffset],
            BinaryPrimitives.ReadUInt64LittleEndian(packet[SecondsOffset..]),
            BinaryPrimitives.ReadUInt64LittleEndian(packet[NanosecondsOffset..]),
            new PacketSequence(BinaryPrimitives.ReadUInt16BigEndian(packet[SequenceOffset..])),
            packet[TimedOffset] == 1);
        return true;
    }

    public void Write(Span<byte> target)
    {
        new KnetHeader(IsPong ? KnetPacketType.Pong : KnetPacketType.Ping, Node).Write(target);
        target[LinkOffset] = Link;
        BinaryPrimitives.WriteUInt64LittleEndian(target[SecondsOffset..], Seconds);
        BinaryPrimitives.WriteUInt64LittleEndian(target[NanosecondsOffset..], Nanoseconds);
        BinaryPrimitives.WriteUInt16BigEndian(target[SequenceOffset..], Sequence.Value);
        target[TimedOffset] = IsTimed ? (byte)1 : (byte)0;
    }
}
