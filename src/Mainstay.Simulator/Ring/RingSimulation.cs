using Mainstay.Simulator.Ring.Checkers;
using Mainstay.Totem;

namespace Mainstay.Simulator.Ring;

/// <summary>The outcome of one run.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Violations">Broken invariants; none in a good run.</param>
/// <param name="HistoryHash">Digest of everything that happened, in order: equal for equal seeds.</param>
/// <param name="EventCount">Events processed.</param>
/// <param name="SimulatedTime">Virtual time that passed.</param>
/// <param name="Convergence">Virtual time from healing until the surviving nodes had one ring.</param>
/// <param name="Coverage">What was reached.</param>
public sealed record RingSimulationResult(
    ulong Seed,
    IReadOnlyList<Violation> Violations,
    ulong HistoryHash,
    long EventCount,
    TimeSpan SimulatedTime,
    TimeSpan Convergence,
    RingCoverage Coverage)
{
    /// <summary>The command that repeats the run, readably.</summary>
    public string ReplayCommand => $"mainstay ring-sim --seed {Seed} --trace";
}

/// <summary>
/// A whole ring in one process under virtual time: real engines, simulated network, clocks, disks and faults, all from one seed. First a
/// phase with faults, in which the invariants of spec/totem.md section 10 are checked at every event; then a core of nodes is healed and
/// must agree within a bound (I14), deliver everything, and stay calm (I18).
/// </summary>
public sealed partial class RingSimulation
{
    /// <summary>Far above what a healthy run needs.</summary>
    private const long EventCountMax = 2_000_000;

    private readonly RingScenario _scenario;
    private readonly ulong _seed;
    private readonly TextWriter? _trace;
    private readonly EventQueue<SimulatedEvent> _queue = new();
    private readonly SimulatedNode[] _nodes;
    private readonly SimulatedNetwork _network;
    private readonly Prng _faults;
    private readonly Prng _workload;
    private readonly RingChecker[] _checkers;
    private readonly MessageChecker _messages;
    private readonly List<Violation> _ownViolations = [];
    private readonly RingCoverage _coverage = new();
    private Digest _history;
    private long _eventCount;
    private bool _faultsOn = true;
    private bool _submitting = true;
    private long _configurationCount;

    private RingSimulation(ulong seed, RingScenario scenario, TextWriter? trace)
    {
        _seed = seed;
        _scenario = scenario;
        _trace = trace;
        _network = new SimulatedNetwork(scenario, new Prng(seed, stream: 2));
        _faults = new Prng(seed, stream: 3);
        _workload = new Prng(seed, stream: 4);
        var clocks = new Prng(seed, stream: 5);
        _nodes = [.. Enumerable.Range(1, scenario.NodeCount)
            .Select(id => new SimulatedNode((uint)id, (int)clocks.Between(-scenario.DriftMax, scenario.DriftMax)))];
        _messages = new MessageChecker();
        _checkers =
        [
            new ConfigurationChecker(),
            new OrderChecker(scenario.Options.InitialSequence),
            _messages,
            new TokenChecker(scenario.Options.InitialSequence, scenario.Options.WindowSize, scenario.Options.MaxMessages),
            new PersistenceChecker(),
        ];
    }

    private bool HasFailed => _ownViolations.Count > 0 || _checkers.Any(checker => checker.Violations.Count > 0);

    /// <summary>Runs a seed to its end or to its first violation.</summary>
    /// <param name="seed">The seed: decides everything.</param>
    /// <param name="trace">Receives a readable history, one line per event.</param>
    public static RingSimulationResult Run(ulong seed, TextWriter? trace = null) => Run(seed, RingScenario.Draw(seed), trace);

    /// <summary>Runs a scenario of one's own with the random streams of a seed.</summary>
    public static RingSimulationResult Run(ulong seed, RingScenario scenario, TextWriter? trace = null)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        var simulation = new RingSimulation(seed, scenario, trace);
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
        foreach (var node in _nodes.Where(node => node.IsRunning))
        {
            _coverage.Note(node.Engine!.Statistics, node.Assembler);
        }

        var violations = _ownViolations.Concat(_checkers.SelectMany(checker => checker.Violations)).ToArray();
        foreach (var violation in violations)
        {
            Say(0, $"VIOLATION {violation}");
        }

