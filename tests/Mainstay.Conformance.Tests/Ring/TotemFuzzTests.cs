using Mainstay.Totem;
using Mainstay.Totem.Wire;

namespace Mainstay.Conformance.Tests.Ring;

/// <summary>Captured packets, damaged in every way: the decoders refuse or accept, and do nothing else.</summary>
public sealed class TotemFuzzTests
{
    private const int RoundCount = 300_000;

    private ulong _state = 0x5EED;

    [Fact]
    public void Damaged_packets_are_read_or_refused_and_never_throw()
    {
        var packets = new[] { "udpu3", "udpu3loss", "udpu2v6", "udp2" }
            .SelectMany(name => TotemCaptureTests.Packets(name).Select(datagram => datagram.Payload))
            .Where((_, index) => index % 5 == 0)
            .ToArray();
        var assembler = new GroupAssembler();
        assembler.SynchronisationFinished();
        var accepted = 0;
        for (var round = 0; round < RoundCount; round++)
        {
            accepted += Decode(Damage(packets[Below(packets.Length)]), assembler) ? 1 : 0;
        }

        // Both happen often, or the damage is of the wrong strength.
        Assert.InRange(accepted, RoundCount / 20, RoundCount * 19 / 20);
        Assert.True(assembler.PacketsMalformed > 0);
        Assert.True(assembler.FragmentsDropped > 0);
    }

    private static bool Decode(byte[] bytes, GroupAssembler assembler)
    {
        if (!PacketHeader.TryRead(bytes, out var header))
        {
            return false;
        }

        switch (header.Type)
        {
            case PacketType.RegularToken:
                return new RegularToken().TryRead(bytes, header);
            case PacketType.CommitToken:
                return new CommitToken().TryRead(bytes, header);
            case PacketType.Join:
                return JoinPacket.TryRead(bytes, header, out _);
            case PacketType.MergeDetect:
                return MergeDetectPacket.TryRead(bytes, header, out _);
            case PacketType.HoldCancel:
                return HoldCancelPacket.TryRead(bytes, header, out _);
            default:
                if (!MessagePacket.TryRead(bytes, header, out var message))
                {
                    return false;
                }

                assembler.Begin(new Output
                {
                    Kind = OutputKind.Deliver,
                    Node = message.Header.Sender,
                    Bytes = bytes.AsMemory(MessagePacket.HeaderSize),
                    ForeignByteOrder = header.Order == ByteOrder.Big,
                });
                while (assembler.TryRead(out _))
                {
                }

                return true;
        }
    }

    private byte[] Damage(byte[] packet)
    {
        var copy = Below(8) == 0 ? packet[..Below(packet.Length)] : Below(16) == 0 ? [.. packet, .. new byte[Below(40)]] : packet.ToArray();
        for (var change = Below(4); change > 0 && copy.Length > 0; change--)
        {
            // Mostly in the headers: that is where the lengths are.
            var place = Below(3) == 0 ? Below(copy.Length) : Below(Math.Min(copy.Length, 70));
            copy[place] = Below(2) == 0 ? (byte)Next() : (byte)(Below(2) == 0 ? 0xFF : 0);
        }

        return copy;
    }

    private int Below(int bound) => bound == 0 ? 0 : (int)(Next() % (ulong)bound);

    private ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
