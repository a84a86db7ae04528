using System.Globalization;
using Mainstay.Cib;

namespace Mainstay.Manager.Core;

/// <content>
/// Joining and merging. When processes came, the lowest node id of the group starts an exchange; at the position of its message everyone
/// says what it holds; when the last of these is delivered all know who keeps its state and who donates. Those that do not hold the
/// donor's state take its snapshot and apply what was delivered since. When processes only went, the rest shares one history already
/// (virtual synchrony) and goes on at once.
/// </content>
public sealed partial class ManagerCore
{
    private readonly SortedSet<uint> _group = [];
    private readonly SortedSet<uint> _leftRing = [];
    private readonly List<BacklogItem> _backlog = [];
    private OrdinalMap<NodeAttribute> _ownAttributes = [];
    private QuorumView? _ringQuorum;
    private Exchange? _exchange;
    private bool _isReceiving;
    private long _exchangeCount;
    private string _digestNonce = "";

    /// <summary>The group's membership changed (in agreed order with the messages).</summary>
    /// <param name="now">The time.</param>
    /// <param name="members">Node ids after the change, ascending.</param>
    /// <param name="joined">Node ids that came.</param>
    /// <param name="left">Who went, and why.</param>
    /// <param name="outbox">Receives the outputs.</param>
    public void HandleMembership(
        CoreTime now, IReadOnlyList<uint> members, IReadOnlyList<uint> joined, IReadOnlyList<Departure> left, Outbox outbox)
    {
        Advance(now);
        _group.Clear();
        foreach (var id in members) _group.Add(id);
        Invariant.Check(_group.Contains(_identity.NodeId), "a process that is told of a group is in it");
        if (Mode == ReplicaMode.Disconnected) Mode = ReplicaMode.Joining;
        foreach (var departure in left)
        {
            _codec.Forget(departure.NodeId);
            if (departure.Reason == DepartureReason.NodeDown && _ringQuorum?.Members.Contains(departure.NodeId) == true)
            {
                _leftRing.Add(departure.NodeId);
            }
        }

        if (left.Count > 0) Depart(left, outbox);
        if (joined.Count == 0 && _exchange is null) return;
        _exchange?.Invalidate();
        RestartExchange(outbox);
    }

    /// <summary>Quorum or the ring's membership changed.</summary>
    public void HandleQuorum(CoreTime now, QuorumView quorum, Outbox outbox)
    {
        Advance(now);
        _ringQuorum = quorum;
        _leftRing.RemoveWhere(id => !quorum.Members.Contains(id));
        Settle(now, outbox);
    }

    /// <summary>
    /// The connection to the ring broke: the node is no member any more. Its resources go on until it is fenced or joins again; whoever
    /// waits for an answer does not know what became of the request.
    /// </summary>
    public void HandleDisconnected(CoreTime now, string reason, Outbox outbox)
    {
        Advance(now);
        outbox.Add(new Trace(TraceKind.Node, $"This node is no member of the cluster any more: {reason}", _identity.NodeName));
        KeepOwnAttributes();
        if (Mode == ReplicaMode.Member && _state is { } state)
        {
            List<Departure> all = [.. state.Data.MemberOrder.Select(id => new Departure(id, DepartureReason.NodeDown))];
            state.ApplyDepartures(all, _effects);
            _effects.Clear();
        }

        Mode = ReplicaMode.Disconnected;
        _group.Clear();
        _ringQuorum = null;
        _exchange = null;
        _isReceiving = false;
        _backlog.Clear();
        _undelivered = 0;
        _deadlines.Clear();
        AnswerAll(new Refused(
            AnswerCodes.Disconnected, "The connection to the ring broke; whether the request took effect is not known."), outbox);
    }

    private void Depart(IReadOnlyList<Departure> left, Outbox outbox)
    {
        if (_isReceiving)
        {
            _backlog.Add(new BacklogItem(0, Command: null, left));
        }
        else if (Mode == ReplicaMode.Member)
        {
            ApplyDepartures(left, outbox);
        }
    }

    private void ApplyDepartures(IReadOnlyList<Departure> left, Outbox outbox)
    {
        Invariant.Check(_state is not null, "a member has a state");
        foreach (var departure in left)
        {
            if (departure.Reason == DepartureReason.ProcessDown) _lostManagers[departure.NodeId] = _now.MonotonicMs;
        }

        _state.ApplyDepartures(left, _effects);
        CarryOut(outbox);
    }

