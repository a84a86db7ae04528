using Mainstay.Testing;
using Mainstay.Totem;

namespace Mainstay.Knet.Tests;

/// <summary>Packets of every size to all and to one, over bad networks, protected and compressed.</summary>
public sealed class DataTests
{
    [Theory]
    [InlineData(CryptoCipher.None, CryptoHash.None)]
    [InlineData(CryptoCipher.None, CryptoHash.Sha512)]
    [InlineData(CryptoCipher.Aes256, CryptoHash.Sha256)]
    [InlineData(CryptoCipher.Aes128, CryptoHash.Md5)]
    public void Packets_of_every_size_arrive_whole(CryptoCipher cipher, CryptoHash hash)
    {
        var network = new VirtualNetwork(3, 2, s => s with { Crypto = TestSettings.Crypto(cipher, hash) });
        network.Start();
        network.RunUntilUp();
        var random = new SplitMix(5);
        var packets = new[] { 1, 100, 1397, 1398, 1446, 1447, 5000, 65491, 65536 }.Select(random.Bytes).ToList();
        foreach (var packet in packets)
        {
            network.SendToAll(1, packet);
            network.RunFor(TimeSpan.FromMilliseconds(20));
        }

        Assert.Equal(packets, network.Delivered[2].Select(d => d.Packet));
        Assert.Equal(packets, network.Delivered[3].Select(d => d.Packet));
        Assert.All(network.Delivered[2], d => Assert.Equal(1u, d.From));
        Assert.Equal(0, network.Nodes.Values.Sum(n => n.Statistics.DroppedTotal));
    }

    [Fact]
    public void Before_discovery_packets_are_cut_as_the_reference_cuts_them()
    {
        var network = new VirtualNetwork(2, 1, s => s with { FixedMtu = 0 }) { PathMtu = _ => 600 };
        network.Start();
        network.RunFor(TimeSpan.FromMilliseconds(1700));
        Assert.Equal(482, network.Nodes[1].DataMtu);
        var fragments = new List<byte[]>();
        network.Tap = (from, _, _, bytes) =>
        {
            if (from == 1 && bytes[1] == 0) fragments.Add(bytes);
        };
        network.SendToAll(1, new byte[1000]);
        Assert.Equal([496, 496, 50], fragments.Select(f => f.Length));
        Assert.Equal("01000001000000010000010301", Convert.ToHexString(fragments[0].AsSpan(0, 13)));
    }

    [Fact]
    public void A_packet_to_one_goes_to_nobody_else()
    {
        var network = new VirtualNetwork(3, 1);
        network.Start();
        network.RunUntilUp();
        network.Do(1, (transport, outbox) => Assert.True(transport.Send(network.Now, new NodeId(3), [9], outbox)));
        network.Do(1, (transport, outbox) => Assert.False(transport.Send(network.Now, new NodeId(7), [9], outbox)));
        network.RunFor(TimeSpan.FromMilliseconds(50));
        Assert.Empty(network.Delivered[2]);
        Assert.Single(network.Delivered[3]);
    }

    [Theory]
    [InlineData(LinkMode.Passive)]
    [InlineData(LinkMode.Active)]
    [InlineData(LinkMode.RoundRobin)]
    public void Loss_copies_and_disorder_never_deliver_a_packet_twice_or_damaged(LinkMode mode)
    {
        var network = new VirtualNetwork(2, 2, s => s with { Mode = mode, Crypto = TestSettings.Crypto() });
        network.Start();
        network.RunUntilUp();
        (network.LossPercent, network.CopyPercent, network.DelayMax) = (2, 20, TimeSpan.FromMilliseconds(5));
        var random = new SplitMix(6);
        var sent = new List<byte[]>();
        for (var count = 0; count < 800; count++)
        {
            byte[] packet = [.. BitConverter.GetBytes(count), .. random.Bytes(random.Below(8000))];
            sent.Add(packet);
            network.SendToAll(1, packet);
            network.RunFor(TimeSpan.FromMicroseconds(500));
        }

        network.RunFor(TimeSpan.FromMilliseconds(100));
        var delivered = network.Delivered[2].Select(d => d.Packet).ToList();
        Assert.True(delivered.Count > 600, $"{delivered.Count} of {sent.Count}");
        Assert.Equal(delivered.Count, delivered.Select(p => BitConverter.ToInt32(p)).Distinct().Count());
        Assert.All(delivered, p => Assert.Equal(sent[BitConverter.ToInt32(p)], p));
    }

