using Mainstay.Totem.Wire;

namespace Mainstay.Totem.Tests;

/// <summary>Whom early detection and holding out must leave alone, and what held-out nodes can still do to a ring: nothing.</summary>
public sealed class DetectionLimitTests
{
    private static readonly TotemSettings s_settings = new() { Token = 1000, Consensus = 1200 };

    /// <summary>The reference's member among others of this make: what it does is judged as the reference would, not at all.</summary>
    [Theory]
    [InlineData(200)]
    [InlineData(1_500)]
    public void The_one_member_of_another_make_that_restarts_again_and_again_is_always_welcome(int after)
    {
        var cluster = Form([1, 2, 3], known: [1, 3]);
        for (var round = 1; round <= 5; round++)
        {
            cluster[2].Crash();
            cluster.Run(TimeSpan.FromMilliseconds(after));
            cluster[2].Start();
            cluster.RunUntil(() => HaveRing(cluster, 1, 2, 3), "a ring of all", milliseconds: 2_000);
        }

        Assert.All(new uint[] { 1, 3 }, id => Assert.Equal(0, cluster[id].Ring.Statistics.Dropped(DropReason.HeldOut)));
    }

    [Fact]
    public void A_member_of_another_make_that_is_lost_again_and_again_is_not_held_out()
    {
        var cluster = Form([1, 2, 3], known: [1, 3]);
        for (var round = 1; round <= 4; round++)
        {
            cluster[2].Crash();
            cluster.RunUntil(() => HaveRing(cluster, 1, 3), "a ring of the others");
            cluster[2].Start();
            cluster.RunUntil(() => HaveRing(cluster, 1, 2, 3), "a ring of all", milliseconds: 1_000);
        }

        Assert.Equal(0, cluster[1].Ring.Statistics.Dropped(DropReason.HeldOut));
    }

    /// <summary>It may have been the ring's obstacle before it was known that it is of another make; it is not judged by that
    /// either.</summary>
    [Fact]
    public void A_former_member_of_another_make_is_not_given_up_while_a_ring_is_formed_with_it()
    {
        var cluster = Form([1, 2, 3], known: [1, 3]);
        cluster[2].Crash();
        cluster.RunUntil(() => HaveRing(cluster, 1, 3), "a ring of the others");
        cluster.Cut(1, 2);
        cluster.Cut(3, 2);
        cluster[2].Start();
        cluster.RunUntil(() => cluster[1].Ring.Attendants.Contains(new NodeId(2)), "node 2 wants to join");
        Assert.True(cluster[1].Ring.IsForming);
        Assert.False(cluster[1].TellOfStall(2));
        Assert.Contains(new NodeId(2), cluster[1].Ring.Attendants);
    }

    [Fact]
    public void A_node_that_makes_itself_known_later_is_judged_from_then_on()
    {
        var cluster = Form([1, 2, 3], known: [1, 3]);
        for (var round = 1; round <= 3; round++)
        {
            cluster[2].Crash();
            cluster.Run(TimeSpan.FromMilliseconds(200));
            cluster[2].Start();
            cluster.RunUntil(() => HaveRing(cluster, 1, 2, 3), "a ring of all", milliseconds: 200);
        }

        foreach (var id in new uint[] { 1, 3 }) cluster[id].Ring.SetMainstayNodes([.. cluster.Configured]);
        for (var round = 1; round <= 3; round++)
        {
            cluster[2].Crash();
            cluster.Run(TimeSpan.FromMilliseconds(200));
            cluster[2].Start();
            cluster.Run(TimeSpan.FromMilliseconds(200));
            Assert.Equal(round == 3, HaveRing(cluster, 1, 3));
        }
    }

    /// <summary>A start that fails ends with a good-bye; where that is tried for ever, each one was a new ring of the others.</summary>
    [Fact]
    public void The_good_bye_of_a_node_that_is_held_out_is_not_heard()
    {
        var cluster = Form([1, 2, 3], known: [1, 2, 3, 4], count: 4);
        foreach (var other in new uint[] { 1, 2, 3 }) cluster.Cut(other, 4);
        cluster[4].Start();
        cluster.RunUntil(() => cluster[1].Ring.HeldOutAt(cluster.Now).Count > 0, "node 4 is held out", milliseconds: 60_000);
        cluster.RunUntil(() => HaveRing(cluster, 1, 2, 3), "a ring of three");
        var ring = cluster[1].Ring.InstalledRing;
        for (var round = 0; round < 5; round++)
        {
            cluster[4].Leave();
            cluster.Run(TimeSpan.FromMilliseconds(100));
            cluster[4].Start();
            cluster.Run(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(ring, cluster[1].Ring.InstalledRing);
        Assert.Equal(TotemState.Operational, cluster[1].Ring.State);
    }

    /// <summary>A copy of the join that node 3 began with, late: no sign that it began once more.</summary>
    [Fact]
    public void A_member_is_not_given_up_for_a_join_that_is_older_than_the_ring()
    {
        var cluster = Form([1, 2, 3, 4], known: [1, 2, 3, 4]);
        Assert.True(cluster[1].TellOfStall(3));
        Assert.True(cluster[1].TellOfStall(3));
        cluster[1].Force();
        var header = new PacketHeader(PacketType.Join, 0, new NodeId(3), NodeId.None, ByteOrder.Little);
        var join = new byte[JoinPacket.MinSize + 4];
        JoinPacket.Write(join, header, new NodeId(3), 1, [new NodeId(3)], []);
        cluster[1].Receive(join);
        Assert.Contains(new NodeId(3), cluster[1].Ring.Attendants);
        cluster.RunUntil(() => HaveRing(cluster, 1, 2, 3, 4), "a ring of all", milliseconds: 200);
    }

    private static TestCluster Form(uint[] members, uint[] known, int? count = null)
    {
        var cluster = new TestCluster(count ?? members.Length, s_settings);
        foreach (var id in members)
        {
            cluster[id].Start();
            cluster[id].Ring.SetMainstayNodes([.. known.Select(node => new NodeId(node))]);
        }

        cluster.RunUntil(() => HaveRing(cluster, members), "a ring");
        return cluster;
    }

    private static bool HaveRing(TestCluster cluster, params uint[] members) => members.All(id =>
        cluster[id].IsRunning
        && cluster[id].Ring is { State: TotemState.Operational, IsSynchronising: false } ring
        && ring.Membership.Select(node => node.Value).SequenceEqual(members));
}