    /// <summary>The lowest node id speaks for all; the others wait for it.</summary>
    private void RestartExchange(Outbox outbox)
    {
        _exchange ??= new Exchange("");
        _exchange.Invalidate();
        if (_group.Count == 0 || _group.Min != _identity.NodeId) return;
        StartExchange(outbox);
    }

    private void StartExchange(Outbox outbox)
    {
        var nonce = string.Create(CultureInfo.InvariantCulture, $"{_identity.Incarnation}:{++_exchangeCount}");
        Send(new SyncStartCommand(nonce) { Time = _now.WallMs }, outbox);
    }

    private void BeginExchange(SyncStartCommand start, Outbox outbox)
    {
        _exchange = new Exchange(start.Nonce);
        var isLive = Mode == ReplicaMode.Member && !_isReceiving && _state is not null;
        if (isLive) KeepOwnAttributes();
        var version = isLive ? NewestVersion() : VersionOf(_stored.Xml);
        Send(
            new HelloCommand
            {
                Time = _now.WallMs,
                Nonce = start.Nonce,
                NodeId = _identity.NodeId,
                NodeName = _identity.NodeName,
                Incarnation = _identity.Incarnation,
                IsLive = isLive,
                Term = isLive ? _state!.Data.Durability.ConfigurationTerm : _stored.Term, // isLive says that there is a state
                Promised = Math.Max(_stored.Promised, isLive ? _state!.Data.Durability.Term : 0),
                AdminEpoch = version.AdminEpoch,
                Epoch = version.Epoch,
                NumUpdates = 0,
                Position = isLive ? _state!.Data.Position : 0,
                Digest = isLive ? _state!.ComputeDigest() : "",
                History = _executor.History,
                Pending = [.. _executor.Pending],
                Attributes = _ownAttributes,
            },
            outbox);
    }

    private CibVersion NewestVersion() =>
        _state?.Data.Durability.Prepared is { } prepared ? VersionOf(prepared.Configuration) : _state?.Version ?? default;

    private static CibVersion VersionOf(string xml) => CibDocument.Parse(xml).Document?.Version ?? default;

    private void KeepOwnAttributes()
    {
        if (_state is null || !_state.Data.Nodes.TryGetValue(_identity.NodeId, out var own) || !own.IsMember) return;
        _ownAttributes = [];
        foreach (var (name, value) in own.Attributes) _ownAttributes[name] = value;
    }

    private void TakeHello(HelloCommand hello, Outbox outbox)
    {
        if (_exchange is not { IsValid: true } exchange || exchange.Nonce != hello.Nonce || exchange.IsDecided) return;
        if (!_group.Contains(hello.NodeId)) return;
        exchange.Hellos[hello.NodeId] = hello;
        if (exchange.Hellos.Count == _group.Count) Decide(exchange, outbox);
    }

    private void Decide(Exchange exchange, Outbox outbox)
    {
        var choice = ExchangeChoice.Make([.. exchange.Hellos.Values]);
        exchange.IsDecided = true;
        exchange.Donor = choice.Donor.NodeId;
        var isKeeper = choice.Keepers.Contains(_identity.NodeId);
        var needsTransfer = choice.Keepers.Count < exchange.Hellos.Count;
        if (!isKeeper)
        {
            if (Mode == ReplicaMode.Member && !_isReceiving)
            {
                outbox.Add(new Trace(
                    TraceKind.Replication,
                    $"This node's state gives way to that of {choice.Donor.NodeName}; a transfer is under way",
                    _identity.NodeName));
            }

            _isReceiving = true;
            _backlog.Clear();
            return;
        }

        if (_state is null || !choice.Donor.IsLive) _state = FreshState();
        _state.ApplyExchange(exchange.Nonce, [.. exchange.Hellos.Values], choice.Donor.IsLive ? choice.Donor.Digest : "", _effects);
        _isReceiving = false;
        Mode = ReplicaMode.Member;
        CarryOut(outbox);
        BecomeMember(outbox);
        if (choice.Donor.NodeId == _identity.NodeId && needsTransfer)
        {
            Send(new SnapshotCommand(exchange.Nonce, _state.TakeSnapshot()) { Time = _now.WallMs }, outbox);
        }

        if (!needsTransfer) _exchange = null;
    }

    private ReplicatedState FreshState()
    {
        var document = CibDocument.Parse(_stored.Xml).Document ?? CibDocument.CreateEmpty();
        return new ReplicatedState(document, _stored, _directory);
    }

