namespace Mainstay.Totem;

/// <summary>A packet in pooled memory; the default value is "none".</summary>
internal readonly struct Packet(byte[] buffer, int length)
{
    private readonly byte[]? _buffer = buffer;

    public int Length { get; } = length;

    public bool IsNone => _buffer is null;

    public Span<byte> Bytes => _buffer.AsSpan(0, Length);

    public ReadOnlyMemory<byte> Memory => new(_buffer, 0, Length);

    public byte[] Buffer => _buffer!; // Only asked of packets that are not none.
}

/// <summary>
/// Memory for packets, in two sizes. It grows to the highest need and is then reused: the steady state allocates nothing. What bounds it
/// are the windows and queues that hold its packets.
/// </summary>
/// <remarks>
/// Outputs refer to packets rather than copy them, so one that is given back is not used again before <see cref="Recycle"/>: when all
/// outputs are carried out. Its memory does not move (pinned), for system calls that are made later than the output is.
/// </remarks>
internal sealed class PacketPool
{
    private const int SmallSize = 2048;

    /// <summary>A recovered message has a second header.</summary>
    private const int LargeSize = Limits.DatagramSizeMax + Limits.MessageHeaderSize;

    private readonly Stack<byte[]> _small = new(256);
    private readonly Stack<byte[]> _large = new(64);
    private readonly List<byte[]> _returned = new(256);

    public Packet Rent(int length)
    {
        Invariant.Check(length is > 0 and <= LargeSize, "a packet has an impossible length");
        var isSmall = length <= SmallSize;
        if (!(isSmall ? _small : _large).TryPop(out var buffer))
        {
            buffer = GC.AllocateArray<byte>(isSmall ? SmallSize : LargeSize, pinned: true);
        }

        return new Packet(buffer, length);
    }

    public Packet RentCopy(ReadOnlySpan<byte> bytes)
    {
        var packet = Rent(bytes.Length);
        bytes.CopyTo(packet.Bytes);
        return packet;
    }

    public void Return(Packet packet) => _returned.Add(packet.Buffer);

    /// <summary>No output refers to a packet any more: what was given back can be used again.</summary>
    public void Recycle()
    {
        foreach (var buffer in _returned) (buffer.Length == SmallSize ? _small : _large).Push(buffer);
        _returned.Clear();
    }
}

/// <summary>A bounded queue of packets. Its memory grows to the highest need, within the bound.</summary>
internal sealed class PacketQueue(PacketPool pool, int capacity)
{
    private Packet[] _items = new Packet[Math.Min(capacity, 64)];
    private int _head;

    public int Count { get; private set; }

    public int Capacity => capacity;

    public int Free => capacity - Count;

    public Span<byte> Peek() => _items[_head].Bytes;

    public void Enqueue(Packet packet)
    {
        MakeRoom();
        _items[(_head + Count) % _items.Length] = packet;
        Count++;
    }

    /// <summary>Puts a packet before all others.</summary>
    public void Push(Packet packet)
    {
        MakeRoom();
        _head = (_head + _items.Length - 1) % _items.Length;
        _items[_head] = packet;
        Count++;
    }

    public Packet Dequeue()
    {
        Invariant.Check(Count > 0, "an empty packet queue was read");
        var packet = _items[_head];
        _items[_head] = default;
        _head = (_head + 1) % _items.Length;
        Count--;
        return packet;
    }

    public void Clear()
    {
        while (Count > 0)
        {
            pool.Return(Dequeue());
        }
    }

    private void MakeRoom()
    {
        Invariant.Check(Free > 0, "a packet queue overflows");
        if (Count < _items.Length)
        {
            return;
        }

        var larger = new Packet[Math.Min(capacity, Count * 2)];
        for (var index = 0; index < Count; index++)
        {
            larger[index] = _items[(_head + index) % Count];
        }

        _items = larger;
        _head = 0;
    }
}
