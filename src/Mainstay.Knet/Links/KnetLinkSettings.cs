namespace Mainstay.Knet;

/// <summary>How data is spread over the links of a host (<c>totem.link_mode</c>; spec/knet-wire.md section 3).</summary>
public enum LinkMode
{
    /// <summary>The best link only: highest priority, then lowest id.</summary>
    Passive = 0,

    /// <summary>A copy on every link.</summary>
    Active = 1,

    /// <summary>One link per packet, in turn.</summary>
    RoundRobin = 2,
}

/// <summary>Settings of one link id, the same for all hosts (<c>totem.interface</c>; spec/knet-wire.md sections 6 and 7).</summary>
public sealed record KnetLinkSettings
{
    /// <summary>Link id: N of <c>ringN_addr</c>, 0..7.</summary>
    public required int Link { get; init; }

    /// <summary><c>knet_link_priority</c>: higher is better; 0 counts as 1.</summary>
    public byte Priority { get; init; } = 1;

    /// <summary><c>knet_ping_interval</c>.</summary>
    public required TimeSpan PingInterval { get; init; }

    /// <summary><c>knet_ping_timeout</c>: silence after which the link is down.</summary>
    public required TimeSpan PingTimeout { get; init; }

    /// <summary><c>knet_ping_precision</c>: samples over which the latency is averaged.</summary>
    public uint Precision { get; init; } = 2048;

    /// <summary><c>knet_pong_count</c>: pongs that a link which was down must give before one more brings it up.</summary>
    public uint PongCount { get; init; } = 2;
}
