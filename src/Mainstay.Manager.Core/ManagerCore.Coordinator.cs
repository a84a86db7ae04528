using System.Globalization;
using Mainstay.Cib;

namespace Mainstay.Manager.Core;

/// <content>
/// What only the coordinator does: report quorum, plan, fire, direct fencing, watch over time limits. All of it follows from the replicated
/// state, so whoever is the first in the order of membership does it.
/// </content>
public sealed partial class ManagerCore
{
    private const long DigestPeriodMs = 60_000;
    private const long StoreRetryMs = 5_000;
    private const long FenceGuardPercent = 120;

    private readonly TimerTable _timers = new();
    private readonly OrdinalMap<long> _deadlines = [];
    private readonly OrdinalMap<long> _fenceDeadlines = [];
    private readonly SortedDictionary<uint, long> _lostManagers = [];
    private uint _lastCoordinator;
    private QuorumView? _reportedQuorum;
    private long _reportedMembership;
    private string _bootstrapped = "";
    private int _undelivered;
    private long _digestRound;
    private string _ownDigest = "";
    private long _plannerErrors;

    /// <summary>
    /// When <see cref="HandleTimeout"/> has to be called at the latest, on the monotonic scale; <see cref="long.MaxValue"/>: never.
    /// </summary>
    public long NextDeadlineMs
    {
        get
        {
            var next = _timers.Earliest;
            foreach (var deadline in _idleWaiters.Values) next = Math.Min(next, deadline);
            foreach (var held in _dampened.Values) next = Math.Min(next, held.DeadlineMs);
            if (!IsCoordinator) return next;
            foreach (var deadline in _deadlines.Values) next = Math.Min(next, deadline);
            foreach (var deadline in _fenceDeadlines.Values) next = Math.Min(next, deadline);
            foreach (var lost in _lostManagers.Values) next = Math.Min(next, lost + FiringPolicy.ManagerReturnMs);
            return next;
        }
    }

    /// <summary>Handles every deadline that has passed.</summary>
    public void HandleTimeout(CoreTime now, Outbox outbox)
    {
        Advance(now);
        if (_timers.TryExpire(CoreTimer.StoreRetry, now.MonotonicMs) && _state is not null) StoreGoal(outbox);
        if (_timers.TryExpire(CoreTimer.ShutdownEscalation, now.MonotonicMs))
        {
            outbox.Add(
                new EndProcess(0, "The time for an orderly shutdown (shutdown-escalation) is over: leaving with resources running."));
        }

        ReleaseDampened(outbox);
        AnswerIdle(outbox);
        _ = _timers.TryExpire(CoreTimer.StartGrace, now.MonotonicMs);
        var limit = now.MonotonicMs - FiringPolicy.ManagerReturnMs;
        foreach (var id in _lostManagers.Where(pair => pair.Value <= limit).Select(pair => pair.Key).ToList()) _lostManagers.Remove(id);

        var isDigestDue = _timers.TryExpire(CoreTimer.Digest, now.MonotonicMs);
        if (isDigestDue) _timers.Set(CoreTimer.Digest, now.MonotonicMs + DigestPeriodMs);
        if (_timers.TryExpire(CoreTimer.Recheck, now.MonotonicMs)) _engine.RequestPlan();
        if (IsCoordinator && _state is { } state) CoordinatorTimeouts(state, isDigestDue, outbox);
        Settle(now, outbox);
    }

    /// <summary>
    /// Does what the coordinator has to do about everything handled so far. The shell calls it once after a batch of inputs: several
    /// changes then make one plan.
    /// </summary>
    public void Settle(CoreTime now, Outbox outbox)
    {
        Advance(now);
        if (Mode == ReplicaMode.Member && !_isReceiving && _state is { } state)
        {
            NoticeCoordinator(state, outbox);
            if (IsCoordinator) Coordinate(state, outbox);
        }

        AnswerIdle(outbox);
    }

    private void NoticeCoordinator(ReplicatedState state, Outbox outbox)
    {
        if (state.Coordinator == _lastCoordinator) return;
        _lastCoordinator = state.Coordinator;
        outbox.Add(new Trace(
            TraceKind.Coordinator, $"{state.NodeName(state.Coordinator)} coordinates the cluster", state.NodeName(state.Coordinator)));
        _engine.Reset();
        _reportedQuorum = null;
        _fenceDeadlines.Clear();
        _deadlines.Clear();
        if (!IsCoordinator) return;
        foreach (var action in state.Data.InFlight.Values) ArmDeadline(action);
        _timers.Set(CoreTimer.StartGrace, _now.MonotonicMs + Options(state).Milliseconds("dc-deadtime"));
    }

    private void Coordinate(ReplicatedState state, Outbox outbox)
    {
        ReportQuorum(state, outbox);
        if (!state.Data.Quorum.IsCurrent || _exchange is not null) return;
        Bootstrap(state, outbox);
        DirectFencing(state, outbox);
        RunTransition(state, outbox);
    }

