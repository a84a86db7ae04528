namespace Mainstay.Totem.Wire;

/// <summary>
/// A packet of the group layer: the payload of a plain message (spec/ring-wire.md section 3.1). It holds several messages back to back;
/// the first may continue an earlier packet's last, and the last may go on in the next packet.
/// </summary>
internal readonly ref struct GroupPacket
{
    public const int HeaderSize = 8;
    public const int LengthSize = 2;

    private readonly ReadOnlySpan<byte> _lengths;

    private GroupPacket(byte fragment, byte continuation, ReadOnlySpan<byte> lengths, ReadOnlySpan<byte> data, ByteOrder order)
    {
        Fragment = fragment;
        Continuation = continuation;
        _lengths = lengths;
        Data = data;
        Order = order;
    }

    /// <summary>0: the last message is complete; else the fragment number of its last part here.</summary>
    public byte Fragment { get; }

    /// <summary>0: a message starts here; else the number of the fragment that the first part continues.</summary>
    public byte Continuation { get; }

    public int Count => _lengths.Length / LengthSize;

    public ReadOnlySpan<byte> Data { get; }

    public ByteOrder Order { get; }

    public int Length(int index) => Order.ReadUInt16(_lengths[(index * LengthSize)..]);

    public static bool TryRead(ReadOnlySpan<byte> source, ByteOrder order, out GroupPacket packet)
    {
        packet = default;
        if (source.Length < HeaderSize || order.ReadUInt16(source) != 0 || order.ReadUInt16(source[2..]) != 0)
        {
            return false;
        }

        var count = order.ReadUInt16(source[6..]);
        var dataOffset = HeaderSize + (count * LengthSize);
        if (count == 0 || source.Length < dataOffset)
        {
            return false;
        }

        var total = 0;
        for (var index = 0; index < count; index++)
        {
            total += order.ReadUInt16(source[(HeaderSize + (index * LengthSize))..]);
        }

        if (source.Length != dataOffset + total)
        {
            return false;
        }

        packet = new(source[4], source[5], source[HeaderSize..dataOffset], source[dataOffset..], order);
        return true;
    }

    /// <summary>Writes a packet.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(
        Span<byte> target,
        ByteOrder order,
        byte fragment,
        byte continuation,
        ReadOnlySpan<ushort> lengths,
        ReadOnlySpan<byte> data)
    {
        target[..4].Clear();
        target[4] = fragment;
        target[5] = continuation;
        order.WriteUInt16(target[6..], (ushort)lengths.Length);
        var offset = HeaderSize;
        foreach (var length in lengths)
        {
            order.WriteUInt16(target[offset..], length);
            offset += LengthSize;
        }

        data.CopyTo(target[offset..]);
        return offset + data.Length;
    }
}
