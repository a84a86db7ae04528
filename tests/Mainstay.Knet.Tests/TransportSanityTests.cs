using System.Net;
using Mainstay.Knet.Fragments;
using Mainstay.Knet.Hosts;
using Mainstay.Knet.Links;
using Mainstay.Knet.Wire;
using Mainstay.Totem;

namespace Mainstay.Knet.Tests;

/// <summary>What hosts, links and operators say that cannot be, or comes when it does not count (spec/knet-wire.md sections 3 to
/// 7).</summary>
public sealed class TransportSanityTests
{
    private const ulong NanosecondsPerSecond = 1_000_000_000;

    private static readonly Instant s_now = Instant.FromMilliseconds(100_000);

    private readonly KnetLink _link = new(new NodeId(2), TestSettings.Of(1, 2, 1).Links[0], TestSettings.Address(2, 0));

    [Theory]
    [InlineData(100, 0, true)]
    [InlineData(98, 500_000_000, true)]
    [InlineData(98, 499_999_900, false)]
    [InlineData(100, 1, false)]
    [InlineData(99, 1_000_000_000, false)]
    [InlineData(0, 100_000_000_000, false)]
    [InlineData(ulong.MaxValue, 0, false)]
    [InlineData(ulong.MaxValue, ulong.MaxValue, false)]
    public void A_pong_is_the_echo_of_a_ping_that_was_sent_not_longer_ago_than_the_timeout(
        ulong seconds, ulong nanoseconds, bool counts) => Assert.Equal(counts, IsSignOfLife(seconds, nanoseconds));

    /// <summary>Seconds that are those of now in 64 bits of nanoseconds.</summary>
    [Fact]
    public void A_time_that_only_fits_when_it_wraps_is_no_time()
    {
        // 10^9 is 2^9 times an odd number, which has an inverse.
        const ulong Odd = NanosecondsPerSecond >> 9;
        var inverse = Odd;
        for (var step = 0; step < 6; step++) inverse *= 2 - (Odd * inverse);
        var sent = (ulong)s_now.Nanoseconds - 1024;
        var seconds = (((sent >> 9) * inverse) & ((1UL << 55) - 1)) | (1UL << 55);
        Assert.Equal(sent, seconds * NanosecondsPerSecond);
        Assert.False(IsSignOfLife(seconds, 0));
    }

    /// <summary>A number that comes again after the host was unreachable has not been there all the time.</summary>
    [Fact]
    public void What_came_before_a_host_was_unreachable_says_nothing_of_its_pings_afterwards()
    {
        var host = new KnetHost(new NodeId(2), new BufferPool());
        Assert.True(Takes(5));
        host.NotePing(Instant.Zero, Timed(5), TimeSpan.FromSeconds(1));
        host.HandleUnreachable();
        Assert.True(Takes(5));
        host.NotePing(Instant.FromMilliseconds(5_000), Timed(4), TimeSpan.FromSeconds(1));
        Assert.False(Takes(5));

        bool Takes(ushort sequence)
        {
            var isNew = host.Duplicates.IsNew(new(sequence));
            host.Duplicates.MarkDelivered(new(sequence));
            return isNew;
        }

        static PingPacket Timed(ushort sequence) => new(false, 2, 0, 0, 0, new(sequence), IsTimed: true);
    }

    /// <summary>A ping that nobody waited for tells where a host counts, unless its data has just told.</summary>
    [Fact]
    public void A_forced_ping_moves_the_place_only_where_no_data_came_since_the_last_one()
    {
        var host = new KnetHost(new NodeId(2), new BufferPool());
        Assert.True(host.Duplicates.IsNew(new(5)));
        host.Duplicates.MarkDelivered(new(5));
        host.NoteData();
        host.NotePing(Instant.Zero, Forced(5), TimeSpan.FromSeconds(1));
        Assert.False(host.Duplicates.IsNew(new(5)));
        host.NotePing(Instant.Zero, Forced(5), TimeSpan.FromSeconds(1));
        Assert.False(host.Duplicates.IsNew(new(5)));
        host.NotePing(Instant.Zero, Forced(9), TimeSpan.FromSeconds(1));
        Assert.Equal(new PacketSequence(9), host.Duplicates.Highest);
        Assert.True(host.Duplicates.IsNew(new(5)));

        static PingPacket Forced(ushort sequence) => new(false, 2, 0, 0, 0, new(sequence), IsTimed: false);
    }

    [Fact]
    public void Data_counts_only_from_a_host_that_has_answered()
    {
        var network = new VirtualNetwork(2, 1);
        network.Start();
        network.Do(1, (transport, outbox) => transport.HandleDatagram(network.Now, 0, TestSettings.Address(2, 0), Data(1, 0), outbox));
        Assert.Equal(1, network.Nodes[1].Statistics.Dropped(KnetDropReason.HostUnreachable));
        Assert.False(network.Nodes[1].IsReachable(new NodeId(2)));
        Assert.Empty(network.Delivered[1]);
    }

