using Mainstay.Ring.Core.Map;
using Mainstay.Ring.Core.Messages;
using Mainstay.Ring.Core.Services;
using Mainstay.Totem;

namespace Mainstay.Ring.Core;

/// <content>Requests of administrators and of the quorum device: services cmap, cfg and votequorum.</content>
public sealed partial class RingNode
{
    /// <summary>How long clients may take to answer a shutdown request where <c>cfg.shutdown_timeout</c> says nothing.</summary>
    private const uint ShutdownTimeoutDefault = 5000;

    private readonly SortedSet<int> _shutdownWatchers = [];
    private ShutdownRequest? _shutdown;
    private int? _registeringClient;
    private int? _deviceClient;

    /// <summary>The configuration map: keys of the file and of the node, and what clients put there.</summary>
    public KeyMap Map => _map.Keys;

    /// <summary>All groups of the ring with their members, ascending by name.</summary>
    public IEnumerable<KeyValuePair<ReadOnlyMemory<byte>, IReadOnlyList<GroupProcess>>> Groups =>
        _groups.Groups.Select(g => new KeyValuePair<ReadOnlyMemory<byte>, IReadOnlyList<GroupProcess>>(g.Name, [.. g.Members]));

    /// <summary>Brings keys that count messages up to date; call it before the map is read.</summary>
    public void RefreshMap() => _map.PublishTraffic(_traffic);

    /// <summary>What votequorum knows of a node, 0 for this one; <see langword="null"/> where it knows nothing.</summary>
    public VoteNodeView? VotesOf(uint nodeId) => _options.Quorum.IsEnabled ? _votes.View(nodeId) : null;

    /// <summary>Sets expected votes on all members.</summary>
    /// <returns>Whether they make sense; <paramref name="problem"/> says why not.</returns>
    public bool TrySetExpectedVotes(Instant now, uint value, RingOutbox outbox, out string problem)
    {
        var accepted = _votes.TrySetExpected(value, out problem);
        Drain(now, outbox);
        return accepted;
    }

    /// <summary>Sets the votes of one node on all members; node 0 is this one.</summary>
    public VoteResult SetVotes(Instant now, uint nodeId, uint votes, RingOutbox outbox) =>
        Drained(now, _votes.SetVotes(nodeId == 0 ? Self.Value : nodeId, votes), outbox);

    /// <summary>No node of the cluster waits any longer to see all others (<c>quorum.cancel_wait_for_all</c>).</summary>
    public void CancelWaitForAll(Instant now, RingOutbox outbox)
    {
        _votes.CancelWaitForAll();
        Drain(now, outbox);
    }

    /// <summary>
    /// Registers a quorum device. Where accepted, <see cref="RingOutputKind.DeviceRegistered"/> tells the client the outcome, unless it
    /// was registered here already: then nothing more comes, and <paramref name="isPending"/> is false.
    /// </summary>
    public VoteResult RegisterDevice(Instant now, int client, string name, RingOutbox outbox, out bool isPending)
    {
        var wasRegistered = _votes.View(0)?.Flags.HasFlag(VoteViewFlags.DeviceRegistered) ?? false;
        var result = _votes.Register(name);
        isPending = result == VoteResult.Accepted && !wasRegistered;
        if (isPending) _registeringClient = client;
        else if (result == VoteResult.Accepted) _deviceClient = client;
        return Drained(now, result, outbox);
    }

    /// <summary>The quorum device goes.</summary>
    public VoteResult UnregisterDevice(Instant now, string name, RingOutbox outbox) => Drained(now, _votes.Unregister(name), outbox);

    /// <summary>The quorum device has another name.</summary>
    public VoteResult RenameDevice(Instant now, string oldName, string newName, RingOutbox outbox) =>
        Drained(now, _votes.Rename(oldName, newName), outbox);

    /// <summary>The quorum device lives, and votes for this node or not.</summary>
    /// <param name="now">The time.</param>
    /// <param name="name">Name of the device.</param>
    /// <param name="castsVote">Whether it votes for this node.</param>
    /// <param name="ring">The membership that it decided on: that of the last quorum change told.</param>
    /// <param name="outbox">Receives outputs.</param>
    public VoteResult PollDevice(Instant now, string name, bool castsVote, RingId ring, RingOutbox outbox) =>
        Drained(now, _votes.Poll(name, castsVote, ring == _totem.InstalledRing), outbox);

    /// <summary>Whether the device's vote alone makes a node quorate.</summary>
    public VoteResult SetDeviceMasterWins(Instant now, string name, bool allows, RingOutbox outbox) =>
        Drained(now, _votes.SetMasterWins(name, allows), outbox);

