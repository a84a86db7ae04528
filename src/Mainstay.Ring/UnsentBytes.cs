namespace Mainstay.Ring;

/// <summary>
/// Memory for what waits to be sent to clients, shared by all of them: chunks that are used again, so that a slow reader makes nobody wait
/// for large arrays to be made and cleared. What was not used for a while is given back.
/// </summary>
internal sealed class ChunkPool
{
    public const int ChunkSize = 64 * 1024;

    // Kept for good.
    private const int KeptMax = 256;

    private readonly Stack<byte[]> _free = new();
    private int _unused;

    /// <summary>Chunks that nobody uses.</summary>
    public int Free => _free.Count;

    public byte[] Rent()
    {
        if (!_free.TryPop(out var chunk)) return GC.AllocateUninitializedArray<byte>(ChunkSize);
        _unused = Math.Min(_unused, _free.Count);
        return chunk;
    }

    public void Return(byte[] chunk) => _free.Push(chunk);

    /// <summary>Gives back what was not used since the last call: called seldom enough for bursts to find what they need.</summary>
    public void Trim()
    {
        while (_unused > 0 && _free.Count > KeptMax)
        {
            _free.Pop();
            _unused--;
        }

        _unused = _free.Count;
    }
}

/// <summary>The bytes that wait to be sent to one client, in order.</summary>
internal sealed class UnsentBytes(ChunkPool pool)
{
    private readonly Queue<byte[]> _chunks = new();
    private byte[] _last = [];
    private int _start;
    private int _end;

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    /// <summary>The oldest that lie in one piece; empty where nothing waits.</summary>
    public ReadOnlySpan<byte> First => _chunks.TryPeek(out var chunk)
        ? chunk.AsSpan(_start, (_chunks.Count == 1 ? _end : ChunkPool.ChunkSize) - _start)
        : default;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        Count += bytes.Length;
        while (!bytes.IsEmpty)
        {
            if (_chunks.Count == 0 || _end == ChunkPool.ChunkSize)
            {
                _last = pool.Rent();
                _chunks.Enqueue(_last);
                _end = 0;
            }

            var part = bytes[..Math.Min(bytes.Length, ChunkPool.ChunkSize - _end)];
            part.CopyTo(_last.AsSpan(_end));
            _end += part.Length;
            bytes = bytes[part.Length..];
        }
    }

    /// <summary>The first <paramref name="count"/> bytes of <see cref="First"/> were sent.</summary>
    public void Consume(int count)
    {
        Count -= count;
        _start += count;
        if (Count > 0 && _start < ChunkPool.ChunkSize) return;
        pool.Return(_chunks.Dequeue());
        _start = 0;
    }

    /// <summary>Nothing of it is to be sent any more.</summary>
    public void Clear()
    {
        while (_chunks.TryDequeue(out var chunk)) pool.Return(chunk);
        Count = 0;
        _start = 0;
    }
}
