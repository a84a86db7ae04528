using Mainstay.Totem;

namespace Mainstay.Simulator.Ring;

/// <summary>
/// What kinds of trouble one run has, and how strong: drawn from the seed first ("swarm testing"), because uniform chaos hides the bugs
/// that need long calm or one single kind of fault.
/// </summary>
public sealed record RingScenario
{
    private const long Millisecond = 1_000_000;

    /// <summary>Nodes, 1 to 8; their ids are 1 to n.</summary>
    public required int NodeCount { get; init; }

    /// <summary>The ring's options, the same for all.</summary>
    public required TotemOptions Options { get; init; }

    /// <summary>Length of the phase with faults, in nanoseconds of virtual time.</summary>
    public required long FaultPhase { get; init; }

    /// <summary>Least one-way delay, in nanoseconds.</summary>
    public required long DelayMinimum { get; init; }

    /// <summary>Mean of what comes on top of the least delay.</summary>
    public required long DelayMean { get; init; }

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

    /// <summary>Mean time between submissions of one node; 0 = silent.</summary>
    public required long SubmitEvery { get; init; }

    /// <summary>Largest message.</summary>
    public required int MessageSizeMax { get; init; }

    /// <summary>All nodes start within this time.</summary>
    public required long StartSpread { get; init; }

    /// <summary>Clock drift of a node lies within plus and minus this, in millionths.</summary>
    public required int DriftMax { get; init; }

    /// <summary>Draws the scenario of a seed.</summary>
    public static RingScenario Draw(ulong seed)
    {
        var prng = new Prng(seed, stream: 1);
        var token = Pick(prng, 130, 200, 300, 500);
        var settings = new TotemSettings
        {
            Token = (uint)token,
            TokenCoefficient = 0,
            Join = (uint)Pick(prng, 30, 30, 50),
            Consensus = (uint)(token * Pick(prng, 12, 12, 15, 20) / 10),
            Merge = (uint)Pick(prng, 30, 50, 200),
            SendJoin = (uint)Pick(prng, 0, 0, 0, 20),
            FailReceiveLimit = (uint)Pick(prng, 2500, 2500, 50),
            SequenceUnchangedLimit = (uint)Pick(prng, 30, 30, 5, 2),
            WindowSize = (uint)Pick(prng, 50, 50, 8, 300),
            MaxMessages = (uint)Pick(prng, 17, 17, 3, 100),
            MissCountLimit = (uint)Pick(prng, 5, 5, 1),
            HeartbeatFailuresAllowed = prng.Chance(50_000) ? 2u : 0u,
            CancelTokenHoldOnRetransmit = prng.Chance(200_000),
        };
        var problems = new List<TotemProblem>();
        var options = TotemOptions.TryCreate(settings, nodeCount: 1, isKnet: false, problems)
            ?? throw new InvalidOperationException($"the drawn options are refused: {problems[0].Option} {problems[0].Message}");
        options = options with { InitialSequence = prng.Chance(300_000) ? 0xFFFFFE00u : 0u };
        var isCalm = prng.Chance(50_000);
        var nodeCount = (int)Pick(prng, 1, 2, 2, 3, 3, 3, 4, 5, 7, 6, 8);
        return new RingScenario
        {
            NodeCount = nodeCount,
            Options = options,
            FaultPhase = prng.Between(300, 1500) * Millisecond,
            DelayMinimum = Pick(prng, 200_000, 500_000, Millisecond, 2 * Millisecond),
            DelayMean = Pick(prng, 0, 20_000, 200_000, Millisecond),
            Reorders = prng.Chance(300_000),
            Loss = (int)Fault(prng, isCalm, 400_000, Pick(prng, 1_000, 10_000, 50_000, 150_000)),
            TypedLoss = (int)Fault(prng, isCalm, 150_000, Pick(prng, 100_000, 400_000, 700_000)),
            TypedLossType = prng.Below(6),
            Duplication = (int)Fault(prng, isCalm, 300_000, Pick(prng, 10_000, 100_000, 400_000)),
            PartitionEvery = Fault(prng, isCalm, 500_000, prng.Between(100, 1500) * Millisecond),
            PartitionHolds = prng.Between(50, 1500) * Millisecond,
            CrashEvery = Fault(prng, isCalm, 500_000, prng.Between(150, 2000) * Millisecond),
            RestartAfter = Pick(prng, 5, 50, 300, 1000) * Millisecond,
            Wipe = (int)Fault(prng, isCalm, 200_000, 500_000),
            Leave = (int)Fault(prng, isCalm, 400_000, 500_000),
            CrashInChange = (int)Fault(prng, isCalm, 300_000, Pick(prng, 2_000, 10_000, 40_000)),
            PauseEvery = Fault(prng, isCalm, 250_000, prng.Between(200, 2000) * Millisecond),
            PauseHolds = Pick(prng, 30, 150, 400, 1000) * Millisecond,
            SubmitEvery = Pick(prng, 0, 2, 5, 10, 50, 200) * Millisecond,
            MessageSizeMax = (int)Pick(prng, 20, 200, 2000, 6000, 20_000),
            StartSpread = Pick(prng, 0, 10, 300, 1000) * Millisecond,
            DriftMax = prng.Chance(300_000) ? 500 : 0,
        };
    }

    /// <summary>The strength of a fault if this run has it. Draws the same amount either way.</summary>
    private static long Fault(Prng prng, bool isCalm, int millionths, long strength) => prng.Chance(millionths) && !isCalm ? strength : 0;

    private static long Pick(Prng prng, params ReadOnlySpan<long> choices) => choices[prng.Below(choices.Length)];
}
