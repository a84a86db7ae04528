using Mainstay.Simulator.Ring.Checkers;
using Mainstay.Totem;

namespace Mainstay.Simulator.Ring;

/// <summary>
/// A whole ring in one process under virtual time: real engines, simulated network, clocks, disks and faults, all from one seed. First a
/// phase with faults, in which the invariants of spec/totem.md section 10 are checked at every event; then a core of nodes is healed and
/// must agree within a bound (I14), deliver everything, and stay calm (I18).
/// </summary>
public sealed partial class RingSimulation
{
    private readonly RingScenario _scenario;
    private readonly ulong _seed;
    private readonly TextWriter? _trace;
    private readonly RingMutation _mutation;
    private readonly EventQueue<SimulatedEvent> _queue = new();
    private readonly SimulatedPacketPool _packets = new();
    private readonly SimulatedNode[] _nodes;
    private readonly Prng _faults;
    private readonly Prng _moreFaults;
    private readonly Prng _workload;
    private readonly Prng _evidence;
    private readonly Prng _stalls;
    private readonly RingChecker[] _checkers;
    private readonly MessageChecker _messages;
    private readonly TokenChecker _tokens;
    private readonly OrderChecker _order;
    private readonly ProgressChecker? _progress;
    private readonly RingIdentities _identities = new();
    private readonly List<Violation> _violations = [];
    private readonly RingCoverage _coverage = new();
    private readonly RingFaults _faultCounts = new();
    private Digest _history;
    private long _eventCount;
    private bool _faultsOn = true;
    private bool _submitting = true;
    private bool _calmBegun;
    private long _configurationCount;

    /// <summary>The nodes that must agree; empty while there are faults.</summary>
    private uint[] _core = [];

    /// <summary>Something changed on which <see cref="IsConverged"/> depends.</summary>
    private bool _mayHaveConverged;

    private RingSimulation(ulong seed, RingScenario scenario, TextWriter? trace, RingMutation mutation)
    {
        _seed = seed;
        _scenario = scenario;
        _trace = trace;
        _mutation = mutation;
        _links = MakeNetworks();
        _linkFaults = new Prng(seed, stream: 16);
        _damage = new Prng(seed, stream: 19);
        _faults = new Prng(seed, stream: 3);
        _workload = new Prng(seed, stream: 4);
        _evidence = new Prng(seed, stream: 12);
        _stalls = new Prng(seed, stream: 14);
        var clocks = new Prng(seed, stream: 5);
        _moreFaults = new Prng(seed, stream: 9);
        _nodes = [.. Enumerable.Range(1, scenario.NodeCount)
            .Select(id => new SimulatedNode((uint)id, (int)clocks.Between(-scenario.DriftMax, scenario.DriftMax)))];
        _messages = new MessageChecker { Identities = _identities, Violations = _violations };
        var options = scenario.Options;
        _tokens = new TokenChecker(options.InitialSequence, options.WindowSize)
        {
            Identities = _identities,
            Violations = _violations,
        };
        _order = new OrderChecker(options.InitialSequence) { Identities = _identities, Violations = _violations };
        _checkers =
        [
            new ConfigurationChecker { Identities = _identities, Violations = _violations },
            _order,
            _messages,
            new CausalityChecker { Identities = _identities, Violations = _violations },
            _tokens,
            new PersistenceChecker { Identities = _identities, Violations = _violations },
            new InstallationChecker { Identities = _identities, Violations = _violations },
        ];
        if (scenario.HalfDead is { } halfDead)
        {
            _progress = new ProgressChecker(halfDead, scenario.NodeCount, () => _queue.Now) { Violations = _violations };
            _checkers = [.. _checkers, _progress];
        }
    }

    private bool HasFailed => _violations.Count > 0;

    /// <summary>Runs a seed to its end or to its first violation.</summary>
    /// <param name="seed">The seed: decides everything.</param>
    /// <param name="trace">Receives a readable history, one line per event.</param>
    public static RingSimulationResult Run(ulong seed, TextWriter? trace = null) => Run(seed, RingScenario.Draw(seed), trace);

    /// <summary>Runs a scenario of one's own with the random streams of a seed.</summary>
    public static RingSimulationResult Run(ulong seed, RingScenario scenario, TextWriter? trace = null) =>
        Run(seed, scenario, trace, RingMutation.None);

    /// <summary>Runs with an engine or environment that is wrong on purpose: proves that a checker sees it.</summary>
    internal static RingSimulationResult Run(ulong seed, RingScenario scenario, TextWriter? trace, RingMutation mutation)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        var simulation = new RingSimulation(seed, scenario, trace, mutation);
        var convergence = TimeSpan.Zero;
        try
        {
            simulation.RunFaultPhase();
            convergence = simulation.RunHealedPhase();
        }
        catch (InvariantException failure)
        {
            simulation.Fail("engine", failure.Message + Environment.NewLine + failure.StackTrace);
        }

