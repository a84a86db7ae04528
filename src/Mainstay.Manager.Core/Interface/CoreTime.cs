namespace Mainstay.Manager.Core;

/// <summary>The two clocks, read by the caller.</summary>
/// <param name="MonotonicMs">Milliseconds of a clock that never goes back; deadlines are on this scale.</param>
/// <param name="WallMs">Milliseconds since 1970 (UTC); may jump.</param>
public readonly record struct CoreTime(long MonotonicMs, long WallMs)
{
    /// <summary>Seconds since 1970.</summary>
    public long EpochSeconds => WallMs / 1000;
}

/// <summary>Who this replica is; fixed for the life of a core.</summary>
/// <param name="NodeId">Id on the ring, not 0.</param>
/// <param name="NodeName">Name of the node.</param>
/// <param name="Incarnation">Unique text of this run of the manager: 36 characters, the form of a UUID.</param>
/// <param name="ClusterName">Name of the cluster; empty where none is set.</param>
public sealed record ManagerIdentity(uint NodeId, string NodeName, string Incarnation, string ClusterName);

/// <summary>A node of the ring's node list.</summary>
public sealed record ConfiguredNode(uint NodeId, string Name, uint Votes);

/// <summary>What a node found on its disk at start.</summary>
/// <param name="Term">Term the revision was stored in: of two revisions the one with the higher (term, version) is newer; 0 for an
/// imported one.</param>
/// <param name="Xml">The document without status.</param>
/// <param name="Promised">Highest term this node has taken part in; never below <paramref name="Term"/>.</param>
public sealed record StoredConfiguration(long Term, string Xml, long Promised = 0);

/// <summary>Why a member is gone.</summary>
public enum DepartureReason
{
    /// <summary>It left by itself.</summary>
    Leave,

    /// <summary>Its node left the ring.</summary>
    NodeDown,

    /// <summary>Its process ended, its node is still on the ring.</summary>
    ProcessDown,
}

/// <summary>A departed member.</summary>
public readonly record struct Departure(uint NodeId, DepartureReason Reason);

/// <summary>Quorum as the ring sees it.</summary>
/// <param name="IsQuorate">Whether the partition has quorum.</param>
/// <param name="Members">Node ids on the ring, ascending.</param>
/// <param name="Votes">Votes present.</param>
/// <param name="ExpectedVotes">Votes expected in the whole cluster.</param>
/// <param name="Quorum">Votes needed.</param>
public sealed record QuorumView(bool IsQuorate, IReadOnlyList<uint> Members, uint Votes, uint ExpectedVotes, uint Quorum);

/// <summary>How an agent's action ended on this node.</summary>
public sealed record ActionOutcome
{
    /// <summary>Transition key of the action, as given with <see cref="RunAction"/>.</summary>
    public required string TransitionKey { get; init; }

    /// <summary>OCF exit code.</summary>
    public required int ExitCode { get; init; }

    /// <summary>Execution status (the numbers of <c>op-status</c>).</summary>
    public required int Status { get; init; }

    /// <summary>Why it failed; empty otherwise.</summary>
    public string ExitReason { get; init; } = "";

    /// <summary>When it ran, or when the result changed (seconds since 1970).</summary>
    public long LastChange { get; init; }

    /// <summary>Run time in milliseconds.</summary>
    public int ExecTimeMs { get; init; }

    /// <summary>Waiting time in milliseconds.</summary>
    public int QueueTimeMs { get; init; }

    /// <summary>Names of the parameters whose change needs a restart; null where the agent cannot reload.</summary>
    public IReadOnlyList<string>? RestartParameters { get; init; }

    /// <summary>Names of private parameters; null where the meta-data are not known.</summary>
    public IReadOnlyList<string>? PrivateParameters { get; init; }
}

/// <summary>A fence device that can act on a target from this node (spec/fencing.md section 5 step 4).</summary>
/// <param name="Device">Device id.</param>
/// <param name="IsVerified">Seen working on this node.</param>
/// <param name="IsRequiredForOn">Unfences automatically.</param>
/// <param name="TimeoutMs">Time an attempt may take.</param>
/// <param name="DelayMaxMs">Longest delay of the device.</param>
/// <param name="Actions">Actions it can do on the target.</param>
public sealed record DeviceOffer(
    string Device, bool IsVerified, bool IsRequiredForOn, int TimeoutMs, int DelayMaxMs, IReadOnlyList<string> Actions);

/// <summary>What came of one run of a fence device.</summary>
/// <param name="IsSuccess">Whether the device says it is done.</param>
/// <param name="Reason">Why not; empty on success.</param>
public sealed record FenceOutcome(bool IsSuccess, string Reason);
