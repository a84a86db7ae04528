namespace Mainstay.Manager.Core;

/// <summary>The whole replicated state as it is sent to a joining member and digested. Maps iterate in a defined order.</summary>
internal sealed class StateSnapshot
{
    public string Lineage { get; set; } = "";

    public long Position { get; set; }

    public long LastTrigger { get; set; }

    /// <summary>The committed configuration, compact XML without status.</summary>
    public string Configuration { get; set; } = "";

    /// <summary>Changes of the status since the configuration's version.</summary>
    public int NumUpdates { get; set; }

    public List<string> Tickets { get; set; } = [];

    public SortedDictionary<uint, NodeRecord> Nodes { get; set; } = [];

    public List<uint> MemberOrder { get; set; } = [];

    /// <summary>Membership changes so far: says which membership a report of quorum is about.</summary>
    public long MembershipCount { get; set; }

    public QuorumState Quorum { get; set; } = new();

    public OrdinalMap<InFlightAction> InFlight { get; set; } = [];

    public TransitionState Transition { get; set; } = new();

    public DurabilityState Durability { get; set; } = new();

    public OrdinalMap<FencingOperation> Fencing { get; set; } = [];

    public List<FencingEntry> FencingHistory { get; set; } = [];

    public OrdinalMap<int> FencingFailures { get; set; } = [];
}

/// <summary>Quorum as agreed on.</summary>
internal sealed class QuorumState
{
    /// <summary>Valid for the present membership; false between a membership change and the coordinator's report.</summary>
    public bool IsCurrent { get; set; }

    public bool IsQuorate { get; set; }

    /// <summary>The cluster has been quorate since its state began (<c>no-quorum-panic</c>).</summary>
    public bool WasQuorate { get; set; }

    public List<uint> RingMembers { get; set; } = [];

    public uint Votes { get; set; }

    public uint ExpectedVotes { get; set; }

    public uint Needed { get; set; }
}

/// <summary>Where planning stands.</summary>
internal sealed class TransitionState
{
    public long Id { get; set; } = -1;

    public long Base { get; set; } = -1;

    public bool IsRunning { get; set; }
}

/// <summary>Progress of the configuration towards the disks; see <see cref="ReplicatedState"/>.</summary>
internal sealed class DurabilityState
{
    /// <summary>Rises with every membership that may write.</summary>
    public long Term { get; set; }

    /// <summary>Term of the configuration members hold or are storing; a revision with a higher one is newer.</summary>
    public long ConfigurationTerm { get; set; }

    /// <summary>Enough members have promised the term durably: no other membership can use it. Revisions may be stored in it.</summary>
    public bool IsPromised { get; set; }

    /// <summary>Number of the revision that members are storing now.</summary>
    public long Goal { get; set; }

    /// <summary>The term is on enough disks: changes may be prepared.</summary>
    public bool IsActive { get; set; }

    /// <summary>Members that have the goal on disk, ascending.</summary>
    public List<uint> Stored { get; set; } = [];

    /// <summary>Members that cannot store it, ascending.</summary>
    public List<uint> Failed { get; set; } = [];

    /// <summary>Changes that are on their way to the disks as one revision; null where none.</summary>
    public PreparedChange? Prepared { get; set; }

    /// <summary>Changes that wait for the disk.</summary>
    public List<ConfigureCommand> Queue { get; set; } = [];
}

/// <summary>A revision that is complete but not yet on enough disks.</summary>
internal sealed class PreparedChange
{
    public string Configuration { get; set; } = "";

    /// <summary>Requests in it, with the versions to answer.</summary>
    public List<PreparedRequest> Requests { get; set; } = [];
}

/// <summary>A request within a prepared revision.</summary>
internal sealed record PreparedRequest(string Request, string Origin, string Version, bool IsChanged);
