using System.Net;
using System.Net.Sockets;
using System.Text;
using Mainstay.Ring.Client;

namespace Mainstay.Ring.Tests;

/// <summary>The daemon as a process on loopback, used through <see cref="IRing"/>.</summary>
public sealed class DaemonTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_single_node_serves_its_clients()
    {
        using var cluster = new DaemonCluster(1);
        cluster.Start(1);
        await using var ring = await cluster.ConnectAsync(1);
        Assert.Equal(1u, ring.Identity.LocalNodeId);
        Assert.Equal("test", ring.Identity.ClusterName);
        Assert.Equal([cluster.Address(1)], ring.Identity.Nodes.Single().Addresses);
        await ring.JoinAsync("group", Cancellation);
        await ring.MulticastAsync(Encoding.UTF8.GetBytes("hello"), Cancellation);
        var message = await DaemonCluster.UntilAsync<RingMessage>(ring, _ => true);
        Assert.Equal(new GroupMember(1, (uint)Environment.ProcessId), message.Sender);
        Assert.Equal("hello", Encoding.UTF8.GetString(message.Payload.Span));
        var status = await ring.GetStatusAsync(Cancellation);
        Assert.Equal("Operational", status.State);
        Assert.True(status.Quorum.IsQuorate);
        Assert.Equal(1u, status.MemberVotes[1]);
        await ring.LeaveAsync(Cancellation);
        await Assert.ThrowsAsync<RingException>(async () => await ring.MulticastAsync(new byte[1], Cancellation));
        Assert.Equal(0, cluster.Terminate(1));
        Assert.False(File.Exists(cluster.SocketPath(1)));
    }

    [Fact]
    public async Task Messages_go_to_all_three_nodes_and_a_killed_daemon_comes_back_with_a_higher_ring_sequence()
    {
        using var cluster = new DaemonCluster(3);
        for (var node = 1; node <= 3; node++) cluster.Start(node);
        await using var first = await cluster.ConnectAsync(1);
        await using var second = await cluster.ConnectAsync(2);
        var formed = await DaemonCluster.UntilAsync<RingQuorumChange>(first, q => q.Members.Count == 3);
        await first.JoinAsync("g", Cancellation);
        await second.JoinAsync("g", Cancellation);
        for (var i = 0; i < 100; i++) await second.MulticastAsync(Encoding.UTF8.GetBytes($"m{i}"), Cancellation);
        for (var i = 0; i < 100; i++)
        {
            var message = await DaemonCluster.UntilAsync<RingMessage>(first, _ => true);
            Assert.Equal($"m{i}", Encoding.UTF8.GetString(message.Payload.Span));
        }

        cluster.KillHard(3);
        await DaemonCluster.UntilAsync<RingQuorumChange>(first, q => q.Members.SequenceEqual([1u, 2u]) && q.IsQuorate);
        cluster.Start(3);
        var healed = await DaemonCluster.UntilAsync<RingQuorumChange>(first, q => q.Members.Count == 3);
        Assert.True(healed.Ring.Sequence > formed.Ring.Sequence);
        cluster.KillHard(2);
        await DaemonCluster.UntilAsync<RingGroupChange>(first, g =>
            g.Left.Any(l => l.Member.NodeId == 2 && l.Reason == GroupChangeReason.NodeDown));
        var gone = await DaemonCluster.UntilAsync<RingDisconnected>(second, _ => true).WaitAsync(DaemonCluster.Patience, Cancellation);
        Assert.NotEmpty(gone.Reason);
    }

    [Theory]
    [InlineData("token: soon\n", "udpu", 8, "corosync.conf:6: error: Value of key \"totem.token\"")]
    [InlineData("    crypto_hash: sha1\n", "udp", 8, "require transport knet")]
    [InlineData("", "carrier-pigeon", 8, "Invalid transport type")]
    public async Task A_bad_configuration_is_refused_with_its_place(string totem, string transport, int exitStatus, string expected)
    {
        using var cluster = new DaemonCluster(1);
        cluster.Configure(totem, transport: transport);
        Assert.Equal(exitStatus, await cluster.StartAndEndAsync(1));
        Assert.Contains(expected, cluster.Log(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reload_takes_a_legal_file_and_refuses_an_illegal_one_whole()
    {
        using var cluster = new DaemonCluster(1);
        cluster.Start(1);
        await using var ring = await cluster.ConnectAsync(1);
        await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.IsQuorate);
        cluster.Configure(totem: "    join: nonsense\n", quorum: "    expected_votes: 5\n");
        cluster.HangUpSignal(1);
        await cluster.UntilLoggedAsync(1, "the running configuration stays");
        Assert.Contains("corosync.conf:6: error:", cluster.Log(1), StringComparison.Ordinal);
        Assert.Equal(1u, (await ring.GetStatusAsync(Cancellation)).Quorum.ExpectedVotes);
        cluster.Configure(quorum: "    expected_votes: 5\n");
        cluster.HangUpSignal(1);
        var changed = await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.ExpectedVotes == 5);
        Assert.False(changed.IsQuorate);
    }

    /// <summary>A node that stands alone must not become quorate because somebody damaged its file.</summary>
    [Fact]
    public async Task A_reload_without_the_quorum_section_or_with_another_transport_leaves_both_as_they_run()
    {
        using var cluster = new DaemonCluster(2);
        cluster.Start(1);
        await using var ring = await cluster.ConnectAsync(1);
        await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.Members.Count == 1);
        var text = File.ReadAllText(cluster.ConfigFile);
        var nodes = text[text.IndexOf("nodelist", StringComparison.Ordinal)..text.IndexOf("quorum {", StringComparison.Ordinal)];
        File.WriteAllText(
            cluster.ConfigFile, "totem {\n    version: 2\n    cluster_name: other\n    transport: knet\n    token: 1200\n}\n" + nodes);
        cluster.HangUpSignal(1);
        await cluster.UntilLoggedAsync(1, "was read again and applied");
        Assert.Contains("corosync.conf:3: warning: totem.cluster_name cannot be changed", cluster.Log(1), StringComparison.Ordinal);
        Assert.Contains("corosync.conf:4: warning: totem.transport cannot be changed", cluster.Log(1), StringComparison.Ordinal);
        Assert.Contains("warning: quorum.provider cannot be changed", cluster.Log(1), StringComparison.Ordinal);
        var status = await ring.GetStatusAsync(Cancellation);
        Assert.Equal((false, 2u), (status.Quorum.IsQuorate, status.Quorum.ExpectedVotes));
        Assert.Equal(RingMapValue.Of("udpu"), await ring.Map.GetAsync("totem.transport", Cancellation));
        Assert.Equal(RingMapValue.Of("test"), await ring.Map.GetAsync("totem.cluster_name", Cancellation));
        Assert.Equal(RingMapValue.Of(1200u), await ring.Map.GetAsync("runtime.config.totem.token", Cancellation));
    }

    [Theory]
    [InlineData("    netmtu: 100\n", "corosync.conf:6: error: totem.netmtu is 100")]
    [InlineData("    window_size: 100000\n", "corosync.conf:6: error: totem.window_size is 100000")]
    public async Task What_the_protocol_refuses_is_refused_by_check_start_and_reload_with_its_line(string totem, string expected)
    {
        using var cluster = new DaemonCluster(1);
        cluster.Start(1);
        await using var ring = await cluster.ConnectAsync(1);
        await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.IsQuorate);
        cluster.Configure(totem);
        if (!totem.Contains("netmtu", StringComparison.Ordinal))
        {
            cluster.HangUpSignal(1);
            await cluster.UntilLoggedAsync(1, $"{expected}; the greatest accepted value");
            await cluster.UntilLoggedAsync(1, "the running configuration stays");
        }

        using var check = cluster.Start(1, cluster.RunFolder(7), preparation: "set -- \"$@\" --check");
        await check.WaitForExitAsync(Cancellation).WaitAsync(DaemonCluster.Patience, Cancellation);
        Assert.Equal(8, check.ExitCode);
        Assert.Equal(8, await cluster.StartAndEndAsync(1));
        Assert.Contains(expected, cluster.Log(1), StringComparison.Ordinal);
    }

    /// <summary>Two sites whose hosts have the same short names.</summary>
    [Fact]
    public async Task A_host_is_the_node_that_has_its_whole_name()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give a host another name");
        using var cluster = new DaemonCluster(2);
        cluster.Configure(nodes: string.Concat(Enumerable.Range(1, 2).Select(
            i => $"    node {{\n        ring0_addr: {cluster.Address(i)}\n        name: node.site{i}\n        nodeid: {i}\n    }}\n")));
        cluster.Start(
            2, preparation: "if [ \"$(hostname)\" != node.site2 ]; then exec unshare --uts sh -c 'hostname node.site2; exec \"$@\"' sh "
                + "\"$@\"; fi",
            findsItself: true);
        await cluster.UntilLoggedAsync(2, "node 2 (node.site2) of cluster");
    }

    [Fact]
    public async Task A_daemon_started_where_hang_ups_are_ignored_reloads_at_a_signal_all_the_same()
    {
        using var cluster = new DaemonCluster(1);
        cluster.Start(1, preparation: "trap '' HUP");
        await using var ring = await cluster.ConnectAsync(1);
        await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.IsQuorate);
        cluster.HangUpSignal(1);
        await cluster.UntilLoggedAsync(1, "was read again and applied");
    }

    [Fact]
    public async Task A_file_with_a_problem_in_every_line_does_not_fill_the_log()
    {
        using var cluster = new DaemonCluster(1);
        cluster.Start(1);
        await using var ring = await cluster.ConnectAsync(1);
        await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.IsQuorate);
        File.AppendAllText(cluster.ConfigFile, string.Concat(Enumerable.Repeat("x: y\n", 5_000)));
        cluster.HangUpSignal(1);
        await cluster.UntilLoggedAsync(1, "the running configuration stays");
        Assert.Contains("has 4900 problems more", cluster.Log(1), StringComparison.Ordinal);
        Assert.Equal(100, cluster.Log(1).Split("Can't store key").Length - 1);
    }

    [Fact]
    public async Task A_node_id_that_appears_twice_is_refused_by_start_and_reload()
    {
        using var cluster = new DaemonCluster(1);
        cluster.Start(1);
        await using var ring = await cluster.ConnectAsync(1);
        var node = $"    node {{\n        ring0_addr: {cluster.Address(1)}\n        name: node1\n        nodeid: 1\n    }}\n";
        cluster.Configure(nodes: node + node.Replace(cluster.Address(1), cluster.Address(2), StringComparison.Ordinal));
        cluster.HangUpSignal(1);
        await cluster.UntilLoggedAsync(1, "the running configuration stays");
        Assert.Matches(@"corosync\.conf:\d+: error: Nodeid 1 appears twice", cluster.Log(1));
        cluster.KillHard(1);
        Assert.Equal(8, await cluster.StartAndEndAsync(1, cluster.RunFolder(2)));
    }

    [Fact]
    public async Task An_address_change_of_a_running_node_is_refused_by_reload()
    {
        using var cluster = new DaemonCluster(2);
        cluster.Start(1);
        await using var ring = await cluster.ConnectAsync(1);
        cluster.Configure(nodes:
            $"    node {{\n        ring0_addr: {cluster.Address(1)}\n        nodeid: 1\n    }}\n    node {{\n        ring0_addr: "
                + $"{cluster.Address(9)}\n        nodeid: 2\n    }}\n");
        cluster.HangUpSignal(1);
        await cluster.UntilLoggedAsync(1, "must be deleted and recreated");
    }

    [Fact]
    public async Task A_second_daemon_is_refused_by_run_folder_and_by_address()
    {
        using var cluster = new DaemonCluster(1);
        cluster.Start(1);
        await using var ring = await cluster.ConnectAsync(1);
        Assert.Equal(18, await cluster.StartAndEndAsync(1, cluster.RunFolder(1)));
        Assert.Contains("another mainstay-ring", cluster.Log(1), StringComparison.Ordinal);
        Assert.Equal(18, await cluster.StartAndEndAsync(1, cluster.RunFolder(1) + "-b"));
        Assert.Contains("is another ring daemon", cluster.Log(1), StringComparison.Ordinal);
        Assert.Equal("Operational", (await ring.GetStatusAsync(Cancellation)).State);
    }

    [Fact]
    public async Task Rubbish_from_the_network_is_counted_and_dropped()
    {
        using var cluster = new DaemonCluster(2);
        cluster.Start(1);
        await using var ring = await cluster.ConnectAsync(1);
        await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.Members.Count == 1);
        using var listed = new UdpClient(new IPEndPoint(IPAddress.Parse(cluster.Address(2)), 0));
        using var stranger = new UdpClient(new IPEndPoint(IPAddress.Parse(cluster.Address(77)), 0));
        var target = new IPEndPoint(IPAddress.Parse(cluster.Address(1)), 5405);
        byte state = 1;
        for (var i = 0; i < 200; i++)
        {
            var bytes = new byte[i * 7];
            for (var b = 0; b < bytes.Length; b++) bytes[b] = state = (byte)((state * 5) + 17 + b);

            // Every other one looks like a packet of the protocol at first sight.
            if (i % 2 == 0 && bytes.Length > 4) (bytes[0], bytes[1], bytes[2], bytes[3], bytes[4]) = (0x70, 0xc0, 3, (byte)(i / 2 % 7), 0);
            await listed.SendAsync(bytes, target, Cancellation);
            await stranger.SendAsync(bytes, target, Cancellation);
        }

        // All of it waits in the daemon's socket by now; it reads a bounded number per turn and serves clients in between.
        long dropped = 0;
        for (var attempt = 0; attempt < 100 && dropped < 390; attempt++)
        {
            var counters = (await ring.GetStatusAsync(Cancellation)).Counters;
            var unlisted = counters["link.dropped_unlisted_source"];
            Assert.True(unlisted <= 200);
            dropped = counters["totem.dropped_malformed"] + counters["totem.dropped_unknown_sender"] + unlisted;
        }

        Assert.True(dropped >= 390, $"{dropped} dropped");
        await ring.JoinAsync("still-alive", Cancellation).WaitAsync(DaemonCluster.Patience, Cancellation);
    }

    [Fact]
    public async Task Rubbish_on_the_socket_ends_that_client_only()
    {
        using var cluster = new DaemonCluster(1);
        cluster.Start(1);
        await using var ring = await cluster.ConnectAsync(1);
        await cluster.UntilLoggedAsync(1, "ready to provide service");
        foreach (var rubbish in (byte[][])[[1, 2, 3, 4, 5, 6, 7, 8, 9], [0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0],
            [5, 0, 0, 0, 4, 0, 0, 0, 0]])
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(cluster.SocketPath(1)), Cancellation);
            await socket.SendAsync(rubbish, Cancellation);
            socket.Shutdown(SocketShutdown.Send);
            var buffer = new byte[4096];
            while (await socket.ReceiveAsync(buffer, Cancellation).AsTask().WaitAsync(DaemonCluster.Patience, Cancellation) > 0)
            {
                // The goodbye; then the end.
            }
        }

        Assert.Equal("Operational", (await ring.GetStatusAsync(Cancellation)).State);
    }

    [Fact]
    public async Task Nobody_listening_is_said_so()
    {
        var problem = await Assert.ThrowsAsync<RingException>(() => RingClient.ConnectAsync("/nonexistent/ring.sock", Cancellation));
        Assert.Contains("is mainstay-ring running?", problem.Message, StringComparison.Ordinal);
    }
}
