namespace Mainstay.Ring;

/// <summary>Datagrams of this node to itself: a queue of reused buffers.</summary>
internal sealed class Loopback
{
    private const int LengthMax = 8192;

    private readonly Queue<(byte[] Buffer, int Size)> _waiting = new();
    private readonly Stack<byte[]> _free = new();

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

        var buffer = _free.TryPop(out var reused) && reused.Length >= datagram.Length ? reused : new byte[Math.Max(2048, datagram.Length)];
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
        if (_free.Count < 256) _free.Push(buffer);
    }

    public void Clear() => _waiting.Clear();
}
