using Mainstay.Simulator.Ring.Checkers;

namespace Mainstay.Simulator.Ring;

/// <summary>The outcome of one run.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Violations">Broken invariants; none in a good run.</param>
/// <param name="HistoryHash">Digest of everything that happened, in order: equal for equal seeds.</param>
/// <param name="EventCount">Events processed.</param>
/// <param name="SimulatedTime">Virtual time that passed.</param>
/// <param name="NodeTime">Virtual time that nodes were running, summed over the nodes.</param>
/// <param name="Convergence">Virtual time from healing until the surviving nodes had one ring.</param>
/// <param name="Coverage">What was reached.</param>
/// <param name="Faults">What trouble there was.</param>
public sealed record RingSimulationResult(
    ulong Seed,
    IReadOnlyList<Violation> Violations,
    ulong HistoryHash,
    long EventCount,
    TimeSpan SimulatedTime,
    TimeSpan NodeTime,
    TimeSpan Convergence,
    RingCoverage Coverage,
    RingFaults Faults)
{
    /// <summary>Configuration changes delivered, on all nodes.</summary>
    public long ConfigurationCount { get; init; }

    /// <summary>With a half-dead node: the longest time in which one of the others delivered nothing.</summary>
    public TimeSpan LongestStandstill { get; init; }

    /// <summary>With a half-dead node: how much of the time it was for the worst of the others, in thousandths.</summary>
    public int StandstillPermille { get; init; }
}
