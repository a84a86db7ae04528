namespace Mainstay.Ring.Core.Configuration;

/// <summary><c>totem.transport</c>.</summary>
public enum RingTransport
{
    /// <summary>Redundant links, encryption (the default).</summary>
    Knet,

    /// <summary>UDP unicast to each configured member.</summary>
    Udpu,

    /// <summary>UDP multicast or broadcast.</summary>
    Udp,
}

/// <summary>
/// The values of section <c>totem</c> in force: given ones, defaults and derived ones (spec/totem.md section 2). Times are milliseconds.
/// </summary>
public sealed record TotemSection
{
    /// <summary><c>transport</c>, default knet.</summary>
    public required RingTransport Transport { get; init; }

    /// <summary><c>cluster_name</c>; empty where not set.</summary>
    public required string ClusterName { get; init; }

    /// <summary><c>config_version</c>; 0 is "not set".</summary>
    public required ulong ConfigVersion { get; init; }

    /// <summary><c>token</c> plus <c>token_coefficient</c> for every node above two.</summary>
    public required uint Token { get; init; }

    /// <summary><c>token_warning</c>, percent of the token time; 0 is off.</summary>
    public required uint TokenWarning { get; init; }

    /// <summary><c>token_retransmit</c>.</summary>
    public required uint TokenRetransmit { get; init; }

    /// <summary><c>token_retransmits_before_loss_const</c>.</summary>
    public required uint TokenRetransmitsBeforeLoss { get; init; }

    /// <summary><c>hold</c>.</summary>
    public required uint Hold { get; init; }

    /// <summary><c>join</c>.</summary>
    public required uint Join { get; init; }

    /// <summary><c>send_join</c>: longest random delay before a join message.</summary>
    public required uint SendJoin { get; init; }

    /// <summary><c>consensus</c>.</summary>
    public required uint Consensus { get; init; }

    /// <summary><c>merge</c>.</summary>
    public required uint Merge { get; init; }

    /// <summary><c>downcheck</c>.</summary>
    public required uint DownCheck { get; init; }

    /// <summary><c>fail_recv_const</c>, token rotations.</summary>
    public required uint FailToReceive { get; init; }

    /// <summary><c>seqno_unchanged_const</c>, token rotations.</summary>
    public required uint SeqnoUnchanged { get; init; }

    /// <summary><c>heartbeat_failures_allowed</c>; 0 is off.</summary>
    public required uint HeartbeatFailuresAllowed { get; init; }

    /// <summary><c>max_network_delay</c>.</summary>
    public required uint MaxNetworkDelay { get; init; }

    /// <summary><c>window_size</c>, messages per rotation.</summary>
    public required uint WindowSize { get; init; }

    /// <summary><c>max_messages</c>, messages per token visit.</summary>
    public required uint MaxMessages { get; init; }

    /// <summary>
    /// <c>accelerated_window</c>, an option of Mainstay alone: messages that may go out behind the token; 0 is off.
    /// </summary>
    public required uint AcceleratedWindow { get; init; }

    /// <summary><c>miss_count_const</c>.</summary>
    public required uint MissCount { get; init; }

    /// <summary><c>cancel_token_hold_on_retransmit</c>.</summary>
    public required bool CancelTokenHoldOnRetransmit { get; init; }

    /// <summary><c>block_unlisted_ips</c>.</summary>
    public required bool BlockUnlistedIps { get; init; }

    /// <summary><c>netmtu</c>, bytes: 1500 for udp and udpu, 65536 for knet.</summary>
    public required uint NetMtu { get; init; }

    /// <summary><c>interface.0.mcastport</c>: the port of link 0.</summary>
    public required int Port { get; init; }
}

/// <summary>One end of a link.</summary>
/// <param name="Link">Link id: N of <c>ringN_addr</c>.</param>
/// <param name="Text">Address or host name as written.</param>
/// <param name="Address">What it resolved to.</param>
public sealed record NodeLink(int Link, string Text, System.Net.IPAddress Address);

/// <summary>A node of the <c>nodelist</c>.</summary>
/// <param name="NodeId">Its id, never 0.</param>
/// <param name="Name"><c>name</c>, else the first address.</param>
/// <param name="Addresses">Addresses or host names as written, by link; the first is <c>ring0_addr</c>.</param>
/// <param name="ResolvedAddress">The address of link 0.</param>
/// <param name="Votes"><c>quorum_votes</c>.</param>
/// <param name="Position">0-based position in the file.</param>
public sealed record ConfiguredNode(
    uint NodeId, string Name, IReadOnlyList<string> Addresses, System.Net.IPAddress ResolvedAddress, uint Votes, int Position)
{
    /// <summary>Its links, ascending ids.</summary>
    public IReadOnlyList<NodeLink> Links { get; init; } = [];
}
