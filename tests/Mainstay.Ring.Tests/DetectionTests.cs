using System.Security.Cryptography;
using Mainstay.Knet;
using Mainstay.Ring.Client;
using Mainstay.Ring.Links;
using Mainstay.Totem;

namespace Mainstay.Ring.Tests;

/// <summary>A daemon that dies on a living host: the kernel of that host tells.</summary>
public sealed class DetectionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("udpu", 1, "")]
    [InlineData("knet", 1, "")]
    [InlineData("knet", 2, "    crypto_cipher: aes256\n    crypto_hash: sha256\n")]
    public async Task The_others_form_a_ring_without_it_before_any_timeout(string transport, int links, string totem)
    {
        using var cluster = new DaemonCluster(3);
        cluster.Configure(
            $"{totem}    keyfile: {cluster.WriteKey(1)}\n    token_warning: 0\n",
            nodes: KnetDaemonTests.Nodes(cluster, 3, links),
            transport: transport);
        for (var node = 1; node <= 3; node++) cluster.Start(node);
        await using var first = await cluster.ConnectAsync(1);
        await using var second = await cluster.ConnectAsync(2);
        await using var third = await cluster.ConnectAsync(3);
        RingClient[] clients = [first, second, third];
        foreach (var client in clients) await DaemonCluster.UntilAsync<RingQuorumChange>(client, q => q.Members.Count == 3);

        // A node announces itself before it serves its clients: who sees all three here knows that the ring is uniform.
        foreach (var client in clients) await client.JoinAsync("g", Cancellation);
        await DaemonCluster.UntilAsync<RingGroupChange>(first, change => change.Members.Count == 3);
        await DaemonCluster.UntilAsync<RingGroupChange>(second, change => change.Members.Count == 3);
        var before = await first.GetStatusAsync(Cancellation);
        Assert.Equal(1, before.Counters["totem.uniform"]);
        Assert.Empty(before.HeldOut);

        cluster.KillHard(3);
        await DaemonCluster.UntilAsync<RingQuorumChange>(first, q => q.Members.SequenceEqual([1u, 2u]));
        await DaemonCluster.UntilAsync<RingQuorumChange>(second, q => q.Members.SequenceEqual([1u, 2u]));
        var after = await first.GetStatusAsync(Cancellation);
        Assert.Equal(0, after.Counters["totem.operational_token_lost"]);
        Assert.Equal(before.Counters["totem.consensus_timeouts"], after.Counters["totem.consensus_timeouts"]);
        Assert.Contains("node 3 is given up: its host is there, but no ring process", cluster.Log(1)
            + cluster.Log(2), StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_refuses_when_all_its_links_do_and_only_the_probe_itself_confirms()
    {
        var peers = new RefusedPeers();
        var probe = RandomNumberGenerator.GetBytes(64);
        var now = Instant.FromMilliseconds(1000);
        peers.NoteProbe(2, 0, probe);
        peers.NoteRefusal(now, 2, 0, new byte[64], [1]);
        Assert.False(peers.TryTake(out _));
        peers.NoteRefusal(now, 2, 1, new byte[64], [0]);
        Assert.True(peers.TryTake(out var refused));
        Assert.Equal((new NodeId(2), false), refused);

        peers.NoteRefusal(now, 2, 0, probe.AsSpan(0, 40), []);
        Assert.True(peers.TryTake(out refused));
        Assert.True(refused.IsProbe);
        peers.NoteRefusal(now, 2, 0, probe.AsSpan(0, 8), []);
        Assert.True(peers.TryTake(out refused));
        Assert.False(refused.IsProbe);

        // Too long ago on the other link.
        peers.NoteRefusal(now + TimeSpan.FromSeconds(1), 2, 0, probe, [1]);
        Assert.False(peers.TryTake(out _));
    }

    [Fact]
    public void Questions_and_answers_are_no_packets_of_the_ring()
    {
        var question = new byte[UnicastProbe.Size];
        UnicastProbe.WriteQuestion(question);
        Assert.True(UnicastProbe.IsQuestion(question));
        Assert.False(UnicastProbe.IsAnswer(question));
        UnicastProbe.MakeAnswer(question);
        Assert.True(UnicastProbe.IsAnswer(question));
        Assert.False(UnicastProbe.IsQuestion(new byte[KnetLimits.LinkCountMax]));
    }
}
