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

    /// <summary><c>knet_ping_interval</c>: how often a link that is down is pinged.</summary>
    public required TimeSpan PingInterval { get; init; }

    /// <summary><c>knet_ping_timeout</c>: silence after which the link is down.</summary>
    public required TimeSpan PingTimeout { get; init; }

    /// <summary>
    /// How often a link that is up and answers is pinged: the interval rounded up to the reference's tick of 200 ms, as what the reference
    /// sends, but at most 4/5 of the timeout, so that time is left to ask again before silence brings the link down.
    /// </summary>
    public TimeSpan CalmPingInterval
    {
        get
        {
            const long Tick = 200 * TimeSpan.TicksPerMillisecond;
            var rounded = (PingInterval.Ticks + Tick - 1) / Tick * Tick;
            return new(Math.Max(PingInterval.Ticks, Math.Min(rounded, PingTimeout.Ticks / 5 * 4)));
        }
    }

    /// <summary>
    /// How soon a link that is up is pinged again when it does not answer, so that a lost ping takes no link down (a departure from the
    /// reference, which waits for its next tick).
    /// </summary>
    public TimeSpan PingRepeatInterval => PingInterval / 4;

    /// <summary><c>knet_ping_precision</c>: samples over which the latency is averaged.</summary>
    public uint Precision { get; init; } = 2048;

    /// <summary><c>knet_pong_count</c>: pongs that a link which was down must give before one more brings it up.</summary>
    public uint PongCount { get; init; } = 2;
}
