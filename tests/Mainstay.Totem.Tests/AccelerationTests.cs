namespace Mainstay.Totem.Tests;

/// <summary>The token that leaves before the last of its holder's messages.</summary>
public sealed class AccelerationTests
{
    private const int MessageCount = 12;

    [Theory]
    [InlineData(0, true, "mmmmmmmmmmmmT")]
    [InlineData(5, true, "mmmmmmmTmmmmm")]
    [InlineData(100, true, "Tmmmmmmmmmmmm")]
    [InlineData(5, false, "mmmmmmmmmmmmT")]
    public void As_many_messages_follow_the_token_as_are_configured_where_all_run_this_implementation(
        uint window, bool isUniform, string expected)
    {
        var cluster = Form(3, window, isUniform);
        for (var index = 0; index < MessageCount; index++) SubmitLarge(cluster[2], index);
        cluster[2].Sent.Clear();
        cluster.RunUntil(() => cluster[2].Sent.ToString().Contains('m', StringComparison.Ordinal), "a visit of the token");
        Assert.Equal(expected, cluster[2].Sent.ToString());
    }

    [Fact]
    public void All_deliver_the_same_order_and_nothing_is_asked_for_again()
    {
        var cluster = Form(4, window: 8, isUniform: true, missCount: 1);
        for (var round = 0; round < 50; round++)
        {
            foreach (var node in cluster.Nodes.Values) SubmitLarge(node, round);
            cluster.Run(TimeSpan.FromMilliseconds(0.3));
        }

        cluster.RunUntil(() => cluster.Nodes.Values.All(node => node.Messages.Count == 200), "delivery of all messages");
        Assert.All(cluster.Nodes.Values, node => Assert.Equal(cluster[1].Messages, node.Messages));
        Assert.All(cluster.Nodes.Values, node => Assert.True(node.Ring.Statistics.MessagesSentBehindToken > 0));
        Assert.All(cluster.Nodes.Values, node => Assert.Equal(0, node.Ring.Statistics.Applied(TotemRule.HoleRequested)));
    }

    /// <summary>What nobody has when its sender dies is nobody's message: the survivors agree without it.</summary>
    [Fact]
    public void Who_dies_between_the_token_and_its_messages_takes_them_along()
    {
        var cluster = Form(3, window: 100, isUniform: true);
        for (var index = 0; index < MessageCount; index++) SubmitLarge(cluster[2], index);
        cluster[2].IsMute = true;
        cluster.RunUntil(() => cluster[2].Ring.Statistics.MessagesSentBehindToken > 0, "messages behind the token");
        cluster[2].Crash();
        cluster.RunUntil(
            () => new uint[] { 1, 3 }.All(id => cluster[id].Last is { Kind: ConfigurationKind.Regular, Members.Length: 2 }),
            "a ring of the survivors");
        Assert.Empty(cluster[1].Messages);
        Assert.Empty(cluster[3].Messages);
    }

    /// <summary>A message that fills a packet.</summary>
    private static void SubmitLarge(TestNode node, int number) =>
        Assert.True(node.Submit($"{node.Id}-{number} {new string('x', 1300)}"));

    private static TestCluster Form(int count, uint window, bool isUniform, uint missCount = 5)
    {
        var cluster = new TestCluster(
            count, new TotemSettings { Token = 1000, Consensus = 1200, AcceleratedWindow = window, MissCountLimit = missCount });
        foreach (var node in cluster.Nodes.Values)
        {
            node.Start();
            node.Ring.SetMainstayNodes(isUniform ? [.. cluster.Configured] : [node.Ring.Self]);
        }

        cluster.RunUntil(
            () => cluster.Nodes.Values.All(n => n.Last is { } last && last.Members.Length == count && !n.Ring.IsSynchronising),
            "a ring of all");

        // What the synchronisation left in the flow control's memory is gone after a rotation.
        cluster.Run(TimeSpan.FromMilliseconds(5));
        return cluster;
    }
}