    private ClusterOptionValues Options(ReplicatedState state) =>
        ClusterOptions.Read(state.Configuration, new CibDateTime(_now.EpochSeconds));

    /// <summary>Quorum becomes part of the agreed order, once the ring's word is of the present membership.</summary>
    private void ReportQuorum(ReplicatedState state, Outbox outbox)
    {
        if (_ringQuorum is not { } quorum || _leftRing.Count > 0) return;
        foreach (var member in state.Data.MemberOrder)
        {
            if (!quorum.Members.Contains(member)) return;
        }

        if (ReferenceEquals(_reportedQuorum, quorum) && _reportedMembership == state.Data.MembershipCount) return;
        _reportedQuorum = quorum;
        _reportedMembership = state.Data.MembershipCount;
        Send(
            new QuorumCommand(
                state.Data.MembershipCount, quorum.IsQuorate, [.. quorum.Members], quorum.Votes, quorum.ExpectedVotes, quorum.Quorum)
            {
                Time = _now.WallMs,
                Lineage = state.Data.Lineage,
            },
            outbox);
    }

    /// <summary>
    /// Members belong into the configuration's node list, and tools expect the manager's own options there (spec/manager.md section 13).
    /// </summary>
    private void Bootstrap(ReplicatedState state, Outbox outbox)
    {
        if (!state.MayWrite || state.Data.Durability is not { IsActive: true, Prepared: null, Queue.Count: 0 }) return;
        var mark = $"{state.Version.AdminEpoch}.{state.Version.Epoch} {string.Join(' ', state.Data.MemberOrder)}";
        if (_bootstrapped == mark) return;
        _bootstrapped = mark;
        var changes = BootstrapChanges.For(state, _identity.ClusterName);
        if (changes.Count > 0) Send(new ConfigureCommand("", _identity.NodeName, changes) { Time = _now.WallMs }, outbox);
    }

    private void RunTransition(ReplicatedState state, Outbox outbox)
    {
        // What this coordinator said and the ring has not delivered yet is not in the state: a plan now would not know of it.
        if (_undelivered > 0) return;
        var options = Options(state);
        if (_engine.NeedsPlan(state)) Plan(state, options, outbox);
        Fire(state, options, outbox);
        if (!_engine.TryComplete(out var outcome)) return;
        outbox.Add(new Trace(TraceKind.Transition, outcome, Subject: _engine.Id.ToString(CultureInfo.InvariantCulture)));
        if (_undelivered > 0 || _engine.NeedsPlan(state))
        {
            // The follow-up plan says that the transition is over.
            if (_undelivered == 0) RunTransition(state, outbox);
            return;
        }

        SendTransition(state, actionCount: 0, isRunning: false, outbox);
    }

    private void Plan(ReplicatedState state, ClusterOptionValues options, Outbox outbox)
    {
        var document = StatusView.Compose(state.Configuration, state.Version, state, forScheduler: true);
        Scheduler.TransitionGraph graph;
        try
        {
            graph = _planner.Plan(document, _now.EpochSeconds);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // A defect of the scheduler on this input must not take the manager down with it: resources go on as they are.
            _plannerErrors++;
            outbox.Add(new Trace(TraceKind.Transition, $"The scheduler failed ({_plannerErrors} times so far): {exception}"));
            graph = new Scheduler.TransitionGraph { Synapses = [] };
        }

        _engine.Begin(state, graph, _identity.Incarnation);
        ArmRecheck(options);
        var count = graph.Synapses.Sum(synapse => synapse.Actions.Count);
        SendTransition(state, count, isRunning: count > 0, outbox);
    }

    private void SendTransition(ReplicatedState state, int actionCount, bool isRunning, Outbox outbox)
    {
        // Said to all so that everyone can tell whether the cluster is idle.
        Send(
            new TransitionCommand(_engine.Id, _engine.Base, isRunning, actionCount) { Time = _now.WallMs, Lineage = state.Data.Lineage },
            outbox);
    }

    private void ArmRecheck(ClusterOptionValues options)
    {
        var interval = options.Milliseconds("cluster-recheck-interval");
        var deadline = interval > 0 ? _now.MonotonicMs + interval : long.MaxValue;
        if (_engine.RecheckBy is { } at) deadline = Math.Min(deadline, _now.MonotonicMs + Math.Max(500, (at * 1000) - _now.WallMs));
        _timers.Set(CoreTimer.Recheck, deadline);
    }

    private void Fire(ReplicatedState state, ClusterOptionValues options, Outbox outbox)
    {
        var lost = new SortedSet<uint>(_lostManagers.Keys);
        var policy = new FiringPolicy(options, _timers.IsSet(CoreTimer.StartGrace), lost);
        foreach (var command in _engine.Fire(state, policy, _now.WallMs)) Send(command, outbox);
    }

