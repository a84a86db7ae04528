using Mainstay.Testing;
using Mainstay.Knet.Fragments;
using Mainstay.Knet.Wire;

namespace Mainstay.Knet.Tests;

public sealed class FragmentTests
{
    private readonly BufferPool _pool = new();

    [Fact]
    public void Sequence_numbers_skip_zero_and_compare_across_the_wrap()
    {
        Assert.Equal(new PacketSequence(1), new PacketSequence(65535).Next);
        Assert.Equal(2, new PacketSequence(1).DistanceFrom(new PacketSequence(65535)));
        Assert.Equal(-2, new PacketSequence(65535).DistanceFrom(new PacketSequence(1)));
    }

    [Fact]
    public void Each_number_is_new_once_through_three_wraps_with_copies_and_disorder()
    {
        var filter = new DuplicateFilter();
        var random = new SplitMix(3);
        var (sequence, sent) = (new PacketSequence(65000), new List<PacketSequence>());
        for (var count = 0; count < 200_000; count++)
        {
            sequence = sequence.Next;
            sent.Add(sequence);
            if (sent.Count < 50) continue;
            var index = random.Below(sent.Count);
            Assert.True(Take(filter, sent[index]), $"number {sent[index]} is new");
            Assert.False(Take(filter, sent[index]), $"number {sent[index]} comes again");
            sent.RemoveAt(index);
        }
    }

    [Fact]
    public void A_number_that_another_fragment_of_the_packet_needs_stays_new_until_it_is_delivered()
    {
        var filter = new DuplicateFilter();
        Assert.True(filter.IsNew(new(5)));
        Assert.True(filter.IsNew(new(5)));
        filter.MarkDelivered(new(5));
        Assert.False(filter.IsNew(new(5)));
    }

    [Fact]
    public void A_jump_beyond_the_window_begins_anew()
    {
        var filter = new DuplicateFilter();
        Assert.True(Take(filter, new(100)));
        Assert.True(Take(filter, new(100 + KnetLimits.DuplicateWindow)));
        Assert.True(Take(filter, new(101)));
    }

    [Fact]
    public void Fragments_in_any_order_with_copies_give_the_packet()
    {
        var random = new SplitMix(4);
        for (var round = 0; round < 300; round++)
        {
            var reassembler = new Reassembler(_pool);
            var packet = random.Bytes(1 + random.Below(20_000));
            var size = 1 + random.Below(1446) + (packet.Length / 200);
            var fragments = Cut(packet, size, new(9));
            if (fragments.Count is < 2 or > KnetLimits.FragmentCountMax) continue;
            var order = fragments.SelectMany(f => new[] { f, f }).OrderBy(_ => random.Next()).ToList();
            byte[]? whole = null;
            foreach (var (header, data) in order)
            {
                var result = reassembler.Add(header, data, new(9), out var complete);
                if (result != ReassemblyResult.Complete) continue;
                whole = complete!.Buffer[..complete.Size];
                break;
            }

            Assert.Equal(packet, whole);
        }
    }

    [Fact]
    public void What_contradicts_the_other_fragments_is_refused()
    {
        var reassembler = new Reassembler(_pool);
        Assert.Equal(ReassemblyResult.Incomplete, Add(3, 1, 100));
        Assert.Equal(ReassemblyResult.Inconsistent, Add(3, 2, 99));
        Assert.Equal(ReassemblyResult.Inconsistent, Add(4, 2, 100));
        Assert.Equal(ReassemblyResult.Inconsistent, Add(3, 3, 101));
        Assert.Equal(ReassemblyResult.Repeated, Add(3, 1, 100));
        Assert.Equal(ReassemblyResult.Incomplete, Add(3, 2, 100));
        Assert.Equal(ReassemblyResult.Complete, Add(3, 3, 1));

        ReassemblyResult Add(byte count, byte number, int size) =>
            reassembler.Add(Header(new(1), count, number), new byte[size], new(1), out _);
    }

    [Fact]
    public void A_packet_that_would_be_too_long_is_refused_and_holds_no_memory()
    {
        var reassembler = new Reassembler(_pool);
        Assert.Equal(ReassemblyResult.Inconsistent, reassembler.Add(Header(new(1), 255, 1), new byte[1400], new(1), out _));
        Assert.Equal(0, reassembler.InUseCount);
        Assert.Equal(ReassemblyResult.Incomplete, reassembler.Add(Header(new(2), 48, 48), new byte[1400], new(2), out _));
        Assert.Equal(ReassemblyResult.Inconsistent, reassembler.Add(Header(new(2), 48, 1), new byte[1399], new(2), out _));
        Assert.Equal(ReassemblyResult.Inconsistent, reassembler.Add(Header(new(2), 48, 1), new byte[1400], new(2), out _));
        Assert.Equal(1, reassembler.InUseCount);
    }

    [Fact]
    public void Incomplete_packets_are_bounded_and_those_far_behind_are_given_up()
    {
        var reassembler = new Reassembler(_pool);
        for (ushort sequence = 1; sequence <= 100; sequence++)
        {
            reassembler.Add(Header(new(sequence), 2, 1), new byte[10], new(sequence), out _);
            Assert.True(reassembler.InUseCount <= KnetLimits.ReassembliesMax);
        }

        Assert.True(reassembler.Abandoned >= 100 - KnetLimits.ReassembliesMax);
        Assert.Equal(ReassemblyResult.TooLate, reassembler.Add(Header(new(60), 2, 2), new byte[1], new(100), out _));
        reassembler.Add(Header(new(200), 2, 1), new byte[10], new(200), out _);
        Assert.Equal(1, reassembler.InUseCount);
    }

    private static bool Take(DuplicateFilter filter, PacketSequence sequence)
    {
        var isNew = filter.IsNew(sequence);
        filter.MarkDelivered(sequence);
        return isNew;
    }

    private static List<(DataHeader Header, byte[] Data)> Cut(byte[] packet, int size, PacketSequence sequence)
    {
        var count = (packet.Length + size - 1) / size;
        return count > 255
            ? []
            : [.. Enumerable.Range(1, count).Select(n => (Header(sequence, (byte)count, (byte)n), packet[((n - 1) * size)..Math.Min(packet.Length, n * size)]))];
    }

    private static DataHeader Header(PacketSequence sequence, byte count, byte number) =>
        new(1, sequence, CompressionModel.None, true, count, number, 0);
}
