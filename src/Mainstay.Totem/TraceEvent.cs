namespace Mainstay.Totem;

/// <summary>What a <see cref="TraceEvent"/> tells.</summary>
public enum TraceKind : byte
{
    /// <summary>Nothing (default value).</summary>
    None = 0,

    /// <summary>The membership state changed: First = old <see cref="TotemState"/>, Second = new one.</summary>
    StateChanged = 1,

    /// <summary>Gather was entered: First = <see cref="GatherReason"/>; Node = who caused it, if anyone.</summary>
    GatherEntered = 2,

    /// <summary>The token did not come within the token timeout: First = the <see cref="TotemState"/>.</summary>
    TokenLost = 3,

    /// <summary>No token for the warning share of the timeout: First = milliseconds since the last token.</summary>
    TokenWarning = 4,

    /// <summary>The stored token was sent again: First = its token sequence.</summary>
    TokenRetransmitted = 5,

    /// <summary>This node asked for nothing else for too long: it declares itself failed. First = aru.</summary>
    FailedToReceive = 6,

    /// <summary>This process was not scheduled: First = milliseconds.</summary>
    PauseDetected = 7,

    /// <summary>A datagram was dropped: First = <see cref="DropReason"/>; Node = its sender, where known.</summary>
    DatagramDropped = 8,

    /// <summary>A node announced that it leaves: Node.</summary>
    NodeLeaving = 9,

    /// <summary>Gather came round more than three times in a row: a firewall or a broken network is likely. First = times.</summary>
    ContinuousGather = 10,

    /// <summary>Nodes were declared failed at the consensus timeout: First = how many, Node = lowest of them.</summary>
    ConsensusTimeout = 11,

    /// <summary>Recovery begins: First = messages this node sends again, Second = members that lack messages.</summary>
    RecoveryPlan = 12,

    /// <summary>Messages of the old ring that no survivor holds were skipped: First = how many.</summary>
    MessagesLost = 13,

    /// <summary>A node disturbed the ring too often and is held out: Node, First = milliseconds, Second = the
    /// <see cref="HoldOutCause"/>.</summary>
    HeldOut = 14,
}

/// <summary>Why Gather was entered (spec/totem.md section 5.1; the numbers are those of the reference's log).</summary>
public enum GatherReason : byte
{
    /// <summary>Consensus timer expired without agreement.</summary>
    ConsensusTimeout = 0,

    /// <summary>Token lost while operational.</summary>
    TokenLostInOperational = 2,

    /// <summary>Consensus timeout expired (token timer in Gather).</summary>
    ConsensusTimeoutExpired = 3,

    /// <summary>Token lost in Commit.</summary>
    TokenLostInCommit = 4,

    /// <summary>Token lost in Recovery.</summary>
    TokenLostInRecovery = 5,

    /// <summary>This node failed to receive.</summary>
    FailedToReceive = 6,

    /// <summary>Message of another ring while operational.</summary>
    ForeignMessageInOperational = 7,

    /// <summary>Message of another ring in Gather.</summary>
    ForeignMessageInGather = 8,

    /// <summary>Merge detection while operational.</summary>
    MergeDetectInOperational = 9,

    /// <summary>Merge detection in Gather.</summary>
    MergeDetectInGather = 10,

    /// <summary>A join message brought something new.</summary>
    MergeDuringJoin = 11,

    /// <summary>A join message while operational.</summary>
    JoinInOperational = 12,

    /// <summary>A join message in Commit.</summary>
    JoinInCommit = 13,

    /// <summary>A join message in Recovery.</summary>
    JoinInRecovery = 14,

    /// <summary>The interface came up: the start.</summary>
    InterfaceChange = 15,

    /// <summary>Evidence that a member is gone, before any timeout; no such reason in the reference.</summary>
    PeerGone = 64,

    /// <summary>A member that stalled the ring or wanted new rings too often is given up; no such reason in the reference.</summary>
    PeerStalled = 65,

    /// <summary>A member that left the ring without good-bye too often is back and is given up; no such reason in the reference.</summary>
    PeerReturned = 66,
}

/// <summary>Why a datagram was dropped; each has a counter in <see cref="TotemStatistics"/>.</summary>
public enum DropReason : byte
{
    /// <summary>Too short, wrong magic, version or type, or inconsistent lengths.</summary>
    Malformed = 0,

    /// <summary>Its sender is not a configured node.</summary>
    UnknownSender = 1,

    /// <summary>It belongs to a ring that this node left behind or never joined.</summary>
    OtherRing = 2,

    /// <summary>A copy of something already received.</summary>
    Duplicate = 3,

    /// <summary>Its numbers are outside what this ring can hold.</summary>
    OutOfWindow = 4,

    /// <summary>It is of no use in the present state.</summary>
    NotInThisState = 5,

    /// <summary>An old join message of a member, or one that declares this node failed.</summary>
    StaleJoin = 6,

    /// <summary>The engine is stopped.</summary>
    Stopped = 7,

    /// <summary>Its sender is held out.</summary>
    HeldOut = 8,
}

/// <summary>A typed event for logs and for the simulator's history. The meaning of the fields depends on <see cref="Kind"/>.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Node">The other node concerned, or none.</param>
/// <param name="Ring">The ring id of the engine at that moment.</param>
/// <param name="First">First number.</param>
/// <param name="Second">Second number.</param>
public readonly record struct TraceEvent(TraceKind Kind, NodeId Node, RingId Ring, ulong First, ulong Second);
