namespace Mainstay.Knet.Links;

/// <summary>What protection adds to a packet.</summary>
/// <param name="HasCipher">Whether packets are encrypted: salt and padding.</param>
/// <param name="HashSize">Bytes of the authentication code, 0 for none.</param>
internal readonly record struct ProtectionOverhead(bool HasCipher, int HashSize)
{
    public const int SaltSize = 16;
    public const int BlockSize = 16;

    /// <summary>The longest packet whose protected form is at most so many bytes; not positive where there is none.</summary>
    public int PacketSizeMax(int datagramSize)
    {
        if (!HasCipher) return datagramSize - HashSize;
        var room = datagramSize - (SaltSize + HashSize);

        // The padding is at least one byte.
        return room - (room % BlockSize) - 1;
    }
}

/// <summary>How much data fits a packet of a given size on the wire (spec/knet-wire.md section 5).</summary>
internal static class MtuRules
{
    /// <summary>The least packet that every IPv4 path carries whole.</summary>
    public const int Ipv4OnWireMin = 576;

    /// <summary>The least packet that every IPv6 path carries whole.</summary>
    public const int Ipv6OnWireMin = 1280;

    /// <summary>The largest IP packet tried.</summary>
    public const int OnWireMax = 65535;

    /// <summary>Taken off for the header, whatever the packet type: the largest one there is.</summary>
    private const int HeaderReserve = 26;

    private const int UdpHeaderSize = 8;
    private const int Ipv4HeaderSize = 20;
    private const int Ipv6HeaderSize = 40;

    /// <summary>What holds before anything was discovered: 576 bytes over IPv6 and a transport with 28 bytes of headers.</summary>
    private const int UndiscoveredDatagramSize = 576 - 40 - 28;

    public static int OnWireMin(bool isIpv6) => isIpv6 ? Ipv6OnWireMin : Ipv4OnWireMin;

    public static int DatagramSize(int onWire, bool isIpv6) => onWire - (isIpv6 ? Ipv6HeaderSize : Ipv4HeaderSize) - UdpHeaderSize;

    /// <summary>Data bytes of a fragment before discovery.</summary>
    public static int UndiscoveredDataMtu(ProtectionOverhead overhead) =>
        overhead.PacketSizeMax(UndiscoveredDatagramSize) - HeaderReserve;

    /// <summary>Data bytes of a fragment on a path with this MTU.</summary>
    public static int DataMtu(int onWire, bool isIpv6, ProtectionOverhead overhead) =>
        overhead.PacketSizeMax(DatagramSize(onWire, isIpv6)) - HeaderReserve;

    /// <summary>Size of the packet that, protected, fills an IP packet of this size as far as blocks allow.</summary>
    public static int ProbeSize(int onWire, bool isIpv6, ProtectionOverhead overhead) =>
        overhead.PacketSizeMax(DatagramSize(onWire, isIpv6));
}
