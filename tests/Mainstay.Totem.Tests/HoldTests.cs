namespace Mainstay.Totem.Tests;

/// <summary>When an idle ring keeps its token, and who has to ask for it (spec/totem.md section 4.6).</summary>
public sealed class HoldTests
{
    private static readonly TimeSpan s_thirtyRotations = TimeSpan.FromMilliseconds(15);

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public void The_token_of_a_fast_ring_of_this_implementation_alone_goes_round_for_longer_than_thirty_idle_rotations(
        bool isUniform, int heldAfterThirty)
    {
        var cluster = Form(2, isUniform);
        Deliver(cluster, from: 2);
        var before = Held(cluster);
        cluster.Run(s_thirtyRotations);
        Assert.Equal(heldAfterThirty, Held(cluster) - before);
        cluster.Run(TimeSpan.FromMilliseconds(10));
        Assert.Equal(1, Held(cluster) - before);
    }

    [Fact]
    public void Nobody_asks_for_a_token_that_goes_round()
    {
        var cluster = Form(2, isUniform: true);
        Deliver(cluster, from: 2);
        var asked = cluster[2].Ring.Statistics.HoldCancelsSent;
        for (var round = 0; round < 20; round++)
        {
            cluster.Run(s_thirtyRotations);
            Deliver(cluster, from: 2);
        }

        Assert.Equal(asked, cluster[2].Ring.Statistics.HoldCancelsSent);
    }

    /// <summary>While the token goes round, when it is about to be held, and when it is: no message waits for the hold timer.</summary>
    [Theory]
    [InlineData(2, true)]
    [InlineData(3, true)]
    [InlineData(3, false)]
    public void A_message_never_waits_for_a_token_that_its_sender_takes_for_moving(uint sender, bool isUniform)
    {
        var cluster = Form(3, isUniform);
        for (var pause = 0.0; pause < 40; pause += 0.13)
        {
            Deliver(cluster, from: 1 + ((uint)(pause * 100) % 3));
            cluster.Run(TimeSpan.FromMilliseconds(pause));
            Deliver(cluster, sender);
        }
    }

    private static long Held(TestCluster cluster) => cluster[1].Ring.Statistics.Applied(TotemRule.TokenHeld);

    /// <summary>Sends a message that must be with all members soon: two rotations and the way to the representative.</summary>
    private static void Deliver(TestCluster cluster, uint from)
    {
        var count = cluster[1].Messages.Count;
        Assert.True(cluster[from].Submit("message"));
        cluster.RunUntil(() => cluster.Nodes.Values.All(node => node.Messages.Count > count), "delivery", milliseconds: 3);
    }

    private static TestCluster Form(int count, bool isUniform)
    {
        var cluster = new TestCluster(count);
        foreach (var node in cluster.Nodes.Values) node.Start();
        cluster.RunUntil(
            () => cluster.Nodes.Values.All(n => n.Last is { } last && last.Members.Length == count && !n.Ring.IsSynchronising),
            "a ring of all");
        if (isUniform)
        {
            foreach (var node in cluster.Nodes.Values) node.Ring.SetMainstayNodes([.. cluster.Configured]);
        }

        cluster.Run(TimeSpan.FromMilliseconds(100));
        return cluster;
    }
}
