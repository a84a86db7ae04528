namespace Mainstay.Ring.Core.Services;

/// <summary>Flags of a node in the reference's interface (spec/quorum.md section 6).</summary>
[Flags]
public enum VoteViewFlags : uint
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary><c>two_node</c> is in force.</summary>
    TwoNode = 1,

    /// <summary>The node is quorate.</summary>
    Quorate = 2,

    /// <summary><c>wait_for_all</c> is in force.</summary>
    WaitForAll = 4,

    /// <summary><c>last_man_standing</c> is in force.</summary>
    LastManStanding = 8,

    /// <summary>A tie breaker is in force.</summary>
    AutoTieBreaker = 16,

    /// <summary><c>allow_downscale</c> is in force.</summary>
    AllowDownscale = 32,

    /// <summary>A quorum device is registered on the node.</summary>
    DeviceRegistered = 64,

    /// <summary>It polls in time.</summary>
    DeviceAlive = 128,

    /// <summary>It casts its votes for the node.</summary>
    DeviceCastsVote = 256,

    /// <summary>Its votes alone make the node quorate.</summary>
    DeviceMasterWins = 512,
}

/// <summary>State of a node as votequorum tells it.</summary>
public enum VoteViewState : byte
{
    /// <summary>In the ring.</summary>
    Member = 1,

    /// <summary>Gone.</summary>
    Dead = 2,

    /// <summary>It said that it leaves.</summary>
    Leaving = 3,
}

/// <summary>What votequorum knows of one node.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="State">Its state.</param>
/// <param name="Votes">Its votes.</param>
/// <param name="ExpectedVotes">The votes it expects.</param>
/// <param name="HighestExpected">The highest expected votes of any member.</param>
/// <param name="TotalVotes">Votes present, those of the device too where it casts them for this node.</param>
/// <param name="Quorum">Votes needed.</param>
/// <param name="Flags">Flags.</param>
/// <param name="DeviceVotes">Votes of the quorum device.</param>
/// <param name="DeviceName">Its name; empty where none is registered.</param>
public sealed record VoteNodeView(
    uint NodeId,
    VoteViewState State,
    uint Votes,
    uint ExpectedVotes,
    uint HighestExpected,
    uint TotalVotes,
    uint Quorum,
    VoteViewFlags Flags,
    uint DeviceVotes,
    string DeviceName);

/// <summary>Answer to a request about votes.</summary>
public enum VoteResult : byte
{
    /// <summary>Done, or on its way to all nodes.</summary>
    Accepted,

    /// <summary>The value makes no sense, or no quorum device is configured.</summary>
    InvalidParameter,

    /// <summary>There is no such node.</summary>
    UnknownNode,

    /// <summary>A quorum device of another name is registered.</summary>
    Exists,

    /// <summary>A poll for another ring than the present one.</summary>
    WrongRing,
}
