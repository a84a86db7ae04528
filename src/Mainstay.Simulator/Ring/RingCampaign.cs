namespace Mainstay.Simulator.Ring;

/// <summary>Many seeds, several at a time, and what came of them. The totals do not depend on how many run side by side.</summary>
public sealed class RingCampaign
{
    private readonly Lock _gate = new();
    private readonly List<RingSimulationResult> _failures = [];

    /// <summary>Runs finished.</summary>
    public ulong RunCount { get; private set; }

    /// <summary>Runs with a violation, ascending by seed.</summary>
    public IReadOnlyList<RingSimulationResult> Failures => _failures;

    /// <summary>Events processed.</summary>
    public long EventCount { get; private set; }

    /// <summary>Virtual time of all runs.</summary>
    public TimeSpan SimulatedTime { get; private set; }

    /// <summary>Virtual time that nodes were running, summed over nodes and runs.</summary>
    public TimeSpan NodeTime { get; private set; }

    /// <summary>The longest time from healing to one ring.</summary>
    public TimeSpan SlowestConvergence { get; private set; }

    /// <summary>The seed that took it.</summary>
    public ulong SlowestSeed { get; private set; }

    /// <summary>With half-dead nodes: the longest time in which one of the others delivered nothing.</summary>
    public TimeSpan LongestStandstill { get; private set; }

    /// <summary>How much of the time it was for the worst of them, in thousandths.</summary>
    public int StandstillPermille { get; private set; }

    /// <summary>What was reached.</summary>
    public RingCoverage Coverage { get; } = new();

    /// <summary>What trouble there was.</summary>
    public RingFaults Faults { get; } = new();

    /// <summary>Digest of the histories of all runs: equal for equal seeds and code.</summary>
    public ulong HistoryHash { get; private set; }

    /// <summary>Runs seeds of rings whose datagrams go as they are.</summary>
    public static RingCampaign Run(
        RingProfile profile, ulong firstSeed, ulong count, int jobs, Action<RingCampaign, RingSimulationResult>? finished,
            CancellationToken cancellation) => Run(profile, firstSeed, count, jobs, RingTransport.Plain, finished, cancellation);

    /// <summary>Runs seeds.</summary>
    /// <param name="profile">How scenarios are drawn.</param>
    /// <param name="firstSeed">The first seed.</param>
    /// <param name="count">How many.</param>
    /// <param name="jobs">How many side by side.</param>
    /// <param name="transport">What carries the packets.</param>
    /// <param name="finished">Called after each run, one at a time; may be <see langword="null"/>.</param>
    /// <param name="cancellation">Ends the campaign between two runs.</param>
    public static RingCampaign Run(
        RingProfile profile,
        ulong firstSeed,
        ulong count,
        int jobs,
        RingTransport transport,
        Action<RingCampaign, RingSimulationResult>? finished,
        CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(jobs);
        var campaign = new RingCampaign();
        var next = -1L;
        var workers = new Thread[jobs];
        for (var index = 0; index < jobs; index++)
        {
            workers[index] = new Thread(Work) { Name = $"ring-sim {index}" };
            workers[index].Start();
        }

        foreach (var worker in workers)
        {
            worker.Join();
        }

        campaign._failures.Sort((left, right) => left.Seed.CompareTo(right.Seed));
        return campaign;

        void Work()
        {
            for (var index = (ulong)Interlocked.Increment(ref next);
                index < count && !cancellation.IsCancellationRequested;
                index = (ulong)Interlocked.Increment(ref next))
            {
                var seed = firstSeed + index;
                campaign.Add(RingSimulation.Run(seed, RingScenario.Draw(seed, profile, transport)), finished);
            }
        }
    }

    private void Add(RingSimulationResult result, Action<RingCampaign, RingSimulationResult>? finished)
    {
        lock (_gate)
        {
            RunCount++;
            EventCount += result.EventCount;
            SimulatedTime += result.SimulatedTime;
            NodeTime += result.NodeTime;
            HistoryHash += result.HistoryHash;
            Coverage.Add(result.Coverage);
            Faults.Add(result.Faults);
            LongestStandstill = result.LongestStandstill > LongestStandstill ? result.LongestStandstill : LongestStandstill;
            StandstillPermille = Math.Max(result.StandstillPermille, StandstillPermille);
            if (result.Convergence > SlowestConvergence)
            {
                (SlowestConvergence, SlowestSeed) = (result.Convergence, result.Seed);
            }

            if (result.Violations.Count > 0)
            {
                _failures.Add(result);
            }

            finished?.Invoke(this, result);
        }
    }
}
