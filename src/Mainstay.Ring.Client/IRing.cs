using System.Globalization;
using System.Threading.Channels;

namespace Mainstay.Ring.Client;

/// <summary>
/// A process's view of the ring: closed process groups with agreed delivery (total order), membership and quorum.
/// Backends: <see cref="RingClient"/> on the socket of <c>mainstay-ring</c>, <see cref="Corosync.CorosyncRing"/> on the libraries of a
/// running Corosync.
/// </summary>
/// <remarks>
/// One instance belongs to one process and joins one group at most. Messages, group changes and quorum changes come out of
/// <see cref="Events"/> in the one order that all members of the ring see (spec/totem.md section 10; spec/ring-wire.md section 4.1).
/// </remarks>
public interface IRing : IAsyncDisposable
{
    /// <summary>What the ring daemon knows of itself and of the configured nodes; read when the connection was made.</summary>
    RingIdentity Identity { get; }

    /// <summary>
    /// Everything that is delivered, in agreed order. Ends (completes) after <see cref="RingDisconnected"/>.
    /// The reader must keep up: the daemon drops a client whose queue exceeds its limit, and says so.
    /// </summary>
    ChannelReader<RingEvent> Events { get; }

    /// <summary>Joins a group (name of 1 to 128 bytes in UTF-8). Completes when this process's own join is delivered.</summary>
    Task JoinAsync(string group, CancellationToken cancellationToken);

    /// <summary>Leaves the group joined before. Completes when the own leave is delivered.</summary>
    Task LeaveAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Multicasts to the group in agreed order, to this process too. At most 16 MiB (in pieces above 1 MiB, as Corosync's library sends
    /// it). Completes when the daemon has taken the message; waits while the ring is forming or its queue is full (back-pressure).
    /// Cancelling gives up waiting: the message may have been taken all the same.
    /// </summary>
    ValueTask MulticastAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);

    /// <summary>A snapshot of membership, votes and ring statistics, for status displays.</summary>
    Task<RingStatus> GetStatusAsync(CancellationToken cancellationToken);
}

/// <summary>The daemon's identity and its node list (<c>nodelist</c> of corosync.conf).</summary>
/// <param name="LocalNodeId">Node id of this host; never 0.</param>
/// <param name="ClusterName"><c>totem.cluster_name</c>; empty where none is set.</param>
/// <param name="Nodes">Configured nodes, ascending by id.</param>
public sealed record RingIdentity(uint LocalNodeId, string ClusterName, IReadOnlyList<RingNode> Nodes);

/// <summary>A configured node.</summary>
/// <param name="NodeId">The id on the ring.</param>
/// <param name="Name"><c>name</c> of the node list, else its first address.</param>
/// <param name="Addresses">One address (or host name) per link.</param>
/// <param name="Votes"><c>quorum_votes</c>, default 1.</param>
public sealed record RingNode(uint NodeId, string Name, IReadOnlyList<string> Addresses, uint Votes);

/// <summary>A process in a group.</summary>
public readonly record struct GroupMember(uint NodeId, uint ProcessId);

/// <summary>Why a process came or went (values of the wire, spec/ring-wire.md section 4.1).</summary>
public enum GroupChangeReason
{
    /// <summary>The process joined the group.</summary>
    Join = 1,

    /// <summary>The process left the group.</summary>
    Leave = 2,

    /// <summary>Its node left the ring.</summary>
    NodeDown = 3,

    /// <summary>Its node joined the ring with the process already in the group.</summary>
    NodeUp = 4,

    /// <summary>The process ended or lost its daemon without leaving.</summary>
    ProcessDown = 5,
}

/// <summary>A group of the ring.</summary>
/// <param name="Name">Its name; the reference's programs often count a zero byte at its end.</param>
/// <param name="Members">Its members, ascending by node id, then process id.</param>
public sealed record RingGroup(ReadOnlyMemory<byte> Name, IReadOnlyList<GroupMember> Members);

/// <summary>Something the ring delivered.</summary>
public abstract record RingEvent;

