using Mainstay.Cib;

namespace Mainstay.Manager.Core;

/// <summary>What a replica is.</summary>
public enum ReplicaMode
{
    /// <summary>Not connected to the ring.</summary>
    Disconnected,

    /// <summary>In the group, without the common state yet.</summary>
    Joining,

    /// <summary>Has the common state.</summary>
    Member,
}

/// <summary>
/// One node's manager: a deterministic machine driven by what the ring delivers, by results of local work and by requests; it answers with
/// outputs. No clock, no I/O, no thread: the caller gives the time with every input and carries the outputs out in their order, which
/// matters: a stored revision is reported by <see cref="HandleStored"/>, never assumed. After a batch of inputs the caller calls <see
/// cref="Settle"/>.
/// </summary>
public sealed partial class ManagerCore
{
    private readonly ManagerIdentity _identity;
    private readonly SortedDictionary<uint, ConfiguredNode> _directory = [];
    private readonly ITransitionPlanner _planner;
    private readonly CommandCodec _codec = new();
    private readonly LocalExecutor _executor;
    private readonly TransitionEngine _engine = new();
    private readonly SortedDictionary<string, long> _requests = new(StringComparer.Ordinal);
    private readonly List<Effect> _effects = [];

    private StoredConfiguration _stored;
    private StoredConfiguration _storing;
    private ReplicatedState? _state;
    private CoreTime _now;

    /// <summary>Creates the core.</summary>
    /// <param name="identity">Who this is.</param>
    /// <param name="nodes">The ring's node list.</param>
    /// <param name="stored">What is on this node's disk; null where there is nothing.</param>
    /// <param name="planner">The scheduler.</param>
    public ManagerCore(
        ManagerIdentity identity, IReadOnlyList<ConfiguredNode> nodes, StoredConfiguration? stored, ITransitionPlanner planner)
    {
        Invariant.Check(identity.NodeId != 0, "a node has an id");
        _identity = identity;
        foreach (var node in nodes) _directory[node.NodeId] = node;
        _storing = _stored = stored ?? new StoredConfiguration(0, CibDocument.CreateEmpty().ToXml(CibPrintStyle.Compact));
        _planner = planner;
        _executor = new LocalExecutor(identity.NodeName, identity.NodeId);
    }

    /// <summary>What this replica is.</summary>
    public ReplicaMode Mode { get; private set; } = ReplicaMode.Disconnected;

    /// <summary>Undecodable messages seen.</summary>
    public long MessagesDropped { get; private set; }

    /// <summary>The replicated state, for checkers.</summary>
    internal ReplicatedState? State => _state;

    private bool IsCoordinator => Mode == ReplicaMode.Member && _state?.Coordinator == _identity.NodeId;

    /// <summary>The ring delivered a message.</summary>
    public void HandleMessage(CoreTime now, uint sender, ReadOnlySpan<byte> payload, Outbox outbox)
    {
        Advance(now);
        if (!_codec.TryDecode(sender, payload, out var command))
        {
            MessagesDropped++;
            outbox.Add(new Trace(TraceKind.Replication, $"A message of node {sender} is not understood and dropped"));
            return;
        }

        if (command is not null) Deliver(sender, command, outbox);
    }

    /// <summary>The node's own disk has (or refuses) a revision.</summary>
    public void HandleStored(CoreTime now, long ticket, string? error, Outbox outbox)
    {
        Advance(now);
        if (_state is not { } state || ticket != _storeTicket) return;
        var durability = state.Data.Durability;
        if (error is null) _stored = _storing;
        if (error is not null || _storageError is not null)
        {
            outbox.Add(new Trace(
                TraceKind.Storage, error is null ? "The disk takes writes again" : $"The disk refuses the configuration: {error}"));
        }

        _storageError = error;
        if (error is not null) _timers.Set(CoreTimer.StoreRetry, now.MonotonicMs + StoreRetryMs);
        if (_storeGoal != durability.Goal || _storing.Promised != durability.Term) return;
        Send(new StoredCommand(_identity.NodeId, _storeGoal, durability.Term, error) { Time = now.WallMs }, outbox);
    }

    /// <summary>An action run by this node ended, or a recurring one has a new result.</summary>
    public void HandleActionResult(CoreTime now, ActionOutcome outcome, Outbox outbox)
    {
        Advance(now);
        if (_executor.Finish(outcome, now.WallMs) is { } result && Mode != ReplicaMode.Disconnected) Send(result, outbox);
    }

    /// <summary>The local fencer's devices for a target.</summary>
    public void HandleFenceOffers(CoreTime now, string fenceId, IReadOnlyList<DeviceOffer> offers, Outbox outbox)
    {
        Advance(now);
        if (Mode == ReplicaMode.Disconnected) return;
        Send(new FenceOffersCommand(fenceId, _identity.NodeId, [.. offers]) { Time = now.WallMs }, outbox);
    }

    /// <summary>A device run by this node ended.</summary>
    public void HandleFenceResult(CoreTime now, string fenceId, int attempt, FenceOutcome outcome, Outbox outbox)
    {
        Advance(now);
        if (Mode == ReplicaMode.Disconnected) return;
        Send(new FenceDoneCommand(fenceId, attempt, outcome.IsSuccess, IsUnanswered: false, outcome.Reason) { Time = now.WallMs }, outbox);
    }