    [Fact]
    public void Every_packet_arrives_through_the_wrap_of_the_sequence_number()
    {
        const int Count = 140_000;
        using var sender = new KnetTransport(TestSettings.Of(1, 2, 1), TestSettings.Seed);
        var network = new VirtualNetwork(2, 1);
        network.Start();
        network.RunUntilUp();
        var forced = 0;
        network.Tap = (_, _, _, bytes) => forced += bytes[1] == 0x81 && bytes[25] == 0 ? 1 : 0;
        for (var count = 0; count < Count; count++)
        {
            network.SendToAll(1, [1, 2, 3]);
            if (count % 20 == 0) network.RunFor(TimeSpan.FromMilliseconds(2));
        }

        network.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(Count, network.Delivered[2].Count);
        Assert.InRange(forced, Count / KnetLimits.PacketsPerForcedPing, (Count / KnetLimits.PacketsPerForcedPing) + 1);
    }

    [Fact]
    public void A_host_silent_to_us_for_long_is_understood_again_after_its_forced_ping()
    {
        var network = new VirtualNetwork(2, 1);
        network.Start();
        network.RunUntilUp();
        network.SendToAll(1, [1]);
        network.RunFor(TimeSpan.FromMilliseconds(10));
        network.IsCut = (_, _, _) => true;

        // 40,000 packets later the numbers look as if they were behind.
        for (var count = 0; count < 40_000; count++) network.SendToAll(1, [2]);
        network.IsCut = (_, _, _) => false;
        network.SendToAll(1, [3]);
        network.RunFor(TimeSpan.FromMilliseconds(10));
        Assert.Equal([3], network.Delivered[2][^1].Packet);
    }

    [Fact]
    public void Compressible_packets_above_the_threshold_travel_small_and_arrive_whole()
    {
        var network = new VirtualNetwork(2, 1, s => s.Self.Value == 1 ? s with { Compression = CompressionModel.Zlib, CompressionThreshold = 200 } : s);
        network.Start();
        network.RunUntilUp();
        var wire = 0;
        network.Tap = (from, _, _, bytes) => wire += from == 1 && bytes[1] == 0 ? bytes.Length : 0;
        network.SendToAll(1, new byte[65536]);
        Assert.InRange(wire, 20, 400);
        network.SendToAll(1, new byte[200]);
        network.SendToAll(1, new SplitMix(1).Bytes(3000));
        network.RunFor(TimeSpan.FromMilliseconds(50));
        Assert.Equal([65536, 200, 3000], network.Delivered[2].Select(d => d.Packet.Length).OrderByDescending(l => l == 65536).ThenBy(l => l));
        Assert.Equal((1, 2), (network.Nodes[1].Statistics.SentCompressed, network.Nodes[1].Statistics.SentUncompressed));
        Assert.Equal(65536, network.Nodes[2].Statistics.ReceivedCompressedOriginalBytes);
    }

    [Fact]
    public void A_stream_that_grows_beyond_the_largest_packet_is_refused()
    {
        using var bomb = new MemoryStream();
        using (var zlib = new System.IO.Compression.ZLibStream(bomb, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true)) zlib.Write(new byte[70_000]);
        byte[] datagram = [1, 0, 0, 1, 0, 0, 0, 1, 1, 0, 1, 1, 0, 0, .. bomb.ToArray()];
        var network = new VirtualNetwork(2, 1);
        network.Start();
        network.RunUntilUp();
        network.Do(2, (transport, outbox) => transport.HandleDatagram(network.Now, 0, TestSettings.Address(1, 0), datagram, outbox));
        Assert.Empty(network.Delivered[2]);
        Assert.Equal(1, network.Nodes[2].Statistics.Dropped(KnetDropReason.BadCompression));
    }

