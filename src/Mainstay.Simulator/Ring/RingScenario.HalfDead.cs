using Mainstay.Totem;

namespace Mainstay.Simulator.Ring;

/// <summary>In what way a node is half dead.</summary>
public enum HalfDeath
{
    /// <summary>It is not scheduled for somewhat less than the token timeout, again and again.</summary>
    Pauses,

    /// <summary>It is heard, and hears nobody.</summary>
    Deaf,

    /// <summary>It hears, and is not heard.</summary>
    Mute,

    /// <summary>Many of its datagrams are lost, in both directions.</summary>
    Loss,

    /// <summary>It asks for new rings without end.</summary>
    Joins,

    /// <summary>Its process ends and starts again without end.</summary>
    CrashLoop,

    /// <summary>It takes long over every datagram.</summary>
    Slow,
}

/// <summary>One node that is neither alive nor dead, and what the others may lose by it.</summary>
public sealed record HalfDeadScenario
{
    /// <summary>The node.</summary>
    public required uint Node { get; init; }

    /// <summary>What it does.</summary>
    public required HalfDeath Kind { get; init; }

    /// <summary>When it begins.</summary>
    public required long Begin { get; init; }

    /// <summary>Mean time between two of what it does.</summary>
    public required long Every { get; init; }

    /// <summary>Share of its datagrams that is lost, in millionths.</summary>
    public int Loss { get; init; }

    /// <summary>Time without a delivery that is nothing unusual.</summary>
    public required long GapAllowed { get; init; }

    /// <summary>Longest time in which another node may deliver nothing.</summary>
    public required long StandstillMax { get; init; }

    /// <summary>How much of the time that may be, in thousandths.</summary>
    public required int StandstillPermilleMax { get; init; }
}

/// <content>A ring with a half-dead member.</content>
public sealed partial record RingScenario
{
    /// <summary>The half-dead node, if there is one.</summary>
    public HalfDeadScenario? HalfDead { get; init; }

    private static RingScenario DrawHalfDead(ulong seed)
    {
        var prng = new Prng(seed, stream: 18);
        var nodeCount = (int)Pick(prng, 3, 3, 4, 5, 8);
        var settings = new TotemSettings { Token = (uint)Pick(prng, 500, 1000), TokenCoefficient = 0 };
        var options = Derive(settings, nodeCount);
        var token = options.Token.Ticks * 100;
        var kind = (HalfDeath)(seed % (ulong)Enum.GetValues<HalfDeath>().Length);
        var calm = new RingScenario
        {
            NodeCount = nodeCount,
            Options = options,
            FaultPhase = 300 * token,
            DelayMinimum = 200_000,
            DelayMean = 50_000,
            Reorders = false,
            Loss = 0,
            TypedLoss = 0,
            TypedLossType = 0,
            Duplication = 0,
            PartitionEvery = 0,
            PartitionHolds = 0,
            CrashEvery = 0,
            RestartAfter = token / 2,
            Wipe = 0,
            Leave = 0,
            CrashInChange = 0,
            PauseEvery = 0,
            PauseHolds = 0,
            SubmitEvery = 20 * Millisecond,
            MessageSizeMax = 1000,
            StartSpread = 10 * Millisecond,
            DriftMax = 0,
            SlowService = token / 8,
            ReceiveQueueMax = 256,
            IsUniform = true,
            EventCountMax = 50_000_000,
            HalfDead = new HalfDeadScenario
            {
                Node = 1 + (uint)prng.Below(nodeCount),
                Kind = kind,
                Begin = 10 * token,
                Every = kind == HalfDeath.Pauses ? token : token / 2,
                Loss = (int)Pick(prng, 200_000, 300_000, 500_000),
                GapAllowed = token / 4,
                StandstillMax = 10 * (token + (options.Consensus.Ticks * 100)),

                // Each restart of a member costs what is left of a token timeout; it is held out for the rest.
                StandstillPermilleMax = kind == HalfDeath.CrashLoop ? 120 : 300,
            },
        };
        return WithKnet(calm, seed) with
        {
            Knet = new KnetScenario
            {
                LinkCount = (int)Pick(prng, 1, 2),
                PingInterval = options.Token / 4,
                PingTimeout = options.Token / 2,
                PathMtuInterval = TimeSpan.FromSeconds(30),
            },
        };
    }
}
