namespace Mainstay.Ring.Core.Messages;

/// <summary>Ids of the services (spec/ring-wire.md section 4).</summary>
internal enum ServiceId : ushort
{
    Cmap = 0,
    Cfg = 1,
    Cpg = 2,
    Quorum = 3,
    Pload = 4,
    Votequorum = 5,
}

/// <summary>The 16-byte header of every service message: id and size, each followed by a hole (spec/ring-wire.md section 4).</summary>
/// <param name="Service">The service.</param>
/// <param name="Function">The function of that service.</param>
internal readonly record struct ServiceHeader(ServiceId Service, ushort Function)
{
    public const int Size = 16;

    private const int SizeOffset = 8;

    /// <summary>Reads id and size; the size must be the message's, except where a service leaves it in the reader's own order.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, WireOrder order, out ServiceHeader header)
    {
        header = default;
        if (message.Length < Size) return false;
        var id = order.ReadUInt32(message, 0);
        if (order.ReadUInt32(message, SizeOffset) != (uint)message.Length) return false;
        header = new ServiceHeader((ServiceId)(id >> 16), (ushort)id);
        return true;
    }

    /// <summary>Writes the header of a message of <paramref name="size"/> bytes in all.</summary>
    public void Write(Span<byte> message, int size)
    {
        message[..Size].Clear();
        WireOrder.Write(message, 0, ((uint)Service << 16) | Function);
        WireOrder.Write(message, SizeOffset, (uint)size);
    }
}
