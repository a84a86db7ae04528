using Mainstay.Totem;

namespace Mainstay.Simulator.Ring;

/// <content>How the profiles draw.</content>
public sealed partial record RingScenario
{
    private const int Percent = 10_000;

    /// <summary>
    /// The first half of a storm: everything but what <see cref="DrawStorm"/> adds. Named seeds of regression tests refer to it, so its
    /// draws are not changed.
    /// </summary>
    internal static RingScenario DrawBase(ulong seed)
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
        var options = Derive(settings, nodeCount: 1) with { InitialSequence = prng.Chance(300_000) ? 0xFFFFFE00u : 0u };
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

    private static RingScenario DrawStorm(ulong seed)
    {
        var scenario = DrawBase(seed);
        var prng = new Prng(seed, stream: 6);
        var isCalm = scenario is
        {
            Loss: 0, TypedLoss: 0, Duplication: 0, PartitionEvery: 0, CrashEvery: 0, CrashInChange: 0,
            PauseEvery: 0
        };
        var isLarge = prng.Chance(2 * Percent);
        var nodeCount = (int)Pick(prng, 12, 16, 24, 32);
        scenario = scenario with
        {
            DelaySpike = (int)Fault(prng, isCalm, 15 * Percent, Pick(prng, 500, 5_000, 50_000)),
            DelaySpikeMean = Pick(prng, 10, 100, 500) * Millisecond,
            AsymmetricShare = (int)Fault(prng, isCalm, 20 * Percent, Pick(prng, 10 * Percent, 30 * Percent)),
            AsymmetricLoss = (int)Pick(prng, 0, 10 * Percent, 50 * Percent, 90 * Percent),
            AsymmetricDelay = Pick(prng, 0, 2, 20) * Millisecond,
            FlapEvery = Fault(prng, isCalm, 20 * Percent, prng.Between(100, 1500) * Millisecond),
            FlapHolds = prng.Between(50, 1000) * Millisecond,
            FlapPeriod = Pick(prng, 5, 30, 120) * Millisecond,
            Suspension = (int)Pick(prng, 0, 50 * Percent),
            SlowEvery = Fault(prng, isCalm, 15 * Percent, prng.Between(100, 1500) * Millisecond),
            SlowHolds = prng.Between(50, 1000) * Millisecond,
            SlowService = Pick(prng, 200_000, Millisecond, 5 * Millisecond),
            ReceiveQueueMax = (int)Pick(prng, 16, 128, 1024),
            ClockStepEvery = Fault(prng, isCalm, 10 * Percent, prng.Between(100, 1500) * Millisecond),
            ClockStepSize = Pick(prng, 5, 100, 1000, 5000) * Millisecond,
            ForceEvery = Fault(prng, isCalm, 5 * Percent, prng.Between(50, 1000) * Millisecond),
        };
        if (prng.Chance(5 * Percent))
        {
            scenario = scenario with { PauseEvery = isCalm ? 0 : 800 * Millisecond, PauseHolds = 3 * Second };
        }

        return DrawDetection(isLarge ? Enlarge(scenario, nodeCount, prng) : scenario, seed);
    }

    /// <summary>A storm of many nodes: timers that such a ring can keep, and a network that is quick enough for them.</summary>
    private static RingScenario Enlarge(RingScenario scenario, int nodeCount, Prng prng)
    {
        var settings = new TotemSettings
        {
            Token = 300,
            TokenCoefficient = 20,
            Join = 60,
            SendJoin = (uint)Pick(prng, 0, 40),
            SequenceUnchangedLimit = 5,
        };
        return scenario with
        {
            NodeCount = nodeCount,
            Options = Derive(settings, nodeCount) with { InitialSequence = scenario.Options.InitialSequence },
            FaultPhase = 1500 * Millisecond,
            DelayMinimum = Pick(prng, 100_000, 300_000),
            DelayMean = Pick(prng, 0, 100_000),
            SubmitEvery = Pick(prng, 0, 50, 200) * Millisecond,
            MessageSizeMax = (int)Pick(prng, 200, 2000),
            EventCountMax = 10_000_000,
        };
    }

