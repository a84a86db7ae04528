namespace Mainstay.Ring.Core.Tests;

/// <summary>The hot path allocates nothing: a message in, around the ring, out to a client.</summary>
public sealed class AllocationTests
{
    [Theory]
    [InlineData(60, 13_000, 1000)]
    [InlineData(10_000, 13_000, 500)]
    [InlineData(100_000, 30_000, 100)]
    [InlineData(1_000_000, 60_000, 20)]
    public void A_node_alone_sends_and_delivers_without_allocating(int size, int steps, int expected)
    {
        var ring = new VirtualRing([1]);
        ring.RunUntilFormed(1);
        ring.Join(1, 1, "g", 100);
        ring.Run(100);
        var node = ring[1];
        var loop = new Queue<(byte[] Buffer, int Size)>(1024);
        var free = new Stack<byte[]>();
        for (var i = 0; i < 512; i++) free.Push(new byte[2048]);
        var outbox = new RingOutbox();
        var payload = new byte[size];
        var now = new Totem.Instant(100_000_000_000);
        var delivered = 0;
        node.HandleTimeout(now, outbox);
        CarryOut();
        for (var i = 0; i < steps / 4; i++) Step();
        var deliveredBefore = delivered;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < steps; i++) Step();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(delivered - deliveredBefore > expected, $"only {delivered - deliveredBefore} messages went round");
        Assert.Equal(0, allocated);

        void Step()
        {
            now += TimeSpan.FromMicroseconds(10);
            node.Multicast(now, 1, payload, outbox);
            CarryOut();
            if (loop.TryDequeue(out var entry))
            {
                node.HandleDatagram(now, entry.Buffer.AsSpan(0, entry.Size), outbox);
                free.Push(entry.Buffer);
                CarryOut();
            }
            else if (node.NextDeadline <= now)
            {
                node.HandleTimeout(now, outbox);
                CarryOut();
            }
        }

        void CarryOut()
        {
            foreach (ref readonly var output in outbox.Network.Outputs)
            {
                if (output.Kind is not (Totem.OutputKind.SendToken or Totem.OutputKind.Multicast)) continue;
                var buffer = free.Pop();
                output.Bytes.Span.CopyTo(buffer);
                loop.Enqueue((buffer, output.Bytes.Length));
            }

            foreach (ref readonly var output in outbox.Outputs)
            {
                if (output.Kind == RingOutputKind.Message) delivered++;
            }

            outbox.Clear();
        }
    }
}
