namespace Mainstay.Totem.Tests;

/// <summary>Evidence that a member is gone, and members that are held out.</summary>
public sealed class DetectionTests
{
    private static readonly TotemSettings s_settings = new() { Token = 1000, Consensus = 1200 };

    [Fact]
    public void A_member_whose_end_one_survivor_knows_of_is_gone_within_milliseconds_on_all()
    {
        var cluster = Form(4, isUniform: true);
        cluster[3].Crash();
        var crash = cluster.Now;
        Assert.True(Tell(cluster, 2, about: 3));
        cluster.RunUntil(() => HaveRing(cluster, 1, 2, 4), "a ring of the survivors", milliseconds: 50);
        Assert.Equal(0, cluster.Nodes.Values.Where(n => n.IsRunning).Sum(n => n.Ring.Statistics.ConsensusTimeouts));
        Assert.True(cluster.Now - crash < TimeSpan.FromMilliseconds(50));
        Assert.Contains("gather: PeerGone (node 3)", cluster[2].Log);
        Assert.Contains("gather: MergeDuringJoin (node 2)", cluster[1].Log);
    }

    [Fact]
    public void In_a_mixed_ring_evidence_changes_nothing()
    {
        var cluster = Form(3, isUniform: true);
        foreach (var node in cluster.Nodes.Values) node.Ring.SetMainstayNodes([new NodeId(1), new NodeId(3)]);
        cluster[3].Crash();
        Assert.False(Tell(cluster, 1, about: 3));
        Assert.Equal(TotemState.Operational, cluster[1].Ring.State);
        cluster.RunUntil(() => HaveRing(cluster, 1, 2), "a ring by the reference's timeouts");
        Assert.Equal(1, cluster[1].Ring.Statistics.OperationalTokenLost + cluster[2].Ring.Statistics.OperationalTokenLost);
    }

    [Fact]
    public void The_one_member_of_another_make_may_be_the_one_that_is_gone()
    {
        var cluster = Form(3, isUniform: true);
        foreach (var node in cluster.Nodes.Values) node.Ring.SetMainstayNodes([new NodeId(1), new NodeId(2)]);
        cluster[3].Crash();
        Assert.True(Tell(cluster, 1, about: 3));
        cluster.RunUntil(() => HaveRing(cluster, 1, 2), "a ring of the survivors", milliseconds: 50);
    }

    [Fact]
    public void Evidence_while_the_members_agree_spares_the_consensus_timeout()
    {
        var cluster = Form(3, isUniform: true);
        cluster[3].Crash();
        cluster.RunUntil(() => cluster[1].Ring.State == TotemState.Gather, "the token is lost");
        cluster.Run(TimeSpan.FromMilliseconds(100));
        Assert.True(Tell(cluster, 1, about: 3));
        Assert.False(Tell(cluster, 1, about: 3));
        cluster.RunUntil(() => HaveRing(cluster, 1, 2), "a ring of the survivors", milliseconds: 50);
    }

    [Fact]
    public void A_living_member_given_up_by_mistake_comes_back_by_itself()
    {
        var cluster = Form(3, isUniform: true);
        Assert.True(Tell(cluster, 1, about: 3));
        var rings = cluster[1].Ring.Statistics.OperationalEntered;
        cluster.RunUntil(
            () => cluster[1].Ring.Statistics.OperationalEntered > rings
                && HaveRing(cluster, 1, 2, 3), "a ring of all", milliseconds: 3_700);
        Assert.Contains("Transitional 1.9 {1 2} left {3}", cluster[1].Log);
        Assert.Contains("Regular 1.d {1 2 3} joined {3}", cluster[2].Log);
    }

    [Fact]
    public void Evidence_about_oneself_or_a_stranger_or_to_a_stopped_ring_is_ignored()
    {
        var cluster = Form(2, isUniform: true);
        Assert.False(Tell(cluster, 1, about: 1));
        Assert.False(Tell(cluster, 1, about: 7));
        var ring = cluster[1].Ring;
        cluster[1].Leave();
        Assert.False(ring.HandlePeerGone(cluster.Now, new NodeId(2), new Outbox()));
    }

