using System.Collections.Immutable;
using Mainstay.Totem.Wire;

namespace Mainstay.Totem;

/// <summary>
/// The single-ring protocol (spec/totem.md) with the sending half of the group layer (spec/ring-wire.md section 3) as a pure state
/// machine: inputs carry the monotonic time, outputs are appended to the caller's <see cref="Outbox"/>. Not thread-safe: one owner.
/// </summary>
/// <remarks>
/// The caller's duties: carry outputs out in order (<see cref="Outbox"/>); bring multicasts and tokens to oneself back as datagrams; call
/// <see cref="HandleTimeout"/> when <see cref="NextDeadline"/> has come; feed delivered packets and configuration changes, in order, to
/// one <see cref="GroupAssembler"/>; call <see cref="SynchronisationFinished"/> when the services have synchronised.
/// </remarks>
public sealed partial class TotemRing
{
    private readonly NodeSet _configured = new();
    private readonly DeadlineTable _timers = new();
    private readonly PacketPool _pool = new();
    private readonly PackingLane _normalLane;
    private readonly PackingLane _synchronisationLane;
    private readonly PacketQueue _retransmitQueue;
    private readonly byte[] _scratch = new byte[CommitToken.MaxSize];

    /// <summary>Members of the installed ring (my_memb_list); unlike <see cref="Membership"/> it is searched on every packet.</summary>
    private readonly NodeSet _members = new();

    private TotemOptions _options;

    /// <summary>The ring being formed or installed (my_ring_id); stays at a failed attempt's id, so that ids only grow.</summary>
    private RingId _ring;

    /// <summary>The highest ring sequence heard of (token_ring_id_seq).</summary>
    private ulong _highestRingSequence;

    /// <summary>Messages of the installed ring.</summary>
    private MessageWindow _regular;

    /// <summary>Messages of the ring being recovered; becomes <see cref="_regular"/>.</summary>
    private MessageWindow _recovery;

    // The step in progress: set by Enter, so that the leaves need not pass them around.
    private Instant _now;
    private Outbox _outbox;

    /// <summary>Makes a stopped engine; <see cref="Start"/> brings it up.</summary>
    /// <param name="options">Validated options.</param>
    /// <param name="self">This node; not <see cref="NodeId.None"/>.</param>
    /// <param name="configured">Nodes whose datagrams count; empty accepts all (no node list).</param>
    /// <param name="storedRingSequence">The sequence last stored, 0 if none (spec/totem.md section 9.1).</param>
    public TotemRing(TotemOptions options, NodeId self, IReadOnlyList<NodeId> configured, ulong storedRingSequence)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(configured);
        ArgumentOutOfRangeException.ThrowIfEqual(self, NodeId.None);
        Self = self;
        _options = options;
        SetConfigured(configured);
        _normalLane = new PackingLane(_pool, options.PacketSizeMax);
        _synchronisationLane = new PackingLane(_pool, options.PacketSizeMax);
        _retransmitQueue = new PacketQueue(_pool, Limits.RetransmitQueueMax);
        _regular = new MessageWindow(_pool);
        _recovery = new MessageWindow(_pool);
        _outbox = new Outbox();

        // One above what was stored: a restarted representative must not enter the ring it left under the same id
        // (spec/totem.md section 9.1).
        _highestRingSequence = (storedRingSequence > StoredSequenceMax ? RingSequenceMax : storedRingSequence) + 1;
        _ring = InstalledRing = new RingId(self, _highestRingSequence);
        if (storedRingSequence > 0)
        {
            Rule(TotemRule.RestartAboveStoredSequence);
        }

