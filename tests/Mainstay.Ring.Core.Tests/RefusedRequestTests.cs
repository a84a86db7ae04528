using Mainstay.Ring.Core.Services;

namespace Mainstay.Ring.Core.Tests;

/// <summary>Requests of local clients that cannot be carried out (spec/ring-wire.md section 4.1, spec/quorum.md section 6).</summary>
public sealed class RefusedRequestTests
{
    [Theory]
    [InlineData(MessagePart.First, RingNode.MessageSizeMax, 10, RequestResult.Accepted)]
    [InlineData(MessagePart.First, RingNode.MessageSizeMax + 1, 10, RequestResult.OutOfRange)]
    [InlineData(MessagePart.First, 10, PartialMessages.TotalSizeMax, RequestResult.Accepted)]
    [InlineData(MessagePart.First, 10, PartialMessages.TotalSizeMax + 1, RequestResult.OutOfRange)]
    [InlineData((MessagePart)0, 10, 10, RequestResult.OutOfRange)]
    [InlineData((MessagePart)4, 10, 10, RequestResult.OutOfRange)]
    public void A_piece_has_its_kind_and_its_size(MessagePart part, int size, int total, RequestResult expected)
    {
        var ring = new VirtualRing([1]);
        ring.RunUntilFormed(1);
        ring.Join(1, 5, "g", 100);
        ring.Run(100);
        ring.Do(1, (now, outbox) => Assert.Equal(
            expected, ring[1].MulticastPart(now, 5, part, (uint)total, new byte[size], outbox)));
    }

    [Theory]
    [InlineData(RingNode.MessageSizeMax, RequestResult.Accepted)]
    [InlineData(RingNode.MessageSizeMax + 1, RequestResult.OutOfRange)]
    public void A_message_has_its_size(int size, RequestResult expected)
    {
        var ring = new VirtualRing([1]);
        ring.RunUntilFormed(1);
        ring.Join(1, 5, "g", 100);
        ring.Run(100);
        ring.Do(1, (now, outbox) => Assert.Equal(expected, ring[1].Multicast(now, 5, new byte[size], outbox)));
    }

    /// <summary>A node without votes alone: no number of votes is below those present.</summary>
    [Fact]
    public void Nothing_cannot_be_expected()
    {
        var ring = new VirtualRing([1], _ => VirtualRing.Majority(1) with { Votes = 0 });
        ring.RunUntilFormed(1);
        Assert.Equal(0u, ring[1].Quorum.Votes);
        ring.Do(1, (now, outbox) => Assert.False(ring[1].TrySetExpectedVotes(now, 0, outbox, out _)));
        ring.Do(1, (now, outbox) => Assert.True(ring[1].TrySetExpectedVotes(now, 1, outbox, out _)));
    }

    /// <summary>With two_node one vote is quorum, whatever there is.</summary>
    [Theory]
    [InlineData(2u, VoteResult.Accepted)]
    [InlineData(3u, VoteResult.InvalidParameter)]
    public void Quorum_is_not_less_than_half_of_the_votes(uint votes, VoteResult expected)
    {
        var ring = new VirtualRing([1, 2], _ => VirtualRing.Majority(2) with { TwoNode = true });
        ring.RunUntilFormed(1, 2);
        ring.Do(1, (now, outbox) => Assert.Equal(expected, ring[1].SetVotes(now, 2, votes, outbox)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    [InlineData("a\u0100")]
    public void A_device_has_a_name_that_the_wire_can_carry(string name)
    {
        var ring = WithDevice();
        ring.Do(1, (now, outbox) =>
        {
            Assert.Equal(VoteResult.InvalidParameter, ring[1].RegisterDevice(now, 5, name, outbox, out _));
            Assert.Equal(VoteResult.InvalidParameter, ring[1].UnregisterDevice(now, name, outbox));
            Assert.Equal(VoteResult.Accepted, ring[1].RegisterDevice(now, 5, new string('d', 254), outbox, out _));
        });
        ring.Run(100);
        ring.Do(1, (now, outbox) => Assert.Equal(
            VoteResult.InvalidParameter, ring[1].RenameDevice(now, new string('d', 254), name, outbox)));
    }

    [Fact]
    public void A_device_with_a_name_that_is_too_long_is_refused()
    {
        var ring = WithDevice();
        ring.Do(1, (now, outbox) => Assert.Equal(
            VoteResult.InvalidParameter, ring[1].RegisterDevice(now, 5, new string('d', 255), outbox, out _)));
    }

    [Fact]
    public void Who_is_not_the_registered_device_decides_nothing()
    {
        var ring = WithDevice();
        ring.Do(1, (now, outbox) =>
        {
            Assert.Equal(VoteResult.InvalidParameter, ring[1].PollDevice(now, "one", true, ring[1].Quorum.Ring, outbox));
            Assert.Equal(VoteResult.InvalidParameter, ring[1].SetDeviceMasterWins(now, "one", true, outbox));
            Assert.Equal(VoteResult.InvalidParameter, ring[1].RenameDevice(now, "", "two", outbox));
            Assert.Equal(VoteResult.Accepted, ring[1].RegisterDevice(now, 5, "one", outbox, out var isPending));
            Assert.True(isPending);

            // The first registration is still on its way round.
            Assert.Equal(VoteResult.Exists, ring[1].RegisterDevice(now, 6, "two", outbox, out _));
        });
        ring.Run(100);
        ring.Do(1, (now, outbox) =>
        {
            Assert.Equal(VoteResult.Exists, ring[1].RegisterDevice(now, 6, "two", outbox, out _));
            Assert.Equal(VoteResult.Accepted, ring[1].RegisterDevice(now, 6, "one", outbox, out _));
            Assert.Equal(VoteResult.InvalidParameter, ring[1].PollDevice(now, "two", true, ring[1].Quorum.Ring, outbox));
            Assert.Equal(VoteResult.InvalidParameter, ring[1].SetDeviceMasterWins(now, "two", true, outbox));
            Assert.Equal(VoteResult.InvalidParameter, ring[1].UnregisterDevice(now, "two", outbox));
            Assert.Equal(VoteResult.InvalidParameter, ring[1].RenameDevice(now, "two", "three", outbox));
            Assert.Equal(VoteResult.Accepted, ring[1].PollDevice(now, "one", true, ring[1].Quorum.Ring, outbox));
        });
    }

    private static VirtualRing WithDevice()
    {
        var ring = new VirtualRing([1], _ => VirtualRing.Majority(2) with { HasDevice = true, DeviceVotes = 1, DeviceTimeout = 10_000 });
        ring.RunUntilFormed(1);
        return ring;
    }
}
