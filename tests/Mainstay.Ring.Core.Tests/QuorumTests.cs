using Mainstay.Ring.Core.Configuration;

namespace Mainstay.Ring.Core.Tests;

/// <summary>Quorum over whole rings (spec/quorum.md).</summary>
public sealed class QuorumTests
{
    [Fact]
    public void The_majority_of_a_split_keeps_quorum_and_the_rest_loses_it()
    {
        var ring = new VirtualRing([1, 2, 3]);
        ring.RunUntilFormed(1, 2, 3);
        Assert.Equal("1 2 3 quorate 3/3", ring.QuorumChanges(1)[^1]);
        ring.Isolate(3);
        ring.RunUntilFormed(1, 2);
        ring.RunUntilFormed(3);
        Assert.Equal("1 2 quorate 2/3", ring.QuorumChanges(2)[^1]);
        Assert.Equal("3 inquorate 1/3", ring.QuorumChanges(3)[^1]);
        ring.Heal();
        ring.RunUntilFormed(1, 2, 3);
        Assert.Equal("1 2 3 quorate 3/3", ring.QuorumChanges(3)[^1]);
    }

    [Fact]
    public void Four_nodes_split_evenly_have_no_quorum_on_either_side()
    {
        var ring = new VirtualRing([1, 2, 3, 4]);
        ring.RunUntilFormed(1, 2, 3, 4);
        ring.Isolate(3, 4);
        ring.RunUntilFormed(1, 2);
        ring.RunUntilFormed(3, 4);
        Assert.False(ring[1].Quorum.IsQuorate);
        Assert.False(ring[3].Quorum.IsQuorate);
    }

    [Fact]
    public void The_tie_breaker_gives_an_even_split_to_the_half_with_the_lowest_node()
    {
        var ring = new VirtualRing(
            [1, 2, 3, 4], _ => VirtualRing.Majority(4) with { TieBreaker = TieBreaker.Lowest, TieBreakerConfigured = true });
        ring.RunUntilFormed(1, 2, 3, 4);
        ring.Isolate(3, 4);
        ring.RunUntilFormed(1, 2);
        ring.RunUntilFormed(3, 4);
        Assert.True(ring[1].Quorum.IsQuorate);
        Assert.False(ring[3].Quorum.IsQuorate);
    }

    [Fact]
    public void Two_nodes_are_quorate_alone_but_only_after_they_saw_each_other()
    {
        var ring = new VirtualRing([1, 2], _ => VirtualRing.Majority(2) with { TwoNode = true, WaitForAll = true });
        ring.Isolate(2);
        ring.RunUntilFormed(1);
        Assert.False(ring[1].Quorum.IsQuorate);
        ring.Heal();
        ring.RunUntilFormed(1, 2);
        Assert.True(ring[1].Quorum.IsQuorate);
        ring.Isolate(2);
        ring.RunUntilFormed(1);
        ring.RunUntilFormed(2);
        Assert.True(ring[1].Quorum.IsQuorate);
        Assert.True(ring[2].Quorum.IsQuorate);
        ring.Crash(2);
        ring.Boot(2);
        ring.RunUntilFormed(2);
        Assert.False(ring[2].Quorum.IsQuorate);
    }

    [Fact]
    public void A_restarted_node_inherits_the_established_quorum_of_those_it_meets()
    {
        var ring = new VirtualRing([1, 2, 3], _ => VirtualRing.Majority(3) with { WaitForAll = true });
        ring.RunUntilFormed(1, 2, 3);
        Assert.True(ring[1].Quorum.IsQuorate);
        ring.Crash(3);
        ring.RunUntilFormed(1, 2);
        ring.Crash(2);
        ring.Boot(2);
        ring.RunUntilFormed(1, 2);
        Assert.True(ring[1].Quorum.IsQuorate);
        Assert.True(ring[2].Quorum.IsQuorate);
    }

