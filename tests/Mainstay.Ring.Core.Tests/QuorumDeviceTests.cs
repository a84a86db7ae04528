using Mainstay.Ring.Core.Services;
using Mainstay.Totem;

namespace Mainstay.Ring.Core.Tests;

/// <summary>The quorum device's interface (spec/quorum.md sections 5 to 7).</summary>
public sealed class QuorumDeviceTests
{
    private const int Daemon = 9;
    private const string Device = "Qdevice";

    [Fact]
    public void The_half_that_the_device_votes_for_stays_quorate()
    {
        var ring = Formed();
        Poll(ring, 1, castsVote: true);
        Poll(ring, 2, castsVote: true);
        ring.Run(200);
        Assert.Equal("1 2 quorate 3/3", ring.QuorumChanges(1)[^1]);
        ring.Isolate(2);
        UntilAsked(ring, 1, "1");
        UntilAsked(ring, 2, "2");
        Poll(ring, 1, castsVote: true);
        Poll(ring, 2, castsVote: false);
        ring.RunUntilFormed(1);
        ring.RunUntilFormed(2);
        Assert.Equal("1 quorate 2/3", ring.QuorumChanges(1)[^1]);
        Assert.Equal("2 inquorate 1/3", ring.QuorumChanges(2)[^1]);
        var view = ring[2].VotesOf(0)!;
        Assert.Equal(VoteViewFlags.DeviceRegistered | VoteViewFlags.DeviceAlive, view.Flags);
        Assert.Equal((1u, 1u, Device), (view.TotalVotes, view.DeviceVotes, view.DeviceName));
    }

    [Fact]
    public void Synchronisation_waits_for_the_device_and_goes_on_without_it_after_its_timeout()
    {
        var ring = Formed();
        Poll(ring, 1, castsVote: true);
        ring.Run(100);
        ring.Isolate(2);
        UntilAsked(ring, 1, "1");
        ring.Run(1000);
        Assert.False(ring[1].IsSynchronised);
        Assert.Equal("1 2 quorate 3/3", ring.QuorumChanges(1)[^1]);
        ring.Run(3000);
        Assert.True(ring[1].IsSynchronised);
        Assert.Equal("1 inquorate 1/3", ring.QuorumChanges(1)[^1]);
        Assert.Equal(VoteViewFlags.DeviceRegistered, ring[1].VotesOf(0)!.Flags);
    }

    [Fact]
    public void A_device_that_stops_polling_loses_its_vote()
    {
        var ring = Formed();
        Poll(ring, 1, castsVote: true);
        ring.Run(100);
        Assert.Equal("1 2 quorate 3/3", ring.QuorumChanges(1)[^1]);
        ring.Run(500);
        Poll(ring, 1, castsVote: true);
        ring.Run(900);
        Assert.Equal("1 2 quorate 3/3", ring.QuorumChanges(1)[^1]);
        ring.Run(200);
        Assert.Equal("1 2 quorate 2/3", ring.QuorumChanges(1)[^1]);
    }

    [Fact]
    public void A_poll_for_another_membership_is_refused()
    {
        var ring = Formed();
        var result = VoteResult.Accepted;
        ring.Do(1, (now, outbox) => result = ring[1].PollDevice(now, Device, true, new RingId(new NodeId(1), 1), outbox));
        Assert.Equal(VoteResult.WrongRing, result);
        ring.Do(1, (now, outbox) => result = ring[1].PollDevice(now, "other", true, ring[1].Quorum.Ring, outbox));
        Assert.Equal(VoteResult.InvalidParameter, result);
    }

    [Fact]
    public void One_name_only_is_registered_in_a_ring()
    {
        var ring = Formed();
        ring.Crash(2);
        ring.Boot(2);
        ring.RunUntilFormed(1, 2);
        Assert.Equal(VoteResult.Accepted, Register(ring, 2, "Other"));
        ring.Run(100);
        Assert.Equal($"DeviceRegistered {Daemon} {(int)VoteResult.Exists}", ring.Answers(2)[^1]);
        Assert.Equal(VoteResult.Accepted, Register(ring, 2, Device));
        ring.Run(100);
        Assert.Equal($"DeviceRegistered {Daemon} {(int)VoteResult.Accepted}", ring.Answers(2)[^1]);
    }

