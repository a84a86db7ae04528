using Mainstay.Manager.Core.Tests.Harness;

namespace Mainstay.Manager.Core.Tests;

public sealed class ReplicationTests
{
    private static SimCluster Start(int nodes, int seed = 1)
    {
        var cluster = new SimCluster(nodes, Configurations.Standard(nodes), seed);
        cluster.StartAll();
        cluster.RunUntilIdle();
        return cluster;
    }

    private static void AssertEqualReplicas(SimCluster cluster)
    {
        cluster.RunFor(500);
        var states = cluster.Nodes.Where(node => node.IsRunning).Select(node => node.Core.State!).ToList();
        Assert.Single(states.Select(state => state.Data.Position).Distinct());
        Assert.Single(states.Select(state => state.ComputeDigest()).Distinct());
        cluster.CheckReplicas();
        Assert.True(cluster.Violations.Count == 0, cluster.Tail());
    }

    [Fact]
    public void A_node_that_joins_takes_the_state_and_knows_what_the_others_know()
    {
        var cluster = new SimCluster(3, Configurations.Standard(3));
        cluster[3].Disk = null;
        cluster[1].PowerOn();
        cluster[2].PowerOn();
        cluster.RunUntilIdle();
        var id = cluster[1].Request(request => new SetAttribute(request, new AttributeChange { Name = "colour", Value = "blue" }, null));
        cluster.RunUntil(() => cluster[1].Answers.ContainsKey(id), "the attribute is set");
        cluster[3].PowerOn();
        cluster.RunUntil(() => cluster[3].Core.Mode == ReplicaMode.Member, "node3 is a member");
        cluster.RunUntilIdle();
        Assert.Contains(cluster[3].Core.GetAttributes(), attribute => attribute is { Name: "colour", Node: "node1", Value: "blue" });
        Assert.Equal("node1", cluster[3].Core.GetStatus().Coordinator);
        AssertEqualReplicas(cluster);
    }

    [Fact]
    public void A_snapshot_and_later_commands_equal_plain_replay()
    {
        var cluster = Start(3);
        for (var i = 0; i < 10; i++)
        {
            var number = i;
            cluster[2].KillManager();
            _ = cluster[1].Request(id => new SetAttribute(id, new AttributeChange { Name = "n", Value = "value++" }, null));
            cluster.RunFor(3);
            cluster[2].StartManager();
            _ = cluster[3].Request(id => new SetAttribute(id, new AttributeChange { Name = $"m{number}", Value = "1" }, null));
            cluster.RunFor(40);
        }

        cluster.RunUntilIdle();
        Assert.Equal("10", cluster[2].Core.GetAttributes().Single(attribute => attribute.Name == "n").Value);
        AssertEqualReplicas(cluster);
    }

    [Fact]
    public void A_replica_that_differs_is_found_by_the_digest_and_takes_a_transfer()
    {
        var cluster = Start(3);
        cluster[2].Core.State!.Data.Nodes[1].Attributes["wrong"] = new NodeAttribute("1", IsPrivate: false);
        Assert.NotEqual(cluster[1].Core.State!.ComputeDigest(), cluster[2].Core.State!.ComputeDigest());
        cluster.RunFor(125_000);
        Assert.DoesNotContain(cluster[2].Core.GetAttributes(), attribute => attribute.Name == "wrong");
        AssertEqualReplicas(cluster);
        Assert.Equal(cluster[1].Name, cluster[2].Core.GetStatus().Coordinator);
    }

    [Fact]
    public void Partitions_that_merge_keep_the_quorate_history_and_what_each_node_really_runs()
    {
        var cluster = Start(5);
        cluster.Ring.Reconfigure(node => node.Id <= 2 ? 0 : 1);
        cluster.RunUntil(() => cluster[3].Core.GetStatus() is { IsQuorate: true, Coordinator: "node3" }, "the majority has a coordinator");
        cluster.Ring.Reconfigure(_ => 0);
        cluster.RunFor(300);
        cluster.RunUntilIdle();
        Assert.All(cluster.Nodes.Where(node => node.IsRunning), node => Assert.Equal("node3", node.Core.GetStatus().Coordinator));
        Assert.Single(cluster.Where("web"));
        AssertEqualReplicas(cluster);
    }

    [Fact]
    public void Rubbish_on_the_ring_is_counted_and_dropped()
    {
        var cluster = Start(1);
        var outbox = new Outbox();
        foreach (var text in (string[])["", "MS", "{}", "MS\u0001\0aaaaaaaaaaaaaaaaaaaaaaaaaaaa"])
        {
            cluster[1].Core.HandleMessage(cluster.Time, 1, System.Text.Encoding.Latin1.GetBytes(text), outbox);
        }

        Assert.Equal(4, cluster[1].Core.MessagesDropped);
    }

    [Fact]
    public void The_codec_puts_large_commands_together_and_drops_what_is_incomplete()
    {
        var sender = new CommandCodec();
        var receiver = new CommandCodec();
        var change = new CibChange { Operation = "modify", Xml = new string('x', 2_000_000) };
        var fragments = sender.Encode(new ConfigureCommand("r", "node1", [change]) { Time = 5 });
        Assert.Equal(4, fragments.Count);
        for (var i = 0; i < 3; i++)
        {
            Assert.True(receiver.TryDecode(1, fragments[i].Span, out var early));
            Assert.Null(early);
        }

        Assert.True(receiver.TryDecode(1, fragments[3].Span, out var command));
        Assert.Equal(2_000_000, Assert.IsType<ConfigureCommand>(command).Changes[0].Xml?.Length);
        Assert.False(receiver.TryDecode(2, fragments[1].Span, out _));
    }

    [Fact]
    public void Decoding_any_bytes_never_throws()
    {
        var random = new Random(7);
        var codec = new CommandCodec();
        var valid = codec.Encode(new DispatchCommand([new InFlightAction { TransitionKey = "1:2:0:u", NodeId = 1, Key = "a_start_0" }]) { Time = 1 })[0].ToArray();
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = (byte[])valid.Clone();
            for (var flips = random.Next(1, 6); flips > 0; flips--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            _ = codec.TryDecode(1, bytes.AsSpan(0, random.Next(bytes.Length + 1)), out _);
        }
    }
}