    /// <summary>Node 4 is heard and hears nobody: without holding it out, every round costs the others a consensus timeout.</summary>
    [Fact]
    public void A_node_that_asks_to_join_and_never_can_is_held_out_after_three_times_and_heard_again_later()
    {
        var cluster = Form(3, isUniform: true, count: 4);
        foreach (var other in new uint[] { 1, 2, 3 }) cluster.Cut(other, 4);
        cluster[4].Start();
        cluster[4].Ring.SetMainstayNodes([.. cluster.Configured]);
        cluster.RunUntil(() => IsHeldOut(cluster, 1, 4), "node 4 is held out");
        Assert.Equal([new NodeId(4)], cluster[3].Ring.HeldOutAt(cluster.Now).Select(held => held.Node));
        Assert.Equal(3, cluster[1].Ring.HeldOutAt(cluster.Now)[0].Strikes);

        // Calm from here on, though node 4 goes on asking.
        cluster.RunUntil(() => HaveRing(cluster, 1, 2, 3), "a ring of three");
        var ring = cluster[1].Ring.InstalledRing;
        var until = cluster[1].Ring.HeldOutAt(cluster.Now)[0].Until;
        cluster.Run(until - cluster.Now - TimeSpan.FromMilliseconds(100));
        Assert.Equal(ring, cluster[1].Ring.InstalledRing);
        Assert.True(cluster[1].Ring.Statistics.Dropped(DropReason.HeldOut) > 10);

        // One more time, for twice as long; and when its network is whole it is taken in after that.
        cluster.RunUntil(() => cluster[1].Ring.HeldOutAt(cluster.Now) is [{ Strikes: 4 }], "the next round");
        var next = cluster[1].Ring.HeldOutAt(cluster.Now)[0].Until - cluster.Now;
        Assert.InRange(next, 1.3 * cluster.Options.HoldOut, 2 * cluster.Options.HoldOut);
        cluster.Heal();
        cluster.RunUntil(() => HaveRing(cluster, 1, 2, 3, 4), "a ring of all", milliseconds: 60_000);
    }

    [Fact]
    public void In_a_mixed_ring_nobody_is_held_out()
    {
        var cluster = Form(3, isUniform: false, count: 4);
        foreach (var other in new uint[] { 1, 2, 3 }) cluster.Cut(other, 4);
        cluster[4].Start();
        cluster.Run(TimeSpan.FromSeconds(20));
        Assert.Equal(0, cluster[1].Ring.Statistics.Dropped(DropReason.HeldOut));
        Assert.True(cluster[1].Ring.Statistics.OperationalEntered > 4);
    }

    [Fact]
    public void Halves_that_fall_apart_again_and_again_do_not_hold_each_other_out()
    {
        var cluster = Form(4, isUniform: true);
        for (var round = 0; round < 5; round++)
        {
            foreach (var (a, b) in from a in new uint[] { 1, 2 } from b in new uint[] { 3, 4 } select (a, b))
            {
                cluster.Cut(a, b);
                cluster.Cut(b, a);
            }

            cluster.RunUntil(() => HaveRing(cluster, 1, 2) && HaveRing(cluster, 3, 4), "halves");
            cluster.Heal();
            cluster.RunUntil(() => HaveRing(cluster, 1, 2, 3, 4), "a ring of all");
        }

        Assert.All(cluster.Nodes.Values, node => Assert.Empty(node.Ring.HeldOutAt(cluster.Now)));
    }

    [Fact]
    public void A_member_that_the_ring_has_to_wait_for_again_and_again_is_given_up_and_held_out()
    {
        var cluster = Form(4, isUniform: true);
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(TotemState.Operational, cluster[1].Ring.State);
            foreach (var witness in new uint[] { 1, 2, 4 }) Assert.True(TellOfStall(cluster, witness, about: 3));
        }

        cluster.RunUntil(() => HaveRing(cluster, 1, 2, 4), "a ring without node 3", milliseconds: 50);
        Assert.Equal([new NodeId(3)], cluster[4].Ring.HeldOutAt(cluster.Now).Select(held => held.Node));

