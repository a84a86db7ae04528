namespace Mainstay.Ring.Tests;

/// <summary>What waits for a client: a stream of bytes in chunks of memory that are used again.</summary>
public sealed class UnsentBytesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(ChunkPool.ChunkSize - 1)]
    [InlineData(ChunkPool.ChunkSize)]
    [InlineData(ChunkPool.ChunkSize + 1)]
    [InlineData(5 * ChunkPool.ChunkSize)]
    public void Bytes_come_out_as_they_went_in_whatever_the_pieces(int piece)
    {
        var unsent = new UnsentBytes(new ChunkPool());
        var given = new List<byte>();
        var sent = new List<byte>();
        for (var round = 0; round < 12; round++)
        {
            var bytes = Enumerable.Range(round, piece).Select(i => (byte)(i * 7)).ToArray();
            unsent.Append(bytes);
            given.AddRange(bytes);

            // The kernel takes a part of what lies in one piece: none of it, one byte, a third, all.
            for (var take = 0; take < 3 && unsent.Count > 0; take++)
            {
                var first = unsent.First;
                Assert.InRange(first.Length, 1, ChunkPool.ChunkSize);
                var count = (round % 4) switch { 0 => 0, 1 => 1, 2 => (first.Length + 2) / 3, _ => first.Length };
                sent.AddRange(first[..count]);
                unsent.Consume(count);
            }

            Assert.Equal(given.Count - sent.Count, unsent.Count);
        }

        while (unsent.Count > 0)
        {
            sent.AddRange(unsent.First);
            unsent.Consume(unsent.First.Length);
        }

        Assert.True(unsent.First.IsEmpty);
        Assert.Equal(given, sent);
    }

    [Fact]
    public void Chunks_are_used_again_by_all_clients()
    {
        var pool = new ChunkPool();
        UnsentBytes one = new(pool), two = new(pool);
        var bytes = new byte[(3 * ChunkPool.ChunkSize) + 5];
        Exchange(one, bytes);
        two.Append(bytes);
        two.Clear();
        Assert.Equal((0, true), (two.Count, two.First.IsEmpty));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Exchange(one, bytes);
        Exchange(two, bytes);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>A reader that is slow now and then costs its memory once, and for good only a part of it.</summary>
    [Fact]
    public void The_memory_of_a_backlog_is_kept_while_backlogs_come_again_and_given_back_afterwards()
    {
        const int Chunks = 700;
        const int KeptForGood = 256;
        var pool = new ChunkPool();
        var unsent = new UnsentBytes(pool);
        var bytes = new byte[Chunks * ChunkPool.ChunkSize];

        // The runtime compiles loops anew while they run, and allocates for that on their thread: long enough before it is counted.
        for (var i = 0; i < 20; i++) Exchange(unsent, bytes);
        pool.Trim();
        for (var period = 0; period < 3; period++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Exchange(unsent, bytes);
            pool.Trim();
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.Equal(Chunks, pool.Free);
        }

        pool.Trim();
        Assert.Equal(KeptForGood, pool.Free);
    }

    private static void Exchange(UnsentBytes unsent, byte[] bytes)
    {
        unsent.Append(bytes);
        while (unsent.Count > 0) unsent.Consume(unsent.First.Length);
    }
}