    [Fact]
    public void Compression_that_cannot_be_read_is_told_by_name_of_the_host()
    {
        byte[] datagram = [1, 0, 0, 1, 0, 0, 0, 1, (byte)CompressionModel.Zstd, 0, 1, 1, 0, 0, 1, 2, 3];
        var network = new VirtualNetwork(2, 1);
        network.Start();
        network.RunUntilUp();
        network.Do(2, (transport, outbox) => transport.HandleDatagram(network.Now, 0, TestSettings.Address(1, 0), datagram, outbox));
        var told = network.Events[2][^1].Event;
        Assert.Equal((KnetEventKind.UnreadableCompression, 1u, 7), (told.Kind, told.Node.Value, told.Value));
    }

    [Theory]
    [InlineData(CryptoCipher.Aes128, CryptoHash.Sha512)]
    [InlineData(CryptoCipher.None, CryptoHash.None)]
    public void A_node_that_loads_a_new_key_after_the_others_forgot_the_old_one_follows_them(CryptoCipher cipher, CryptoHash hash)
    {
        var network = new VirtualNetwork(3, 1, s => s with { Crypto = TestSettings.Crypto() });
        var next = TestSettings.Crypto(cipher, hash, start: 77);
        network.Start();
        network.RunUntilUp();
        foreach (var node in new[] { 1, 2 })
        {
            network.Do(node, (transport, _) => transport.LoadCrypto(next));
            network.Do(node, (transport, outbox) => transport.ActivateCrypto(network.Now, outbox));
            network.Do(node, (transport, _) => transport.FinishCrypto());
        }

        network.RunFor(TimeSpan.FromMilliseconds(100));
        network.Do(3, (transport, _) => transport.LoadCrypto(next));
        network.SendToAll(1, [1]);
        network.RunFor(TimeSpan.FromMilliseconds(10));
        network.SendToAll(3, [3]);
        network.RunFor(TimeSpan.FromMilliseconds(10));
        Assert.Equal([1], Assert.Single(network.Delivered[3]).Packet);
        Assert.Equal([3], network.Delivered[2][^1].Packet);
        Assert.True(network.Nodes[3].Crypto.IsSameAs(next));
        Assert.DoesNotContain(network.Events[1], e => e.Event.Kind == KnetEventKind.LinkDown);
    }

    [Fact]
    public void A_key_change_node_by_node_loses_no_packet()
    {
        var network = new VirtualNetwork(3, 1, s => s with { Crypto = TestSettings.Crypto() });
        var next = TestSettings.Crypto(CryptoCipher.Aes128, CryptoHash.Sha512, start: 77);
        network.Start();
        network.RunUntilUp();
        var sent = 0;
        foreach (var node in network.Nodes.Keys) Change(node, (transport, _) => transport.LoadCrypto(next));
        foreach (var node in network.Nodes.Keys) Change(node, (transport, outbox) => transport.ActivateCrypto(network.Now, outbox));
        foreach (var node in network.Nodes.Keys) Change(node, (transport, _) => transport.FinishCrypto());
        network.RunFor(TimeSpan.FromSeconds(5));
        Assert.All(network.Delivered.Values, d => Assert.Equal(2 * sent, d.Count));
        Assert.All(network.Nodes.Values, n => Assert.True(n.Crypto.IsSameAs(next)));
        Assert.Equal(0, network.Nodes.Values.Sum(n => n.Statistics.Dropped(KnetDropReason.NotAuthentic)));
        Assert.Equal(1365, network.Nodes[1].DataMtu);

        void Change(int node, Action<KnetTransport, KnetOutbox> step)
        {
            network.Do(node, step);
            for (var round = 0; round < 5; round++)
            {
                foreach (var sender in network.Nodes.Keys) network.SendToAll(sender, new byte[3000]);
                network.RunFor(TimeSpan.FromMilliseconds(5));
                sent++;
            }
        }
    }
}
