namespace Mainstay.Totem.Wire;

/// <summary>The six packet types (spec/ring-wire.md section 2).</summary>
internal enum PacketType : byte
{
    RegularToken = 0,
    Message = 1,
    MergeDetect = 2,
    Join = 3,
    CommitToken = 4,
    HoldCancel = 5,
}

/// <summary>The 13-byte header of every packet (spec/ring-wire.md section 2).</summary>
/// <param name="Type">Packet type.</param>
/// <param name="Encapsulation">Messages: <see cref="Encapsulated"/> or <see cref="Plain"/>; 0 for other types.</param>
/// <param name="Sender">Sender of this hop (none in a leave); for messages the originator.</param>
/// <param name="Target">knet's destination, 0 for all; on udp and udpu without meaning.</param>
/// <param name="Order">The sender's byte order, told by the magic number.</param>
internal readonly record struct PacketHeader(PacketType Type, byte Encapsulation, NodeId Sender, NodeId Target, ByteOrder Order)
{
    public const int Size = 13;

    /// <summary>The payload is a message of the old ring (recovery).</summary>
    public const byte Encapsulated = 1;

    /// <summary>The payload is a packet of the group layer.</summary>
    public const byte Plain = 2;

    private const ushort Magic = 0xC070;
    private const byte Version = 3;

    public static bool TryRead(ReadOnlySpan<byte> source, out PacketHeader header)
    {
        header = default;
        if (source.Length < Size)
        {
            return false;
        }

        ByteOrder order;
        if (ByteOrder.Little.ReadUInt16(source) == Magic)
        {
            order = ByteOrder.Little;
        }
        else if (ByteOrder.Big.ReadUInt16(source) == Magic)
        {
            order = ByteOrder.Big;
        }
        else
        {
            return false;
        }

        if (source[2] != Version || source[3] > (byte)PacketType.HoldCancel)
        {
            return false;
        }

        header = new((PacketType)source[3], source[4], order.ReadNodeId(source[5..]), order.ReadNodeId(source[9..]), order);
        return true;
    }

    public void Write(Span<byte> target)
    {
        Order.WriteUInt16(target, Magic);
        target[2] = Version;
        target[3] = (byte)Type;
        target[4] = Encapsulation;
        Order.WriteNodeId(target[5..], Sender);
        Order.WriteNodeId(target[9..], Target);
    }
}
