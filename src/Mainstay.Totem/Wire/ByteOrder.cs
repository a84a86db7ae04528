using System.Buffers.Binary;

namespace Mainstay.Totem.Wire;

/// <summary>The byte order of a sender. Totem integers travel in the sender's order (spec/ring-wire.md, conventions).</summary>
internal enum ByteOrder : byte
{
    Little = 0,
    Big = 1,
}

internal static class ByteOrderExtensions
{
    public static ushort ReadUInt16(this ByteOrder order, ReadOnlySpan<byte> source) =>
        order == ByteOrder.Little ? BinaryPrimitives.ReadUInt16LittleEndian(source) : BinaryPrimitives.ReadUInt16BigEndian(source);

    public static uint ReadUInt32(this ByteOrder order, ReadOnlySpan<byte> source) =>
        order == ByteOrder.Little ? BinaryPrimitives.ReadUInt32LittleEndian(source) : BinaryPrimitives.ReadUInt32BigEndian(source);

    public static ulong ReadUInt64(this ByteOrder order, ReadOnlySpan<byte> source) =>
        order == ByteOrder.Little ? BinaryPrimitives.ReadUInt64LittleEndian(source) : BinaryPrimitives.ReadUInt64BigEndian(source);

    public static NodeId ReadNodeId(this ByteOrder order, ReadOnlySpan<byte> source) => new(order.ReadUInt32(source));

    public static RingId ReadRingId(this ByteOrder order, ReadOnlySpan<byte> source) =>
        new(order.ReadNodeId(source), order.ReadUInt64(source[4..]));

    public static void WriteUInt16(this ByteOrder order, Span<byte> target, ushort value)
    {
        if (order == ByteOrder.Little)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(target, value);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(target, value);
        }
    }

    public static void WriteUInt32(this ByteOrder order, Span<byte> target, uint value)
    {
        if (order == ByteOrder.Little)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(target, value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(target, value);
        }
    }

    public static void WriteUInt64(this ByteOrder order, Span<byte> target, ulong value)
    {
        if (order == ByteOrder.Little)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(target, value);
        }
        else
        {
            BinaryPrimitives.WriteUInt64BigEndian(target, value);
        }
    }

    public static void WriteNodeId(this ByteOrder order, Span<byte> target, NodeId value) => order.WriteUInt32(target, value.Value);

    public static void WriteRingId(this ByteOrder order, Span<byte> target, RingId value)
    {
        order.WriteNodeId(target, value.Representative);
        order.WriteUInt64(target[4..], value.Sequence);
    }
}