/// <summary>A message to the group.</summary>
/// <param name="Sender">Who sent it.</param>
/// <param name="Payload">The bytes as sent; owned by the receiver.</param>
public sealed record RingMessage(GroupMember Sender, ReadOnlyMemory<byte> Payload) : RingEvent;

/// <summary>A change of the group's membership.</summary>
/// <param name="Members">All members after the change, ascending by node id, then process id.</param>
/// <param name="Left">Who went, and why.</param>
/// <param name="Joined">Who came, and why.</param>
public sealed record RingGroupChange(
    IReadOnlyList<GroupMember> Members,
    IReadOnlyList<GroupMemberChange> Left,
    IReadOnlyList<GroupMemberChange> Joined) : RingEvent;

/// <summary>One arrival or departure.</summary>
public readonly record struct GroupMemberChange(GroupMember Member, GroupChangeReason Reason);

/// <summary>Membership of the ring or quorum changed. The first one comes right after connecting.</summary>
/// <param name="Ring">The regular configuration it belongs to.</param>
/// <param name="IsQuorate">Whether this partition has quorum.</param>
/// <param name="Members">Node ids of the ring, ascending.</param>
/// <param name="Votes">Votes present.</param>
/// <param name="ExpectedVotes">Votes expected in the whole cluster.</param>
/// <param name="Quorum">Votes needed.</param>
public sealed record RingQuorumChange(
    RingConfigurationId Ring,
    bool IsQuorate,
    IReadOnlyList<uint> Members,
    uint Votes,
    uint ExpectedVotes,
    uint Quorum) : RingEvent;

/// <summary>The connection is gone; nothing follows.</summary>
/// <param name="Reason">A sentence for the log.</param>
public sealed record RingDisconnected(string Reason) : RingEvent;

/// <summary>Identity of a membership incarnation: representative and sequence (spec/totem.md section 1.2).</summary>
public readonly record struct RingConfigurationId(uint Representative, ulong Sequence)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Representative:x}.{Sequence:x}";
}

/// <summary>A status snapshot.</summary>
/// <param name="State">State of the membership protocol (Operational, Gather, Commit, Recovery).</param>
/// <param name="Quorum">Membership and votes.</param>
/// <param name="Flags">Quorum flags in Corosync's words (<c>Quorate</c>, <c>2Node</c>, <c>WaitForAll</c> ...).</param>
/// <param name="Counters">Counters by name (<c>totem.tokens_received</c> ...), ascending by name.</param>
public sealed record RingStatus(
    string State,
    RingQuorumChange Quorum,
    IReadOnlyList<string> Flags,
    IReadOnlyDictionary<string, long> Counters)
{
    /// <summary>Votes of the members, ascending by node id.</summary>
    public IReadOnlyDictionary<uint, uint> MemberVotes { get; init; } = new SortedDictionary<uint, uint>();

    /// <summary>The highest expected votes of any member.</summary>
    public uint HighestExpectedVotes { get; init; }

    /// <summary>Counters of this prefix, followed by a node id, are milliseconds for which that node is not let in yet.</summary>
    public const string HeldOutPrefix = "held_out_ms.node";

    /// <summary>Counters of this prefix, followed by a node id, are the <see cref="RingHoldOutCause"/> of that node.</summary>
    public const string HeldOutCausePrefix = "held_out_cause.node";

    /// <summary>
    /// Nodes that are not let in for a while because they disturbed the ring too often.
    /// </summary>
    public IEnumerable<RingHeldOut> HeldOut =>
        from counter in Counters
        where counter.Key.StartsWith(HeldOutPrefix, StringComparison.Ordinal)
        let node = uint.TryParse(counter.Key.AsSpan(HeldOutPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id : 0
        where node > 0
        let cause = Counters.TryGetValue(string.Create(CultureInfo.InvariantCulture, $"{HeldOutCausePrefix}{node}"), out var number)
            ? (RingHoldOutCause)number : RingHoldOutCause.Unknown
        select new RingHeldOut(node, counter.Value, cause);
}
