namespace Mainstay.Ring;

/// <summary>Datagrams of this node to itself: a queue of reused buffers.</summary>
internal sealed class Loopback
{
    private const int LengthMax = 8192;
    private const int FreeMax = 256;

    // What fits an Ethernet frame, and the largest packet of knet.
    private const int SmallSize = 2048;
    private const int LargeSize = 65536;

    private readonly Queue<(byte[] Buffer, int Size)> _waiting = new();
    private readonly Stack<byte[]> _small = new();
    private readonly Stack<byte[]> _large = new();

    public int Count => _waiting.Count;

    /// <summary>Datagrams dropped because the queue was full, as a socket would.</summary>
    public long Dropped { get; private set; }

    public void Add(ReadOnlySpan<byte> datagram)
    {
        if (_waiting.Count >= LengthMax)
        {
            Dropped++;
            return;
        }

        var isSmall = datagram.Length <= SmallSize;
        if (!(isSmall ? _small : _large).TryPop(out var buffer)) buffer = new byte[isSmall ? SmallSize : LargeSize];
        datagram.CopyTo(buffer);
        _waiting.Enqueue((buffer, datagram.Length));
    }

    /// <summary>Takes the oldest; give the buffer back with <see cref="Return"/>.</summary>
    public bool TryTake(out byte[] buffer, out int size)
    {
        var taken = _waiting.TryDequeue(out var entry);
        (buffer, size) = entry;
        return taken;
    }

    public void Return(byte[] buffer)
    {
        var free = buffer.Length == SmallSize ? _small : _large;
        if (free.Count < FreeMax) free.Push(buffer);
    }

    public void Clear() => _waiting.Clear();
}
