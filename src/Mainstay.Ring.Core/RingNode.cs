using Mainstay.Ring.Core.Configuration;
using Mainstay.Ring.Core.Detection;
using Mainstay.Ring.Core.Map;
using Mainstay.Ring.Core.Messages;
using Mainstay.Ring.Core.Services;
using Mainstay.Totem;

namespace Mainstay.Ring.Core;

/// <summary>Answer to a client's request.</summary>
public enum RequestResult : byte
{
    /// <summary>Taken.</summary>
    Accepted,

    /// <summary>Not now (the ring is forming, its queue is full, or the process's leave is under way): ask again when
    /// <see cref="RingNode.AcceptsRequests"/> says so, and something was delivered since.</summary>
    Busy,

    /// <summary>The client is in no group, or in one already, or its process is in that group through another connection.</summary>
    Refused,

    /// <summary>The group name or the message is too long or empty.</summary>
    OutOfRange,
}

/// <summary>Which piece of a long message (values of the wire, spec/ring-wire.md section 4.1).</summary>
public enum MessagePart : byte
{
    /// <summary>The first.</summary>
    First = 1,

    /// <summary>One in the middle.</summary>
    Continued = 2,

    /// <summary>The last.</summary>
    Last = 3,
}

/// <summary>
/// A node of the ring without sockets, clock or disk: Totem, synchronisation, process groups, votequorum and cfg composed. Inputs carry the
/// monotonic time; outputs are appended to the caller's <see cref="RingOutbox"/>. Not thread-safe: one owner.
/// </summary>
/// <remarks>
/// The caller's duties are those of <see cref="TotemRing"/>: outputs of <see cref="RingOutbox.Network"/> in their order (a ring sequence is
/// stored before anything after it is sent), multicasts and tokens to oneself brought back as datagrams, timeouts on time.
/// </remarks>
public sealed partial class RingNode
{
    /// <summary>Longest message of a client, in bytes.</summary>
    public const int MessageSizeMax = 1024 * 1024;

    /// <summary>Longest group name, in bytes.</summary>
    public const int GroupNameSizeMax = 128;

    private readonly TotemRing _totem;
    private readonly GroupAssembler _assembler = new();
    private readonly Synchronisation _sync = new();
    private readonly ProcessGroups _groups;
    private readonly PartialMessages _parts = new();
    private readonly Votequorum _votes;
    private readonly List<Client> _clients = [];
    private readonly Queue<(MessageGroup Group, byte[] Bytes)> _pending = new();

    /// <summary>Service messages that are no part of a synchronisation and wait for its end: what one cannot finish is forgotten.</summary>
    private readonly Queue<byte[]> _requests = new();
    private readonly SortedDictionary<uint, ulong> _configVersions = [];
    private readonly NodeMap _map = new();
    private readonly ServiceTraffic _traffic = new();
    private RingNodeOptions _options;

    // The message that is handled, where its memory lives as long as the outbox.
    private ReadOnlyMemory<byte> _lasting;
    private Instant _windowDeadline = Instant.Never;
    private Instant _deviceDeadline = Instant.Never;
    private Instant _leaveDeadline = Instant.Never;
    private Instant _shutdownDeadline = Instant.Never;
    private uint[] _transitional = [];
    private bool _quorumChanged;
    private bool _configVersionChecked;
    private bool _owesBarrier;
    private bool _left;

    /// <summary>Makes a stopped node; <see cref="Start"/> brings it up.</summary>
    /// <param name="options">What it is made of.</param>
    /// <param name="contact">What the links hear; without it only the timeouts tell that a member is gone.</param>
    public RingNode(RingNodeOptions options, IPeerContact? contact = null)
    {
        _options = options;
        _contact = contact;
        _watch.Apply(LateAfter(options.Totem), options.PeerPatience);
        _formation.Apply(options.PeerPatience, options.Totem.Token + options.Totem.Consensus);
        _totem = new TotemRing(options.Totem, options.Self, options.Nodes, options.StoredRingSequence);
        _groups = new ProcessGroups(options.Self.Value);
        _votes = new Votequorum(options.Self.Value, options.Quorum, options.StoredExpectedVotes);
        Quorum = View();
        _map.PublishConfiguration(options.Keys);
        _map.PublishQuorum(QuorumKeys);
    }

    /// <summary>This node.</summary>
    public NodeId Self => _options.Self;

    /// <summary>State of the membership protocol.</summary>
    public TotemState State => _totem.State;

    /// <summary>Whether the ring is formed, synchronised and has room: requests of clients are taken.</summary>
    public bool AcceptsRequests => IsOpen && _totem.CanSubmit(MessageSizeMax + Messages.CpgMulticast.HeaderSize);

    /// <summary>Whether the services are synchronised on the present ring.</summary>
    public bool IsSynchronised => !_totem.IsSynchronising && !_sync.IsRunning && _totem.Membership.Length > 0;

    /// <summary>Membership and votes as last told to clients.</summary>
    public QuorumView Quorum { get; private set; }

