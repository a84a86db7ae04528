namespace Mainstay.Ring.Core.Messages;

/// <summary>Functions of service cfg (spec/ring-wire.md section 4.4).</summary>
internal static class CfgFunction
{
    public const ushort RingReenable = 0;
    public const ushort KillNode = 1;
    public const ushort Shutdown = 2;
    public const ushort Reload = 3;
    public const ushort CryptoReconfigure = 4;

    public const int ReloadSize = 32;
    public const int ShutdownSize = 16;
    public const int CryptoReconfigureSize = 24;
    public const uint CryptoActivate = 1;
    public const uint CryptoCleanUp = 2;

    /// <summary>A reload: every node reads its own file again.</summary>
    public static void WriteReload(Span<byte> target, uint nodeId)
    {
        target[..ReloadSize].Clear();
        new ServiceHeader(ServiceId.Cfg, Reload).Write(target, ReloadSize);
        WireOrder.Write(target, 16, nodeId);
    }

    /// <summary>A phase of a change of crypto; each node acts on its own message.</summary>
    public static void WriteCryptoReconfigure(Span<byte> target, uint phase)
    {
        target[..CryptoReconfigureSize].Clear();
        new ServiceHeader(ServiceId.Cfg, CryptoReconfigure).Write(target, CryptoReconfigureSize);
        WireOrder.Write(target, 16, phase);
    }

    /// <summary>The phase of such a message.</summary>
    public static bool TryReadCryptoReconfigure(ReadOnlySpan<byte> source, WireOrder order, out uint phase)
    {
        phase = 0;
        if (source.Length < CryptoReconfigureSize) return false;
        phase = order.ReadUInt32(source, 16);
        return phase is CryptoActivate or CryptoCleanUp;
    }

    /// <summary>The node that goes down by request tells the others.</summary>
    public static void WriteShutdown(Span<byte> target) => new ServiceHeader(ServiceId.Cfg, Shutdown).Write(target, ShutdownSize);
}

/// <summary>killnode: the addressed node terminates at once.</summary>
internal readonly record struct CfgKillNode(uint NodeId, string Reason)
{
    public const int Size = 288;

    private const int NameOffset = 24;

    public static bool TryRead(ReadOnlySpan<byte> source, WireOrder order, out CfgKillNode message)
    {
        message = default;
        if (source.Length != Size) return false;
        var length = order.ReadUInt16(source, NameOffset);
        if (length > 256) return false;

        // The reference swaps the length only: a foreign sender's node id arrives in its own order all the same.
        message = new CfgKillNode(order.ReadUInt32(source, 16), System.Text.Encoding.UTF8.GetString(source.Slice(NameOffset + 8, length)));
        return true;
    }

    public void Write(Span<byte> target)
    {
        target[..Size].Clear();
        new ServiceHeader(ServiceId.Cfg, CfgFunction.KillNode).Write(target, Size);
        WireOrder.Write(target, 16, NodeId);
        var bytes = System.Text.Encoding.UTF8.GetBytes(Reason);
        var length = Math.Min(bytes.Length, 255);
        WireOrder.Write(target, NameOffset, (ushort)length);
        bytes.AsSpan(0, length).CopyTo(target[(NameOffset + 8)..]);
    }
}