    [Fact]
    public void Data_of_other_channels_is_not_delivered()
    {
        var network = new VirtualNetwork(2, 1);
        network.Start();
        network.RunUntilUp();
        network.Do(1, (transport, outbox) => transport.HandleDatagram(network.Now, 0, TestSettings.Address(2, 0), Data(1, 1), outbox));
        Assert.Equal(1, network.Nodes[1].Statistics.Dropped(KnetDropReason.OtherChannel));
        Assert.Empty(network.Delivered[1]);
    }

    /// <summary>The link that a packet names is the one it came on: for every kind that names one.</summary>
    [Theory]
    [InlineData(0x81)]
    [InlineData(0x82)]
    [InlineData(0x83)]
    [InlineData(0x84)]
    public void A_packet_of_another_link_is_neither_answered_nor_taken(byte type)
    {
        var network = new VirtualNetwork(2, 1, s => s with { PathMtuInterval = TimeSpan.FromDays(1) });
        network.Start();
        network.RunUntilUp();
        byte[] packet = type <= 0x82 ? [1, type, 0, 2, 0, 0, 3, .. new byte[16], 0, 0, 1] : [1, type, 0, 2, 0, 0, 3, 220, 5];
        network.Do(1, (transport, outbox) =>
        {
            transport.HandleDatagram(network.Now, 0, TestSettings.Address(2, 0), packet, outbox);
            Assert.Equal(KnetOutputKind.Report, Assert.Single(outbox.Outputs.ToArray()).Kind);
        });
        Assert.Equal(1, network.Nodes[1].Statistics.Dropped(KnetDropReason.WrongLink));
    }

    [Fact]
    public void Before_its_start_and_after_its_stop_a_transport_takes_nothing_and_sends_nothing()
    {
        using var transport = new KnetTransport(TestSettings.Of(1, 2, 1), TestSettings.Seed);
        var outbox = new KnetOutbox();
        Receive(Ping());
        Assert.Equal(0, outbox.Count);
        transport.Start(s_now, outbox);
        outbox.Clear();
        Receive(Ping());
        Assert.Equal(KnetOutputKind.Send, Assert.Single(outbox.Outputs.ToArray()).Kind);
        outbox.Clear();
        transport.Stop();
        Receive(Ping());
        Assert.Equal(0, outbox.Count);
        Assert.Equal(1, transport.StatusOf(new NodeId(2), 0)!.Statistics.ReceivedPings.Packets);

        void Receive(byte[] packet) => transport.HandleDatagram(s_now, 0, TestSettings.Address(2, 0), packet, outbox);
    }

    [Fact]
    public void After_its_stop_a_transport_sends_no_data_to_a_host_that_was_reachable()
    {
        var network = new VirtualNetwork(2, 1);
        network.Start();
        network.RunUntilUp();
        network.Nodes[1].Stop();
        network.Do(1, (transport, outbox) => Assert.False(transport.SendToAll(network.Now, [1], outbox)));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(KnetLimits.PacketSizeMax, true)]
    [InlineData(KnetLimits.PacketSizeMax + 1, false)]
    public void Packets_have_a_byte_at_least_and_65536_at_most(int size, bool isSent)
    {
        var network = new VirtualNetwork(2, 1);
        network.Start();
        network.RunUntilUp();
        network.Do(1, (transport, outbox) => Assert.Equal(isSent, transport.SendToAll(network.Now, new byte[size], outbox)));
        Assert.Equal(isSent ? 0 : 1, network.Nodes[1].Statistics.Oversized);
    }

    [Fact]
    public void What_the_kernel_or_a_reply_says_against_what_is_known_of_a_path_does_not_count()
    {
        var search = new PathMtuSearch(576);
        search.Begin(s_now, TimeSpan.FromSeconds(1), 1);
        Assert.True(search.HandleRefused(s_now, 575));
        Assert.Equal(33_055, search.Current);
        Assert.True(search.HandleRefused(s_now, 33_055));
        Assert.Equal(16_815, search.Current);
        Assert.False(search.HandleReply(s_now, 16_814));
        Assert.True(search.HandleReply(s_now, 16_815));
        Assert.Equal(24_935, search.Current);
        Assert.True(search.HandleRefused(s_now, 16_815));
        Assert.Equal(20_875, search.Current);
        Assert.False(search.HandleReply(s_now, 30_000));
        Assert.Equal(20_875, search.Current);
    }

    [Fact]
    public void A_search_ends_however_often_another_size_is_named()
    {
        var search = new PathMtuSearch(576);
        search.Begin(s_now, TimeSpan.FromSeconds(1), 1);
        var steps = 1;
        while (search.HandleRefused(s_now, search.Current - 1)) steps++;
        Assert.Equal(KnetLimits.PathMtuStepsMax, steps);
        Assert.False(search.IsRunning);
    }

