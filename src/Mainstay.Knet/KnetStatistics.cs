namespace Mainstay.Knet;

/// <summary>Why a received datagram had no effect.</summary>
public enum KnetDropReason
{
    /// <summary>Too short, of an unknown type or inconsistent in itself.</summary>
    Malformed = 0,

    /// <summary>Another protocol version.</summary>
    OtherVersion = 1,

    /// <summary>No key opens it.</summary>
    NotAuthentic = 2,

    /// <summary>From an address that is not configured for its host and link.</summary>
    UnlistedSource = 3,

    /// <summary>Of a host that is not configured.</summary>
    UnknownHost = 4,

    /// <summary>Of another host that has this node's id.</summary>
    OwnNodeId = 5,

    /// <summary>For another link id than the one it came on.</summary>
    WrongLink = 6,

    /// <summary>Data of a host whose links are down.</summary>
    HostUnreachable = 7,

    /// <summary>Data that was delivered before.</summary>
    Duplicate = 8,

    /// <summary>A fragment that contradicts the others of its packet.</summary>
    InconsistentFragment = 9,

    /// <summary>Data compressed in a way that this version cannot read.</summary>
    UnreadableCompression = 10,

    /// <summary>Data that does not decompress to a packet of acceptable size.</summary>
    BadCompression = 11,

    /// <summary>Data of a channel that nobody uses here.</summary>
    OtherChannel = 12,

    /// <summary>A fragment so far behind that its packet was given up.</summary>
    LateFragment = 13,
}

/// <summary>
/// Counters of the whole layer: <c>stats.knet.handle.*</c> and the reasons of drops. Updated in place; read between inputs.
/// </summary>
public sealed class KnetStatistics
{
    private readonly long[] _dropped = new long[(int)KnetDropReason.LateFragment + 1];

    /// <summary>Packets of the layer above that found no reachable host.</summary>
    public long SentToNobody { get; internal set; }

    /// <summary>Packets of the layer above that were too long to be sent.</summary>
    public long Oversized { get; internal set; }

    /// <summary>Packets sent as they were though compression is on: too short, or not smaller when compressed.</summary>
    public long SentUncompressed { get; internal set; }

    /// <summary>Packets sent compressed.</summary>
    public long SentCompressed { get; internal set; }

    /// <summary>Their bytes before compression.</summary>
    public long SentCompressedOriginalBytes { get; internal set; }

    /// <summary>Their bytes after compression.</summary>
    public long SentCompressedBytes { get; internal set; }

    /// <summary>Packets received compressed.</summary>
    public long ReceivedCompressed { get; internal set; }

    /// <summary>Their bytes after decompression.</summary>
    public long ReceivedCompressedOriginalBytes { get; internal set; }

    /// <summary>Their bytes before decompression.</summary>
    public long ReceivedCompressedBytes { get; internal set; }

    /// <summary>Datagrams protected.</summary>
    public long SentProtected { get; internal set; }

    /// <summary>Bytes that protection added to them.</summary>
    public long ProtectionBytes { get; internal set; }

    /// <summary>Protected datagrams opened.</summary>
    public long ReceivedProtected { get; internal set; }

    /// <summary>Packets handed to the layer above.</summary>
    public long Delivered { get; internal set; }

    /// <summary>Received datagrams without effect, for one reason.</summary>
    public long Dropped(KnetDropReason reason) => _dropped[(int)reason];

    /// <summary>Received datagrams without effect.</summary>
    public long DroppedTotal => _dropped.Sum();

    internal void CountDrop(KnetDropReason reason) => _dropped[(int)reason]++;
}
