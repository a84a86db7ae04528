namespace Mainstay.Totem.Tests;

/// <summary>A node that ran this implementation and now runs the reference is judged as the reference's members are: not at all.</summary>
public sealed class ChangedMakeTests
{
    private static readonly TotemSettings s_settings = new() { Token = 1000, Consensus = 1200 };

    [Theory]
    [InlineData(200)]
    [InlineData(1_500)]
    public void A_member_that_changed_its_make_may_restart_again_and_again(int after)
    {
        var cluster = Formed();
        Restart(cluster, 200);
        Know(cluster, 1, 3);
        cluster.Run(TimeSpan.FromSeconds(10));
        for (var round = 1; round <= 5; round++) Restart(cluster, after);
        Assert.All(new uint[] { 1, 3 }, id => Assert.Equal(0, cluster[id].Ring.Statistics.Dropped(DropReason.HeldOut)));
        Assert.All(new uint[] { 1, 3 }, id => Assert.Equal(0, cluster[id].Ring.Statistics.Applied(TotemRule.NodeHeldOut)));
        Assert.True(cluster[1].Ring.Statistics.Applied(TotemRule.MembersOfOtherMakeNoted) > 0);
    }

    [Fact]
    public void A_member_that_changed_back_is_judged_again_as_soon_as_it_says_so()
    {
        var cluster = Formed();
        Restart(cluster, 200);
        Know(cluster, 1, 3);
        cluster.Run(TimeSpan.FromSeconds(10));
        Restart(cluster, 200);
        Know(cluster, 1, 2, 3);
        for (var round = 1; round <= 3; round++)
        {
            cluster[2].Crash();
            cluster.Run(TimeSpan.FromMilliseconds(200));
            cluster[2].Start();
            cluster.Run(TimeSpan.FromMilliseconds(200));
        }

        Assert.True(HaveRing(cluster, 1, 3));
        Assert.Equal([new NodeId(2)], cluster[1].Ring.HeldOutAt(cluster.Now).Select(held => held.Node));
    }

    private static TestCluster Formed()
    {
        var cluster = new TestCluster(3, s_settings);
        foreach (var node in cluster.Nodes.Values) node.Start();
        cluster.RunUntil(() => HaveRing(cluster, 1, 2, 3), "a ring");
        Know(cluster, 1, 2, 3);
        cluster.Run(TimeSpan.FromSeconds(10));
        return cluster;
    }

    private static void Know(TestCluster cluster, params uint[] nodes)
    {
        foreach (var id in new uint[] { 1, 3 }) cluster[id].Ring.SetMainstayNodes([.. nodes.Select(node => new NodeId(node))]);
    }

    private static void Restart(TestCluster cluster, int after)
    {
        cluster[2].Crash();
        cluster.Run(TimeSpan.FromMilliseconds(after));
        cluster[2].Start();
        cluster.RunUntil(() => HaveRing(cluster, 1, 2, 3), "a ring of all", milliseconds: 2_000);
    }

    private static bool HaveRing(TestCluster cluster, params uint[] members) => members.All(id =>
        cluster[id].IsRunning
        && cluster[id].Ring is { State: TotemState.Operational, IsSynchronising: false } ring
        && ring.Membership.Select(node => node.Value).SequenceEqual(members));
}
