using Mainstay.Ring.Core.Configuration;
using Mainstay.Ring.Core.Map;
using Mainstay.Ring.Core.Services;

namespace Mainstay.Ring.Core.Tests;

/// <summary>Votes set, nodes killed and shut down by request (spec/quorum.md section 6, spec/ring-wire.md section 4.4).</summary>
public sealed class AdministrationTests
{
    [Fact]
    public void Votes_set_on_one_node_hold_on_all_and_senseless_ones_are_refused()
    {
        var ring = new VirtualRing([1, 2, 3]);
        ring.RunUntilFormed(1, 2, 3);
        Assert.Equal(VoteResult.Accepted, SetVotes(ring, 1, 0, 0));
        ring.Run(100);
        Assert.Equal(0u, ring[3].VotesOf(1)!.Votes);
        Assert.Equal("1 2 3 quorate 2/3", ring.QuorumChanges(3)[^1]);
        Assert.Equal(VoteResult.Accepted, SetVotes(ring, 1, 2, 2));
        ring.Run(100);
        Assert.Equal("1 2 3 quorate 3/3", ring.QuorumChanges(3)[^1]);
        Assert.Equal(VoteResult.UnknownNode, SetVotes(ring, 1, 77, 1));
        ring.Crash(3);
        ring.RunUntilFormed(1, 2);
        Assert.Equal(VoteResult.InvalidParameter, SetVotes(ring, 1, 2, 0));
    }

    [Fact]
    public void A_node_is_viewed_with_its_state_votes_and_flags()
    {
        var ring = new VirtualRing([1, 2], _ => VirtualRing.Majority(2) with { TwoNode = true, WaitForAll = true });
        ring.RunUntilFormed(1, 2);
        ring.Crash(2);
        ring.RunUntilFormed(1);
        var view = ring[1].VotesOf(2)!;
        Assert.Equal((VoteViewState.Dead, 1u, 2u, 1u), (view.State, view.Votes, view.ExpectedVotes, view.Quorum));
        Assert.Equal(VoteViewFlags.TwoNode | VoteViewFlags.Quorate | VoteViewFlags.WaitForAll, ring[1].VotesOf(0)!.Flags);
        Assert.Null(ring[1].VotesOf(9));
    }

    [Fact]
    public void Waiting_for_all_can_be_cancelled()
    {
        var ring = new VirtualRing([1, 2, 3], _ => VirtualRing.Majority(3) with { WaitForAll = true });
        ring.Isolate(3);
        ring.RunUntilFormed(1, 2);
        Assert.False(ring[1].Quorum.IsQuorate);
        ring.Do(2, (now, outbox) => ring[2].CancelWaitForAll(now, outbox));
        ring.Run(200);
        Assert.True(ring[1].Quorum.IsQuorate);
        Assert.True(ring[2].Quorum.IsQuorate);
    }

    [Fact]
    public void With_allow_downscale_a_clean_leaver_lowers_the_expected_votes_but_not_below_those_configured()
    {
        var ring = new VirtualRing(
            [1, 2, 3, 4, 5], _ => VirtualRing.Majority(3) with { AllowDownscale = true, ExpectedVotesTracking = true });
        ring.RunUntilFormed(1, 2, 3, 4, 5);
        Assert.Equal("1 2 3 4 5 quorate 5/5", ring.QuorumChanges(1)[^1]);
        ring.Leave(5);
        ring.RunUntilFormed(1, 2, 3, 4);
        Assert.Equal(4u, ring[1].VotesOf(0)!.ExpectedVotes);
        ring.Leave(4);
        ring.RunUntilFormed(1, 2, 3);
        ring.Leave(3);
        ring.RunUntilFormed(1, 2);
        Assert.Equal("1 2 quorate 2/3", ring.QuorumChanges(1)[^1].Replace("/2", "/3", StringComparison.Ordinal));
        Assert.Equal(2u, ring[1].VotesOf(0)!.Quorum);
    }

    [Fact]
    public void Last_man_standing_with_a_tie_breaker_goes_down_to_one()
    {
        var ring = new VirtualRing([1, 2, 3, 4], _ => VirtualRing.Majority(4) with
        {
            LastManStanding = true,
            LastManStandingWindow = 1000,
            TieBreaker = TieBreaker.Lowest,
            TieBreakerConfigured = true,
            WaitForAll = true,
        });
        ring.RunUntilFormed(1, 2, 3, 4);
        uint[] left = [1, 2, 3, 4];
        foreach (var victim in (uint[])[4, 3, 2])
        {
            ring.Crash(victim);
            left = [.. left.Where(n => n != victim)];
            ring.RunUntilFormed(left);
            Assert.True(ring[1].Quorum.IsQuorate, $"lost with {left.Length} nodes");
            ring.Run(1500);
        }

        Assert.True(ring[1].Quorum.IsQuorate);
    }

