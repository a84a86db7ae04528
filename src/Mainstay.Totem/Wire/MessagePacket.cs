namespace Mainstay.Totem.Wire;

/// <summary>The header of a data message (spec/ring-wire.md section 2.2); the payload follows it.</summary>
/// <param name="Header">Common header; its sender is the originator.</param>
/// <param name="Origin">The originator again (<c>system_from</c>), or for encapsulated messages who sends it again.</param>
/// <param name="Sequence">Place in the ring's order.</param>
/// <param name="LocalCounter">The originator's own count; for people who read traces.</param>
/// <param name="Ring">The ring in which it is ordered.</param>
/// <param name="Unused">Always 0.</param>
/// <param name="Guarantee">The guarantee asked for; not evaluated.</param>
internal readonly record struct MessagePacket(
    PacketHeader Header,
    NodeId Origin,
    MessageSequence Sequence,
    uint LocalCounter,
    RingId Ring,
    uint Unused,
    uint Guarantee)
{
    public const int HeaderSize = Limits.MessageHeaderSize;

    /// <summary>Where the guarantee stands: written when a packet is queued, before the rest is known.</summary>
    public const int GuaranteeOffset = 41;

    public bool IsEncapsulated => Header.Encapsulation == PacketHeader.Encapsulated;

    public static bool TryRead(ReadOnlySpan<byte> source, in PacketHeader header, out MessagePacket packet)
    {
        packet = default;
        if (source.Length < HeaderSize || header.Encapsulation is not (PacketHeader.Encapsulated or PacketHeader.Plain))
        {
            return false;
        }

        var order = header.Order;
        packet = new(
            header,
            order.ReadNodeId(source[13..]),
            new MessageSequence(order.ReadUInt32(source[17..])),
            order.ReadUInt32(source[21..]),
            order.ReadRingId(source[25..]),
            order.ReadUInt32(source[37..]),
            order.ReadUInt32(source[GuaranteeOffset..]));
        return !packet.Origin.IsNone && packet.Origin == header.Sender;
    }

    /// <summary>Reads a complete message packet, common header included.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out MessagePacket packet)
    {
        packet = default;
        return PacketHeader.TryRead(source, out var header) && header.Type == PacketType.Message && TryRead(source, header, out packet);
    }

    public void Write(Span<byte> target)
    {
        var order = Header.Order;
        Header.Write(target);
        order.WriteNodeId(target[13..], Origin);
        order.WriteUInt32(target[17..], Sequence.Value);
        order.WriteUInt32(target[21..], LocalCounter);
        order.WriteRingId(target[25..], Ring);
        order.WriteUInt32(target[37..], Unused);
        order.WriteUInt32(target[GuaranteeOffset..], Guarantee);
    }
}
