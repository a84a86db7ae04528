namespace Mainstay.Ring.Client;

/// <summary>Flags of a node's vote (the reference's interface, spec/quorum.md section 6).</summary>
[Flags]
public enum RingVoteFlags : uint
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
public enum RingVoteState : byte
{
    /// <summary>In the ring.</summary>
    Member = 1,

    /// <summary>Gone.</summary>
    Dead = 2,

    /// <summary>It said that it leaves.</summary>
    Leaving = 3,
}

/// <summary>What votequorum knows of a node.</summary>
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
public sealed record RingVoteInfo(
    uint NodeId,
    RingVoteState State,
    uint Votes,
    uint ExpectedVotes,
    uint HighestExpected,
    uint TotalVotes,
    uint Quorum,
    RingVoteFlags Flags,
    uint DeviceVotes,
    string DeviceName);

/// <summary>
/// The membership changed, and quorum waits for the quorum device that this client registered: it polls with what it decides, within
/// <c>quorum.device.sync_timeout</c>.
/// </summary>
/// <param name="Ring">The membership to decide on.</param>
/// <param name="Members">Its node ids, ascending.</param>
public sealed record RingDevicePollWanted(RingConfigurationId Ring, IReadOnlyList<uint> Members) : RingEvent;

/// <summary>Votes and the quorum device (service votequorum). Thread-safe.</summary>
public sealed class RingVotes
{
    private readonly RingClient _client;

    internal RingVotes(RingClient client) => _client = client;

    /// <summary>What is known of a node; 0 is this one.</summary>
    /// <exception cref="RingException"><see cref="RingError.NotFound"/>: the node never was in the ring.</exception>
    public async Task<RingVoteInfo> GetAsync(uint nodeId, CancellationToken cancellationToken)
    {
        var body = await _client.AskAsync(FrameKind.Votes, w => w.UInt32(nodeId), cancellationToken).ConfigureAwait(false);
        var reader = new FrameReader(body);
        return RingFrames.ReadVotes(ref reader);
    }

    /// <summary>Sets expected votes on all members of the ring.</summary>
    /// <exception cref="RingException">They make no sense.</exception>
    public Task SetExpectedAsync(uint votes, CancellationToken cancellationToken) =>
        _client.DoAsync(FrameKind.SetExpectedVotes, w => w.UInt32(votes), cancellationToken);

    /// <summary>Sets the votes of a node, 0 for this one, on all members of the ring.</summary>
    /// <exception cref="RingException">The node is not known, or the votes make no sense.</exception>
    public Task SetAsync(uint nodeId, uint votes, CancellationToken cancellationToken) =>
        _client.DoAsync(FrameKind.SetVotes, w => w.UInt32(nodeId).UInt32(votes), cancellationToken);

    /// <summary>Registers this node's quorum device; completes when all members know.</summary>
    /// <exception cref="RingException">None is configured, or one of another name is registered.</exception>
    public Task RegisterDeviceAsync(string name, CancellationToken cancellationToken) =>
        _client.DoAsync(FrameKind.DeviceRegister, w => w.Text(name), cancellationToken);

    /// <summary>The quorum device goes.</summary>
    public Task UnregisterDeviceAsync(string name, CancellationToken cancellationToken) =>
        _client.DoAsync(FrameKind.DeviceUnregister, w => w.Text(name), cancellationToken);

    /// <summary>The quorum device has another name, on all nodes.</summary>
    public Task RenameDeviceAsync(string oldName, string newName, CancellationToken cancellationToken) =>
        _client.DoAsync(FrameKind.DeviceRename, w => w.Text(oldName).Text(newName), cancellationToken);

    /// <summary>
    /// The quorum device lives: to be called more often than <c>quorum.device.timeout</c>, and after every change of membership.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="castsVote">Whether it votes for this node.</param>
    /// <param name="ring">The membership that it decided on.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="RingException"><see cref="RingError.WrongRing"/>: the membership is another one by now.</exception>
    public Task PollDeviceAsync(string name, bool castsVote, RingConfigurationId ring, CancellationToken cancellationToken) =>
        _client.DoAsync(
            FrameKind.DevicePoll,
            w => w.Text(name).Flag(castsVote).UInt32(ring.Representative).UInt64(ring.Sequence),
            cancellationToken);

    /// <summary>Whether the device's vote alone makes a node quorate.</summary>
    public Task SetDeviceMasterWinsAsync(string name, bool allows, CancellationToken cancellationToken) =>
        _client.DoAsync(FrameKind.DeviceMasterWins, w => w.Text(name).Flag(allows), cancellationToken);
}
