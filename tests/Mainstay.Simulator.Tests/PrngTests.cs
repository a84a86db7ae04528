namespace Mainstay.Simulator.Tests;

public sealed class PrngTests
{
    [Fact]
    public void The_sequence_of_a_seed_is_fixed_for_ever()
    {
        // A change here would make every seed in every report mean another run.
        var prng = new Prng(seed: 1, stream: 1);
        var numbers = Enumerable.Range(0, 4).Select(_ => prng.Next()).ToArray();
        var again = new Prng(seed: 1, stream: 1);
        Assert.Equal(numbers, Enumerable.Range(0, 4).Select(_ => again.Next()).ToArray());
        Assert.Equal(FirstOfSeed1, numbers[0]);
    }

    [Fact]
    public void Streams_of_a_seed_differ()
    {
        var first = Enumerable.Range(0, 50).Select(stream => new Prng(7, (ulong)stream).Next());
        Assert.Equal(50, first.Distinct().Count());
    }

    [Fact]
    public void Bounded_draws_stay_in_bounds_and_reach_both_ends()
    {
        var prng = new Prng(3, 3);
        var draws = Enumerable.Range(0, 1000).Select(_ => prng.Between(5, 8)).ToArray();
        Assert.Equal([5L, 6, 7, 8], draws.Distinct().Order());
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.InRange(prng.Below(3), 0, 2));
    }

    private const ulong FirstOfSeed1 = 2092172760851739430;
}
