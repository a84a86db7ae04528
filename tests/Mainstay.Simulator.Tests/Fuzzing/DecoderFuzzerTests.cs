using Mainstay.Simulator.Fuzzing;
using Mainstay.Testing;

namespace Mainstay.Simulator.Tests.Fuzzing;

/// <summary>A small share of the run that docs/reliability.md describes.</summary>
public sealed class DecoderFuzzerTests
{
    private const ulong PacketCount = 6 * DecoderFuzzer.ChunkSize;

    [Fact]
    public void Mutated_and_random_packets_break_no_decoder()
    {
        var captures = Repository.Shared is null ? null : Repository.SharedPath("cases", "ring");
        var fuzzer = DecoderFuzzer.Run(PacketCount, seed: 1, Environment.ProcessorCount, captures, TestContext.Current.CancellationToken);
        Assert.True(
            fuzzer.Problems.Count == 0,
            string.Join(
                Environment.NewLine,
                fuzzer.Problems.Select(problem => $"{problem.Target}: {problem.Problem} {Convert.ToHexString(problem.Packet)}")));
        Assert.Equal((long)PacketCount, fuzzer.PacketCount);

        // A decoder that refuses everything has not been tested; without the key nothing else is right.
        Assert.All(fuzzer.Accepted, target => Assert.Equal(target.Target != "ProtectedKnetTransport", target.Count > 0));
    }

    [Fact]
    public void The_same_seed_feeds_the_same_packets_whatever_the_jobs()
    {
        var one = DecoderFuzzer.Run(2 * DecoderFuzzer.ChunkSize, 7, jobs: 1, captures: null, TestContext.Current.CancellationToken);
        var two = DecoderFuzzer.Run(2 * DecoderFuzzer.ChunkSize, 7, jobs: 2, captures: null, TestContext.Current.CancellationToken);
        Assert.Equal(one.Accepted, two.Accepted);
    }
}