        return new RingSimulationResult(
            _seed, violations, _history.Value, _eventCount, TimeSpan.FromTicks(_queue.Now / 100), convergence, _coverage);
    }

    private void RunFaultPhase()
    {
        Say(0, $"{_scenario}");
        foreach (var node in _nodes)
        {
            _queue.Schedule(_faults.Between(0, _scenario.StartSpread), SimulatedEvent.Boot(node.Id));
            ScheduleSubmission(node.Id);
        }

        Schedule(_scenario.PartitionEvery, SimulatedEvent.Partition());
        Schedule(_scenario.CrashEvery, SimulatedEvent.Crash());
        Schedule(_scenario.PauseEvery, SimulatedEvent.Pause());
        RunUntil(_scenario.FaultPhase, () => HasFailed);
    }

    /// <summary>Liveness: some nodes are healed, everything else is gone for good.</summary>
    private TimeSpan RunHealedPhase()
    {
        if (HasFailed)
        {
            return TimeSpan.Zero;
        }

        var core = ChooseCore();
        Say(0, $"healing {{{string.Join(' ', core)}}}");
        var begin = _queue.Now;
        var bound = ConvergenceBound();
        RunUntil(begin + bound, () => HasFailed || IsConverged(core));
        var convergence = TimeSpan.FromTicks((_queue.Now - begin) / 100);
        if (HasFailed)
        {
            return convergence;
        }

        // What the time of faults left on the way (late datagrams, a process that has not noticed its pause) may still cause a change.
        RunUntil(_queue.Now + (_scenario.Options.Token.Ticks * 100), () => HasFailed);
        RunUntil(begin + bound, () => HasFailed || IsConverged(core));
        if (HasFailed)
        {
            return convergence;
        }

        if (!IsConverged(core))
        {
            Fail("I14", $"no ring of {{{string.Join(' ', core)}}} within {bound / 1_000_000} ms: {Describe(core)}");
            return convergence;
        }

        RunCalm(core);
        return convergence;
    }

    /// <summary>With healthy links nothing may change any more (I18), and all that was accepted arrives (I11).</summary>
    private void RunCalm(uint[] core)
    {
        var configurations = _configurationCount;
        var calm = (long)(_scenario.Options.Token.Ticks * 100 * 2) + (300 * _scenario.DelayMinimum);
        RunUntil(_queue.Now + calm, () => HasFailed);
        _submitting = false;

        // As long as something arrives the queues drain, however long that takes.
        for (long before = long.MaxValue, left = _messages.CountUndelivered(core); left < before && left > 0 && !HasFailed;)
        {
            RunUntil(_queue.Now + calm, () => HasFailed || _messages.CountUndelivered(core) == 0);
            (before, left) = (left, _messages.CountUndelivered(core));
        }

        if (HasFailed)
        {
            return;
        }

        if (configurations != _configurationCount)
        {
            Fail("I18", $"{_configurationCount - configurations} configuration changes on a healthy ring");
        }

        _messages.CheckNothingForgotten(core);
    }

    private uint[] ChooseCore()
    {
        _faultsOn = false;
        _network.IsFaulty = false;
        _network.HealAll();
        var core = _nodes.Where(_ => !_faults.Chance(150_000)).Select(node => node.Id).ToArray();
        if (core.Length == 0)
        {
            core = [_nodes[0].Id];
        }

        foreach (var node in _nodes)
        {
            if (!core.Contains(node.Id))
            {
                Stop(node, "is gone");
                node.IsGone = true;
            }
            else if (!node.IsRunning)
            {
                _queue.Schedule(_queue.Now + _faults.Between(0, 20_000_000), SimulatedEvent.Boot(node.Id));
            }
            else if (node.IsPaused)
            {
                _queue.Schedule(_queue.Now, SimulatedEvent.Resume(node.Id));
            }
        }

        return core;
    }

    /// <summary>Generous, but proportional to the timers: docs/totem.md has the worst case seen.</summary>
    private long ConvergenceBound()
    {
        var options = _scenario.Options;
        var ticks = (10 * options.Consensus) + (10 * options.Token) + (10 * options.Merge) + (5 * options.SendJoin);
        return (ticks.Ticks * 100) + (1000 * (_scenario.DelayMinimum + _scenario.DelayMean));
    }

    private bool IsConverged(uint[] core) => core.All(id =>
    {
        var node = _nodes[id - 1];
        return node.Engine is { State: TotemState.Operational } && !node.IsPaused && node.IsSynchronised && node.Members.SequenceEqual(core)
            && node.Ring == _nodes[core[0] - 1].Ring;
    });

    private string Describe(uint[] core) => string.Join(", ", core.Select(id =>
    {
        var node = _nodes[id - 1];
        return $"node {id} {node.Engine?.State} ring {node.Ring} {{{string.Join(' ', node.Members)}}}"
            + (node.IsSynchronised ? "" : " synchronising");
    }));

    private void Fail(string rule, string text) => _ownViolations.Add(new Violation(rule, text));

    private void Schedule(long every, SimulatedEvent happening)
    {
        if (every > 0)
        {
            _queue.Schedule(_queue.Now + _faults.Exponential(every), happening);
        }
    }

    private void ScheduleSubmission(uint node)
    {
        if (_scenario.SubmitEvery > 0)
        {
            _queue.Schedule(_queue.Now + _workload.Exponential(_scenario.SubmitEvery), SimulatedEvent.Submit(node));
        }
    }

    private void RunUntil(long limit, Func<bool> isDone)
    {
        while (!isDone() && _queue.TryTake(limit, out var happening))
        {
            if (++_eventCount > EventCountMax)
            {
                Fail("live", $"more than {EventCountMax} events: a storm");
                return;
            }

            Happen(happening);
        }
    }

    private void Say(uint node, string text)
    {
        if (_trace is not null)
        {
            var now = _queue.Now;
            _trace.WriteLine($"{now / 1_000_000,6}.{now / 1_000 % 1_000:000} {(node == 0 ? "-" : node.ToString()),2} {text}");
        }
    }
}
