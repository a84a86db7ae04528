using Mainstay.Testing;
using Mainstay.Totem;

namespace Mainstay.Knet.Tests;

/// <summary>Whatever arrives: no exception, and no effect of what is not authentic.</summary>
public sealed class BadInputTests
{
    private const int Rounds = 150_000;

    [Theory]
    [InlineData("knet2plain")]
    [InlineData("knet3aes256")]
    public void Mutated_captures_and_random_bytes_never_throw_and_keep_memory_bounded(string name)
    {
        using var capture = GoldenCapture.Read(name);
        using var transport = new KnetTransport(capture.SettingsOf(1) with { Crypto = CryptoSettings.None }, TestSettings.Seed);
        var packets = capture.Datagrams.Select(d => (Bytes: capture.Open(d.Payload, out _), d.Source)).ToList();
        var random = new SplitMix(7);
        var outbox = new KnetOutbox();
        var now = Instant.FromMilliseconds(1_000_000);
        transport.Start(now, outbox);
        for (var round = 0; round < Rounds; round++)
        {
            var (bytes, source) = packets[random.Below(packets.Count)];
            var mutated = random.Below(10) == 0 ? random.Bytes(random.Below(100)) : Mutate(random, bytes);
            now += TimeSpan.FromMicroseconds(random.Below(3000));
            outbox.Clear();
            if (transport.NextDeadline <= now) transport.HandleTimeout(now, outbox);
            transport.HandleDatagram(now, random.Below(3), LinkAddress.Of(source), mutated, outbox);
            foreach (ref readonly var output in outbox.Outputs) Assert.True(output.Bytes.Length <= KnetLimits.PacketSizeMax);
        }

        Assert.True(transport.Statistics.DroppedTotal > Rounds / 20);
    }

    [Fact]
    public void With_crypto_on_nothing_that_is_not_authentic_changes_state_or_is_answered()
    {
        using var capture = GoldenCapture.Read("knet3aes256");
        using var transport = new KnetTransport(capture.SettingsOf(1), TestSettings.Seed);
        var random = new SplitMix(8);
        var outbox = new KnetOutbox();
        var now = Instant.FromMilliseconds(1000);
        transport.Start(now, outbox);
        var deadline = transport.NextDeadline;
        for (var round = 0; round < 50_000; round++)
        {
            var datagram = capture.Datagrams[random.Below(capture.Datagrams.Count)];
            var mutated = random.Below(3) switch
            {
                0 => random.Bytes(random.Below(200)),
                1 => capture.Open(datagram.Payload, out _),
                _ => MutateForSure(random, datagram.Payload),
            };
            outbox.Clear();
            transport.HandleDatagram(now, 0, LinkAddress.Of(datagram.Source), mutated, outbox);
            foreach (ref readonly var output in outbox.Outputs) Assert.Equal(KnetOutputKind.Report, output.Kind);
        }

        Assert.Equal(deadline, transport.NextDeadline);
        Assert.Equal(50_000, transport.Statistics.Dropped(KnetDropReason.NotAuthentic) + transport.Statistics.Dropped(KnetDropReason.UnlistedSource));
        foreach (var node in transport.Hosts)
        {
            var statistics = transport.StatusOf(node, 0)!.Statistics;
            Assert.Equal(0, statistics.ReceivedPings.Packets + statistics.ReceivedPongs.Packets + statistics.ReceivedData.Packets + statistics.ReceivedPathMtu.Packets);
        }
    }

