namespace Mainstay.Totem;

/// <summary>What the engine wants done.</summary>
public enum OutputKind : byte
{
    /// <summary>Send <see cref="Output.Bytes"/> to the one node <see cref="Output.Node"/> (to oneself it loops back).</summary>
    SendToken = 0,

    /// <summary>Send <see cref="Output.Bytes"/> to all configured nodes <em>and to this node itself</em>.</summary>
    Multicast = 1,

    /// <summary>Store <see cref="Output.RingSequence"/> durably <em>before</em> carrying out any later output.</summary>
    StoreRingSequence = 2,

    /// <summary>A packet of <see cref="Output.Node"/>, in agreed order: hand it to the <see cref="GroupAssembler"/>.</summary>
    Deliver = 3,

    /// <summary>Membership changed: <see cref="Output.Change"/>.</summary>
    ConfigurationChange = 4,

    /// <summary>
    /// This process was not scheduled for long: drop, unread, everything that waits in the receive queue (spec/totem.md section 9.6).
    /// </summary>
    DiscardReceived = 5,

    /// <summary>Something worth a log line: <see cref="Output.Trace"/>.</summary>
    Trace = 6,
}

/// <summary>One output. Which properties count depends on <see cref="Kind"/>.</summary>
public readonly struct Output
{
    /// <summary>What to do.</summary>
    public OutputKind Kind { get; init; }

    /// <summary>Target of a token, origin of a delivered packet.</summary>
    public NodeId Node { get; init; }

    /// <summary>Datagram or packet, in memory that does not move (pinned); valid until the outbox is cleared.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>
    /// Whether this node holds the message of a multicast already: bringing it back as a datagram is allowed, but of no effect.
    /// </summary>
    public bool IsHeldBySelf { get; init; }

    /// <summary>Whether the origin of a delivered packet has the other byte order (big-endian).</summary>
    public bool ForeignByteOrder { get; init; }

    /// <summary>The ring sequence to store.</summary>
    public ulong RingSequence { get; init; }

    /// <summary>The configuration change.</summary>
    public ConfigurationChange? Change { get; init; }

    /// <summary>The trace event.</summary>
    public TraceEvent Trace { get; init; }
}

/// <summary>
/// The ordered list of outputs of one or several inputs; owned, drained and cleared by the caller. Carrying the outputs out in their
/// order, each finished before the next begins, is the ordering contract of the engine: it is what makes a ring sequence durable
/// before a packet that uses it leaves.
/// </summary>
/// <remarks>
/// Memory grows to the highest need seen and is then reused: no allocation in the steady state. One ring, one outbox: the bytes of outputs
/// may be the engine's own, which it uses again once it finds the outbox empty. Not thread-safe.
/// </remarks>
public sealed class Outbox
{
    private const int ChunkSize = 256 * 1024;

    private readonly List<byte[]> _chunks = [];
    private Output[] _outputs = new Output[256];
    private int _chunk;
    private int _chunkUsed;

    /// <summary>Number of outputs.</summary>
    public int Count { get; private set; }

    /// <summary>The outputs, in order. Valid until <see cref="Clear"/>.</summary>
    public ReadOnlySpan<Output> Outputs => _outputs.AsSpan(0, Count);

    /// <summary>The output at <paramref name="index"/> (0-based).</summary>
    public ref readonly Output this[int index] => ref Outputs[index];

    /// <summary>Forgets all outputs and the memory that they refer to.</summary>
    public void Clear()
    {
        Array.Clear(_outputs, 0, Count);
        Count = 0;
        _chunk = 0;
        _chunkUsed = 0;
    }

    internal void Add(in Output output)
    {
        if (Count == _outputs.Length)
        {
            Array.Resize(ref _outputs, Count * 2);
        }

        _outputs[Count++] = output;
    }

    /// <summary>Copies bytes into memory that lives until <see cref="Clear"/>.</summary>
    internal ReadOnlyMemory<byte> Keep(ReadOnlySpan<byte> bytes)
    {
        var memory = Reserve(bytes.Length);
        bytes.CopyTo(memory.Span);
        return memory;
    }

    /// <summary>Memory of exactly <paramref name="length"/> bytes, for the caller to fill; lives until <see cref="Clear"/>.</summary>
    internal Memory<byte> Reserve(int length)
    {
        while (true)
        {
            if (_chunk == _chunks.Count)
            {
                _chunks.Add(GC.AllocateUninitializedArray<byte>(Math.Max(ChunkSize, length), pinned: true));
            }

            var chunk = _chunks[_chunk];
            if (chunk.Length - _chunkUsed >= length)
            {
                var memory = new Memory<byte>(chunk, _chunkUsed, length);
                _chunkUsed += length;
                return memory;
            }

            _chunk++;
            _chunkUsed = 0;
        }
    }
}
