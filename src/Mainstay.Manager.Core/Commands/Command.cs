using System.Text.Json.Serialization;

namespace Mainstay.Manager.Core;

/// <summary>
/// A message of the agreed order. Every member applies it at the same position with the same result. JSON with named members: a newer
/// node may add members that an older one ignores.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "t")]
[JsonDerivedType(typeof(SyncStartCommand), "sync")]
[JsonDerivedType(typeof(HelloCommand), "hello")]
[JsonDerivedType(typeof(SnapshotCommand), "snap")]
[JsonDerivedType(typeof(QuorumCommand), "quorum")]
[JsonDerivedType(typeof(ConfigureCommand), "cib")]
[JsonDerivedType(typeof(StoredCommand), "stored")]
[JsonDerivedType(typeof(TransitionCommand), "trans")]
[JsonDerivedType(typeof(DispatchCommand), "run")]
[JsonDerivedType(typeof(ResultCommand), "result")]
[JsonDerivedType(typeof(AttributeCommand), "attr")]
[JsonDerivedType(typeof(CleanupCommand), "clean")]
[JsonDerivedType(typeof(ClearFailureCommand), "unfail")]
[JsonDerivedType(typeof(PermitShutdownCommand), "permit")]
[JsonDerivedType(typeof(FenceStartCommand), "fence")]
[JsonDerivedType(typeof(FenceOffersCommand), "foffer")]
[JsonDerivedType(typeof(FenceQueryOverCommand), "fquery")]
[JsonDerivedType(typeof(FenceRunCommand), "frun")]
[JsonDerivedType(typeof(FenceDoneCommand), "fdone")]
[JsonDerivedType(typeof(FenceEndCommand), "fend")]
[JsonDerivedType(typeof(FenceConfirmCommand), "fhuman")]
[JsonDerivedType(typeof(DigestCommand), "digest")]
[JsonDerivedType(typeof(DigestReportCommand), "dreport")]
internal abstract record Command
{
    /// <summary>Milliseconds since 1970 by the sender's clock: the only time that applying may use.</summary>
    public long Time { get; init; }

    /// <summary>
    /// History the command belongs to. Set on what only the coordinator may say: such a command has no effect after a merge has
    /// put another history in force. Null: valid in any.
    /// </summary>
    public string? Lineage { get; init; }

    [JsonIgnore]
    public long Seconds => Time / 1000;
}

/// <summary>Begins an exchange after processes came: everyone says what it holds at this position.</summary>
internal sealed record SyncStartCommand(string Nonce) : Command;

/// <summary>What a member holds at the position of the <see cref="SyncStartCommand"/>.</summary>
internal sealed record HelloCommand : Command
{
    public string Nonce { get; init; } = "";

    public uint NodeId { get; init; }

    public string NodeName { get; init; } = "";

    public string Incarnation { get; init; } = "";

    /// <summary>It has applied commands since it started; its state is more than a configuration from disk.</summary>
    public bool IsLive { get; init; }

    /// <summary>Term of the newest configuration it holds.</summary>
    public long Term { get; init; }

    /// <summary>Highest term it has taken part in.</summary>
    public long Promised { get; init; }

    /// <summary>Version of the newest configuration it holds, prepared ones included.</summary>
    public int AdminEpoch { get; init; }

    public int Epoch { get; init; }

    public int NumUpdates { get; init; }

    public long Position { get; init; }

    public string Digest { get; init; } = "";

    /// <summary>What its own executor knows.</summary>
    public OrdinalMap<ResourceHistory> History { get; init; } = [];

    public List<InFlightAction> Pending { get; init; } = [];

    /// <summary>Its own transient attributes.</summary>
    public OrdinalMap<NodeAttribute> Attributes { get; init; } = [];
}

/// <summary>The donor's state, taken where the exchange was complete.</summary>
internal sealed record SnapshotCommand(string Nonce, StateSnapshot State) : Command;

