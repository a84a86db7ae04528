namespace Mainstay.Simulator.Ring;

/// <content>What only rings of this implementation have: evidence that a node is gone, and holding out.</content>
public sealed partial record RingScenario
{
    /// <summary>Whether every node knows that all others run this implementation; else none does, as in a ring with others.</summary>
    public bool IsUniform { get; init; }

    /// <summary>Mean time between pieces of evidence about some node, true or false; 0 = none.</summary>
    public long EvidenceEvery { get; init; }

    /// <summary>Mean time until the survivors have evidence of a crash; 0 = they never have any.</summary>
    public long EvidenceOfCrash { get; init; }

    /// <summary>Mean time between pieces of evidence that the ring had to wait for a member, true or false; 0 = none.</summary>
    public long StallEvery { get; init; }

    /// <summary>A storm with much to send: only then does anything go out behind the token.</summary>
    private static RingScenario DrawAccelerated(ulong seed)
    {
        var scenario = DrawStorm(seed);
        var prng = new Prng(seed, stream: 17);
        return scenario with
        {
            IsUniform = true,
            SubmitEvery = Pick(prng, 1, 1, 3, 10) * Millisecond,
            SubmitBurstMax = (int)Pick(prng, 1, 5, 20),

            // Up to a hundred times the storm's messages; on knet long ones travel in many fragments over several links. The most that
            // 3,000 seeds needed is 10.2 million events, where the storm's bound is 8 million (knet, seed 2461: eight links, six nodes).
            EventCountMax = scenario.EventCountMax * 2,
            Options = scenario.Options with { AcceleratedWindow = (uint)Pick(prng, 1, 3, 8, 17, 100) },
        };
    }

    /// <summary>Draws from a stream of its own, so that everything else of a seed stays what it was.</summary>
    private static RingScenario DrawDetection(RingScenario scenario, ulong seed)
    {
        var prng = new Prng(seed, stream: 11);
        var isUniform = prng.Chance(600_000);
        var every = prng.Between(20, 800) * Millisecond;
        var isEvery = prng.Chance(400_000);
        var ofCrash = Pick(prng, 1, 10, 100) * Millisecond;
        var isOfCrash = prng.Chance(600_000);
        var holdOut = TimeSpan.FromMilliseconds(Pick(prng, 200, 600, 1500));
        var isHeldOut = prng.Chance(700_000);
        var stalls = new Prng(seed, stream: 13);
        return scenario with
        {
            StallEvery = isUniform && stalls.Chance(250_000) ? stalls.Between(40, 600) * Millisecond : 0,
            IsUniform = isUniform,
            EvidenceEvery = isEvery ? every : 0,
            EvidenceOfCrash = isOfCrash ? ofCrash : 0,
            Options = scenario.Options with
            {
                HoldOut = isHeldOut ? holdOut : TimeSpan.Zero,
                HoldOutMax = isHeldOut ? 4 * holdOut : TimeSpan.Zero,
            },
        };
    }
}