    [Fact]
    public void A_new_name_and_an_unregistration_are_known_everywhere()
    {
        var ring = Formed();
        ring.Do(1, (now, outbox) => Assert.Equal(VoteResult.Accepted, ring[1].RenameDevice(now, Device, "New", outbox)));
        ring.Run(100);
        Assert.Equal("New", ring[2].VotesOf(0)!.DeviceName);
        foreach (var node in (uint[])[1, 2])
        {
            ring.Do(node, (now, outbox) => Assert.Equal(VoteResult.Accepted, ring[node].UnregisterDevice(now, "New", outbox)));
            ring.Run(100);
        }

        Assert.Equal(string.Empty, ring[1].VotesOf(0)!.DeviceName);
        Assert.Equal(VoteViewFlags.None, ring[2].VotesOf(1)!.Flags & VoteViewFlags.DeviceRegistered);
    }

    [Fact]
    public void With_master_wins_the_node_that_the_device_votes_for_is_quorate_whatever_the_votes()
    {
        var ring = Formed(deviceVotes: 1, nodes: [1, 2, 3, 4]);
        ring.Do(1, (now, outbox) => Assert.Equal(VoteResult.Accepted, ring[1].SetDeviceMasterWins(now, Device, true, outbox)));
        Poll(ring, 1, castsVote: true);
        ring.Run(100);
        ring.Isolate(1);
        UntilAsked(ring, 1, "1");
        Poll(ring, 1, castsVote: true);
        ring.RunUntilFormed(1);
        Assert.Equal("1 quorate 2/5", ring.QuorumChanges(1)[^1]);
    }

    /// <summary>As observed of Corosync 3.1: the others' switch does not count, one's own outlasts one's device.</summary>
    [Fact]
    public void A_device_that_wins_elsewhere_counts_only_where_the_own_switch_is_on()
    {
        var ring = Formed(deviceVotes: 1, nodes: [1, 2, 3, 4, 5, 6]);
        SetMasterWins(ring, 1);
        Poll(ring, 1, castsVote: true);
        ring.Run(100);
        ring.Isolate(1, 2);
        UntilAsked(ring, 1, "1 2");
        Poll(ring, 1, castsVote: true);
        ring.RunUntilFormed(1, 2);
        Assert.Equal((true, false), (ring[1].Quorum.IsQuorate, ring[2].Quorum.IsQuorate));
        SetMasterWins(ring, 2);
        ring.Run(100);
        Assert.True(ring[2].Quorum.IsQuorate);
        ring.Do(2, (now, outbox) => Assert.Equal(VoteResult.Accepted, ring[2].UnregisterDevice(now, Device, outbox)));
        Poll(ring, 1, castsVote: true);
        ring.Run(100);
        Assert.Equal((true, true), (ring[1].Quorum.IsQuorate, ring[2].Quorum.IsQuorate));
    }

    private static void SetMasterWins(VirtualRing ring, uint node) => ring.Do(
        node, (now, outbox) => Assert.Equal(VoteResult.Accepted, ring[node].SetDeviceMasterWins(now, Device, true, outbox)));

    [Fact]
    public void Without_a_configured_device_none_can_register()
    {
        var ring = new VirtualRing([1]);
        ring.RunUntilFormed(1);
        Assert.Equal(VoteResult.InvalidParameter, Register(ring, 1, Device));
    }

    private static VirtualRing Formed(uint deviceVotes = 1, uint[]? nodes = null)
    {
        nodes ??= [1, 2];
        var ring = new VirtualRing(nodes, _ => VirtualRing.Majority((uint)nodes.Length) with
        {
            HasDevice = true,
            DeviceVotes = deviceVotes,
            DeviceTimeout = 1000,
            DeviceSyncTimeout = 3000,
        });
        ring.RunUntilFormed(nodes);
        foreach (var node in nodes)
        {
            Assert.Equal(VoteResult.Accepted, Register(ring, node, Device));
            ring.Run(100);
            Assert.Equal($"DeviceRegistered {Daemon} 0", ring.Answers(node)[^1]);
        }

        return ring;
    }

    private static VoteResult Register(VirtualRing ring, uint node, string name)
    {
        var result = VoteResult.InvalidParameter;
        ring.Do(node, (now, outbox) => result = ring[node].RegisterDevice(now, Daemon, name, outbox, out _));
        return result;
    }

    private static void Poll(VirtualRing ring, uint node, bool castsVote) => ring.Do(node, (now, outbox) => Assert.Equal(
        VoteResult.Accepted, ring[node].PollDevice(now, Device, castsVote, ring[node].Totem.InstalledRing, outbox)));

    private static void UntilAsked(VirtualRing ring, uint node, string members)
    {
        for (var i = 0; i < 200 && ring.Answers(node)[^1] != $"DevicePollWanted {Daemon} {members}"; i++) ring.Run(10);
        Assert.Equal($"DevicePollWanted {Daemon} {members}", ring.Answers(node)[^1]);
    }
}
