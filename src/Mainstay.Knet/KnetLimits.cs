namespace Mainstay.Knet;

/// <summary>The bounds of the knet layer (spec/knet-wire.md).</summary>
public static class KnetLimits
{
    /// <summary>Links of a host: ids 0..7.</summary>
    public const int LinkCountMax = 8;

    /// <summary>The largest packet of the layer above, before fragmentation and after reassembly or decompression, in bytes.</summary>
    public const int PacketSizeMax = 65536;

    /// <summary>The largest datagram that is read, in bytes.</summary>
    public const int DatagramSizeMax = 65536;

    /// <summary>Fragments of one packet; one less than the field could hold.</summary>
    public const int FragmentCountMax = 254;

    /// <summary>Packets of one host that may be incomplete at a time.</summary>
    public const int ReassembliesMax = 32;

    /// <summary>Sequence numbers that the duplicate filter remembers; divides 65536.</summary>
    public const int DuplicateWindow = 4096;

    /// <summary>After so many data packets an untimed ping tells the sequence number on all links.</summary>
    public const int PacketsPerForcedPing = 8191;

    /// <summary>Probes of one path MTU search.</summary>
    public const int PathMtuStepsMax = 30;

    /// <summary>The shortest key, in bytes.</summary>
    public const int KeySizeMin = 128;

    /// <summary>The longest key, in bytes.</summary>
    public const int KeySizeMax = 4096;

    /// <summary>Compression threshold where 0 is configured, in bytes.</summary>
    public const int CompressionThresholdDefault = 100;

    /// <summary>Room that one packet takes more when protected: salt, padding and the longest hash, in bytes.</summary>
    public const int ProtectionSizeMax = 16 + 16 + 64;
}
