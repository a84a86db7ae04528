using Mainstay.Totem.Wire;

namespace Mainstay.Totem.Tests;

/// <summary>Ring ids that no real ring has reached: of a damaged file, or forged. They cost a ring at most, never the next ones.</summary>
public sealed class RingSequenceTests
{
    private static readonly TotemSettings s_settings = new() { Token = 1000, Consensus = 1200 };

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(ulong.MaxValue - 100)]
    [InlineData(ulong.MaxValue / 2)]
    [InlineData(1UL << 63)]
    public void A_node_whose_stored_sequence_is_damaged_forms_a_ring_alone_and_with_others(ulong stored)
    {
        var cluster = new TestCluster(3, s_settings);
        cluster[2].Stored = stored;
        cluster[2].Start();
        cluster.RunUntil(() => HaveRing(cluster, 2), "a ring of one");
        cluster[1].Start();
        cluster.RunUntil(() => HaveRing(cluster, 1, 2), "a ring of two");
        cluster[3].Start();
        cluster.RunUntil(() => HaveRing(cluster, 1, 2, 3), "a ring of all");
        cluster[1].Crash();
        cluster.RunUntil(() => HaveRing(cluster, 2, 3), "a ring of the survivors");
        cluster[1].Start();
        cluster.RunUntil(() => HaveRing(cluster, 1, 2, 3), "a ring of all again");
    }

    [Theory]
    [InlineData(ulong.MaxValue / 2)]
    [InlineData((ulong.MaxValue / 2) - 3)]
    [InlineData((ulong.MaxValue / 2) + uint.MaxValue)]
    [InlineData((ulong.MaxValue / 2) + uint.MaxValue + 1)]
    [InlineData(ulong.MaxValue - 3)]
    [InlineData(ulong.MaxValue)]
    public void After_a_forged_join_of_whatever_sequence_rings_are_formed_as_before(ulong sequence)
    {
        var cluster = Formed();
        foreach (var id in new uint[] { 1, 2, 3 }) cluster[id].Receive(Join(of: id == 2 ? 3u : 2u, sequence));
        cluster.Run(TimeSpan.FromSeconds(1));
        AssertRingsGoOn(cluster);
    }

    [Fact]
    public void Nor_do_many_forged_joins_that_each_go_as_far_as_is_taken_matter()
    {
        var cluster = Formed();
        for (ulong step = 0; step < 20; step++)
        {
            cluster[1].Receive(Join(of: 2, (ulong.MaxValue / 2) + (step * uint.MaxValue)));
        }

        cluster.Run(TimeSpan.FromSeconds(1));
        AssertRingsGoOn(cluster);
    }

    [Theory]
    [InlineData(ulong.MaxValue / 2)]
    [InlineData((ulong.MaxValue / 2) + uint.MaxValue)]
    [InlineData(ulong.MaxValue)]
    public void After_a_forged_commit_token_of_whatever_sequence_rings_are_formed_as_before(ulong sequence)
    {
        var cluster = Formed();
        cluster[2].Force();
        var header = new PacketHeader(PacketType.CommitToken, 0, new NodeId(1), new NodeId(2), ByteOrder.Little);
        var token = new CommitToken { Header = header };
        token.Reset(new RingId(new NodeId(1), sequence), [new NodeId(1), new NodeId(2), new NodeId(3)]);
        token.FilledCount = 1;
        var bytes = new byte[token.Size];
        token.Write(bytes);
        cluster[2].Receive(bytes);
        AssertRingsGoOn(cluster);
    }

    private static void AssertRingsGoOn(TestCluster cluster)
    {
        cluster.RunUntil(() => HaveRing(cluster, 1, 2, 3), "a ring of all");
        cluster[1].Crash();
        cluster.RunUntil(() => HaveRing(cluster, 2, 3), "a ring of the survivors");
        cluster[1].Start();
        cluster.RunUntil(() => HaveRing(cluster, 1, 2, 3), "a ring of all again");

        // With what is stored by now all start anew; and one without its file.
        foreach (var node in cluster.Nodes.Values) node.Crash();
        cluster[3].Stored = 0;
        foreach (var node in cluster.Nodes.Values) node.Start();
        cluster.RunUntil(() => HaveRing(cluster, 1, 2, 3), "a ring of all after a restart");
    }

    private static byte[] Join(uint of, ulong sequence)
    {
        var header = new PacketHeader(PacketType.Join, 0, new NodeId(of), NodeId.None, ByteOrder.Little);
        var join = new byte[JoinPacket.MinSize + 12];
        JoinPacket.Write(join, header, new NodeId(of), sequence, [new NodeId(1), new NodeId(2), new NodeId(3)], []);
        return join;
    }

    private static TestCluster Formed()
    {
        var cluster = new TestCluster(3, s_settings);
        foreach (var node in cluster.Nodes.Values) node.Start();
        cluster.RunUntil(() => HaveRing(cluster, 1, 2, 3), "a ring");
        return cluster;
    }

    private static bool HaveRing(TestCluster cluster, params uint[] members) => members.All(id =>
        cluster[id].IsRunning
        && cluster[id].Ring is { State: TotemState.Operational, IsSynchronising: false } ring
        && ring.Membership.Select(node => node.Value).SequenceEqual(members));
}
