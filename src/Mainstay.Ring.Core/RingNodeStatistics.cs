namespace Mainstay.Ring.Core;

/// <summary>Counters of the layers above Totem since the start.</summary>
public sealed class RingNodeStatistics
{
    /// <summary>Finished synchronisations.</summary>
    public long Synchronisations { get; internal set; }

    /// <summary>Messages of clients multicast by this node.</summary>
    public long GroupMessagesSent { get; internal set; }

    /// <summary>Bytes of those.</summary>
    public long GroupBytesSent { get; internal set; }

    /// <summary>Messages delivered to clients of this node.</summary>
    public long GroupMessagesDelivered { get; internal set; }

    /// <summary>Service messages dropped as malformed.</summary>
    public long MalformedMessages { get; internal set; }

    /// <summary>Service messages of services or functions that are not known here.</summary>
    public long UnknownMessages { get; internal set; }
}