    /// <summary>Quorum flags in the reference tool's words.</summary>
    public IReadOnlyList<string> QuorumFlags => _votes.FlagNames();

    /// <summary>The highest expected votes of any member.</summary>
    public uint HighestExpectedVotes => _votes.HighestExpected;

    /// <summary>Keys <c>runtime.votequorum.*</c> as of now.</summary>
    public IEnumerable<KeyValuePair<string, CmapValue>> QuorumKeys => _options.Quorum.IsEnabled ? _votes.Keys() : [];

    /// <summary>Votes per member node, ascending by id.</summary>
    public IEnumerable<KeyValuePair<uint, uint>> MemberVotes =>
        _votes.Nodes.Where(n => n.State == VoteNodeState.Member).Select(n => new KeyValuePair<uint, uint>(n.Id, n.Votes));

    /// <summary>Counters of the protocol.</summary>
    public TotemStatistics Statistics => _totem.Statistics;

    /// <summary>The ring below the services.</summary>
    internal TotemRing Totem => _totem;

    /// <summary>Split messages of clients, begun and not ended.</summary>
    internal int UnfinishedMessages => _parts.Count;

    /// <summary>Counters of the layers above it.</summary>
    public RingNodeStatistics Counters { get; } = new();

    /// <summary>When <see cref="HandleTimeout"/> must be called.</summary>
    public Instant NextDeadline => Earlier(
        Earlier(Earlier(_totem.NextDeadline, WatchDeadline), _windowDeadline),
        Earlier(Earlier(_deviceDeadline, _shutdown?.Deadline ?? Instant.Never), Earlier(_leaveDeadline, _shutdownDeadline)));

    /// <summary>Whether the node has left the ring for good: nothing more is sent.</summary>
    public bool HasLeft => _left;

    private bool IsOpen => IsSynchronised && _totem.State == TotemState.Operational && !HasUnsent && !_left;

    private bool HasUnsent => _pending.Count + _requests.Count > 0;

    /// <summary>The transport is up: looks for others.</summary>
    public void Start(Instant now, RingOutbox outbox)
    {
        _totem.Start(now, outbox.Network);
        if (_options.Quorum.IsEnabled) _votes.Announce();
        Drain(now, outbox);
    }

    /// <summary>A datagram arrived, from another node or this one.</summary>
    public void HandleDatagram(Instant now, ReadOnlySpan<byte> datagram, RingOutbox outbox)
    {
        _totem.HandleDatagram(now, datagram, outbox.Network);
        Drain(now, outbox);
    }

    /// <summary>Fires the timers that are due.</summary>
    public void HandleTimeout(Instant now, RingOutbox outbox)
    {
        if (_windowDeadline <= now)
        {
            _windowDeadline = Instant.Never;
            _votes.HandleWindow();
        }

        if (_deviceDeadline <= now)
        {
            _deviceDeadline = Instant.Never;
            _votes.HandleDeviceTimeout();
        }

        if (_shutdown is { } shutdown && shutdown.Deadline <= now)
        {
            shutdown.HandleTimeout(now);
            DecideShutdown(now, outbox);
        }

        if (_shutdownDeadline <= now)
        {
            // The ring did not carry the word round: go all the same.
            _shutdownDeadline = Instant.Never;
            Terminate(outbox, "shutdown was requested", isFailure: false);
        }

        if (_leaveDeadline <= now) LeaveNow(now, outbox);
        if (_totem.NextDeadline <= now) _totem.HandleTimeout(now, outbox.Network);
        WatchPeers(now, outbox);
        Drain(now, outbox);
    }

    /// <summary>
    /// Leaves the ring for good; the others notice at once. With <c>allow_downscale</c> they must hear of it before:
    /// <see cref="HasLeft"/> says when it is done, a token timeout later at most.
    /// </summary>
    public void Leave(Instant now, RingOutbox outbox)
    {
        if (_left || !_leaveDeadline.IsNever) return;
        if (!_options.Quorum.AllowDownscale || !IsOpen || _totem.Membership.Length < 2)
        {
            LeaveNow(now, outbox);
            return;
        }

        _leaveDeadline = now + _options.Totem.Token;
        _votes.AnnounceLeaving();
        Drain(now, outbox);
    }

    private void LeaveNow(Instant now, RingOutbox outbox)
    {
        _leaveDeadline = Instant.Never;
        if (_left) return;
        _left = true;
        _totem.Leave(now, outbox.Network);
        Drain(now, outbox);
    }

    /// <summary>
    /// Takes a reloaded configuration: timers, node list, votes. The caller has refused what cannot change at run-time.
    /// </summary>
    public void Reconfigure(Instant now, RingNodeOptions options, RingOutbox outbox)
    {
        if (options.Quorum.IsEnabled != _options.Quorum.IsEnabled)
        {
            // Without a provider every partition is quorate: that must not follow from a slip in a file.
            outbox.Log(LogPriority.Warning, "quorum.provider cannot be changed at run-time; all of section quorum stays until a restart");
            options = options with { Quorum = _options.Quorum };
        }

        if (options.ConfigVersion != _options.ConfigVersion) SendConfigVersion(CmapMessage.NewVersion, options.ConfigVersion);
        _options = options;
        _map.PublishConfiguration(options.Keys);
        _totem.Reconfigure(options.Totem, options.Nodes);
        _watch.Apply(LateAfter(options.Totem), options.PeerPatience);
        _formation.Apply(options.PeerPatience, options.Totem.Token + options.Totem.Consensus);
        if (options.Quorum.IsEnabled) _votes.Apply(options.Quorum);
        _map.PublishQuorum(QuorumKeys);
        Drain(now, outbox);
    }

