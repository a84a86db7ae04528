using Mainstay.Ring.Core.Configuration;

namespace Mainstay.Ring.Core.Tests;

/// <summary>What a reload may change of section <c>quorum</c>, and what stays as it was at the start (spec/quorum.md sections 1 and
/// 2).</summary>
public sealed class QuorumReloadTests
{
    /// <summary>Without a provider every partition is quorate: a slip in a file must not make both halves of a cluster so.</summary>
    [Fact]
    public void A_file_without_the_provider_leaves_quorum_as_it_was()
    {
        var ring = new VirtualRing([1, 2, 3]);
        ring.RunUntilFormed(1, 2, 3);
        foreach (var id in new uint[] { 1, 2, 3 }) Reload(ring, id, QuorumSettings.Disabled with { ExpectedVotes = 3 });
        ring.Isolate(3);
        ring.RunUntilFormed(3);
        ring.RunUntilFormed(1, 2);
        Assert.Equal("3 inquorate 1/3", ring.QuorumChanges(3)[^1]);
        Assert.Equal("1 2 quorate 2/3", ring.QuorumChanges(1)[^1]);
    }

    [Fact]
    public void A_provider_that_a_file_adds_waits_for_the_next_start()
    {
        var ring = new VirtualRing([1, 2, 3], _ => QuorumSettings.Disabled);
        ring.RunUntilFormed(1, 2, 3);
        foreach (var id in new uint[] { 1, 2, 3 }) Reload(ring, id, VirtualRing.Majority(3));
        ring.Isolate(3);
        ring.RunUntilFormed(3);
        Assert.True(ring[3].Quorum.IsQuorate);
    }

    /// <summary>As Corosync 3.1.7 does: who adds a third node to two must not wait for all three after the next loss of quorum.</summary>
    [Fact]
    public void Where_wait_for_all_is_not_written_it_follows_two_node_at_a_reload_too()
    {
        var two = VirtualRing.Majority(2) with { TwoNode = true, WaitForAll = true, IsWaitForAllImplied = true };
        var three = VirtualRing.Majority(3) with { IsWaitForAllImplied = true };
        var ring = new VirtualRing([1, 2, 3], _ => two);
        ring.Crash(3);
        ring.RunUntilFormed(1, 2);
        foreach (var id in new uint[] { 1, 2 }) Reload(ring, id, three);
        ring.Run(100);
        Assert.DoesNotContain("WaitForAll", ring[1].QuorumFlags);
        ring.Isolate(2);
        ring.RunUntilFormed(1);
        ring.RunUntilFormed(2);
        Assert.False(ring[1].Quorum.IsQuorate);
        ring.Heal();
        ring.RunUntilFormed(1, 2);
        Assert.Equal("1 2 quorate 2/3", ring.QuorumChanges(1)[^1]);

        foreach (var id in new uint[] { 1, 2 }) Reload(ring, id, two);
        ring.Run(100);
        Assert.Equal(["2Node", "Quorate", "WaitForAll"], ring[1].QuorumFlags);
    }

    [Fact]
    public void Where_wait_for_all_is_written_it_stays_as_it_was_at_the_start()
    {
        var without = VirtualRing.Majority(2);
        var ring = new VirtualRing([1, 2], _ => without);
        ring.RunUntilFormed(1, 2);
        foreach (var id in new uint[] { 1, 2 }) Reload(ring, id, without with { WaitForAll = true });
        ring.Run(100);
        Assert.Equal(["Quorate"], ring[1].QuorumFlags);
    }

    /// <summary>Corosync's nodes of the same ring would not know of it, or go on with it: halves must decide alike.</summary>
    [Fact]
    public void The_tie_breaker_stays_as_it_was_at_the_start()
    {
        var without = VirtualRing.Majority(4);
        var with = without with { TieBreaker = TieBreaker.Lowest, TieBreakerConfigured = true };
        foreach (var (first, then, isQuorate) in new[] { (without, with, false), (with, without, true) })
        {
            var ring = new VirtualRing([1, 2, 3, 4], _ => first);
            ring.RunUntilFormed(1, 2, 3, 4);
            foreach (var id in new uint[] { 1, 2, 3, 4 }) Reload(ring, id, then);
            ring.Run(100);
            ring.Isolate(3, 4);
            ring.RunUntilFormed(1, 2);
            Assert.Equal(isQuorate, ring[1].Quorum.IsQuorate);
        }
    }

    /// <summary>Corosync 3.1.7: <c>AutoTieBreaker</c> goes from the flags while there are three nodes, and is back with two.</summary>
    [Fact]
    public void An_odd_number_of_votes_suspends_the_tie_breaker()
    {
        var even = VirtualRing.Majority(2) with { TieBreaker = TieBreaker.Lowest, TieBreakerConfigured = true };
        var odd = even with { TieBreaker = TieBreaker.None, HasOddVotes = true };
        var ring = new VirtualRing([1, 2], _ => even);
        ring.RunUntilFormed(1, 2);
        Reload(ring, 1, odd);
        Assert.Equal(["Quorate"], ring[1].QuorumFlags);
        Reload(ring, 1, even);
        Assert.Equal(["Quorate", "AutoTieBreaker"], ring[1].QuorumFlags);
        Reload(ring, 1, even with { TwoNode = true, WaitForAll = true, IsWaitForAllImplied = true });
        Assert.Equal(["Quorate", "WaitForAll", "AutoTieBreaker"], ring[1].QuorumFlags);
    }

    private static void Reload(VirtualRing ring, uint id, QuorumSettings quorum) =>
        ring.Do(id, (now, outbox) => ring[id].Reconfigure(now, ring.OptionsOf(id) with { Quorum = quorum }, outbox));
}