/// <summary>Quorum and ring membership as the coordinator's ring reported them.</summary>
internal sealed record QuorumCommand(
    long MembershipCount, bool IsQuorate, List<uint> RingMembers, uint Votes, uint ExpectedVotes, uint Quorum) : Command;

/// <summary>A change of the configuration (or of the status, by tools).</summary>
internal sealed record ConfigureCommand(string Request, string Origin, List<CibChange> Changes) : Command;

/// <summary>A member has (or cannot get) the goal's revision on its disk.</summary>
internal sealed record StoredCommand(uint NodeId, long Goal, long Term, string? Error) : Command;

/// <summary>The coordinator has planned (from the state at position Base), or finished.</summary>
internal sealed record TransitionCommand(long Id, long Base, bool IsRunning, int ActionCount) : Command;

/// <summary>Actions that nodes are to run.</summary>
internal sealed record DispatchCommand(List<InFlightAction> Actions) : Command;

/// <summary>An action ended, or a recurring one changed its result.</summary>
internal sealed record ResultCommand : Command
{
    public uint NodeId { get; init; }

    public string ResourceId { get; init; } = "";

    public string? Class { get; init; }

    public string? Provider { get; init; }

    public string? Type { get; init; }

    public OperationRecord Record { get; init; } = new();

    public string OnFail { get; init; } = "";

    /// <summary>A recurring action was cancelled: its entry goes.</summary>
    public bool IsCancelled { get; init; }

    /// <summary>Said by the coordinator, because the node did not answer in time.</summary>
    public bool IsLost { get; init; }

    public long? ShutdownLock { get; init; }
}

/// <summary>Changes node attributes.</summary>
internal sealed record AttributeCommand(string Request, AttributeChange Change) : Command;

/// <summary>Forgets failures or histories.</summary>
internal sealed record CleanupCommand(
    string Request, string? Resource, string? Node, string? Operation, long? IntervalMs, bool IsRefresh, bool IsHistoryOnly) : Command;

/// <summary>Erases fail counts of a resource (cluster action <c>clear_failcount</c>).</summary>
internal sealed record ClearFailureCommand(uint NodeId, string Resource, string? Operation, long? IntervalMs) : Command;

/// <summary>A node may leave now.</summary>
internal sealed record PermitShutdownCommand(uint NodeId) : Command;

/// <summary>Begins (or joins) a fencing operation.</summary>
internal sealed record FenceStartCommand(
    string Id,
    string? Request,
    string Target,
    string Action,
    string Origin,
    string Client,
    int TimeoutMs,
    int ToleranceMs,
    int DelayMs) : Command;

/// <summary>Devices of a member for a fencing operation.</summary>
internal sealed record FenceOffersCommand(string Id, uint NodeId, List<DeviceOffer> Offers) : Command;

/// <summary>Members that did not answer are not waited for any more.</summary>
internal sealed record FenceQueryOverCommand(string Id) : Command;

/// <summary>A member is to run a device.</summary>
internal sealed record FenceRunCommand(string Id, FenceAttempt Attempt) : Command;

/// <summary>The device run ended.</summary>
internal sealed record FenceDoneCommand(string Id, int Attempt, bool IsSuccess, bool IsUnanswered, string Reason) : Command;

/// <summary>The operation ended; known to all members at this position.</summary>
internal sealed record FenceEndCommand(
    string Id, bool IsSuccess, string? Delegate, string? Device, string? Reason, bool IsNoDevice) : Command;

/// <summary>A person says that a node is down.</summary>
internal sealed record FenceConfirmCommand(string Id, string Request, string Target, string Origin, string Client) : Command;

/// <summary>Everyone reports the digest of its state at this position.</summary>
internal sealed record DigestCommand(long Round) : Command;

/// <summary>A member's digest.</summary>
internal sealed record DigestReportCommand(long Round, uint NodeId, string Digest) : Command;
