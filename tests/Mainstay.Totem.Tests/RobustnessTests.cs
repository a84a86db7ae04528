using Mainstay.Testing;
using Mainstay.Totem.Wire;

namespace Mainstay.Totem.Tests;

/// <summary>Every input is answered in every state, and rubbish changes nothing but a counter.</summary>
public sealed class RobustnessTests
{
    private static readonly TotemSettings s_settings = new() { Token = 1000 };

    [Fact]
    public void Every_packet_type_and_every_other_input_is_answered_in_every_state()
    {
        foreach (var state in Enum.GetValues<TotemState>())
        {
            foreach (var packet in CodecTests.Samples().SelectMany(Variants))
            {
                Probe(state, (node, cluster) => node.Ring.HandleDatagram(cluster.Now, packet, node.Outbox));
            }

            Probe(state, (node, cluster) => node.Ring.HandleTimeout(cluster.Now + TimeSpan.FromMinutes(1), node.Outbox));
            Probe(state, (node, cluster) => node.Ring.ForceGather(cluster.Now, node.Outbox));
            Probe(state, (node, cluster) => node.Ring.SynchronisationFinished(cluster.Now, node.Ring.InstalledRing, node.Outbox));
            Probe(state, (node, cluster) => node.Ring.Leave(cluster.Now, node.Outbox));
            Probe(state, (node, cluster) => node.Ring.Submit(
                cluster.Now, MessageGroup.Services, "x"u8, [], DeliveryGuarantee.Agreed, node.Outbox));
        }
    }

    [Fact]
    public void Random_and_mutated_datagrams_never_break_a_running_ring()
    {
        var random = new SplitMix(20_240_601);
        var cluster = Formed();
        var samples = CodecTests.Samples();
        for (var round = 0; round < 60_000; round++)
        {
            var node = cluster[1 + (uint)random.Below(3)];
            var bytes = random.Below(4) == 0 ? random.Bytes(random.Below(200)) : Mutate(samples[random.Below(samples.Length)], random, node);
            node.Receive(bytes);
            if (round % 100 == 0)
            {
                cluster.Run(TimeSpan.FromMilliseconds(5));
            }
        }

        // Whatever forged packets did to the membership: the ring heals.
        cluster.RunUntil(
            () => cluster.Nodes.Values.All(node => node.Ring is { State: TotemState.Operational, IsSynchronising: false, Membership.Length: 3 }),
            "one ring of all three after the rubbish",
            milliseconds: 60_000);
    }

    [Fact]
    public void Datagrams_of_nodes_that_are_not_configured_are_dropped()
    {
        var cluster = Formed();
        var join = new byte[JoinPacket.MinSize + 4];
        var header = new PacketHeader(PacketType.Join, 0, new NodeId(9), NodeId.None, ByteOrder.Little);
        JoinPacket.Write(join, header, new NodeId(9), 100, [new NodeId(9)], []);
        cluster[1].Receive(join);
        JoinPacket.Write(join, header with { Sender = NodeId.None }, new NodeId(9), 100, [], [new NodeId(9)]);
        cluster[1].Receive(join);
        Assert.Equal(TotemState.Operational, cluster[1].Ring.State);
        Assert.Equal(2, cluster[1].Ring.Statistics.Dropped(DropReason.UnknownSender));
    }

    /// <summary>Regression of the join storm (simulator seeds 12, 39 and 227 at the time).</summary>
    [Fact]
    public void A_join_that_changes_nothing_is_not_answered_at_once()
    {
        var outbox = new Outbox();
        var options = TotemOptions.TryCreate(s_settings, 1, false, [])!;
        var ring = new TotemRing(options, new NodeId(1), [new NodeId(1), new NodeId(2), new NodeId(3)], 0);
        ring.Start(Instant.Zero, outbox);
        var join = new byte[JoinPacket.MinSize + 12];
        var header = new PacketHeader(PacketType.Join, 0, new NodeId(2), NodeId.None, ByteOrder.Little);
        JoinPacket.Write(join, header, new NodeId(2), 1, [new NodeId(1), new NodeId(2)], [new NodeId(3)]);
        ring.HandleDatagram(Instant.Zero, join, outbox);
        Assert.Contains(outbox.Outputs.ToArray(), output => output.Kind == OutputKind.Multicast);
        outbox.Clear();

        // A stranger cannot make us fail node 3, and told nothing else: the second copy brings nothing.
        ring.HandleDatagram(Instant.Zero, join, outbox);
        Assert.DoesNotContain(outbox.Outputs.ToArray(), output => output.Kind == OutputKind.Multicast);
    }

