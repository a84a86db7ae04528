using FsCheck;
using FsCheck.Fluent;
using Mainstay.Totem.Wire;

namespace Mainstay.Totem.Tests;

public sealed class PackingTests
{
    private const int PacketSizeMax = 1410;

    [Fact]
    public void Any_sequence_of_messages_comes_out_as_it_went_in() =>
        Prop.ForAll(
            Gen.Choose(0, 9000).Zip(Gen.Choose(0, 3)).ListOf().ToArbitrary(),
            sizes => RoundTrip([.. sizes.Select(size => size.Item1)], [.. sizes.Select(size => size.Item2 == 0)]))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Theory]
    [InlineData(1383)]
    [InlineData(1384)]
    [InlineData(1385)]
    [InlineData(1392)]
    [InlineData(1393)]
    [InlineData(1394)]
    [InlineData(1395)]
    [InlineData(1396)]
    [InlineData(2795)]
    [InlineData(1048576)]
    public void Sizes_around_the_edges_of_packets_survive(int size) => Assert.True(RoundTrip([10, size, 10, size], [false, false, true, false]));

    [Fact]
    public void The_largest_fragment_has_1400_bytes()
    {
        var lane = new PackingLane(new PacketPool(), PacketSizeMax);
        lane.Add(GroupHeader.Of(MessageGroup.Services), new byte[5000], [], DeliveryGuarantee.Agreed);
        var packet = lane.Dequeue().Bytes[MessagePacket.HeaderSize..];
        Assert.Equal(PacketSizeMax, packet.Length);
        Assert.True(GroupPacket.TryRead(packet, ByteOrder.Little, out var read));
        Assert.Equal((1, 1400), (read.Count, read.Length(0)));
        Assert.Equal((1, 0), (read.Fragment, read.Continuation));
    }

    [Fact]
    public void Who_joins_in_the_middle_of_a_message_drops_its_end_and_reads_on()
    {
        var lane = new PackingLane(new PacketPool(), PacketSizeMax);
        lane.Add(GroupHeader.Of(MessageGroup.Services), new byte[2000], [], DeliveryGuarantee.Agreed);
        lane.Add(GroupHeader.Of(MessageGroup.Services), "next"u8, [], DeliveryGuarantee.Agreed);
        lane.Flush();
        lane.Dequeue();
        var assembler = new GroupAssembler();
        Assert.Equal(["next"], Read(assembler, lane.Dequeue()));
        Assert.Equal(1, assembler.FragmentsDropped);
    }

    [Fact]
    public void A_message_that_starts_again_is_delivered_once_by_old_and_new_members()
    {
        var lane = new PackingLane(new PacketPool(), PacketSizeMax);
        var text = new string('x', 6000);
        lane.Add(GroupHeader.Of(MessageGroup.Services), System.Text.Encoding.UTF8.GetBytes(text), [], DeliveryGuarantee.Agreed);
        lane.Flush();
        var old = new GroupAssembler();
        var young = new GroupAssembler();
        Assert.Empty(Read(old, lane.Dequeue()));
        Assert.Empty(Read(old, lane.Dequeue()));
        lane.RestartHalfSentMessage();
        var oldRead = new List<string>();
        var youngRead = new List<string>();
        while (lane.Queue.Count > 0)
        {
            var packet = lane.Dequeue();
            oldRead.AddRange(Read(old, packet));
            youngRead.AddRange(Read(young, packet));
        }

        Assert.Equal([text], oldRead);
        Assert.Equal([text], youngRead);
    }

    /// <summary>Regression of simulator seed 220: remains of a synchronisation reached old members whole and new members not at all.</summary>
    [Fact]
    public void A_discarded_lane_resets_the_receivers_and_starts_clean()
    {
        var lane = new PackingLane(new PacketPool(), PacketSizeMax);
        lane.Add(GroupHeader.Of(MessageGroup.Synchronisation), new byte[4000], [], DeliveryGuarantee.Agreed);
        var assembler = new GroupAssembler();
        Assert.Empty(Read(assembler, lane.Dequeue()));
        lane.Discard();
        lane.Add(GroupHeader.Of(MessageGroup.Synchronisation), "again"u8, [], DeliveryGuarantee.Agreed);
        lane.Flush();
        Assert.Empty(Read(assembler, lane.Dequeue()));
        Assert.Equal(["again"], Read(assembler, lane.Dequeue()));
    }

    [Fact]
    public void Synchronisation_does_not_get_into_the_middle_of_a_cut_message()
    {
        var pool = new PacketPool();
        var normal = new PackingLane(pool, PacketSizeMax);
        var synchronisation = new PackingLane(pool, PacketSizeMax);
        normal.Add(GroupHeader.Of(MessageGroup.Services), new byte[2000], [], DeliveryGuarantee.Agreed);
        synchronisation.Add(GroupHeader.Of(MessageGroup.Synchronisation), "sync"u8, [], DeliveryGuarantee.Agreed);
        normal.Flush();
        synchronisation.Flush();
        var assembler = new GroupAssembler();
        assembler.SynchronisationFinished();
        Assert.Empty(Read(assembler, normal.Dequeue()));
        assembler.HandleConfigurationChange(new ConfigurationChange(ConfigurationKind.Regular, default, [], [], []));
        Assert.Equal(["sync"], Read(assembler, synchronisation.Dequeue()));
        assembler.SynchronisationFinished();
        Assert.Equal(2000, Assert.Single(Read(assembler, normal.Dequeue())).Length);
        Assert.Equal(0, assembler.FragmentsDropped);
    }

    private static bool RoundTrip(int[] sizes, bool[] flushes)
    {
        var lane = new PackingLane(new PacketPool(), PacketSizeMax);
        var assembler = new GroupAssembler();
        var expected = new List<string>();
        var actual = new List<string>();
        for (var index = 0; index < sizes.Length; index++)
        {
            var text = string.Create(sizes[index], index, (span, seed) =>
            {
                for (var place = 0; place < span.Length; place++)
                {
                    span[place] = (char)('a' + ((place + seed) % 26));
                }
            });
            var bytes = System.Text.Encoding.UTF8.GetBytes(text);
            var cut = Math.Min(bytes.Length, 16);
            Assert.True(lane.HasRoomFor(bytes.Length + GroupHeader.SizeMax));
            lane.Add(GroupHeader.Of(MessageGroup.Services), bytes.AsSpan(0, cut), bytes.AsSpan(cut), DeliveryGuarantee.Agreed);
            expected.Add(text);
            if (flushes[index])
            {
                lane.Flush();
            }

            while (lane.Queue.Count > 1)
            {
                actual.AddRange(Read(assembler, lane.Dequeue()));
            }
        }

        lane.Flush();
        while (lane.Queue.Count > 0)
        {
            actual.AddRange(Read(assembler, lane.Dequeue()));
        }

        Assert.Equal(0, assembler.PacketsMalformed + assembler.FragmentsDropped + assembler.MessagesIgnored);
        return expected.SequenceEqual(actual, StringComparer.Ordinal);
    }

    private static List<string> Read(GroupAssembler assembler, Packet packet)
    {
        Assert.InRange(packet.Length, 1, PacketSizeMax + MessagePacket.HeaderSize);
        var messages = new List<string>();
        assembler.Begin(new Output { Kind = OutputKind.Deliver, Node = new NodeId(1), Bytes = packet.Bytes[MessagePacket.HeaderSize..].ToArray() });
        while (assembler.TryRead(out var message))
        {
            messages.Add(System.Text.Encoding.UTF8.GetString(message.Bytes));
        }

        return messages;
    }
}
