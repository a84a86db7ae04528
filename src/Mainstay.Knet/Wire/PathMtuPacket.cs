using System.Buffers.Binary;

namespace Mainstay.Knet.Wire;

/// <summary>
/// A path MTU probe, filled with zeros up to the size that is tried, or the reply to one (spec/knet-wire.md section 1.3).
/// </summary>
/// <param name="IsReply">Whether it is the reply: link and size are those of the probe.</param>
/// <param name="Node">Who sends it.</param>
/// <param name="Link">Link id, the same on both sides.</param>
/// <param name="OnWire">The size tried: of the whole IP packet, in bytes; in the byte order of the probing host.</param>
internal readonly record struct PathMtuPacket(bool IsReply, ushort Node, byte Link, ushort OnWire)
{
    /// <summary>Size of a reply, and of a probe without its filling.</summary>
    public const int Size = 9;

    private const int LinkOffset = 6;
    private const int OnWireOffset = 7;

    public static bool TryRead(ReadOnlySpan<byte> packet, KnetHeader header, out PathMtuPacket probe)
    {
        probe = default;
        if (header.Type is not (KnetPacketType.PathMtuProbe or KnetPacketType.PathMtuReply)) return false;
        var isReply = header.Type == KnetPacketType.PathMtuReply;
        if (isReply ? packet.Length != Size : packet.Length < Size) return false;
        if (packet[LinkOffset] >= KnetLimits.LinkCountMax) return false;
        var onWire = BinaryPrimitives.ReadUInt16LittleEndian(packet[OnWireOffset..]);
        probe = new PathMtuPacket(isReply, header.Node, packet[LinkOffset], onWire);
        return true;
    }

    /// <summary>Writes the packet; a longer <paramref name="target"/> is filled with zeros.</summary>
    public void Write(Span<byte> target)
    {
        new KnetHeader(IsReply ? KnetPacketType.PathMtuReply : KnetPacketType.PathMtuProbe, Node).Write(target);
        target[LinkOffset] = Link;
        BinaryPrimitives.WriteUInt16LittleEndian(target[OnWireOffset..], OnWire);
        target[Size..].Clear();
    }
}