    [Fact]
    public void Last_man_standing_shrinks_expected_votes_after_its_window()
    {
        var ring = new VirtualRing(
            [1, 2, 3, 4, 5], _ => VirtualRing.Majority(5) with { LastManStanding = true, LastManStandingWindow = 1000 });
        ring.RunUntilFormed(1, 2, 3, 4, 5);
        ring.Crash(5);
        ring.Crash(4);
        ring.RunUntilFormed(1, 2, 3);
        Assert.Equal("1 2 3 quorate 3/5", ring.QuorumChanges(1)[^1]);
        ring.Run(1500);
        Assert.Equal("1 2 3 quorate 3/3", ring.QuorumChanges(1)[^1]);
        ring.Crash(3);
        ring.RunUntilFormed(1, 2);
        Assert.True(ring[1].Quorum.IsQuorate);
    }

    [Fact]
    public void Votes_count_not_nodes()
    {
        var ring = new VirtualRing([1, 2, 3], id => VirtualRing.Majority(5) with { Votes = id == 1 ? 3u : 1u });
        ring.RunUntilFormed(1, 2, 3);
        ring.Isolate(1);
        ring.RunUntilFormed(1);
        ring.RunUntilFormed(2, 3);
        Assert.True(ring[1].Quorum.IsQuorate);
        Assert.False(ring[2].Quorum.IsQuorate);
    }

    [Fact]
    public void Expected_votes_set_on_one_node_hold_on_all()
    {
        var ring = new VirtualRing([1, 2, 3]);
        ring.RunUntilFormed(1, 2, 3);
        ring.Crash(3);
        ring.RunUntilFormed(1, 2);
        ring.Do(2, (now, outbox) => Assert.False(ring[2].TrySetExpectedVotes(now, 1, outbox, out _)));
        ring.Do(2, (now, outbox) => Assert.True(ring[2].TrySetExpectedVotes(now, 2, outbox, out _)));
        ring.Run(100);
        Assert.Equal("1 2 quorate 2/2", ring.QuorumChanges(1)[^1]);
        Assert.Equal("1 2 quorate 2/2", ring.QuorumChanges(2)[^1]);
    }

    /// <summary>In 32 bits one more than this is 0, and half of that is no majority.</summary>
    [Theory]
    [InlineData(uint.MaxValue)]
    [InlineData(uint.MaxValue - 1)]
    public void However_many_votes_are_expected_one_is_no_majority_of_them(uint expected)
    {
        var ring = new VirtualRing([1, 2, 3], _ => VirtualRing.Majority(expected));
        ring.RunUntilFormed(1, 2, 3);
        Assert.Equal($"1 2 3 inquorate 3/{expected}", ring.QuorumChanges(1)[^1]);
        var other = new VirtualRing([1, 2, 3]);
        other.RunUntilFormed(1, 2, 3);
        other.Do(1, (now, outbox) => Assert.False(other[1].TrySetExpectedVotes(now, expected, outbox, out _)));
    }

    /// <summary>With two_node one vote is enough, whatever is expected.</summary>
    [Fact]
    public void The_one_that_is_left_of_two_nodes_may_set_expected_votes()
    {
        var ring = new VirtualRing([1, 2], _ => VirtualRing.Majority(2) with { TwoNode = true, WaitForAll = true });
        ring.RunUntilFormed(1, 2);
        ring.Crash(2);
        ring.RunUntilFormed(1);
        ring.Do(1, (now, outbox) => Assert.True(ring[1].TrySetExpectedVotes(now, 2, outbox, out _)));
        ring.Run(100);
        Assert.Equal("1 quorate 1/2", ring.QuorumChanges(1)[^1]);
    }

    [Fact]
    public void A_node_with_an_older_configuration_version_ends_itself()
    {
        var ring = new VirtualRing([1, 2]);
        ring.Crash(1);
        ring.Crash(2);
        ring.Boot(1, configVersion: 7);
        ring.RunUntilFormed(1);
        ring.Boot(2, configVersion: 6);
        ring.Run(3000);
        Assert.Contains("config_version", ring.EndOf(2), StringComparison.Ordinal);
        Assert.Null(ring.EndOf(1));
    }

    [Fact]
    public void A_leave_is_noticed_without_waiting_for_the_token_timeout()
    {
        var ring = new VirtualRing([1, 2, 3]);
        ring.RunUntilFormed(1, 2, 3);
        ring.Run(500);
        ring.Leave(1);
        ring.Run(100);
        Assert.Equal([2u, 3u], ring[2].Quorum.Members);
        Assert.Equal([2u, 3u], ring[3].Quorum.Members);
    }
}