    [Theory]
    [InlineData(KnetDropReason.UnlistedSource, KnetEventKind.UnlistedSource, 9, 1, 0x81, 0)]
    [InlineData(KnetDropReason.UnlistedSource, KnetEventKind.UnlistedSource, 3, 2, 0x81, 0)]
    [InlineData(KnetDropReason.UnknownHost, KnetEventKind.UnknownHost, 2, 9, 0x81, 0)]
    [InlineData(KnetDropReason.OwnNodeId, KnetEventKind.OwnNodeId, 2, 1, 0x81, 0)]
    [InlineData(KnetDropReason.WrongLink, KnetEventKind.WrongLink, 2, 2, 0x81, 1)]
    [InlineData(KnetDropReason.WrongLink, KnetEventKind.WrongLink, 2, 2, 0x82, 3)]
    public void A_packet_from_the_wrong_place_is_refused_and_told_once_a_minute(
        KnetDropReason reason, KnetEventKind kind, int sourceNode, byte node, byte type, byte link)
    {
        var network = new VirtualNetwork(3, 1);
        network.Start();
        byte[] packet = [1, type, 0, node, 0, 0, link, .. new byte[16], 0, 0, 1];
        for (var count = 0; count < 5; count++)
        {
            network.Do(1, (transport, outbox) => transport.HandleDatagram(network.Now, 0, TestSettings.Address(sourceNode, 0), packet, outbox));
        }

        Assert.Equal(5, network.Nodes[1].Statistics.Dropped(reason));
        Assert.Equal(kind, Assert.Single(network.Events[1]).Event.Kind);
        network.RunFor(TimeSpan.FromSeconds(61));
        network.Do(1, (transport, outbox) => transport.HandleDatagram(network.Now, 0, TestSettings.Address(sourceNode, 0), packet, outbox));
        Assert.Equal(2, network.Events[1].Count(e => e.Event.Kind == kind));
    }

    [Fact]
    public void Another_protocol_version_is_told()
    {
        var network = new VirtualNetwork(2, 1);
        network.Start();
        network.Do(1, (transport, outbox) => transport.HandleDatagram(
            network.Now, 0, TestSettings.Address(2, 0), [2, 0x81, 0, 2, 0, 0, 0, .. new byte[19]], outbox));
        Assert.Equal((KnetEventKind.OtherVersion, 2), (network.Events[1][^1].Event.Kind, network.Events[1][^1].Event.Value));
    }

    [Fact]
    public void Nodes_with_different_keys_say_so_and_never_meet()
    {
        var network = new VirtualNetwork(2, 1, s => s with { Crypto = TestSettings.Crypto(start: (int)s.Self.Value) });
        network.Start();
        network.RunFor(TimeSpan.FromSeconds(20));
        Assert.False(network.Nodes[1].IsReachable(new NodeId(2)));
        Assert.Equal(KnetEventKind.NotAuthentic, Assert.Single(network.Events[1]).Event.Kind);
        Assert.True(network.Nodes[1].Statistics.Dropped(KnetDropReason.NotAuthentic) > 20);
    }

    [Fact]
    public void A_clear_node_and_a_protected_one_never_meet()
    {
        var network = new VirtualNetwork(2, 1, s => s.Self.Value == 1 ? s with { Crypto = TestSettings.Crypto() } : s);
        network.Start();
        network.RunFor(TimeSpan.FromSeconds(20));
        Assert.False(network.Nodes[1].IsReachable(new NodeId(2)));
        Assert.False(network.Nodes[2].IsReachable(new NodeId(1)));
        Assert.Empty(network.Events[1].Where(e => e.Event.Kind == KnetEventKind.LinkUp));
    }

    [Fact]
    public void Settings_that_cannot_work_are_refused_in_words()
    {
        var good = TestSettings.Of(1, 2, 2);
        Assert.Null(good.Problem);
        Assert.Contains("65536", (good with { Self = new NodeId(65536) }).Problem, StringComparison.Ordinal);
        Assert.Contains("links", (good with { Links = [] }).Problem, StringComparison.Ordinal);
        Assert.Contains("twice", (good with { Links = [good.Links[0], good.Links[0]] }).Problem, StringComparison.Ordinal);
        Assert.Contains("Lz4", (good with { Compression = CompressionModel.Lz4 }).Problem, StringComparison.Ordinal);
        Assert.Contains("lacks an address", (good with { Links = [.. good.Links, good.Links[0] with { Link = 7 }] }).Problem, StringComparison.Ordinal);
        Assert.Contains("another host", (good with { Self = new NodeId(2) }).Problem, StringComparison.Ordinal);
    }

    private static byte[] Mutate(SplitMix random, byte[] bytes)
    {
        var copy = bytes.ToArray();
        var changes = random.Below(4);
        for (var change = 0; change < changes; change++) copy[random.Below(Math.Min(copy.Length, 30))] = (byte)random.Next();
        return random.Below(8) == 0 ? copy[..random.Below(copy.Length)] : copy;
    }

    private static byte[] MutateForSure(SplitMix random, byte[] bytes)
    {
        var copy = bytes.ToArray();
        copy[random.Below(copy.Length)] ^= (byte)(1 + random.Below(255));
        return copy;
    }
}