    private void ArmDeadline(InFlightAction action)
    {
        if (_state is not { } state) return;
        var limit = action.TimeoutMs + action.StartDelayMs + Options(state).Milliseconds("cluster-delay");
        _deadlines[action.TransitionKey] = _now.MonotonicMs + limit;
    }

    private void CoordinatorTimeouts(ReplicatedState state, bool isDigestDue, Outbox outbox)
    {
        if (isDigestDue) Send(new DigestCommand(state.Data.Position) { Time = _now.WallMs }, outbox);
        foreach (var id in _fenceDeadlines.Where(pair => pair.Value <= _now.MonotonicMs).Select(pair => pair.Key).ToList())
        {
            _fenceDeadlines.Remove(id);
            if (state.Data.Fencing.TryGetValue(id, out var operation)) ExpireFencing(operation, outbox);
        }

        foreach (var key in _deadlines.Where(pair => pair.Value <= _now.MonotonicMs).Select(pair => pair.Key).ToList())
        {
            _deadlines.Remove(key);
            if (state.Data.InFlight.TryGetValue(key, out var action)) Send(LostResult(state, action), outbox);
        }
    }

    /// <summary>The node did not answer in time (spec/manager.md section 8.2).</summary>
    private ResultCommand LostResult(ReplicatedState state, InFlightAction action)
    {
        var node = state.NodeName(action.NodeId);
        return new ResultCommand
        {
            Time = _now.WallMs,
            Lineage = state.Data.Lineage,
            NodeId = action.NodeId,
            ResourceId = action.ResourceId,
            Class = action.Class,
            Provider = action.Provider,
            Type = action.Type,
            OnFail = action.Attribute("CRM_meta_on_fail") ?? "",
            IsLost = true,
            Record = new OperationRecord
            {
                Key = $"{action.ResourceId}_{action.Task}_{action.IntervalMs.ToString(CultureInfo.InvariantCulture)}",
                Operation = action.Task,
                IntervalMs = action.IntervalMs,
                TransitionKey = action.TransitionKey,
                CallId = -1,
                ExitCode = 1,
                Status = 2,
                ExitReason = $"Manager on {node} did not return result in time",
                Node = node,
                LastChange = action.Since,
                Digest = OperationDigest.All(action.Attributes, action.IntervalMs),
            },
        };
    }

    private void DirectFencing(ReplicatedState state, Outbox outbox)
    {
        foreach (var stale in _fenceDeadlines.Keys.Where(id => !state.Data.Fencing.ContainsKey(id)).ToList()) _fenceDeadlines.Remove(stale);
        if (_undelivered > 0) return;
        foreach (var operation in state.Data.Fencing.Values)
        {
            switch (FencingDirector.Next(state, operation))
            {
                case FencingRun run:
                    Send(new FenceRunCommand(operation.Id, run.Attempt) { Time = _now.WallMs, Lineage = state.Data.Lineage }, outbox);
                    _fenceDeadlines[operation.Id] = _now.MonotonicMs + AttemptGuard(operation, run.Attempt);
                    break;
                case FencingFinish finish:
                    Send(
                        new FenceEndCommand(
                            operation.Id, finish.IsSuccess, finish.Delegate, finish.Device, finish.Reason, finish.IsNoDevice)
                        {
                            Time = _now.WallMs,
                            Lineage = state.Data.Lineage,
                        },
                        outbox);
                    break;
                default:
                    ArmFencing(operation);
                    break;
            }
        }
    }

    /// <summary>A query, or an attempt taken over from another coordinator, has its guard too.</summary>
    private void ArmFencing(FencingOperation operation)
    {
        if (_fenceDeadlines.ContainsKey(operation.Id)) return;
        var guard = operation.Running is { } running ? AttemptGuard(operation, running) : operation.TimeoutMs * FenceGuardPercent / 100;
        _fenceDeadlines[operation.Id] = _now.MonotonicMs + guard;
    }

    private static long AttemptGuard(FencingOperation operation, FenceAttempt attempt)
    {
        var delayMax = 0;
        if (operation.Offers.TryGetValue(attempt.NodeId, out var offers))
        {
            delayMax = offers.Find(offer => offer.Device == attempt.Device)?.DelayMaxMs ?? 0;
        }

        return ((long)attempt.TimeoutMs + delayMax + Math.Max(0, attempt.DelayMs)) * FenceGuardPercent / 100;
    }

    private void ExpireFencing(FencingOperation operation, Outbox outbox)
    {
        Command command = operation.Running is { } running
            ? new FenceDoneCommand(
                operation.Id, running.Number, IsSuccess: false, IsUnanswered: true, "Peer did not return fence result within timeout")
            {
                Time = _now.WallMs,
            }
            : new FenceQueryOverCommand(operation.Id) { Time = _now.WallMs };
        Send(command, outbox);
    }
}