    [Fact]
    public void A_member_is_killed_by_request_and_who_is_none_is_not()
    {
        var ring = new VirtualRing([1, 2]);
        ring.RunUntilFormed(1, 2);
        ring.Do(1, (now, outbox) => Assert.False(ring[1].TryKill(now, 7, "by test", outbox)));
        ring.Do(1, (now, outbox) => Assert.True(ring[1].TryKill(now, 2, "by test", outbox)));
        ring.Run(200);
        Assert.Equal("killed by node 1: by test", ring.EndOf(2));
        Assert.Null(ring.EndOf(1));
    }

    [Fact]
    public void A_shutdown_that_nobody_watches_goes_ahead_at_once()
    {
        var ring = new VirtualRing([1, 2]);
        ring.RunUntilFormed(1, 2);
        Shutdown(ring, ShutdownKind.Request);
        ring.Run(200);
        Assert.Equal(["ShutdownDecided 5 1"], ring.Answers(1));
        Assert.Equal("shutdown was requested", ring.EndOf(1));
        Assert.Null(ring.EndOf(2));
    }

    [Theory]
    [InlineData(ShutdownKind.Request, true, true)]
    [InlineData(ShutdownKind.Request, false, false)]
    [InlineData(ShutdownKind.Regardless, false, true)]
    public void Watchers_are_asked_and_may_forbid_a_plain_request(ShutdownKind kind, bool agrees, bool goesDown)
    {
        var ring = new VirtualRing([1]);
        ring.RunUntilFormed(1);
        ring[1].WatchShutdown(8);
        Shutdown(ring, kind);
        ring.Run(1000);
        Assert.Equal([$"ShutdownAsked 8 {(int)kind}"], ring.Answers(1));
        ring.Do(1, (now, outbox) => Assert.False(ring[1].RequestShutdown(now, 6, kind, outbox)));
        ring.Do(1, (now, outbox) => ring[1].AnswerShutdown(now, 8, agrees, outbox));
        ring.Run(200);
        Assert.Equal($"ShutdownDecided 5 {(goesDown ? 1 : 2)}", ring.Answers(1)[^1]);
        Assert.Equal(goesDown, ring.EndOf(1) is not null);
    }

    [Theory]
    [InlineData(ShutdownKind.Request, false)]
    [InlineData(ShutdownKind.Regardless, true)]
    public void A_watcher_that_does_not_answer_in_time_counts_as_having_refused(ShutdownKind kind, bool goesDown)
    {
        var ring = new VirtualRing([1]);
        ring.RunUntilFormed(1);
        ring[1].WatchShutdown(8);
        ring[1].Map.Set("cfg.shutdown_timeout", MapValue.Of(2000u));
        Shutdown(ring, kind);
        ring.Run(1900);
        Assert.Single(ring.Answers(1));
        ring.Run(200);
        Assert.Equal(goesDown, ring.EndOf(1) is not null);
    }

    [Fact]
    public void A_watcher_that_is_gone_has_nothing_against_it_and_an_immediate_shutdown_waits_for_nobody()
    {
        var ring = new VirtualRing([1]);
        ring.RunUntilFormed(1);
        ring[1].WatchShutdown(8);
        Shutdown(ring, ShutdownKind.Request);
        ring.Disconnect(1, 8);
        ring.Run(100);
        Assert.NotNull(ring.EndOf(1));

        ring = new VirtualRing([1]);
        ring.RunUntilFormed(1);
        ring[1].WatchShutdown(8);
        Shutdown(ring, ShutdownKind.Immediate);
        ring.Run(100);
        Assert.Equal("ShutdownAsked 8 2", ring.Answers(1)[0]);
        Assert.NotNull(ring.EndOf(1));
    }

    [Fact]
    public void Groups_are_listed_with_their_members_on_all_nodes()
    {
        var ring = new VirtualRing([1, 2]);
        ring.RunUntilFormed(1, 2);
        ring.Join(1, 5, "beta", 100);
        ring.Join(2, 6, "alpha", 200);
        ring.Join(2, 7, "beta", 201);
        ring.Run(200);
        Assert.Equal(
            ["alpha 2/200", "beta 1/100 2/201"],
            ring[1].Groups.Select(g => System.Text.Encoding.UTF8.GetString(g.Key.Span)
                + string.Concat(g.Value.Select(m => $" {m.NodeId}/{m.ProcessId}"))));
    }

    private static VoteResult SetVotes(VirtualRing ring, uint asked, uint node, uint votes)
    {
        var result = VoteResult.Accepted;
        ring.Do(asked, (now, outbox) => result = ring[asked].SetVotes(now, node, votes, outbox));
        return result;
    }

    private static void Shutdown(VirtualRing ring, ShutdownKind kind) =>
        ring.Do(1, (now, outbox) => Assert.True(ring[1].RequestShutdown(now, 5, kind, outbox)));
}