    public static TheoryData<string, Func<KnetSettings, KnetSettings>> BadSettings => new()
    {
        { "node id 0", s => s with { Self = NodeId.None } },
        { "node id 65536", s => s with { Self = new NodeId(65536) } },
        { "0 links", s => s with { Links = [] } },
        { "9 links", s => s with { Links = [.. Enumerable.Range(0, 9).Select(l => s.Links[0] with { Link = l })] } },
        { "link 8: its id", s => s with { Links = [s.Links[0] with { Link = 8 }] } },
        { "link -1: its id", s => s with { Links = [s.Links[0] with { Link = -1 }] } },
        { "link 0: ping interval", s => s with { Links = [s.Links[0] with { PingInterval = TimeSpan.Zero }] } },
        { "link 0: ping interval", s => s with { Links = [s.Links[0] with { PingTimeout = TimeSpan.Zero }] } },
        { "a link id appears twice", s => s with { Links = [s.Links[0], s.Links[0]] } },
        { "node id 0 is not", s => s with { Hosts = [s.Hosts[0] with { Node = NodeId.None }] } },
        { "node id 65536 is not", s => s with { Hosts = [s.Hosts[0] with { Node = new NodeId(65536) }] } },
        { "node id 1 is not", s => s with { Hosts = [s.Hosts[0] with { Node = s.Self }] } },
        { "lacks an address", s => s with { Hosts = [s.Hosts[0] with { Addresses = s.Hosts[0].Addresses.Remove(0) }] } },
        { "a node id appears twice", s => s with { Hosts = [s.Hosts[0], s.Hosts[0]] } },
        { "compression by Lzma", s => s with { Compression = CompressionModel.Lzma } },
        { "knet_mtu -1", s => s with { FixedMtu = -1 } },
        { "knet_mtu 65536", s => s with { FixedMtu = 65536 } },
        { "knet_pmtud_interval", s => s with { PathMtuInterval = TimeSpan.Zero } },
        { "the key has 127 bytes", s => s with { Crypto = new(CryptoCipher.None, CryptoHash.Md5, new byte[127]) } },
        { "the key has 4097 bytes", s => s with { Crypto = new(CryptoCipher.None, CryptoHash.Md5, new byte[4097]) } },
        { "crypto_cipher requires", s => s with { Crypto = new(CryptoCipher.Aes128, CryptoHash.None, new byte[256]) } },
    };

    [Theory]
    [MemberData(nameof(BadSettings), DisableDiscoveryEnumeration = true)]
    public void Settings_that_cannot_work_are_refused_by_start_and_reload(string expected, Func<KnetSettings, KnetSettings> change)
    {
        var good = TestSettings.Of(1, 2, 1);
        var bad = change(good);
        Assert.Contains(expected, bad.Problem, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new KnetTransport(bad, TestSettings.Seed));
        using var transport = new KnetTransport(good, TestSettings.Seed);
        Assert.Throws<ArgumentException>(() => transport.Reconfigure(s_now, bad, new KnetOutbox()));
        if (!bad.Crypto.Equals(good.Crypto)) Assert.Throws<ArgumentException>(() => transport.LoadCrypto(bad.Crypto));
        Assert.Equal(good, transport.Settings);
    }

    [Fact]
    public void A_running_node_keeps_its_id()
    {
        using var transport = new KnetTransport(TestSettings.Of(1, 3, 1), TestSettings.Seed);
        Assert.Throws<ArgumentException>(() => transport.Reconfigure(s_now, TestSettings.Of(2, 3, 1), new KnetOutbox()));
    }

    /// <summary>A link to another address is another link: what was known of the old one does not hold.</summary>
    [Fact]
    public void A_link_that_leads_to_another_address_begins_anew()
    {
        var network = new VirtualNetwork(2, 1);
        network.Start();
        network.RunUntilUp();
        var elsewhere = TestSettings.Of(1, 2, 1, (node, link) => TestSettings.Address(node + 100, link));
        network.Do(1, (transport, outbox) =>
        {
            transport.Reconfigure(network.Now, elsewhere, outbox);
            outbox.Clear();
        });
        Assert.False(network.Nodes[1].StatusOf(new NodeId(2), 0)!.IsConnected);
        Assert.Equal(TestSettings.Address(102, 0), network.Nodes[1].StatusOf(new NodeId(2), 0)!.Address);
    }

    [Fact]
    public void An_address_mapped_to_ipv6_is_the_ipv4_address()
    {
        Assert.Equal(LinkAddress.Of(IPAddress.Parse("10.0.0.1")), LinkAddress.Of(IPAddress.Parse("::ffff:10.0.0.1")));
        Assert.NotEqual(LinkAddress.Of(IPAddress.Parse("10.0.0.1")), LinkAddress.Of(IPAddress.Parse("::10.0.0.1")));
        Assert.False(LinkAddress.TryRead(new byte[5], out _));
    }

    private bool IsSignOfLife(ulong seconds, ulong nanoseconds)
    {
        _link.Start(s_now);
        _link.HandlePong(s_now, new PingPacket(true, 2, 0, seconds, nanoseconds, default, true));
        return _link.HasPong;
    }

    private static byte[] Ping() => [1, 0x81, 0, 2, 0, 0, 0, .. new byte[16], 0, 0, 1];

    private static byte[] Data(byte sequence, byte channel) => [1, 0, 0, 2, 0, 0, 0, sequence, 0, 0, 1, 1, 0, channel, 99];
}