        // What was noted for the stalls is not counted once more for the loss.
        Assert.Equal(3, cluster[1].Ring.HeldOutAt(cluster.Now)[0].Strikes);
        cluster.RunUntil(() => HaveRing(cluster, 1, 2, 3, 4), "a ring of all", milliseconds: 60_000);
    }

    /// <summary>Node 1 alone knows why no ring is formed with node 4; what follows from it must be the same on all.</summary>
    [Fact]
    public void A_node_that_no_ring_can_be_formed_with_is_given_up_at_once_and_all_count_the_same()
    {
        var cluster = Form(3, isUniform: true, count: 4);
        foreach (var other in new uint[] { 1, 2, 3 }) cluster.Cut(other, 4);
        cluster[4].Start();
        for (var round = 0; round < 3; round++)
        {
            cluster.RunUntil(() => cluster[1].Ring.Attendants.Contains(new NodeId(4)), "node 4 wants to join");
            Assert.True(cluster[1].Ring.IsForming);
            Assert.True(TellOfStall(cluster, 1, about: 4));
            cluster.RunUntil(() => HaveRing(cluster, 1, 2, 3), "a ring without node 4", milliseconds: 50);
        }

        foreach (var id in new uint[] { 1, 2, 3 })
        {
            Assert.Equal([(new NodeId(4), 3)], cluster[id].Ring.HeldOutAt(cluster.Now).Select(held => (held.Node, held.Strikes)));
        }
    }

    [Fact]
    public void In_a_mixed_ring_and_among_too_few_nobody_is_given_up_while_a_ring_is_formed()
    {
        var mixed = Form(3, isUniform: false, count: 4);
        AssertGivesNobodyUp(mixed);
        var two = Form(1, isUniform: true, count: 2);
        AssertGivesNobodyUp(two);

        static void AssertGivesNobodyUp(TestCluster cluster)
        {
            var last = (uint)cluster.Configured.Count;
            foreach (var other in Enumerable.Range(1, (int)last - 1)) cluster.Cut((uint)other, last);
            cluster[last].Start();
            cluster.RunUntil(() => cluster[1].Ring.Attendants.Contains(new NodeId(last)), "the last wants to join");
            Assert.False(TellOfStall(cluster, 1, about: last));
            Assert.Contains(new NodeId(last), cluster[1].Ring.Attendants);
        }
    }

    /// <summary>Node 1 has noted two stalls, long ago; that must not keep it from counting what all the others count.</summary>
    [Fact]
    public void Only_a_stall_of_a_short_while_ago_is_part_of_a_loss()
    {
        var cluster = Form(4, isUniform: true);
        Assert.True(TellOfStall(cluster, 1, about: 3));
        Assert.True(TellOfStall(cluster, 1, about: 3));
        cluster.Run(TimeSpan.FromSeconds(3));
        cluster[3].Crash();
        Assert.True(Tell(cluster, 2, about: 3));
        cluster.RunUntil(() => HaveRing(cluster, 1, 2, 4), "a ring without node 3", milliseconds: 50);
        Assert.Equal([3], cluster[1].Ring.HeldOutAt(cluster.Now).Select(held => held.Strikes));
    }

    [Fact]
    public void Of_two_members_and_in_mixed_rings_nobody_is_noted_for_a_stall()
    {
        var two = Form(2, isUniform: true);
        Assert.False(TellOfStall(two, 1, about: 2));
        var mixed = Form(3, isUniform: false);
        Assert.False(TellOfStall(mixed, 1, about: 2));
        var own = Form(3, isUniform: true);
        Assert.False(TellOfStall(own, 1, about: 1));
    }

    [Fact]
    public void A_member_that_wants_new_rings_without_need_is_given_up_and_held_out()
    {
        var cluster = Form(4, isUniform: true);
        for (var round = 0; round < 3; round++)
        {
            cluster.RunUntil(() => HaveRing(cluster, 1, 2, 3, 4), "a ring of all");
            var before = cluster[1].Ring.Statistics.GatherEntered;
            cluster[2].Force();
            cluster.RunUntil(() => cluster[1].Ring.Statistics.GatherEntered > before, "node 1 hears of it");
        }

        cluster.RunUntil(() => HaveRing(cluster, 1, 3, 4), "a ring without node 2", milliseconds: 100);
        Assert.Equal([new NodeId(2)], cluster[3].Ring.HeldOutAt(cluster.Now).Select(held => held.Node));
    }

    /// <summary>
    /// It is back before it is missed. Without looking at that it was held out and a member all the same, and each restart a new ring.
    /// </summary>
    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    public void A_member_that_crashes_and_comes_back_before_it_is_missed_is_held_out_the_third_time(uint looping)
    {
        var cluster = Form(4, isUniform: true);
        uint[] others = [.. new uint[] { 1, 2, 3, 4 }.Where(id => id != looping)];
        for (var round = 1; round <= 2; round++)
        {
            Restart(cluster, looping, after: 200);
            cluster.RunUntil(() => HaveRing(cluster, 1, 2, 3, 4), "a ring of all", milliseconds: 200);
            Assert.All(others, id => Assert.False(IsHeldOut(cluster, id, looping)));
            cluster.Run(TimeSpan.FromMilliseconds(300));
        }

        Restart(cluster, looping, after: 200);
        cluster.RunUntil(() => HaveRing(cluster, others), "a ring without it", milliseconds: 200);
        Assert.All(others, id => Assert.Equal(3, cluster[id].Ring.HeldOutAt(cluster.Now).Single().Strikes));
        Assert.Equal(0, cluster[others[0]].Ring.Statistics.ConsensusTimeouts);

        // It goes on crashing, and nobody minds.
        var ring = cluster[others[0]].Ring.InstalledRing;
        var until = cluster[others[0]].Ring.HeldOutAt(cluster.Now)[0].Until;
        while (until - cluster.Now > TimeSpan.FromSeconds(1))
        {
            Restart(cluster, looping, after: 200);
            cluster.Run(TimeSpan.FromMilliseconds(300));
        }

        Assert.Equal(ring, cluster[others[0]].Ring.InstalledRing);

        // Once it stays alive it is taken in.
        cluster.RunUntil(() => HaveRing(cluster, 1, 2, 3, 4), "a ring of all", milliseconds: 60_000);
    }

    /// <summary>The token is lost before it is back: nobody waits for its consent, the third time.</summary>
    [Fact]
    public void A_member_that_comes_back_while_the_others_agree_is_held_out_the_third_time()
    {
        var cluster = Form(4, isUniform: true);
        for (var round = 1; round <= 3; round++)
        {
            Restart(cluster, 3, after: 1500);
            cluster.RunUntil(() => HaveRing(cluster, 1, 2, 4) || HaveRing(cluster, 1, 2, 3, 4), "a ring", milliseconds: 200);
            Assert.Equal(round == 3, HaveRing(cluster, 1, 2, 4));
        }

        Assert.True(IsHeldOut(cluster, 4, 3));
    }

    [Fact]
    public void A_member_that_is_found_in_a_newer_ring_too_often_is_held_out()
    {
        var cluster = Form(4, isUniform: true);
        for (var round = 1; round <= 3; round++)
        {
            // Node 4 takes all others for gone and nobody hears it say so, until it is alone and merges.
            foreach (var other in new uint[] { 1, 2, 3 }) cluster.Cut(4, other);
            foreach (var other in new uint[] { 1, 2, 3 }) Assert.True(Tell(cluster, 4, about: other));

            cluster.RunUntil(() => HaveRing(cluster, 4), "node 4 is alone", milliseconds: 100);
            cluster.Heal();
            Assert.True(cluster[4].Submit("is anybody there?"));
            cluster.RunUntil(() => HaveRing(cluster, 1, 2, 3) || HaveRing(cluster, 1, 2, 3, 4), "a ring", milliseconds: 500);
            Assert.Equal(round == 3, HaveRing(cluster, 1, 2, 3));
        }

        Assert.True(IsHeldOut(cluster, 1, 4));
    }

    [Fact]
    public void Members_that_restart_in_turn_are_all_welcome()
    {
        var cluster = Form(4, isUniform: true);
        for (var round = 1; round <= 2; round++)
        {
            for (var id = 1u; id <= 4; id++)
            {
                Restart(cluster, id, after: 200);
                cluster.RunUntil(() => HaveRing(cluster, 1, 2, 3, 4), "a ring of all", milliseconds: 200);
            }
        }

        Assert.All(cluster.Nodes.Values, node => Assert.Empty(node.Ring.HeldOutAt(cluster.Now)));
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void Of_two_members_and_in_mixed_rings_who_comes_back_is_always_welcome(int members, bool isUniform)
    {
        var cluster = Form(members, isUniform);
        uint[] all = [.. Enumerable.Range(1, members).Select(id => (uint)id)];
        for (var round = 1; round <= 5; round++)
        {
            Restart(cluster, 2, after: 200, isUniform);
            cluster.RunUntil(() => HaveRing(cluster, all), "a ring of all", milliseconds: 200);
        }

        Assert.Equal(0, cluster[1].Ring.Statistics.Dropped(DropReason.HeldOut));
    }

    /// <summary>Its good-bye may be the last that is heard of it for less than the time that forming a ring takes.</summary>
    [Fact]
    public void A_restart_in_good_order_is_welcome_however_quick()
    {
        var cluster = Form(4, isUniform: true);
        for (var round = 1; round <= 5; round++)
        {
            cluster[3].Leave();
            cluster[3].Start();
            cluster[3].Ring.SetMainstayNodes([.. cluster.Configured]);
            cluster.RunUntil(() => HaveRing(cluster, 1, 2, 3, 4), "a ring of all", milliseconds: 1000);
        }

        Assert.Equal(0, cluster[1].Ring.Statistics.Dropped(DropReason.HeldOut));
    }

    [Fact]
    public void A_ring_that_has_become_too_small_holds_nobody_out_any_more()
    {
        var cluster = Form(3, isUniform: true);
        for (var round = 0; round < 3; round++)
        {
            foreach (var witness in new uint[] { 1, 2 }) Assert.True(TellOfStall(cluster, witness, about: 3));
        }

        cluster.RunUntil(() => HaveRing(cluster, 1, 2), "a ring without node 3");
        cluster[2].Crash();
        cluster.RunUntil(() => HaveRing(cluster, 1, 3), "the two that are left find together", milliseconds: 8_000);
    }

    [Fact]
    public void Who_leaves_in_good_order_is_never_held_out()
    {
        var cluster = Form(3, isUniform: true);
        for (var round = 0; round < 5; round++)
        {
            cluster[3].Leave();
            cluster.RunUntil(() => HaveRing(cluster, 1, 2), "a ring of two", milliseconds: 100);
            cluster[3].Start();
            cluster.RunUntil(() => HaveRing(cluster, 1, 2, 3), "a ring of all");
        }

        Assert.Equal(0, cluster[1].Ring.Statistics.Dropped(DropReason.HeldOut));
    }

    [Fact]
    public void Hold_outs_double_up_to_the_limit_and_quiet_clears_a_node()
    {
        var book = new HoldOutBook();
        var node = new NodeId(5);
        var first = TimeSpan.FromSeconds(1);
        var longest = TimeSpan.FromSeconds(3);
        var now = Instant.FromMilliseconds(0);
        double[] longestOfEach = [0, 0, 1, 2, 3, 3, 3];
        var durations = new List<double>();
        foreach (var seconds in longestOfEach)
        {
            now += TimeSpan.FromSeconds(4);
            durations.Add(book.Strike(node, HoldOutCause.Lost, now, first, longest).TotalSeconds);
            Assert.InRange(durations[^1], seconds * 2 / 3, seconds);
        }

        // Never the same again, lest they fall in step with something.
        Assert.Equal(3, durations[^3..].Distinct().Count());

        Assert.True(book.IsHeldOut(node, now + TimeSpan.FromSeconds(1.9)));
        Assert.False(book.IsHeldOut(node, now + longest));
        now += longest + TimeSpan.FromSeconds(8.5);
        Assert.Equal(TimeSpan.Zero, book.Strike(node, HoldOutCause.Lost, now, first, longest));
        Assert.Empty(book.At(now));
    }

    private static TestCluster Form(int members, bool isUniform, int? count = null)
    {
        var cluster = new TestCluster(count ?? members, s_settings);
        for (var id = 1u; id <= members; id++)
        {
            cluster[id].Start();
            if (isUniform) cluster[id].Ring.SetMainstayNodes([.. cluster.Configured]);
        }

        uint[] all = [.. Enumerable.Range(1, members).Select(id => (uint)id)];
        cluster.RunUntil(() => HaveRing(cluster, all), "a ring");
        return cluster;
    }

    /// <summary>A node's process ends without a word and is back after some milliseconds.</summary>
    private static void Restart(TestCluster cluster, uint id, int after, bool isUniform = true)
    {
        cluster[id].Crash();
        cluster.Run(TimeSpan.FromMilliseconds(after));
        cluster[id].Start();
        if (isUniform) cluster[id].Ring.SetMainstayNodes([.. cluster.Configured]);
    }

    private static bool HaveRing(TestCluster cluster, params uint[] members) => members.All(id =>
        cluster[id].IsRunning
        && cluster[id].Ring is { State: TotemState.Operational, IsSynchronising: false } ring
        && ring.Membership.Select(node => node.Value).SequenceEqual(members));

    private static bool IsHeldOut(TestCluster cluster, uint by, uint node) =>
        cluster[by].Ring.HeldOutAt(cluster.Now).Any(held => held.Node.Value == node);

    private static bool Tell(TestCluster cluster, uint node, uint about) => cluster[node].Tell(about);

    private static bool TellOfStall(TestCluster cluster, uint node, uint about) => cluster[node].TellOfStall(about);
}
