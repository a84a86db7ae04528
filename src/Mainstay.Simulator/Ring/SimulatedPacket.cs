namespace Mainstay.Simulator.Ring;

/// <summary>A datagram on the way to several nodes, read once, in memory that is used again when the last of them has it.</summary>
internal sealed class SimulatedPacket(byte[] buffer)
{
    private readonly byte[] _buffer = buffer;
    private int _length;

    public int Capacity => _buffer.Length;

    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    /// <summary>What the checkers read from it.</summary>
    public WirePacket Wire { get; private set; }

    /// <summary>Arrivals still to come, and the sender's own hold.</summary>
    public int References { get; set; }

    /// <summary>The link it travels on; -1 = it is a packet of the ring as it is.</summary>
    public int Link { get; private set; }

    /// <summary>Who sent it, on a link.</summary>
    public uint Source { get; private set; }

    public void Fill(ReadOnlySpan<byte> bytes)
    {
        Fill(bytes, 0, -1);
        Wire = WirePacket.Read(bytes);
    }

    public void Fill(ReadOnlySpan<byte> bytes, uint source, int link)
    {
        bytes.CopyTo(_buffer);
        _length = bytes.Length;
        Source = source;
        Link = link;
        References = 1;
    }

    /// <summary>Changes a byte on the way.</summary>
    public void Damage(int index, byte mask) => _buffer[index] ^= mask;
}

/// <summary>The packets of one simulation: grows to the highest need.</summary>
internal sealed class SimulatedPacketPool
{
    private const int SmallSize = 2048;
    private const int LargeSize = 128 * 1024;

    private readonly Stack<SimulatedPacket> _small = new();
    private readonly Stack<SimulatedPacket> _large = new();

    /// <summary>A copy of a datagram, held once.</summary>
    public SimulatedPacket Rent(ReadOnlySpan<byte> bytes)
    {
        var packet = Take(bytes.Length);
        packet.Fill(bytes);
        return packet;
    }

    /// <summary>A copy of a datagram on a link, held once.</summary>
    public SimulatedPacket Rent(ReadOnlySpan<byte> bytes, uint source, int link)
    {
        var packet = Take(bytes.Length);
        packet.Fill(bytes, source, link);
        return packet;
    }

    /// <summary>One holder less.</summary>
    public void Release(SimulatedPacket packet)
    {
        if (--packet.References == 0)
        {
            (packet.Capacity == SmallSize ? _small : _large).Push(packet);
        }
    }

    private SimulatedPacket Take(int length)
    {
        var isSmall = length <= SmallSize;
        return (isSmall ? _small : _large).TryPop(out var packet) ? packet : new SimulatedPacket(new byte[isSmall ? SmallSize : LargeSize]);
    }
}
