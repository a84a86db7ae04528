using Mainstay.Simulator.Ring;

namespace Mainstay.Simulator.Tests.Ring;

/// <summary>
/// Whole runs that are wrong on purpose: the guarantee that a mutation breaks must be reported broken by the checker of its name, from
/// nothing but what is seen outside the engines.
/// </summary>
public sealed class MutationTests
{
    private const ulong SeedCount = 150;

    [Theory]
    [InlineData("I1", nameof(RingMutation.SelfMissing))]
    [InlineData("I2", nameof(RingMutation.TransitionalLeftOut))]
    [InlineData("I3", nameof(RingMutation.RingIdReused))]
    [InlineData("I4", nameof(RingMutation.StrangerInstalled))]
    [InlineData("I5", nameof(RingMutation.HighestRepresents))]
    [InlineData("I6", nameof(RingMutation.DeliveredTwice))]
    [InlineData("I6", nameof(RingMutation.MessageAltered))]
    [InlineData("I7", nameof(RingMutation.SenderForged))]
    [InlineData("I8", nameof(RingMutation.PlaceTakenTwice))]
    [InlineData("I9", nameof(RingMutation.PacketSwallowed))]
    [InlineData("I10", nameof(RingMutation.MessageSwallowed))]
    [InlineData("I11", nameof(RingMutation.OwnMessageSwallowed))]
    [InlineData("I12", nameof(RingMutation.SuccessorFirst))]
    [InlineData("I13", nameof(RingMutation.AnswersFirst))]
    [InlineData("I14", nameof(RingMutation.HealingForgotten))]
    [InlineData("I15", nameof(RingMutation.TokenNumberSkipped))]
    [InlineData("I16", nameof(RingMutation.AruOverstated))]
    [InlineData("I17", nameof(RingMutation.SequenceRunsAhead))]
    [InlineData("I18", nameof(RingMutation.TokensLostInCalm))]
    [InlineData("I19", nameof(RingMutation.RingSequenceNotStored))]
    public void A_broken_guarantee_is_noticed(string rule, string mutation)
    {
        var kind = Enum.Parse<RingMutation>(mutation);
        for (var seed = 1UL; seed <= SeedCount; seed++)
        {
            var result = RingSimulation.Run(seed, RingScenario.DrawBase(seed), trace: null, kind);
            if (result.Violations.Any(violation => violation.Rule == rule))
            {
                return;
            }
        }

        Assert.Fail($"{mutation} breaks {rule}, but no checker says so in {SeedCount} runs");
    }

    [Fact]
    public void Every_mutation_has_its_test()
    {
        var tested = typeof(MutationTests).GetMethod(nameof(A_broken_guarantee_is_noticed))!
            .GetCustomAttributes(typeof(InlineDataAttribute), inherit: false)
            .Cast<InlineDataAttribute>()
            .Select(data => (string)data.Data[1]!);
        Assert.Equal(Enum.GetNames<RingMutation>().Skip(1).Order(StringComparer.Ordinal), tested.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_run_that_does_not_end_is_noticed()
    {
        var result = RingSimulation.Run(1, RingScenario.DrawBase(1) with { EventCountMax = 1000 });
        Assert.Equal("live", Assert.Single(result.Violations).Rule);
    }
}