    private void TakeSnapshot(SnapshotCommand snapshot, Outbox outbox)
    {
        if (_exchange is not { IsDecided: true } exchange || exchange.Nonce != snapshot.Nonce) return;
        _exchange = null;
        if (!_isReceiving) return;
        var restored = ReplicatedState.TryRestore(snapshot.State, _directory);
        if (restored is null)
        {
            outbox.Add(new Trace(TraceKind.Replication, "The state received cannot be read; asking again"));
            StartExchange(outbox);
            return;
        }

        _state = restored;
        _isReceiving = false;
        Mode = ReplicaMode.Member;
        outbox.Add(new Trace(
            TraceKind.Replication, $"This node has the cluster's state, configuration version {restored.Version}", _identity.NodeName));
        BecomeMember(outbox);
        if (restored.Data.Durability.Goal > 0) StoreGoal(outbox);
        foreach (var item in _backlog)
        {
            if (item.Departures is { } departures) ApplyDepartures(departures, outbox);
            if (item.Command is { } command) Apply(item.Sender, command, outbox);
        }

        _backlog.Clear();
        DropOrphanedRequests(outbox);
    }

    private void BecomeMember(Outbox outbox)
    {
        _engine.Reset();
        _deadlines.Clear();
        foreach (var action in _state?.Data.InFlight.Values ?? Enumerable.Empty<InFlightAction>()) ArmDeadline(action);
        _timers.Set(CoreTimer.Digest, _now.MonotonicMs + DigestPeriodMs);
        RegisterDevices(outbox);
    }

    /// <summary>Configuration changes of this node that the state in force knows nothing of: a partition's history was given up.</summary>
    private void DropOrphanedRequests(Outbox outbox)
    {
        var waiting = new SortedSet<string>(StringComparer.Ordinal);
        var durability = _state?.Data.Durability ?? new DurabilityState();
        foreach (var command in durability.Queue) waiting.Add(command.Request);
        foreach (var request in durability.Prepared?.Requests ?? []) waiting.Add(request.Request);
        foreach (var operation in _state?.Data.Fencing.Values ?? Enumerable.Empty<FencingOperation>())
        {
            foreach (var request in operation.Waiting) waiting.Add(request);
        }

        var refusal = new Refused(
            AnswerCodes.Disconnected, "The node joined another partition meanwhile; whether the request took effect is not known.");
        foreach (var (key, id) in _requests.Where(pair => !waiting.Contains(pair.Key)).ToList())
        {
            _requests.Remove(key);
            outbox.Add(new Respond(id, refusal));
        }
    }

    private void AnswerAll(Refused refusal, Outbox outbox)
    {
        foreach (var id in _requests.Values) outbox.Add(new Respond(id, refusal));
        _requests.Clear();
    }

    private void ReportDigest(DigestCommand command, Outbox outbox)
    {
        if (Mode != ReplicaMode.Member || _isReceiving || _state is not { } state) return;
        _digestRound = command.Round;
        _ownDigest = state.ComputeDigest();
        Send(new DigestReportCommand(command.Round, _identity.NodeId, _ownDigest) { Time = _now.WallMs }, outbox);
    }

    /// <summary>
    /// The coordinator's digest is the measure; a replica that differs asks for an exchange, in which the majority's state wins.
    /// </summary>
    private void CompareDigest(DigestReportCommand report, Outbox outbox)
    {
        if (Mode != ReplicaMode.Member || report.Round != _digestRound || _state?.Coordinator != report.NodeId) return;
        if (string.Equals(report.Digest, _ownDigest, StringComparison.Ordinal)) return;
        var nonce = string.Create(CultureInfo.InvariantCulture, $"{report.Round}");
        if (_digestNonce == nonce) return;
        _digestNonce = nonce;
        outbox.Add(new Trace(
            TraceKind.Replication,
            "The state of this node differs from the coordinator's: a replica is wrong; exchanging states",
            _identity.NodeName));
        StartExchange(outbox);
    }

    private readonly record struct BacklogItem(uint Sender, Command? Command, IReadOnlyList<Departure>? Departures);

    private sealed class Exchange(string nonce)
    {
        public string Nonce { get; } = nonce;

        public bool IsValid { get; private set; } = nonce.Length > 0;

        public bool IsDecided { get; set; }

        public uint Donor { get; set; }

        public SortedDictionary<uint, HelloCommand> Hellos { get; } = [];

        /// <summary>The group changed: this exchange will not be completed; another one follows.</summary>
        public void Invalidate() => IsValid = false;
    }
}