    /// <summary>
    /// Real timers, virtual minutes, and a fault of each kind that the run has every half minute to five minutes. docs/reliability.md has
    /// the
    /// rates that come out of it.
    /// </summary>
    private static RingScenario DrawEndurance(ulong seed)
    {
        var prng = new Prng(seed, stream: 7);
        var stalls = new Prng(seed, stream: 13);
        var nodeCount = (int)Pick(prng, 2, 2, 3, 3, 3, 4, 5, 5, 6, 7, 8, 8, 10, 12, 16, 32);
        var settings = new TotemSettings
        {
            Token = (uint)Pick(prng, 1000, 3000, 3000, 5000),
            TokenCoefficient = (uint)Pick(prng, 100, 650, 650),
            Join = nodeCount > 8 ? 200u : (uint)Pick(prng, 50, 50, 100),
            SendJoin = nodeCount > 8 ? 80u : (uint)Pick(prng, 0, 0, 40),
            Merge = (uint)Pick(prng, 200, 200, 1000),
            FailReceiveLimit = (uint)Pick(prng, 2500, 2500, 300),
            SequenceUnchangedLimit = (uint)Pick(prng, 30, 30, 10),
            CancelTokenHoldOnRetransmit = prng.Chance(20 * Percent),
            HeartbeatFailuresAllowed = prng.Chance(5 * Percent) ? 3u : 0u,
        };
        var options = Derive(settings, nodeCount) with { InitialSequence = prng.Chance(30 * Percent) ? 0xFFFFFE00u : 0u };
        return new RingScenario
        {
            NodeCount = nodeCount,
            Options = options,
            FaultPhase = prng.Between(15, 45) * 60 * Second,
            DelayMinimum = Pick(prng, 50_000, 200_000, Millisecond, 5 * Millisecond),
            DelayMean = Pick(prng, 10_000, 100_000, Millisecond),
            DelaySpike = (int)Fault(prng, false, 20 * Percent, Pick(prng, 100, 2_000)),
            DelaySpikeMean = Pick(prng, 50, 500, 2000) * Millisecond,
            Reorders = prng.Chance(30 * Percent),
            Loss = (int)Fault(prng, false, 50 * Percent, Pick(prng, 100, 1_000, 10_000, 50_000)),
            TypedLoss = (int)Fault(prng, false, 5 * Percent, Pick(prng, 20 * Percent, 50 * Percent)),
            TypedLossType = prng.Below(6),
            Duplication = (int)Fault(prng, false, 30 * Percent, Pick(prng, 1_000, 50_000)),
            AsymmetricShare = (int)Fault(prng, false, 15 * Percent, Pick(prng, 5 * Percent, 20 * Percent)),
            AsymmetricLoss = (int)Pick(prng, 0, 10 * Percent, 30 * Percent),
            AsymmetricDelay = Pick(prng, 0, 5, 50) * Millisecond,
            FlapEvery = Fault(prng, false, 30 * Percent, prng.Between(30, 300) * Second),
            FlapHolds = prng.Between(2, 30) * Second,
            FlapPeriod = Pick(prng, 100, 1000, 4000) * Millisecond,
            PartitionEvery = Fault(prng, false, 60 * Percent, prng.Between(30, 300) * Second),
            PartitionHolds = prng.Between(1, 60) * Second,
            CrashEvery = Fault(prng, false, 60 * Percent, prng.Between(30, 300) * Second),
            RestartAfter = Pick(prng, 1, 5, 30, 120) * Second,
            Wipe = (int)Fault(prng, false, 20 * Percent, 30 * Percent),
            Leave = (int)Fault(prng, false, 50 * Percent, 40 * Percent),
            CrashInChange = (int)Fault(prng, false, 20 * Percent, Pick(prng, 1_000, 5_000)),
            PauseEvery = Fault(prng, false, 40 * Percent, prng.Between(30, 300) * Second),
            PauseHolds = Pick(prng, 300, 1500, 4000, 20_000) * Millisecond,
            Suspension = (int)Pick(prng, 0, 50 * Percent),
            SlowEvery = Fault(prng, false, 20 * Percent, prng.Between(30, 300) * Second),
            SlowHolds = prng.Between(5, 60) * Second,
            SlowService = Pick(prng, 2, 20, 200) * Millisecond,
            ReceiveQueueMax = (int)Pick(prng, 64, 512),
            ClockStepEvery = Fault(prng, false, 15 * Percent, prng.Between(30, 300) * Second),
            ClockStepSize = Pick(prng, 100, 1000, 10_000) * Millisecond,
            ForceEvery = Fault(prng, false, 5 * Percent, prng.Between(60, 600) * Second),
            IsUniform = prng.Chance(50 * Percent),
            EvidenceEvery = Fault(prng, false, 20 * Percent, prng.Between(30, 300) * Second),
            EvidenceOfCrash = Pick(prng, 0, 10, 500) * Millisecond,
            StallEvery = stalls.Chance(20 * Percent) ? stalls.Between(30, 300) * Second : 0,
            SubmitEvery = Pick(prng, 0, 1, 5, 20, 60) * Second,
            SubmitBurstMax = (int)Pick(prng, 1, 10, 30),
            MessageSizeMax = (int)Pick(prng, 200, 2000, 20_000),
            StartSpread = Pick(prng, 0, 1, 10) * Second,
            DriftMax = prng.Chance(30 * Percent) ? 200 : 0,
            EventCountMax = 200_000_000,
        };
    }
}