    /// <summary>Works off what the engine appended, and what that causes, until nothing new comes.</summary>
    private void Drain(Instant now, RingOutbox outbox)
    {
        while (true)
        {
            while (outbox.NetworkRead < outbox.Network.Count)
            {
                var output = outbox.Network[outbox.NetworkRead++];
                switch (output.Kind)
                {
                    case OutputKind.Deliver:
                        HandleDelivery(now, output, outbox);
                        break;
                    case OutputKind.ConfigurationChange when output.Change is { } change:
                        HandleConfiguration(now, change, outbox);
                        break;
                    case OutputKind.Trace when output.Trace.Kind == TraceKind.HeldOut:
                        _map.PublishHeldOut(output.Trace.Node.Value, (HoldOutCause)output.Trace.Second);
                        break;
                    default:
                        break;
                }
            }

            if (!SubmitPending(now, outbox)) break;
        }

        FinishInput(now, outbox);
    }

    private static Instant Earlier(Instant a, Instant b) => a < b ? a : b;

    // Service messages in order; whether anything was submitted (which may append outputs).
    private bool SubmitPending(Instant now, RingOutbox outbox)
    {
        while (_votes.Outgoing.TryDequeue(out var message)) _pending.Enqueue((MessageGroup.Services, message));
        while (_votes.Requests.TryDequeue(out var request)) _requests.Enqueue(request);
        if (_owesBarrier && !_votes.HoldsSynchronisation)
        {
            _owesBarrier = false;
            SendSync(new SyncMessage(_sync.Ring, null));
        }

        var any = false;
        while (_pending.TryPeek(out var next) && !_left)
        {
            if (!_totem.Submit(now, next.Group, next.Bytes, default, DeliveryGuarantee.Agreed, outbox.Network)) break;
            if (next.Group == MessageGroup.Services) _traffic.CountSent(next.Bytes);
            _pending.Dequeue();
            any = true;
        }

        while (!_totem.IsSynchronising && _requests.TryPeek(out var bytes) && !_left)
        {
            if (!_totem.Submit(now, MessageGroup.Services, bytes, default, DeliveryGuarantee.Agreed, outbox.Network)) break;
            _traffic.CountSent(bytes);
            _requests.Dequeue();
            any = true;
        }

        return any;
    }

    private void FinishInput(Instant now, RingOutbox outbox)
    {
        while (_votes.Log.TryDequeue(out var line)) outbox.Log(line.Priority, line.Text);
        if (_votes.StoreTrackingBarrier is { } barrier)
        {
            _votes.StoreTrackingBarrier = null;
            outbox.Add(new RingOutput { Kind = RingOutputKind.StoreExpectedVotes, Number = barrier });
        }

        if (_votes.StartsWindow)
        {
            _votes.StartsWindow = false;
            _windowDeadline = now + TimeSpan.FromMilliseconds(_votes.WindowMs);
        }

        if (_votes.DeviceTimer is { } timer)
        {
            _votes.DeviceTimer = null;
            _deviceDeadline = timer == 0 ? Instant.Never : now + TimeSpan.FromMilliseconds(timer);
        }

        TellRegistration(outbox);
        if (IsSynchronised) FlushDepartures(now, outbox);
        AnnounceSelf(now, outbox);
        if (_quorumChanged || (_votes.HasChanged && IsSynchronised)) PublishQuorum(outbox);
    }

    private void PublishQuorum(RingOutbox outbox)
    {
        _quorumChanged = false;
        _votes.HasChanged = false;
        _map.PublishQuorum(QuorumKeys);
        var before = Quorum;
        Quorum = View();
        if (before.IsQuorate != Quorum.IsQuorate)
        {
            outbox.Log(LogPriority.Notice, Quorum.IsQuorate
                ? "This node is within the primary component and will provide service."
                : "This node is within the non-primary component and will NOT provide any services.");
        }

        outbox.Add(new RingOutput { Kind = RingOutputKind.QuorumChanged, Quorum = Quorum });
    }

    private QuorumView View()
    {
        uint[] members = [.. _totem.Membership.Select(m => m.Value)];
        return _options.Quorum.IsEnabled
            ? new QuorumView(_totem.InstalledRing, _votes.IsQuorate, members, _votes.TotalVotes, _votes.ExpectedVotes, _votes.Quorum)
            : new QuorumView(
                _totem.InstalledRing, members.Length > 0, members, (uint)members.Length, (uint)Math.Max(_options.Nodes.Count, 1), 0);
    }
}
