namespace Mainstay.Ring.Core.Configuration;

/// <summary>Which node decides an even split (<c>auto_tie_breaker_node</c>).</summary>
public enum TieBreaker
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The half with the lowest node id.</summary>
    Lowest = 1,

    /// <summary>The half with the highest node id.</summary>
    Highest = 2,

    /// <summary>The first listed node that is present.</summary>
    List = 3,
}

/// <summary>The evaluated section <c>quorum</c> (spec/quorum.md sections 1 and 2).</summary>
public sealed record QuorumSettings
{
    /// <summary>Whether <c>corosync_votequorum</c> is the provider; without one every partition is quorate.</summary>
    public required bool IsEnabled { get; init; }

    /// <summary>Votes of this node.</summary>
    public required uint Votes { get; init; }

    /// <summary>Expected votes by configuration.</summary>
    public required uint ExpectedVotes { get; init; }

    /// <summary><c>two_node</c> in force.</summary>
    public required bool TwoNode { get; init; }

    /// <summary><c>wait_for_all</c> in force.</summary>
    public required bool WaitForAll { get; init; }

    /// <summary>Whether <c>wait_for_all</c> is not written and follows <c>two_node</c>, at a reload too.</summary>
    public bool IsWaitForAllImplied { get; init; }

    /// <summary><c>last_man_standing</c>.</summary>
    public required bool LastManStanding { get; init; }

    /// <summary><c>last_man_standing_window</c>, milliseconds.</summary>
    public required uint LastManStandingWindow { get; init; }

    /// <summary><c>auto_tie_breaker</c> with its node; <see cref="TieBreaker.None"/> is off.</summary>
    public required TieBreaker TieBreaker { get; init; }

    /// <summary>Whether a tie breaker was configured at all, in force or not (for the published keys).</summary>
    public required bool TieBreakerConfigured { get; init; }

    /// <summary>Whether the votes of all nodes together are an odd number: then there is no tie, unless all were waited for.</summary>
    public bool HasOddVotes { get; init; }

    /// <summary>Node ids of <see cref="TieBreaker.List"/>, in order.</summary>
    public required IReadOnlyList<uint> TieBreakerNodes { get; init; }

    /// <summary><c>allow_downscale</c>.</summary>
    public required bool AllowDownscale { get; init; }

    /// <summary><c>expected_votes_tracking</c> in force.</summary>
    public required bool ExpectedVotesTracking { get; init; }

    /// <summary>Whether <c>device.model</c> names a quorum device.</summary>
    public required bool HasDevice { get; init; }

    /// <summary>Votes of the device by configuration.</summary>
    public required uint DeviceVotes { get; init; }

    /// <summary><c>device.timeout</c>: longest time between two polls of the device, milliseconds.</summary>
    public uint DeviceTimeout { get; init; } = 10000;

    /// <summary><c>device.sync_timeout</c>: the same while the membership is synchronised.</summary>
    public uint DeviceSyncTimeout { get; init; } = 30000;

    /// <summary>Settings of a ring without a quorum provider.</summary>
    public static QuorumSettings Disabled { get; } = new()
    {
        IsEnabled = false,
        Votes = 1,
        ExpectedVotes = 1,
        TwoNode = false,
        WaitForAll = false,
        LastManStanding = false,
        LastManStandingWindow = 10000,
        TieBreaker = TieBreaker.None,
        TieBreakerConfigured = false,
        TieBreakerNodes = [],
        AllowDownscale = false,
        ExpectedVotesTracking = false,
        HasDevice = false,
        DeviceVotes = 0,
    };
}