    [Fact]
    public void A_pause_makes_the_engine_discard_old_joins_once()
    {
        var cluster = Formed();
        var ring = cluster[1].Ring;
        var outbox = new Outbox();
        var later = cluster.Now + TimeSpan.FromMilliseconds(900);
        var join = new byte[JoinPacket.MinSize + 8];
        var header = new PacketHeader(PacketType.Join, 0, new NodeId(2), NodeId.None, ByteOrder.Little);
        var length = JoinPacket.Write(join, header, new NodeId(2), 100, [new NodeId(1), new NodeId(2)], []);
        ring.HandleDatagram(later, join.AsSpan(0, length), outbox);
        Assert.Contains(outbox.Outputs.ToArray(), output => output.Kind == OutputKind.DiscardReceived);
        Assert.Equal((TotemState.Operational, 1), (ring.State, ring.Statistics.Pauses));
        ring.HandleDatagram(later, join.AsSpan(0, length), outbox);
        Assert.Equal(TotemState.Gather, ring.State);
    }

    [Fact]
    public void A_ring_id_is_stored_before_the_commit_token_leaves()
    {
        var outbox = new Outbox();
        var ring = new TotemRing(TotemOptions.TryCreate(s_settings, 1, false, [])!, new NodeId(1), [new NodeId(1)], 40);
        ring.Start(Instant.Zero, outbox);
        var join = outbox.Outputs.ToArray().Single(output => output.Kind == OutputKind.Multicast).Bytes.ToArray();
        outbox.Clear();
        ring.HandleDatagram(Instant.Zero, join, outbox);
        var kinds = outbox.Outputs.ToArray().Where(output => output.Kind != OutputKind.Trace).ToArray();
        Assert.Equal([OutputKind.StoreRingSequence, OutputKind.SendToken], kinds.Select(output => output.Kind));
        Assert.Equal(45u, kinds[0].RingSequence);
    }

    private static TestCluster Formed()
    {
        var cluster = new TestCluster(3, s_settings);
        foreach (var node in cluster.Nodes.Values)
        {
            node.Start();
        }

        cluster.RunUntil(
            () => cluster.Nodes.Values.All(node => node.Ring is { State: TotemState.Operational, IsSynchronising: false }), "a formed ring");
        return cluster;
    }

    private static void Probe(TotemState state, Action<TestNode, TestCluster> input)
    {
        var cluster = state == TotemState.Operational ? Formed() : new TestCluster(3, s_settings);
        var node = cluster[1];
        if (state is TotemState.Stopped)
        {
            node.Start();
            node.Ring.Leave(cluster.Now, node.Outbox);
        }
        else if (state != TotemState.Operational)
        {
            foreach (var each in cluster.Nodes.Values)
            {
                each.Start();
            }

            cluster.RunUntil(() => node.Ring.State == state, $"{state}");
        }

        Assert.Equal(state, node.Ring.State);
        input(node, cluster);
        if (state == TotemState.Stopped)
        {
            Assert.Equal(state, node.Ring.State);
        }
    }

    /// <summary>The sample as from node 1, 2 and 3, and as of the ring that is being formed or installed.</summary>
    private static IEnumerable<byte[]> Variants(byte[] sample)
    {
        for (byte sender = 0; sender <= 3; sender++)
        {
            var copy = sample.ToArray();
            copy[5] = sender;
            if ((PacketType)sample[3] is PacketType.Message or PacketType.Join or PacketType.MergeDetect)
            {
                copy[13] = Math.Max((byte)1, sender);
            }

            yield return copy;
            var ring = RingOffset((PacketType)sample[3]);
            if (ring > 0)
            {
                var own = copy.ToArray();
                own[ring + 4] = 5;
                yield return own;
            }
        }
    }

    private static int RingOffset(PacketType type) => type switch
    {
        PacketType.RegularToken => 29,
        PacketType.Message => 25,
        PacketType.MergeDetect or PacketType.CommitToken => 17,
        PacketType.HoldCancel => 13,
        _ => 0,
    };

    private static byte[] Mutate(byte[] sample, SplitMix random, TestNode node)
    {
        var copy = sample.ToArray();
        copy[5] = (byte)random.Below(4);
        var type = (PacketType)copy[3];
        if (type is PacketType.Message or PacketType.Join or PacketType.MergeDetect)
        {
            copy[13] = random.Below(4) == 0 ? (byte)random.Below(256) : Math.Max((byte)1, copy[5]);
        }

        var ring = RingOffset(type);
        if (ring > 0 && random.Below(2) == 0)
        {
            ByteOrder.Little.WriteRingId(copy.AsSpan(ring), node.Ring.InstalledRing);
        }

        for (var change = random.Below(4); change > 0; change--)
        {
            copy[random.Below(copy.Length)] = (byte)random.Below(256);
        }

        return random.Below(10) == 0 ? copy[..random.Below(copy.Length)] : copy;
    }
}