        return simulation.Conclude(convergence);
    }

    private RingSimulationResult Conclude(TimeSpan convergence)
    {
        foreach (var node in _nodes)
        {
            if (node.IsRunning)
            {
                NoteEnd(node);
            }
        }

        _faultCounts.Count(FaultKind.SequenceWrap, _order.WrappedRings);
        foreach (var violation in _violations)
        {
            Say(0, $"VIOLATION {violation}");
        }

        return new RingSimulationResult(
            _seed,
            _violations,
            _history.Value,
            _eventCount,
            Span(_queue.Now),
            Span(_nodes.Sum(node => node.UpTime)),
            convergence,
            _coverage,
            _faultCounts)
        {
            ConfigurationCount = _configurationCount,
            LongestStandstill = Span(_progress?.Longest ?? 0),
            StandstillPermille = _progress?.WorstPermille ?? 0,
        };
    }

    private void RunFaultPhase()
    {
        Say(0, $"{_scenario}");
        foreach (var node in _nodes)
        {
            _queue.Schedule(_faults.Between(0, _scenario.StartSpread), new(SimulatedEventKind.Boot, node.Id));
            ScheduleSubmission(node.Id);
        }

        Schedule(_faults, _scenario.PartitionEvery, SimulatedEventKind.Partition);
        Schedule(_faults, _scenario.CrashEvery, SimulatedEventKind.Crash);
        Schedule(_faults, _scenario.PauseEvery, SimulatedEventKind.Pause);
        Schedule(_moreFaults, _scenario.FlapEvery, SimulatedEventKind.FlapBegin);
        Schedule(_moreFaults, _scenario.SlowEvery, SimulatedEventKind.SlowBegin);
        Schedule(_moreFaults, _scenario.ClockStepEvery, SimulatedEventKind.ClockStep);
        ScheduleEvidence(_scenario.EvidenceEvery, 0);
        Schedule(_stalls, _scenario.StallEvery, SimulatedEventKind.Stall);
        Schedule(_moreFaults, _scenario.ForceEvery, SimulatedEventKind.Force);
        Schedule(_linkFaults, _scenario.Knet?.MtuChangeEvery ?? 0, SimulatedEventKind.MtuChange);
        BeginHalfDeath();
        RunUntil(_scenario.FaultPhase, StopWhen.Failed);
    }

    /// <summary>Liveness: some nodes are healed, everything else is gone for good.</summary>
    private TimeSpan RunHealedPhase()
    {
        if (HasFailed)
        {
            return TimeSpan.Zero;
        }

        _progress?.Conclude();
        _core = ChooseCore();
        Say(0, $"healing {{{string.Join(' ', _core)}}}");
        var begin = _queue.Now;

        // Datagrams of the time of faults may still come, of nodes that are gone too: then the bound counts from the last of them.
        var quiet = Math.Max(begin, _links.Max(link => link.LatestArrival));
        var bound = quiet - begin + ConvergenceBound();
        RunUntil(begin + bound, StopWhen.Converged);
        var convergence = Span(_queue.Now - begin);
        if (HasFailed)
        {
            return convergence;
        }

        // What the time of faults left on the way (late datagrams, a process that has not noticed its pause) may still cause a change.
        RunUntil(Math.Max(quiet, _queue.Now) + (_scenario.Options.Token.Ticks * 100), StopWhen.Failed);
        RunUntil(begin + bound, StopWhen.Converged);
        if (HasFailed)
        {
            return convergence;
        }

        if (!IsConverged())
        {
            Fail("I14", $"no ring of {{{string.Join(' ', _core)}}} within {bound / 1_000_000} ms: {Describe()}");
            return convergence;
        }

        RunCalm();
        return convergence;
    }

    /// <summary>With healthy links nothing may change any more (I18), and all that was accepted arrives (I11), at all (I10).</summary>
    private void RunCalm()
    {
        var configurations = _configurationCount;
        _calmBegun = true;
        var calm = (long)(_scenario.Options.Token.Ticks * 100 * 2) + (300 * _scenario.DelayMinimum);
        RunUntil(_queue.Now + calm, StopWhen.Failed);
        _submitting = false;

        // As long as something arrives the queues drain, however long that takes.
        for (long before = long.MaxValue, left = CountUndelivered(); left < before && left > 0 && !HasFailed;)
        {
            RunUntil(_queue.Now + calm, StopWhen.Drained);
            (before, left) = (left, CountUndelivered());
        }

        // The last message has reached its sender; a moment later it has reached all.
        RunUntil(_queue.Now + calm, StopWhen.Failed);
        if (HasFailed)
        {
            return;
        }

        if (configurations != _configurationCount)
        {
            Fail("I18", $"{_configurationCount - configurations} configuration changes on a healthy ring");
        }

        if (!IsConverged())
        {
            Fail("I18", $"the ring came apart on healthy links: {Describe()}");
        }

        _messages.CheckNothingForgotten(_core);
    }

    private uint[] ChooseCore()
    {
        _faultsOn = false;
        _shrunkLink = -1;
        foreach (var link in _links)
        {
            link.IsFaulty = false;
            link.BadNode = default;
            link.HealAll();
        }

        if (_mutation == RingMutation.HealingForgotten)
        {
            Partition();
        }

        uint[] core = [.. _nodes.Where(_ => !_faults.Chance(150_000)).Select(node => node.Id)];
        if (core.Length == 0)
        {
            core = [_nodes[0].Id];
        }

        foreach (var node in _nodes)
        {
            node.ServiceTime = 0;
            if (!core.Contains(node.Id))
            {
                Stop(node, "is gone");
                node.IsGone = true;
            }
            else if (!node.IsRunning)
            {
                _queue.Schedule(_queue.Now + _faults.Between(0, 20_000_000), new(SimulatedEventKind.Boot, node.Id));
            }
            else if (node.IsPaused)
            {
                _queue.Schedule(_queue.Now, new(SimulatedEventKind.Resume, node.Id));
            }
        }

        return core;
    }

    /// <summary>Generous, but proportional to the timers: docs/totem.md has the worst case seen.</summary>
    private long ConvergenceBound()
    {
        var options = _scenario.Options;
        var ticks = (10 * options.Consensus) + (10 * options.Token) + (10 * options.Merge) + (5 * options.SendJoin);
        var heldOut = _scenario.IsUniform ? options.HoldOutMax : TimeSpan.Zero;
        return ((ticks + heldOut + LinkBound()).Ticks * 100) + (1000 * (_scenario.DelayMinimum + _scenario.DelayMean));
    }

    /// <summary>How long links take to be found up, or down, and their paths to be searched again.</summary>
    private TimeSpan LinkBound() => _scenario.Knet is { } knet
        ? (knet.PingTimeout * 10) + (knet.PingInterval * (knet.PongCount + 2)) + knet.PathMtuInterval + (knet.PingTimeout * 8)
        : TimeSpan.Zero;

    private bool IsConverged()
    {
        foreach (var id in _core)
        {
            var node = _nodes[id - 1];
            if (node.Engine is not { State: TotemState.Operational }
                || node.IsPaused
                || !node.IsSynchronised
                || node.Ring != _nodes[_core[0] - 1].Ring
                || !node.Members.AsSpan().SequenceEqual(_core))
            {
                return false;
            }
        }

        return true;
    }

    private string Describe() => string.Join(", ", _core.Select(id =>
    {
        var node = _nodes[id - 1];
        return $"node {id} {node.Engine?.State} ring {node.Ring} {{{string.Join(' ', node.Members)}}}"
            + (node.IsSynchronised ? "" : " synchronising");
    }));

    private long CountUndelivered()
    {
        var count = 0L;
        foreach (var id in _core)
        {
            count += _messages.CountUndelivered(id);
        }

        return count;
    }

    private void Fail(string rule, string text) => _violations.Add(new Violation(rule, text));

    private void Schedule(Prng prng, long every, SimulatedEventKind kind)
    {
        if (every > 0)
        {
            _queue.Schedule(_queue.Now + prng.Exponential(every), new(kind));
        }
    }

    private void ScheduleSubmission(uint node)
    {
        if (_scenario.SubmitEvery > 0)
        {
            _queue.Schedule(_queue.Now + _workload.Exponential(_scenario.SubmitEvery), new(SimulatedEventKind.Submit, node));
        }
    }

    private void RunUntil(long limit, StopWhen condition)
    {
        _mayHaveConverged = true;
        while (!IsOver(condition) && _queue.TryTake(limit, out var happening))
        {
            if (++_eventCount > _scenario.EventCountMax)
            {
                Fail("live", $"more than {_scenario.EventCountMax} events: a storm");
                return;
            }

            Happen(happening);
        }
    }

    private bool IsOver(StopWhen condition)
    {
        if (HasFailed)
        {
            return true;
        }

        switch (condition)
        {
            case StopWhen.Converged when _mayHaveConverged:
                _mayHaveConverged = false;
                return IsConverged();
            case StopWhen.Drained:
                return CountUndelivered() == 0;
            default:
                return false;
        }
    }

    private void Say(uint node, [System.Runtime.CompilerServices.InterpolatedStringHandlerArgument("")] ref TraceText text)
    {
        if (_trace is not null)
        {
            var now = _queue.Now;
            _trace.WriteLine($"{now / 1_000_000,6}.{now / 1_000 % 1_000:000} {(node == 0 ? "-" : node.ToString()),2} {text.Finish()}");
        }
    }

    private void Say(uint node, string text) => Say(node, $"{text}");

    private static TimeSpan Span(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / 100);

    private enum StopWhen
    {
        Failed,
        Converged,
        Drained,
    }

    /// <summary>A line of the trace, composed only if there is one.</summary>
    [System.Runtime.CompilerServices.InterpolatedStringHandler]
    private ref struct TraceText
    {
        private System.Runtime.CompilerServices.DefaultInterpolatedStringHandler _text;

        public TraceText(int literalLength, int formattedCount, RingSimulation simulation, out bool isWanted)
        {
            isWanted = simulation._trace is not null;
            _text = isWanted ? new(literalLength, formattedCount) : default;
        }

        public void AppendLiteral(string text) => _text.AppendLiteral(text);

        public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

        public void AppendFormatted<T>(T value, string format) => _text.AppendFormatted(value, format);

        public string Finish() => _text.ToStringAndClear();
    }
}
