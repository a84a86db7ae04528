using Mainstay.Knet.Fragments;
using Mainstay.Totem;

namespace Mainstay.Knet;

/// <summary>What the knet layer wants done.</summary>
public enum KnetOutputKind
{
    /// <summary>Send <see cref="KnetOutput.Bytes"/> to host <see cref="KnetOutput.Node"/> on link <see cref="KnetOutput.Link"/>.</summary>
    Send = 0,

    /// <summary>A packet of host <see cref="KnetOutput.Node"/> for the layer above.</summary>
    Deliver = 1,

    /// <summary>Something happened: <see cref="KnetOutput.Event"/>.</summary>
    Report = 2,
}

/// <summary>One output. Which properties count depends on <see cref="Kind"/>.</summary>
public readonly struct KnetOutput
{
    /// <summary>What to do.</summary>
    public KnetOutputKind Kind { get; init; }

    /// <summary>The other host.</summary>
    public NodeId Node { get; init; }

    /// <summary>Link id.</summary>
    public int Link { get; init; }

    /// <summary>Datagram or packet, in memory that does not move (pinned); valid until the outbox is cleared.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>
    /// Whether the datagram is a path MTU probe: where the kernel refuses its size, tell
    /// <see cref="KnetTransport.HandleProbeRefused"/>.
    /// </summary>
    public bool IsProbe { get; init; }

    /// <summary>The event.</summary>
    public KnetEvent Event { get; init; }
}

/// <summary>The ordered list of outputs of one or several inputs; owned, drained and cleared by the caller.</summary>
/// <remarks>Memory grows to the highest need seen and is then reused: no allocation in the steady state. Not thread-safe.</remarks>
public sealed class KnetOutbox
{
    private readonly List<byte[]> _datagrams = [];
    private readonly List<byte[]> _packets = [];
    private readonly List<(byte[] Buffer, BufferPool Pool)> _adopted = [];
    private KnetOutput[] _outputs = new KnetOutput[64];
    private int _datagramCount;
    private int _packetCount;

    /// <summary>Number of outputs.</summary>
    public int Count { get; private set; }

    /// <summary>The outputs, in order. Valid until <see cref="Clear"/>.</summary>
    public ReadOnlySpan<KnetOutput> Outputs => _outputs.AsSpan(0, Count);

    /// <summary>Forgets all outputs and the memory that they refer to.</summary>
    public void Clear()
    {
        Array.Clear(_outputs, 0, Count);
        Count = 0;
        _datagramCount = 0;
        _packetCount = 0;
        foreach (var (buffer, pool) in _adopted) pool.Return(buffer);
        _adopted.Clear();
    }

    /// <summary>Takes over an array that an output refers to; it goes back to its pool with <see cref="Clear"/>.</summary>
    internal void Adopt(byte[] buffer, BufferPool pool) => _adopted.Add((buffer, pool));

    internal void Add(in KnetOutput output)
    {
        if (Count == _outputs.Length) Array.Resize(ref _outputs, Count * 2);
        _outputs[Count++] = output;
    }

    /// <summary>An array of at least <paramref name="size"/> bytes that lives until <see cref="Clear"/>.</summary>
    internal byte[] Reserve(int size)
    {
        // Datagrams that fit an Ethernet frame are by far the most; the few larger ones have a list of their own.
        const int Small = 2048;
        const int Large = KnetLimits.PacketSizeMax + KnetLimits.ProtectionSizeMax;
        return size <= Small ? Take(_datagrams, ref _datagramCount, Small) : Take(_packets, ref _packetCount, Large);
    }

    private static byte[] Take(List<byte[]> list, ref int used, int size)
    {
        if (used == list.Count) list.Add(GC.AllocateUninitializedArray<byte>(size, pinned: true));
        return list[used++];
    }
}
