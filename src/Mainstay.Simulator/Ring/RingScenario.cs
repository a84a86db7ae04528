using Mainstay.Totem;

namespace Mainstay.Simulator.Ring;

/// <summary>
/// What kinds of trouble one run has, and how strong: drawn from the seed first ("swarm testing"), because uniform chaos hides the bugs
/// that need long calm or one single kind of fault.
/// </summary>
public sealed partial record RingScenario
{
    private const long Millisecond = 1_000_000;
    private const long Second = 1000 * Millisecond;

    /// <summary>Nodes, 1 to 32; their ids are 1 to n.</summary>
    public required int NodeCount { get; init; }

    /// <summary>The ring's options, the same for all.</summary>
    public required TotemOptions Options { get; init; }

    /// <summary>Length of the phase with faults, in nanoseconds of virtual time.</summary>
    public required long FaultPhase { get; init; }

    /// <summary>Least one-way delay, in nanoseconds.</summary>
    public required long DelayMinimum { get; init; }

    /// <summary>Mean of what comes on top of the least delay.</summary>
    public required long DelayMean { get; init; }

    /// <summary>Share of datagrams that are held up, in millionths.</summary>
    public int DelaySpike { get; init; }

    /// <summary>For how long, on average.</summary>
    public long DelaySpikeMean { get; init; }

    /// <summary>Whether a datagram may overtake an earlier one of the same path.</summary>
    public required bool Reorders { get; init; }

    /// <summary>Loss, in millionths of all datagrams.</summary>
    public required int Loss { get; init; }

    /// <summary>Loss of one packet type alone, in millionths.</summary>
    public required int TypedLoss { get; init; }

    /// <summary>Which type that is.</summary>
    public required int TypedLossType { get; init; }

    /// <summary>Duplication, in millionths.</summary>
    public required int Duplication { get; init; }

    /// <summary>Share of directed paths that are worse than their opposite direction, in millionths.</summary>
    public int AsymmetricShare { get; init; }

    /// <summary>Additional loss on these, in millionths.</summary>
    public int AsymmetricLoss { get; init; }

    /// <summary>Additional delay on these.</summary>
    public long AsymmetricDelay { get; init; }

    /// <summary>Mean time between phases in which paths flap; 0 = none.</summary>
    public long FlapEvery { get; init; }

    /// <summary>Mean length of such a phase.</summary>
    public long FlapHolds { get; init; }

    /// <summary>Mean time until a flapping path changes between up and down.</summary>
    public long FlapPeriod { get; init; }

    /// <summary>Mean time between partitions; 0 = none.</summary>
    public required long PartitionEvery { get; init; }

    /// <summary>Mean time that a partition holds.</summary>
    public required long PartitionHolds { get; init; }

    /// <summary>Mean time between crashes; 0 = none.</summary>
    public required long CrashEvery { get; init; }

    /// <summary>Mean time until a crashed node comes back.</summary>
    public required long RestartAfter { get; init; }

    /// <summary>Share of restarts that find no stored ring sequence, in millionths.</summary>
    public required int Wipe { get; init; }

    /// <summary>Share of ends that are an orderly leave, in millionths.</summary>
    public required int Leave { get; init; }

    /// <summary>Probability that a node crashes in the middle of the outputs of a membership change, in millionths.</summary>
    public required int CrashInChange { get; init; }

    /// <summary>Mean time between pauses of a process; 0 = none.</summary>
    public required long PauseEvery { get; init; }

    /// <summary>Mean length of a pause.</summary>
    public required long PauseHolds { get; init; }

    /// <summary>Share of pauses in which the node's clock stands still too, in millionths.</summary>
    public int Suspension { get; init; }

    /// <summary>Mean time between phases in which a node is slow; 0 = none.</summary>
    public long SlowEvery { get; init; }

    /// <summary>Mean length of such a phase.</summary>
    public long SlowHolds { get; init; }

    /// <summary>What a slow node takes for one datagram.</summary>
    public long SlowService { get; init; }

    /// <summary>Datagrams that wait for a node at most; more are lost.</summary>
    public int ReceiveQueueMax { get; init; } = int.MaxValue;

    /// <summary>Mean time between forward jumps of a node's monotonic clock; 0 = none.</summary>
    public long ClockStepEvery { get; init; }

    /// <summary>Mean size of a jump.</summary>
    public long ClockStepSize { get; init; }

    /// <summary>Mean time between demands for a new ring; 0 = none.</summary>
    public long ForceEvery { get; init; }

    /// <summary>Own messages on the way after which a node submits no more: endless queues would only make runs long.</summary>
    public int UndeliveredMax { get; init; } = 40;

    /// <summary>Mean time between submissions of one node; 0 = silent.</summary>
    public required long SubmitEvery { get; init; }

    /// <summary>Messages of one submission: 1 to this.</summary>
    public int SubmitBurstMax { get; init; } = 1;

    /// <summary>Largest message.</summary>
    public required int MessageSizeMax { get; init; }

    /// <summary>All nodes start within this time.</summary>
    public required long StartSpread { get; init; }

    /// <summary>Clock drift of a node lies within plus and minus this, in millionths.</summary>
    public required int DriftMax { get; init; }

    /// <summary>Far above the events that a run needs: more are a storm.</summary>
    public long EventCountMax { get; init; } = 2_000_000;

    /// <summary>Draws the scenario of a seed.</summary>
    public static RingScenario Draw(ulong seed, RingProfile profile = RingProfile.Storm) => profile switch
    {
        RingProfile.Storm => DrawStorm(seed),
        RingProfile.Endurance => DrawEndurance(seed),
        RingProfile.Accelerated => DrawAccelerated(seed),
        RingProfile.HalfDead => DrawHalfDead(seed),
        _ => throw new ArgumentOutOfRangeException(nameof(profile), profile, "no such profile"),
    };

    /// <summary>The strength of a fault if this run has it. Draws the same amount either way.</summary>
    private static long Fault(Prng prng, bool isCalm, int millionths, long strength) => prng.Chance(millionths) && !isCalm ? strength : 0;

    private static long Pick(Prng prng, params ReadOnlySpan<long> choices) => choices[prng.Below(choices.Length)];

    private static TotemOptions Derive(TotemSettings settings, int nodeCount)
    {
        var problems = new List<TotemProblem>();
        return TotemOptions.TryCreate(settings, nodeCount, isKnet: false, problems)
            ?? throw new InvalidOperationException($"the drawn options are refused: {problems[0].Option} {problems[0].Message}");
    }
}

/// <summary>What kind of runs to draw.</summary>
public enum RingProfile
{
    /// <summary>Some seconds with short timers, in which trouble never ends: many membership changes for little work.</summary>
    Storm,

    /// <summary>Many minutes with the timers of real clusters, and faults at a steady rate: virtual time for little work.</summary>
    Endurance,

    /// <summary>A storm on rings of this implementation alone that pass the token before their messages.</summary>
    Accelerated,

    /// <summary>One node that is neither alive nor dead, on knet: the others must get on.</summary>
    HalfDead,
}
