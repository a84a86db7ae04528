using Mainstay.Ring.Core.Configuration;
using Mainstay.Ring.Core.Messages;
using Mainstay.Ring.Core.Services;

namespace Mainstay.Ring.Core.Tests;

/// <summary>Whose word counts about votes, one message at a time (spec/quorum.md section 5).</summary>
public sealed class QuorumMessageTests
{
    private const uint Self = 1;
    private const uint Other = 2;
    private const uint Third = 3;

    [Fact]
    public void Who_has_quorum_tells_who_has_none_what_is_expected_and_nobody_else_does()
    {
        var votes = new Votequorum(Self, VirtualRing.Majority(7), 0);
        votes.HandleNodeInfo(Other, new VoteNodeInfo(Other, 1, 50, VoteFlags.None));
        Assert.Equal((7u, 7u), (votes.ExpectedVotes, votes.View(Other)!.ExpectedVotes));
        votes.HandleNodeInfo(Third, new VoteNodeInfo(Third, 1, 9, VoteFlags.Quorate));
        Assert.Equal((9u, 9u, 7u), (votes.ExpectedVotes, votes.View(Third)!.ExpectedVotes, votes.View(Other)!.ExpectedVotes));
        votes.HandleNodeInfo(Other, new VoteNodeInfo(Other, 1, 50, VoteFlags.First));
        Assert.Equal((9u, 9u), (votes.ExpectedVotes, votes.View(Other)!.ExpectedVotes));
        Assert.False(votes.IsQuorate);
    }

    [Fact]
    public void Who_has_quorum_is_told_nothing_about_what_to_expect()
    {
        var votes = new Votequorum(Self, VirtualRing.Majority(1), 0);
        votes.HandleNodeInfo(Self, new VoteNodeInfo(Self, 1, 1, VoteFlags.First));
        Assert.True(votes.IsQuorate);
        votes.HandleNodeInfo(Other, new VoteNodeInfo(Other, 1, 9, VoteFlags.Quorate));
        Assert.Equal((2u, 9u), (votes.ExpectedVotes, votes.View(Other)!.ExpectedVotes));
    }

    [Fact]
    public void Only_who_has_quorum_lowers_the_votes_of_the_device_and_only_where_there_is_none()
    {
        var settings = VirtualRing.Majority(9) with { HasDevice = true, DeviceVotes = 2 };
        var votes = new Votequorum(Self, settings, 0);
        votes.HandleNodeInfo(Other, new VoteNodeInfo(0, 1, 0, VoteFlags.None));
        Assert.Equal(2u, votes.DeviceVotes);
        votes.HandleNodeInfo(Other, new VoteNodeInfo(0, 3, 0, VoteFlags.None));
        Assert.Equal(3u, votes.DeviceVotes);
        votes.HandleNodeInfo(Other, new VoteNodeInfo(Other, 1, 9, VoteFlags.Quorate));
        votes.HandleNodeInfo(Other, new VoteNodeInfo(0, 1, 0, VoteFlags.None));
        Assert.Equal((false, 1u), (votes.IsQuorate, votes.DeviceVotes));

        votes = new Votequorum(Self, settings with { ExpectedVotes = 1, DeviceVotes = 0 }, 0);
        votes.HandleNodeInfo(Self, new VoteNodeInfo(Self, 1, 1, VoteFlags.First));
        votes.HandleNodeInfo(Self, new VoteNodeInfo(0, 1, 0, VoteFlags.None));
        votes.HandleNodeInfo(Other, new VoteNodeInfo(Other, 1, 2, VoteFlags.Quorate));
        Assert.True(votes.IsQuorate);
        votes.HandleNodeInfo(Other, new VoteNodeInfo(0, 0, 0, VoteFlags.None));
        Assert.Equal(1u, votes.DeviceVotes);
    }

    [Fact]
    public void Last_man_standing_is_for_nodes_of_one_vote()
    {
        var votes = new Votequorum(Self, VirtualRing.Majority(3) with { LastManStanding = true }, 0);
        votes.HandleNodeInfo(Other, new VoteNodeInfo(Other, 1, 3, VoteFlags.None));
        Assert.Contains("LastManStanding", votes.FlagNames());
        Assert.Empty(votes.Log);
        votes.HandleNodeInfo(Other, new VoteNodeInfo(Other, 2, 3, VoteFlags.None));
        Assert.DoesNotContain("LastManStanding", votes.FlagNames());
        Assert.Equal(
            (LogPriority.Warning, "last_man_standing is disabled: node 2 has 2 votes, 1 each is required"), Assert.Single(votes.Log));
    }

    [Fact]
    public void Only_who_has_quorum_and_waits_for_nobody_ends_the_wait_for_all()
    {
        var votes = new Votequorum(Self, VirtualRing.Majority(9) with { WaitForAll = true }, 0);
        votes.HandleNodeInfo(Other, new VoteNodeInfo(Other, 1, 9, VoteFlags.None));
        Assert.True(votes.WaitsForAll);
        votes.HandleNodeInfo(Other, new VoteNodeInfo(Other, 1, 9, VoteFlags.Quorate | VoteFlags.WaitForAllStatus));
        Assert.True(votes.WaitsForAll);
        votes.HandleNodeInfo(Other, new VoteNodeInfo(Other, 1, 9, VoteFlags.Quorate));
        Assert.False(votes.WaitsForAll);
    }

    [Fact]
    public void A_registration_is_done_when_its_own_message_comes_round()
    {
        var votes = new Votequorum(Self, VirtualRing.Majority(2) with { HasDevice = true, DeviceVotes = 1 }, 0);
        Assert.Equal(VoteResult.Accepted, votes.Register("Qdevice"));
        votes.HandleDeviceRegister(Other, new VoteDeviceRegister(true, "Qdevice"));
        Assert.Null(votes.Registration);
        votes.HandleDeviceRegister(Self, new VoteDeviceRegister(true, "another"));
        Assert.Null(votes.Registration);
        votes.HandleDeviceRegister(Self, new VoteDeviceRegister(true, "Qdevice"));
        Assert.Equal(VoteResult.Accepted, votes.Registration);
    }

    [Fact]
    public void The_votes_of_a_node_that_is_not_known_are_not_changed()
    {
        var votes = new Votequorum(Self, VirtualRing.Majority(2), 0);
        votes.HandleReconfigure(new VoteReconfigure(7, 5, VoteParameter.NodeVotes));
        Assert.Null(votes.View(7));
        Assert.Equal(VoteResult.UnknownNode, votes.SetVotes(7, 1));
    }
}