    private void Advance(CoreTime now)
    {
        Invariant.Check(now.MonotonicMs >= _now.MonotonicMs, "time does not go back");
        _now = now;
    }

    private void Send(Command command, Outbox outbox)
    {
        if (HoldsPlans(command)) _undelivered++;
        foreach (var fragment in _codec.Encode(command)) outbox.Add(new Multicast(fragment));
    }

    /// <summary>What the coordinator has ordered changes the facts that its next plan is made from; notices about plans do not.</summary>
    private static bool HoldsPlans(Command command) => command.Lineage is not null && command is not TransitionCommand;

    private void Deliver(uint sender, Command command, Outbox outbox)
    {
        if (sender == _identity.NodeId && HoldsPlans(command) && _undelivered > 0) _undelivered--;
        switch (command)
        {
            case SyncStartCommand start:
                BeginExchange(start, outbox);
                return;
            case HelloCommand hello:
                TakeHello(hello, outbox);
                return;
            case SnapshotCommand snapshot:
                TakeSnapshot(snapshot, outbox);
                return;
            case DigestCommand digest:
                ReportDigest(digest, outbox);
                return;
            case DigestReportCommand report:
                CompareDigest(report, outbox);
                return;
            default:
                break;
        }

        if (_isReceiving)
        {
            _backlog.Add(new BacklogItem(sender, command, Departures: null));
            if (_backlog.Count > Limits.BacklogMax) RestartExchange(outbox);
        }
        else if (Mode == ReplicaMode.Member)
        {
            Apply(sender, command, outbox);
        }
    }

    private void Apply(uint sender, Command command, Outbox outbox)
    {
        Invariant.Check(_state is not null, "a member has a state");
        _state.Apply(sender, command, _effects);
        CarryOut(outbox);
    }

    private void CarryOut(Outbox outbox)
    {
        // Effects are carried out in order; none of them applies a command, so the list does not grow meanwhile.
        foreach (var effect in _effects) CarryOut(effect, outbox);
        _effects.Clear();
    }

    private void CarryOut(Effect effect, Outbox outbox)
    {
        switch (effect)
        {
            case RequestAnswered answered:
                if (_requests.Remove(answered.Request, out var id)) outbox.Add(new Respond(id, answered.Answer));
                break;
            case GoalChanged:
                StoreGoal(outbox);
                break;
            case ConfigurationChanged:
                RegisterDevices(outbox);
                break;
            case ActionDispatched dispatched:
                OnDispatched(dispatched.Action, outbox);
                break;
            case ActionEnded ended:
                _deadlines.Remove(ended.Action.TransitionKey);
                _engine.OnActionEnded(ended.Action.TransitionKey, ended.IsSuccess);
                break;
            case HistoryErased erased when erased.NodeId == _identity.NodeId:
                _executor.Forget(erased.Resource, outbox);
                break;
            case ShutdownPermitted permitted when permitted.NodeId == _identity.NodeId:
                outbox.Add(new EndProcess(0, "This node has been given leave to shut down: its resources are stopped or have moved."));
                break;
            case FenceQueried queried when queried.Operation.Asked.Contains(_identity.NodeId):
                Query(queried.Operation, outbox);
                break;
            case FenceOrdered ordered when ordered.Attempt.NodeId == _identity.NodeId:
                RunDevice(ordered.Operation, ordered.Attempt, outbox);
                break;
            case FenceFinished finished:
                OnFenceFinished(finished.Entry, outbox);
                break;
            case Noted noted:
                outbox.Add(new Trace(noted.Kind, noted.Text, noted.Node, noted.Subject));
                break;
            default:
                break;
        }
    }

    private void OnDispatched(InFlightAction action, Outbox outbox)
    {
        ArmDeadline(action);
        if (action.NodeId != _identity.NodeId) return;
        var text = $"Requesting local execution of {action.Task} operation for {action.ResourceId}";
        outbox.Add(new Trace(TraceKind.Resource, text, _identity.NodeName, action.ResourceId));
        if (_executor.Start(action, _now.WallMs, outbox) is { } result) Send(result, outbox);
    }

    private void OnFenceFinished(FencingEntry entry, Outbox outbox)
    {
        _engine.OnFenceEnded(entry.Target, entry.Action, entry.State == "success");
        var isMe = entry.Target.Equals(_identity.NodeName, StringComparison.OrdinalIgnoreCase);
        if (!isMe || entry.State != "success" || entry.Action == "on") return;
        outbox.Add(new EndProcess(
            100, $"This node was fenced ({entry.Action}) by {entry.Delegate ?? "another node"} but still runs; it stops here."));
    }

    private void Query(FencingOperation operation, Outbox outbox)
    {
        var isSelf = operation.Target.Equals(_identity.NodeName, StringComparison.OrdinalIgnoreCase);
        var isAlone = _state?.Data.MemberOrder.Count == 1;
        outbox.Add(new FindDevices(operation.Id, operation.Target, operation.Action, operation.TimeoutMs, AllowSelf: isSelf && isAlone));
    }

    private static void RunDevice(FencingOperation operation, FenceAttempt attempt, Outbox outbox) => outbox.Add(new RunFence(
        operation.Id, attempt.Number, attempt.Device, attempt.Action, operation.Target, attempt.TimeoutMs, attempt.DelayMs));
}