    /// <summary>Asks all nodes to read their configuration files again.</summary>
    public void RequestReload(Instant now, RingOutbox outbox)
    {
        var buffer = new byte[CfgFunction.ReloadSize];
        CfgFunction.WriteReload(buffer, Self.Value);
        _requests.Enqueue(buffer);
        Drain(now, outbox);
    }

    /// <summary>Forms the ring anew, as after a token loss (<c>runtime.force_gather</c>).</summary>
    public void ForceGather(Instant now, RingOutbox outbox)
    {
        _totem.ForceGather(now, outbox.Network);
        Drain(now, outbox);
    }

    /// <summary>Ends the daemon of a member, this one too.</summary>
    /// <returns>Whether the node is a member.</returns>
    public bool TryKill(Instant now, uint nodeId, string reason, RingOutbox outbox)
    {
        if (!_totem.Membership.Contains(new NodeId(nodeId))) return false;
        var buffer = new byte[CfgKillNode.Size];
        new CfgKillNode(nodeId, reason).Write(buffer);
        _requests.Enqueue(buffer);
        Drain(now, outbox);
        return true;
    }

    /// <summary>A client wants to be asked before this node goes down by request.</summary>
    public void WatchShutdown(int client) => _shutdownWatchers.Add(client);

    /// <summary>
    /// Asks for this node to go down. Watchers are told by <see cref="RingOutputKind.ShutdownAsked"/>, the requester by
    /// <see cref="RingOutputKind.ShutdownDecided"/>.
    /// </summary>
    /// <returns>Whether the request is taken; only one can be under way.</returns>
    public bool RequestShutdown(Instant now, int client, ShutdownKind kind, RingOutbox outbox)
    {
        if (_shutdown is not null) return false;
        foreach (var watcher in _shutdownWatchers)
        {
            outbox.Add(new RingOutput { Kind = RingOutputKind.ShutdownAsked, Client = watcher, Number = (uint)kind });
        }

        IEnumerable<int> asked = kind == ShutdownKind.Immediate ? [] : _shutdownWatchers;
        _shutdown = new ShutdownRequest(client, kind, asked, now + TimeSpan.FromMilliseconds(ShutdownTimeout()));
        DecideShutdown(now, outbox);
        return true;
    }

    /// <summary>A watcher's answer; one that nobody waits for is ignored.</summary>
    public void AnswerShutdown(Instant now, int client, bool agrees, RingOutbox outbox)
    {
        _shutdown?.Answer(client, agrees);
        DecideShutdown(now, outbox);
    }

    private uint ShutdownTimeout() =>
        Map.TryGet("cfg.shutdown_timeout", out var value) && value.Type == Configuration.CmapValueType.UInt32 && value.Number > 0
            ? (uint)value.Number
            : ShutdownTimeoutDefault;

    private void ForgetAdministrator(Instant now, int client, RingOutbox outbox)
    {
        Map.Forget(client);
        _shutdownWatchers.Remove(client);
        if (_registeringClient == client) _registeringClient = null;
        if (_deviceClient == client) _deviceClient = null;
        if (_shutdown is null) return;
        _shutdown.Forget(client);
        DecideShutdown(now, outbox);
    }

    private void DecideShutdown(Instant now, RingOutbox outbox)
    {
        if (_shutdown is not { Outcome: not ShutdownOutcome.Pending } decided) return;
        _shutdown = null;
        if (decided.Requester >= 0)
        {
            outbox.Add(new RingOutput
            {
                Kind = RingOutputKind.ShutdownDecided,
                Client = decided.Requester,
                Number = (uint)decided.Outcome,
            });
        }

        if (decided.Outcome != ShutdownOutcome.GoesDown) return;
        if (!IsOpen)
        {
            // Without a ring nobody is there to be told.
            Terminate(outbox, "shutdown was requested", isFailure: false);
            return;
        }

        var buffer = new byte[CfgFunction.ShutdownSize];
        CfgFunction.WriteShutdown(buffer);
        _requests.Enqueue(buffer);
        _shutdownDeadline = now + _options.Totem.Token;
        Drain(now, outbox);
    }

    private VoteResult Drained(Instant now, VoteResult result, RingOutbox outbox)
    {
        Drain(now, outbox);
        return result;
    }

    // The synchronisation waits for the device: it must know what for.
    private void AskDevice(RingOutbox outbox)
    {
        if (_deviceClient is not { } client) return;
        outbox.Add(new RingOutput { Kind = RingOutputKind.DevicePollWanted, Client = client, Quorum = View() });
    }

    private void TellRegistration(RingOutbox outbox)
    {
        if (_votes.Registration is not { } result) return;
        _votes.Registration = null;
        if (_registeringClient is not { } client) return;
        _registeringClient = null;
        if (result == VoteResult.Accepted) _deviceClient = client;
        outbox.Add(new RingOutput { Kind = RingOutputKind.DeviceRegistered, Client = client, Number = (uint)result });
    }
}