        _regular.Reset(InitialSequence);
        _recovery.Reset(InitialSequence);
    }

    /// <summary>This node.</summary>
    public NodeId Self { get; }

    /// <summary>State of the membership protocol.</summary>
    public TotemState State { get; private set; }

    /// <summary>Id of the installed ring: the last regular configuration.</summary>
    public RingId InstalledRing { get; private set; }

    /// <summary>Members of the last regular configuration, ascending; empty before the first.</summary>
    public ImmutableArray<NodeId> Membership { get; private set; } = [];

    /// <summary>When <see cref="HandleTimeout"/> must be called; <see cref="Instant.Never"/> if nothing is due.</summary>
    public Instant NextDeadline => _timers.Earliest;

    /// <summary>Whether the services still synchronise: only their traffic goes out meanwhile.</summary>
    public bool IsSynchronising { get; private set; } = true;

    /// <summary>Messages of at most one packet that can be submitted now.</summary>
    public int AvailableSlots => Lane.AvailableSlots;

    /// <summary>Counters.</summary>
    public TotemStatistics Statistics { get; } = new();

    private MessageSequence InitialSequence => new(_options.InitialSequence);

    private TokenSequence InitialTokenSequence => new(_options.InitialSequence);

    private PackingLane Lane => IsSynchronising ? _synchronisationLane : _normalLane;

    private bool IsRepresentative => _ring.Representative == Self;

    /// <summary>The transport is up: begins to look for others.</summary>
    public void Start(Instant now, Outbox outbox)
    {
        Enter(now, outbox);
        Invariant.Check(State == TotemState.Stopped, "a ring is started once");
        Invariant.Check(Membership.IsEmpty, "a ring that has left does not start again");
        Count(TotemInput.Start);
        ArmPause();
        _aloneFrom = now + _options.Join;
        EnterGather(GatherReason.InterfaceChange, NodeId.None);
    }

    /// <summary>A datagram arrived (from another node or from this one).</summary>
    public void HandleDatagram(Instant now, ReadOnlySpan<byte> datagram, Outbox outbox)
    {
        Enter(now, outbox);
        if (State == TotemState.Stopped)
        {
            Drop(DropReason.Stopped, NodeId.None);
            return;
        }

        if (!PacketHeader.TryRead(datagram, out var header))
        {
            Drop(DropReason.Malformed, NodeId.None);
            return;
        }

        // A leave carries its sender elsewhere; HandleJoin checks that one.
        if (!header.Sender.IsNone && !IsKnown(header.Sender))
        {
            Drop(DropReason.UnknownSender, header.Sender);
            return;
        }

        Count(header is { Type: PacketType.Join, Sender.IsNone: true } ? TotemInput.LeaveOfOther : (TotemInput)header.Type);
        switch (header.Type)
        {
            case PacketType.RegularToken:
                HandleRegularToken(datagram, header);
                break;
            case PacketType.Message:
                HandleMessage(datagram, header);
                break;
            case PacketType.MergeDetect:
                HandleMergeDetect(datagram, header);
                break;
            case PacketType.Join:
                HandleJoin(datagram, header);
                break;
            case PacketType.CommitToken:
                HandleCommitToken(datagram, header);
                break;
            case PacketType.HoldCancel:
                HandleHoldCancel(datagram, header);
                break;
            default:
                Invariant.Check(false, "the header decoder let an unknown type through");
                break;
        }
    }

    /// <summary>Fires every timer whose deadline has come.</summary>
    public void HandleTimeout(Instant now, Outbox outbox)
    {
        Enter(now, outbox);
        for (var timer = TotemTimer.TokenLoss; timer <= TotemTimer.Pause; timer++)
        {
            if (_timers.TryExpire(timer, now))
            {
                Count(TotemInput.TokenLossTimer + (byte)timer);
                Fire(timer);
            }
        }
    }

    /// <summary>
    /// Queues one message for the ring. While <see cref="IsSynchronising"/>, it goes out ahead of what was queued before; callers
    /// then submit synchronisation traffic only, and all of it again after the next configuration change: what has not been sent by then
    /// is discarded.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="group">To which group: exactly one.</param>
    /// <param name="header">First piece.</param>
    /// <param name="payload">Second piece, may be empty; the message is both, back to back.</param>
    /// <param name="guarantee">Carried on the wire only.</param>
    /// <param name="outbox">Receives a hold-cancel where the idle ring must be woken.</param>
    /// <returns>Whether there was room; otherwise nothing happened and the caller tries again after the next token.</returns>
    public bool Submit(
        Instant now,
        MessageGroup group,
        ReadOnlySpan<byte> header,
        ReadOnlySpan<byte> payload,
        DeliveryGuarantee guarantee,
        Outbox outbox)
    {
        Enter(now, outbox);
        Count(TotemInput.Submit);
        if (!CanSubmit(header.Length + payload.Length))
        {
            return false;
        }

        WakeRing();
        Lane.Add(GroupHeader.Of(group), header, payload, guarantee);
        return true;
    }

    /// <summary>Whether <see cref="Submit"/> would take a message of so many bytes now.</summary>
    public bool CanSubmit(int length) => State != TotemState.Stopped && Lane.HasRoomFor(length + GroupHeader.SizeMax);

    /// <summary>
    /// The services have synchronised after the regular configuration <paramref name="ring"/>. Ignored if a newer one was installed since.
    /// </summary>
    public void SynchronisationFinished(Instant now, RingId ring, Outbox outbox)
    {
        Enter(now, outbox);
        Count(TotemInput.SynchronisationFinished);
        if (State == TotemState.Stopped || ring != InstalledRing || !IsSynchronising)
        {
            return;
        }

        IsSynchronising = false;
        if (_normalLane.HasPending)
        {
            WakeRing();
        }
    }

    /// <summary>Forms a new ring, as after a token loss.</summary>
    public void ForceGather(Instant now, Outbox outbox)
    {
        Enter(now, outbox);
        Count(TotemInput.ForceGather);
        if (State != TotemState.Stopped)
        {
            HandleTokenLoss();
        }
    }

    /// <summary>
    /// New options or another node list. Running timers keep their deadline; <see cref="TotemOptions.PacketSizeMax"/> and
    /// <see cref="TotemOptions.InitialSequence"/> stay as they were at construction.
    /// </summary>
    public void Reconfigure(TotemOptions options, IReadOnlyList<NodeId> configured)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(configured);
        _options = options with { PacketSizeMax = _options.PacketSizeMax, InitialSequence = _options.InitialSequence };
        SetConfigured(configured);
    }

    /// <summary>Says good-bye (the others reconfigure without waiting for a timeout) and stops for good.</summary>
    public void Leave(Instant now, Outbox outbox)
    {
        Enter(now, outbox);
        if (State == TotemState.Stopped)
        {
            return;
        }

        Count(TotemInput.Leave);
        SendLeave();
        _timers.CancelAll();
        SetState(TotemState.Stopped);
    }

    private void Enter(Instant now, Outbox outbox)
    {
        ArgumentNullException.ThrowIfNull(outbox);
        Invariant.Check(now >= _now, "monotonic time went backward");
        Invariant.Check(!now.IsNever, "the end of time is not a time");
        _now = now;
        _outbox = outbox;
        if (outbox.Count == 0) _pool.Recycle();
    }

    private void SetConfigured(IReadOnlyList<NodeId> configured)
    {
        _configured.Clear();
        foreach (var node in configured)
        {
            _configured.Add(node);
        }
    }

    /// <summary>
    /// Whether a node's packets count: it is configured, or a member of the present ring (a node taken out of the list is still needed
    /// until it has left: without its messages the order would have holes).
    /// </summary>
    private bool IsKnown(NodeId node) =>
        _configured.Count == 0 || node == Self || _configured.Contains(node) || _members.Contains(node) || _newMembers.Contains(node);

    private void Count(TotemInput input) => Statistics.CountInput(State, input);

    private void Rule(TotemRule rule) => Statistics.CountRule(rule);

    private void SetState(TotemState state)
    {
        if (State != state)
        {
            Trace(TraceKind.StateChanged, NodeId.None, (ulong)State, (ulong)state);
        }

        State = state;
    }
}
