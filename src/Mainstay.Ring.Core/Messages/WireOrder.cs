using System.Buffers.Binary;

namespace Mainstay.Ring.Core.Messages;

/// <summary>Byte order of a received message: that of its sender (spec/ring-wire.md, conventions). What we send is little-endian.</summary>
/// <param name="IsBigEndian">Whether the sender is big-endian.</param>
internal readonly record struct WireOrder(bool IsBigEndian)
{
    public static WireOrder Little => default;

    public ushort ReadUInt16(ReadOnlySpan<byte> source, int offset) =>
        IsBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(source[offset..]) : BinaryPrimitives.ReadUInt16LittleEndian(source[offset..]);

    public uint ReadUInt32(ReadOnlySpan<byte> source, int offset) =>
        IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(source[offset..]) : BinaryPrimitives.ReadUInt32LittleEndian(source[offset..]);

    public ulong ReadUInt64(ReadOnlySpan<byte> source, int offset) =>
        IsBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(source[offset..]) : BinaryPrimitives.ReadUInt64LittleEndian(source[offset..]);

    public static void Write(Span<byte> target, int offset, ushort value) =>
        BinaryPrimitives.WriteUInt16LittleEndian(target[offset..], value);

    public static void Write(Span<byte> target, int offset, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(target[offset..], value);

    public static void Write(Span<byte> target, int offset, ulong value) =>
        BinaryPrimitives.WriteUInt64LittleEndian(target[offset..], value);
}
