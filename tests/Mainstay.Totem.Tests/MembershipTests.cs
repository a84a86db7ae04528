using Mainstay.Totem.Wire;

namespace Mainstay.Totem.Tests;

/// <summary>Rings that are given up while they form.</summary>
public sealed class MembershipTests
{
    /// <summary>
    /// Regression of simulator seeds 19024 and 23077. Nodes 1 and 2 gave node 3 up and form a ring; node 1 has installed it and met node 3,
    /// this one is not so far. It must not bring its old verdict on node 3 into the next agreement: the others would believe it, and all
    /// would begin again.
    /// </summary>
    [Fact]
    public void Who_hears_of_a_new_node_from_a_member_that_installed_the_ring_forgets_whom_it_gave_up_to_form_it()
    {
        var driven = DrivenRing.Operational();
        driven.Join(1, 9, [1, 2, 3], [3]);
        Assert.Equal(("1 2 3", "3"), driven.OwnJoin);
        driven.Form(13, [1, 2]);
        driven.Join(1, 13, [1, 2, 3], []);
        Assert.Equal(TotemState.Gather, driven.State);
        Assert.Equal(GatherReason.JoinInRecovery, driven.Gathers[^1]);
        Assert.Equal(("1 2 3", ""), driven.OwnJoin);
    }

    /// <summary>
    /// Nodes 1 to 4 give node 5 up and form a ring; node 2 has installed it, node 1 is one token short of that when node 5 comes back. All
    /// install the ring before one of them looks for another.
    /// </summary>
    [Fact]
    public void A_ring_that_one_member_has_installed_is_installed_by_all_before_a_new_node_is_heard()
    {
        var cluster = new TestCluster(5);
        foreach (var node in cluster.Nodes.Values)
        {
            node.Start();
        }

        // Node 5 has said that it is there, and falls silent.
        cluster.Run(TimeSpan.FromMilliseconds(0.1));
        cluster[5].Crash();
        cluster.RunUntil(() => cluster[2].Ring.State == TotemState.Operational, "a ring that node 2 has installed");
        Assert.Equal(TotemState.Recovery, cluster[1].Ring.State);
        cluster[5].Start();
        cluster.RunUntil(() => cluster.Nodes.Values.All(node => node.Last is { Members.Length: 5 }), "a ring of all five");

        Assert.All(cluster.Nodes.Values.Where(node => node.Id < 5), node => Assert.Equal(
            "Regular 1.5 {1 2 3 4} joined {1 2 3 4}; Regular 1.9 {1 2 3 4 5} joined {5}", Installed(node)));
        Assert.Equal("Regular 1.9 {1 2 3 4 5} joined {1 2 3 4 5}", Installed(cluster[5]));
        Assert.Equal(1, cluster[1].Ring.Statistics.ConsensusTimeouts);
    }

    /// <summary>
    /// A member that runs Corosync on transport udp aborts where it reads a member's join while it handles a token of the ring that it has
    /// not installed (corosync issue 371): none is sent before the token has come back, which shows that all have installed the ring.
    /// </summary>
    [Fact]
    public void Who_has_installed_a_ring_hears_nobody_from_outside_before_the_token_has_come_back()
    {
        var driven = DrivenRing.Gathering();
        driven.Form(9, [1, 2, 3]);
        driven.Rotate(9, 0);
        Assert.Equal(TotemState.Operational, driven.State);
        var (gathers, joins) = (driven.Gathers.Count, driven.Ring.Statistics.JoinsSent);
        driven.Join(4, 0, [4], []);
        driven.Join(4, 8, [1, 2, 3, 4], []);
        driven.MergeDetect(4, 77);
        driven.Receive(DrivenRing.MessageBytes(4, 1, 77, "of another ring"u8.ToArray()));
        Assert.Equal(TotemState.Operational, driven.State);
        Assert.Equal((gathers, joins), (driven.Gathers.Count, driven.Ring.Statistics.JoinsSent));
        Assert.Equal(4, driven.Ring.Statistics.Applied(TotemRule.OutsiderWaitsForInstallation));

        driven.Token(9);
        driven.Join(4, 8, [1, 2, 3, 4], []);
        Assert.Equal(TotemState.Gather, driven.State);
        Assert.Equal("1 2 3 4", driven.OwnJoin.Processors);
    }

    /// <summary>A member itself is heard at any time: it gives the ring up, or leaves it.</summary>
    [Fact]
    public void A_member_that_gives_up_the_ring_is_heard_before_the_token_has_come_back()
    {
        var driven = DrivenRing.Gathering();
        driven.Form(9, [1, 2, 3]);
        driven.Rotate(9, 0);
        driven.Join(3, 9, [1, 2, 3], []);
        Assert.Equal(TotemState.Gather, driven.State);
    }

    /// <summary>
    /// Regression of simulator seeds 130422 and 137791. A node that lost its storage names its ring as an earlier one, in which others may
    /// still live: their tokens and messages are those of another ring.
    /// </summary>
    [Fact]
    public void Tokens_and_messages_of_a_node_that_is_not_in_the_ring_belong_to_another_ring_of_the_same_name()
    {
        var cluster = new TestCluster(2);
        cluster[1].Start();
        cluster.RunUntil(() => cluster[1].Ring is { State: TotemState.Operational, IsSynchronising: false }, "a ring of node 1 alone");
        var ring = cluster[1].Ring;
        var other = new NodeId(2);
        var token = new RegularToken
        {
            Header = new PacketHeader(PacketType.RegularToken, 0, other, new NodeId(1), ByteOrder.Little),
            TokenSequence = new TokenSequence(1000),
            Sequence = new MessageSequence(9),
            Ring = ring.InstalledRing,
        };
        var bytes = new byte[RegularToken.MaxSize];
        var received = ring.Statistics.TokensReceived;
        cluster[1].Receive(bytes[..token.Write(bytes)]);
        Assert.Equal((received, 1), (ring.Statistics.TokensReceived, ring.Statistics.Dropped(DropReason.OtherRing)));

        var header = new PacketHeader(PacketType.Message, PacketHeader.Plain, other, NodeId.None, ByteOrder.Little);
        new MessagePacket(header, other, new MessageSequence(2), 0, ring.InstalledRing, 0, 0).Write(bytes);
        cluster[1].Receive(bytes[..100]);
        Assert.Contains("gather: ForeignMessageInOperational (node 2)", cluster[1].Log);
        Assert.Equal(0, ring.Statistics.MessagesReceived);
    }

    private static string Installed(TestNode node) =>
        string.Join("; ", node.Log.Where(line => line.StartsWith("Regular", StringComparison.Ordinal)));
}
