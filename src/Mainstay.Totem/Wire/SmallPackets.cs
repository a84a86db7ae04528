namespace Mainstay.Totem.Wire;

/// <summary>A representative looking for other rings (spec/ring-wire.md section 2.3).</summary>
internal readonly record struct MergeDetectPacket(PacketHeader Header, NodeId Sender, RingId Ring)
{
    public const int Size = PacketHeader.Size + 4 + RingId.Size;

    public static bool TryRead(ReadOnlySpan<byte> source, in PacketHeader header, out MergeDetectPacket packet)
    {
        packet = default;
        if (source.Length < Size)
        {
            return false;
        }

        packet = new(header, header.Order.ReadNodeId(source[13..]), header.Order.ReadRingId(source[17..]));
        return !packet.Sender.IsNone;
    }

    public void Write(Span<byte> target)
    {
        Header.Write(target);
        Header.Order.WriteNodeId(target[13..], Sender);
        Header.Order.WriteRingId(target[17..], Ring);
    }
}

/// <summary>A node with something to send wakes an idle ring (spec/ring-wire.md section 2.6).</summary>
internal readonly record struct HoldCancelPacket(PacketHeader Header, RingId Ring)
{
    public const int Size = PacketHeader.Size + RingId.Size;

    public static bool TryRead(ReadOnlySpan<byte> source, in PacketHeader header, out HoldCancelPacket packet)
    {
        packet = default;
        if (source.Length < Size)
        {
            return false;
        }

        packet = new(header, header.Order.ReadRingId(source[13..]));
        return true;
    }

    public void Write(Span<byte> target)
    {
        Header.Write(target);
        Header.Order.WriteRingId(target[13..], Ring);
    }
}
