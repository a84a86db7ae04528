namespace Mainstay.Knet;

/// <summary>Packets and bytes of one kind.</summary>
public sealed class KnetTraffic
{
    /// <summary>Datagrams.</summary>
    public long Packets { get; private set; }

    /// <summary>Bytes of them, as sent or received.</summary>
    public long Bytes { get; private set; }

    internal void Count(int size)
    {
        Packets++;
        Bytes += size;
    }
}

/// <summary>
/// Counters of one link to one host: <c>stats.knet.nodeN.linkL.*</c> (spec/corosync-conf.md section 8). Updated in place; read between
/// inputs.
/// </summary>
public sealed class KnetLinkStatistics
{
    /// <summary>Data sent.</summary>
    public KnetTraffic SentData { get; } = new();

    /// <summary>Pings sent.</summary>
    public KnetTraffic SentPings { get; } = new();

    /// <summary>Pongs sent.</summary>
    public KnetTraffic SentPongs { get; } = new();

    /// <summary>Path MTU probes and replies sent.</summary>
    public KnetTraffic SentPathMtu { get; } = new();

    /// <summary>Data received.</summary>
    public KnetTraffic ReceivedData { get; } = new();

    /// <summary>Pings received.</summary>
    public KnetTraffic ReceivedPings { get; } = new();

    /// <summary>Pongs received.</summary>
    public KnetTraffic ReceivedPongs { get; } = new();

    /// <summary>Path MTU probes and replies received.</summary>
    public KnetTraffic ReceivedPathMtu { get; } = new();

    /// <summary>Datagrams that the kernel refused.</summary>
    public long SendErrors { get; internal set; }

    /// <summary>Least round trip, microseconds; 0 before the first.</summary>
    public long LatencyMin { get; internal set; }

    /// <summary>Greatest round trip, microseconds.</summary>
    public long LatencyMax { get; internal set; }

    /// <summary>Mean round trip, microseconds.</summary>
    public long LatencyAverage { get; internal set; }

    /// <summary>Round trips that the mean covers.</summary>
    public uint LatencySamples { get; internal set; }

    /// <summary>How often the link came up.</summary>
    public long UpCount { get; internal set; }

    /// <summary>How often the link went down.</summary>
    public long DownCount { get; internal set; }
}
