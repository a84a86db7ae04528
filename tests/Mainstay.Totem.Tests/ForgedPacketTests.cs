using System.Buffers.Binary;
using Mainstay.Totem.Wire;

namespace Mainstay.Totem.Tests;

/// <summary>What damaged or forged packets may do to a ring without crypto: delay something, and no more.</summary>
public sealed class ForgedPacketTests
{
    /// <summary>spec/ring-wire.md section 2.1.</summary>
    private const int BacklogAt = 41;
    private const int FlowCountAt = 45;

    /// <summary>Packets: many enough that a share of them, as of a large backlog, is at least one.</summary>
    private const int Load = 1_000;

    private static readonly string s_text = new('x', 1300);

    /// <summary>Members only add to it what they send more or less than the time before: it stays wrong as long as the ring lives.</summary>
    [Theory]
    [InlineData(FlowCountAt, 60u)]
    [InlineData(FlowCountAt, 1_000u)]
    [InlineData(FlowCountAt, 0x80000000u)]
    [InlineData(FlowCountAt, 0xffffffffu)]
    [InlineData(BacklogAt, 20_000u)]
    [InlineData(BacklogAt, 0xffffffffu)]
    public void A_token_with_a_forged_count_neither_stops_nor_slows_the_ring(int offset, uint value)
    {
        var sound = RotationsFor(Formed());
        var cluster = Formed();
        ForgeNextToken(cluster, offset, value);
        Assert.InRange(RotationsFor(cluster), 1, sound + 2);
    }

    /// <summary>When the load ends, members take off what they had added: the count falls below nothing.</summary>
    [Fact]
    public void A_count_forged_to_zero_under_load_does_not_stop_the_ring_afterwards()
    {
        var cluster = Formed();
        for (var i = 0; i < Load; i++) Assert.True(cluster[2].Submit(s_text));
        cluster.Run(TimeSpan.FromMilliseconds(3));
        ForgeNextToken(cluster, FlowCountAt, 0);
        cluster.RunUntil(
            () => cluster.Nodes.Values.All(node => node.Messages.Count == Load), "all delivered everywhere", milliseconds: 500);
        cluster.Run(TimeSpan.FromMilliseconds(10));
        foreach (var node in cluster.Nodes.Values) Assert.True(node.Submit("one more"));
        cluster.RunUntil(
            () => cluster.Nodes.Values.All(node => node.Messages.Count == Load + 3), "all delivered everywhere", milliseconds: 500);
    }

    /// <summary>A reflected packet of this node, or another host with the same id.</summary>
    [Theory]
    [InlineData(TotemState.Operational, false)]
    [InlineData(TotemState.Operational, true)]
    [InlineData(TotemState.Gather, true)]
    [InlineData(TotemState.Commit, false)]
    [InlineData(TotemState.Recovery, false)]
    public void A_join_in_the_receivers_own_name_changes_nothing(TotemState state, bool isLeave)
    {
        var cluster = new TestCluster(3);
        foreach (var node in cluster.Nodes.Values) node.Start();
        cluster.RunUntil(() => cluster[2].Ring.State == state, $"{state}");
        if (state == TotemState.Operational) cluster.RunUntil(() => IsFormed(cluster), "a ring");
        var (gathers, ring) = (cluster[2].Ring.Statistics.GatherEntered, cluster[2].Ring.InstalledRing);
        NodeId[] all = [new(1), new(2), new(3)];
        var join = new byte[JoinPacket.MinSize + 16];
        var header = new PacketHeader(PacketType.Join, 0, new NodeId(isLeave ? 0u : 2u), NodeId.None, ByteOrder.Little);
        var length = JoinPacket.Write(join, header, new NodeId(2), 4_000, all.AsSpan(0, 2), isLeave ? [new NodeId(2)] : []);
        cluster[2].Receive(join[..length]);
        Assert.Equal(state, cluster[2].Ring.State);
        var statistics = cluster[2].Ring.Statistics;
        Assert.Equal((gathers, 1), (statistics.GatherEntered, statistics.Applied(TotemRule.JoinInOwnNameIgnored)));
        Assert.Equal(ring, cluster[2].Ring.InstalledRing);
        cluster.RunUntil(() => IsFormed(cluster), "a ring", milliseconds: 500);
        Assert.True(cluster[2].Ring.InstalledRing.Sequence < 4_000, "the forged sequence was taken");
    }

    [Fact]
    public void The_sender_of_a_datagram_is_known_but_where_another_may_have_sent_it_again()
    {
        foreach (var sample in CodecTests.Samples())
        {
            Assert.True(PacketHeader.TryRead(sample, out var header));
            var sender = DatagramSender.Of(sample);
            switch (header.Type)
            {
                case PacketType.Message:
                    Assert.Equal(NodeId.None, sender);
                    break;
                case PacketType.Join:
                    Assert.False(sender.IsNone);
                    break;
                default:
                    Assert.Equal(header.Sender, sender);
                    break;
            }
        }

        Assert.Equal(NodeId.None, DatagramSender.Of([]));
        Assert.Equal(NodeId.None, DatagramSender.Of("no packet of Totem's at all"u8));
    }

    private static TestCluster Formed()
    {
        var cluster = new TestCluster(3);
        foreach (var node in cluster.Nodes.Values) node.Start();
        cluster.RunUntil(() => IsFormed(cluster), "a ring");
        return cluster;
    }

    private static bool IsFormed(TestCluster cluster) => cluster.Nodes.Values.All(
        node => node.Ring is { State: TotemState.Operational, IsSynchronising: false, Membership.Length: 3 });

    private static void ForgeNextToken(TestCluster cluster, int offset, uint value)
    {
        cluster.Forger = bytes =>
        {
            if ((PacketType)bytes[3] != PacketType.RegularToken) return;
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(offset), value);
            cluster.Forger = null;
        };
        cluster.RunUntil(() => cluster.Forger is null, "a token was forged", milliseconds: 2_000);
    }

    /// <summary>How often the token goes round until what one node has to send is delivered everywhere.</summary>
    private static int RotationsFor(TestCluster cluster)
    {
        var before = cluster[2].Ring.Statistics.TokensReceived;
        for (var i = 0; i < Load; i++) Assert.True(cluster[2].Submit(s_text));
        cluster.RunUntil(
            () => cluster.Nodes.Values.All(node => node.Messages.Count == Load), "all delivered everywhere", milliseconds: 2_000);
        return (int)(cluster[2].Ring.Statistics.TokensReceived - before);
    }
}
