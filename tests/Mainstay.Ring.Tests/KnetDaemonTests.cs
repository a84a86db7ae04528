using System.Net;
using System.Net.Sockets;
using System.Text;
using Mainstay.Ring.Client;

namespace Mainstay.Ring.Tests;

/// <summary>The daemon with transport knet, on loopback addresses.</summary>
public sealed class KnetDaemonTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("    crypto_cipher: aes256\n    crypto_hash: sha256\n")]
    [InlineData("    crypto_cipher: none\n    crypto_hash: sha512\n    link_mode: rr\n    knet_compression_model: zlib\n")]
    public async Task Three_nodes_exchange_messages_of_all_sizes(string totem)
    {
        using var cluster = new DaemonCluster(3);
        var key = cluster.WriteKey(1);
        cluster.Configure(totem + $"    keyfile: {key}\n", nodes: Nodes(cluster, 3, links: 2), transport: "knet");
        for (var node = 1; node <= 3; node++) cluster.Start(node);
        await using var first = await cluster.ConnectAsync(1);
        await using var second = await cluster.ConnectAsync(2);
        await DaemonCluster.UntilAsync<RingQuorumChange>(first, q => q.Members.Count == 3);
        await DaemonCluster.UntilAsync<RingQuorumChange>(second, q => q.Members.Count == 3);
        await first.JoinAsync("g", Cancellation);
        await second.JoinAsync("g", Cancellation);
        int[] sizes = [1, 1000, 1500, 60_000, 300_000, 1_000_000, 2];
        foreach (var size in sizes)
        {
            var sent = Payload(size);
            await second.MulticastAsync(sent, Cancellation);
            var message = await DaemonCluster.UntilAsync<RingMessage>(first, _ => true);
            Assert.True(sent.AsSpan().SequenceEqual(message.Payload.Span), $"{size} bytes");
        }

        // The ring forms over the first link that is up; the other one may come a moment later.
        foreach (var link in new[] { 0, 1 }) await cluster.UntilLoggedAsync(1, $"host: 2 link: {link} is up");
        var counters = (await first.GetStatusAsync(Cancellation)).Counters;
        Assert.Equal(1, counters["knet.node2.link0.connected"]);
        Assert.Equal(1, counters["knet.node2.link1.connected"]);
        Assert.Equal(0, counters["knet.dropped.NotAuthentic"]);
    }

    [Fact]
    public async Task Keys_change_at_run_time_without_losing_the_ring()
    {
        using var cluster = new DaemonCluster(2);
        string Crypto(string cipher, string hash, int key) =>
            $"    crypto_cipher: {cipher}\n    crypto_hash: {hash}\n    keyfile: {cluster.WriteKey(key)}\n";
        cluster.Configure(Crypto("aes128", "sha256", 1), transport: "knet");
        for (var node = 1; node <= 2; node++) cluster.Start(node);
        await using var first = await cluster.ConnectAsync(1);
        await using var second = await cluster.ConnectAsync(2);
        var formed = await DaemonCluster.UntilAsync<RingQuorumChange>(first, q => q.Members.Count == 2);
        await first.JoinAsync("g", Cancellation);
        foreach (var (settings, words) in new[]
        {
            (Crypto("aes256", "sha512", 2), "crypto settings aes256/sha512 are in use"),
            (Crypto("none", "none", 2), "crypto settings none/none are in use"),
            (Crypto("aes256", "sha256", 3), "crypto settings aes256/sha256 are in use"),
        })
        {
            cluster.Configure(settings, transport: "knet");
            for (var node = 1; node <= 2; node++) cluster.HangUpSignal(node);
            await cluster.UntilLoggedAsync(1, words);
            await cluster.UntilLoggedAsync(2, words);
            await first.MulticastAsync(Encoding.UTF8.GetBytes(words), Cancellation);
            var message = await DaemonCluster.UntilAsync<RingMessage>(first, _ => true);
            Assert.Equal(words, Encoding.UTF8.GetString(message.Payload.Span));
        }

        var status = await first.GetStatusAsync(Cancellation);
        Assert.Equal(formed.Ring, status.Quorum.Ring);
        Assert.Equal(2, status.Quorum.Members.Count);
    }

    [Fact]
    public async Task A_change_of_keys_that_goes_round_the_ring_costs_no_packet()
    {
        const int Nodes = 3;
        using var cluster = new DaemonCluster(Nodes);
        string Crypto(string cipher, string hash, int key) =>
            $"    token: 5000\n    crypto_cipher: {cipher}\n    crypto_hash: {hash}\n    keyfile: {cluster.WriteKey(key)}\n";
        cluster.Configure(Crypto("aes128", "sha256", 1), transport: "knet");
        for (var node = 1; node <= Nodes; node++) cluster.Start(node);
        var clients = new List<RingClient>();
        for (var node = 1; node <= Nodes; node++) clients.Add(await cluster.ConnectAsync(node));
        await DaemonCluster.UntilAsync<RingQuorumChange>(clients[0], q => q.Members.Count == Nodes);
        for (var key = 2; key <= 6; key++)
        {
            cluster.Configure(Crypto("aes256", key % 2 == 0 ? "sha512" : "sha1", key), transport: "knet");
            await clients[key % Nodes].Administration.ReloadAsync(Cancellation);
            for (var node = 1; node <= Nodes; node++) await cluster.UntilLoggedAsync(node, "are in use", key - 1);
        }

        foreach (var client in clients)
        {
            Assert.Equal(0, (await client.GetStatusAsync(Cancellation)).Counters["knet.dropped.NotAuthentic"]);
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_node_with_another_key_stays_outside_and_both_sides_say_why()
    {
        using var cluster = new DaemonCluster(2);
        cluster.Configure($"    crypto_hash: sha256\n    keyfile: {cluster.WriteKey(1)}\n", transport: "knet");
        cluster.Start(1);
        await cluster.UntilLoggedAsync(1, " starts on ");
        cluster.Configure($"    crypto_hash: sha256\n    keyfile: {cluster.WriteKey(2)}\n", transport: "knet");
        cluster.Start(2);
        await cluster.UntilLoggedAsync(1, "are not authentic");
        await cluster.UntilLoggedAsync(2, "are not authentic");
        await using var ring = await cluster.ConnectAsync(2);
        var formed = await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.Members.Count > 0);
        Assert.Equal([2u], formed.Members);
    }

    [Fact]
    public async Task A_link_can_be_added_and_removed_by_reload_while_the_ring_stands()
    {
        using var cluster = new DaemonCluster(2);
        cluster.Configure(nodes: Nodes(cluster, 2, links: 1), transport: "knet");
        for (var node = 1; node <= 2; node++) cluster.Start(node);
        await using var ring = await cluster.ConnectAsync(1);
        var formed = await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.Members.Count == 2);
        cluster.Configure(nodes: Nodes(cluster, 2, links: 2), transport: "knet");
        for (var node = 1; node <= 2; node++) cluster.HangUpSignal(node);
        await cluster.UntilLoggedAsync(1, "host: 2 link: 1 is up");
        cluster.Configure(nodes: Nodes(cluster, 2, links: 1), transport: "knet");
        for (var node = 1; node <= 2; node++) cluster.HangUpSignal(node);
        Assert.Equal(formed.Ring, (await ring.GetStatusAsync(Cancellation)).Quorum.Ring);
    }

    [Theory]
    [InlineData("    knet_compression_model: lz4\n", "corosync.conf:6: error: knet_compression_model lz4 is not available")]
    [InlineData("    crypto_hash: sha224\n", "corosync.conf:6: error: Invalid hash type. Should be none, md5, sha1, sha256, sha384 or sha512")]
    [InlineData("    crypto_cipher: aes256\n", "corosync.conf:6: error: crypto_cipher requires crypto_hash")]
    [InlineData("    crypto_hash: sha1\n    keyfile: /nonexistent\n", "corosync.conf:7: error: Could not open the key file")]
    [InlineData("    interface {\n        knet_transport: sctp\n    }\n", "corosync.conf:7: error: knet_transport sctp is not supported")]
    public async Task Knet_options_that_cannot_work_are_refused_with_their_line(string totem, string expected)
    {
        using var cluster = new DaemonCluster(1);
        cluster.Configure(totem, transport: "knet");
        Assert.Equal(8, await cluster.StartAndEndAsync(1));
        Assert.Contains(expected, cluster.Log(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_multicast_address_that_is_none_is_refused_with_its_line()
    {
        using var cluster = new DaemonCluster(1);
        cluster.Configure("    interface {\n        mcastaddr: 10.1.1.1\n    }\n", transport: "udp");
        Assert.Equal(8, await cluster.StartAndEndAsync(1));
        Assert.Contains("corosync.conf:7: error: mcastaddr 10.1.1.1", cluster.Log(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_illegal_change_of_a_link_is_refused_whole()
    {
        using var cluster = new DaemonCluster(2);
        cluster.Configure(nodes: Nodes(cluster, 2, links: 2), transport: "knet");
        cluster.Start(1);
        await cluster.UntilLoggedAsync(1, " starts on ");
        cluster.Configure(
            "    crypto_hash: sha256\n    keyfile: " + cluster.WriteKey(1) + "\n",
            nodes: Nodes(cluster, 2, links: 2).Replace(LinkAddress(cluster, 2, 1), cluster.Address(9), StringComparison.Ordinal),
            transport: "knet");
        cluster.HangUpSignal(1);
        await cluster.UntilLoggedAsync(1, "the address of node 2 on link 1 changed");
        Assert.DoesNotContain("crypto settings", cluster.Log(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rubbish_on_the_port_does_no_harm()
    {
        using var cluster = new DaemonCluster(1);
        cluster.Configure(transport: "knet");
        cluster.Start(1);
        await using var ring = await cluster.ConnectAsync(1);
        await cluster.UntilLoggedAsync(1, "ready to provide service");
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        for (var size = 0; size < 60; size++)
        {
            await socket.SendToAsync(new byte[size], new IPEndPoint(IPAddress.Parse(cluster.Address(1)), 5405), Cancellation);
        }

        await cluster.UntilLoggedAsync(1, "the address is not configured there");
        Assert.Equal("Operational", (await ring.GetStatusAsync(Cancellation)).State);
    }

    private static string LinkAddress(DaemonCluster cluster, int node, int link) => cluster.Address((link * 20) + node);

    internal static string Nodes(DaemonCluster cluster, int nodes, int links) => string.Concat(Enumerable.Range(1, nodes).Select(
        n => "    node {\n" + string.Concat(Enumerable.Range(0, links).Select(l => $"        ring{l}_addr: {LinkAddress(cluster, n, l)}\n"))
            + $"        name: node{n}\n        nodeid: {n}\n    }}\n"));

    private static byte[] Payload(int size) => [.. Enumerable.Range(0, size).Select(i => (byte)((i * 31) + (i >> 9)))];
}
