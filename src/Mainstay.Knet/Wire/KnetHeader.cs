using System.Buffers.Binary;

namespace Mainstay.Knet.Wire;

/// <summary>Kind of a packet; kinds with the highest bit are link management (spec/knet-wire.md section 1).</summary>
internal enum KnetPacketType : byte
{
    /// <summary>Data of the layer above.</summary>
    Data = 0x00,

    /// <summary>Asks whether a link works.</summary>
    Ping = 0x81,

    /// <summary>Says that it does.</summary>
    Pong = 0x82,

    /// <summary>A packet as long as the path MTU that is tried.</summary>
    PathMtuProbe = 0x83,

    /// <summary>The probe arrived.</summary>
    PathMtuReply = 0x84,
}

/// <summary>The first six bytes of every packet: version, type, source host, two bytes of padding.</summary>
internal readonly record struct KnetHeader(KnetPacketType Type, ushort Node)
{
    public const int Size = 6;
    public const byte Version = 1;

    /// <summary>Anything shorter is no packet.</summary>
    public const int PacketSizeMin = 7;

    /// <summary>Whether a packet says that it is of another protocol version.</summary>
    public static bool IsOtherVersion(ReadOnlySpan<byte> packet) => packet.Length >= PacketSizeMin && packet[0] != Version;

    public static bool TryRead(ReadOnlySpan<byte> packet, out KnetHeader header)
    {
        header = default;
        if (packet.Length < PacketSizeMin || packet[0] != Version) return false;
        var type = (KnetPacketType)packet[1];
        if (type is not (KnetPacketType.Data or >= KnetPacketType.Ping and <= KnetPacketType.PathMtuReply)) return false;
        header = new KnetHeader(type, BinaryPrimitives.ReadUInt16BigEndian(packet[2..]));
        return true;
    }

    public void Write(Span<byte> target)
    {
        target[0] = Version;
        target[1] = (byte)Type;
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], Node);
        target[4] = 0;
        target[5] = 0;
    }
}
