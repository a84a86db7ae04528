using System.Net.Sockets;
using System.Text;
using Mainstay.Ring.Client;

namespace Mainstay.Ring.Tests;

/// <summary>Which local clients the daemon takes, and which it drops.</summary>
public sealed class ClientTests
{
    private const uint Stranger = 4_000_001;
    private const uint StrangersGroup = 4_000_002;
    private const int UnsentMax = ClientConnection.UnsentSizeMax;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", false)]
    [InlineData("uidgid {\n    uid: 4000001\n}\n", true)]
    [InlineData("uidgid {\n    gid: 4000002\n}\n", true)]
    [InlineData("uidgid {\n    uid: 4000002\n    gid: 4000001\n}\n", false)]
    public async Task Only_users_and_groups_of_uidgid_are_admitted_besides_root_and_the_daemons_own(string sections, bool isAdmitted)
    {
        Assert.SkipUnless(RawClient.CanBeSomebodyElse, "only root can connect as somebody else");
        using var cluster = new DaemonCluster(1);
        File.AppendAllText(cluster.ConfigFile, sections);
        cluster.Open();
        cluster.Start(1);
        await using var own = await cluster.ConnectAsync(1);
        await DaemonCluster.UntilAsync<RingQuorumChange>(own, q => q.Members.Count == 1);
        using var client = RawClient.ConnectAs(cluster.SocketPath(1), Stranger, StrangersGroup);
        Assert.Equal(isAdmitted, await client.IsWelcomeAsync());
        if (!isAdmitted) await cluster.UntilLoggedAsync(1, $"(pid {Environment.ProcessId}, uid {Stranger}) was turned away");
        Assert.Equal("Operational", (await own.GetStatusAsync(Cancellation)).State);
    }

    [Fact]
    public async Task Connections_without_end_neither_end_a_daemon_with_few_descriptors_nor_shut_others_out_for_good()
    {
        using var cluster = new DaemonCluster(1);
        cluster.Start(1, preparation: "ulimit -n 120");
        await using (var own = await cluster.ConnectAsync(1))
        {
            await DaemonCluster.UntilAsync<RingQuorumChange>(own, q => q.Members.Count == 1);
            var crowd = Enumerable.Range(0, 300).Select(_ => RawClient.Connect(cluster.SocketPath(1))).ToList();
            await cluster.UntilLoggedAsync(1, $"was turned away: {ClientAdmission.PlacesMin} are connected");
            Assert.Equal("Operational", (await own.GetStatusAsync(Cancellation)).State);
            foreach (var client in crowd) client.Dispose();
        }

        await using var later = await RepeatedAsync(() => cluster.ConnectAsync(1));
        Assert.Equal("Operational", (await later.GetStatusAsync(Cancellation)).State);
    }

    // The daemon may look at the newcomer before it looks at those who are gone.
    private static async Task<RingClient> RepeatedAsync(Func<Task<RingClient>> connect)
    {
        for (var left = 100; ; left--)
        {
            try
            {
                return await connect();
            }
            catch (Exception problem) when (left > 0 && problem is (RingException or IOException or SocketException))
            {
                // Again.
            }
        }
    }

    [Fact]
    public async Task Who_wants_no_word_of_success_gets_none_but_is_told_of_refusals()
    {
        using var cluster = new DaemonCluster(1);
        cluster.Start(1);
        await using var own = await cluster.ConnectAsync(1);
        await DaemonCluster.UntilAsync<RingQuorumChange>(own, q => q.Members.Count == 1);
        using var client = RawClient.Connect(cluster.SocketPath(1));
        Assert.True(await client.IsWelcomeAsync());
        Assert.Equal(FrameKind.QuorumChange, await client.ReadAsync());
        Assert.True(await client.TrySendAsync(FrameKind.Multicast, [1, 2, 3], RingProtocol.Unanswered));
        Assert.Equal(FrameKind.Reply, await client.ReadAsync());
        await client.JoinAsync("group");
        Assert.Equal(FrameKind.GroupChange, await client.ReadAsync());
        foreach (var request in new[] { RingProtocol.Unanswered, 9u, RingProtocol.Unanswered })
        {
            Assert.True(await client.TrySendAsync(FrameKind.Multicast, [1, 2, 3], request));
            if (request != RingProtocol.Unanswered) Assert.Equal(FrameKind.Reply, await client.ReadAsync());
            Assert.Equal(FrameKind.Message, await client.ReadAsync());
        }
    }

    [Fact]
    public async Task A_file_in_uidgid_d_admits_from_the_next_reload_on_until_it_is_gone()
    {
        Assert.SkipUnless(RawClient.CanBeSomebodyElse, "only root can connect as somebody else");
        using var cluster = new DaemonCluster(1);
        cluster.Open();
        cluster.Start(1);
        await using var own = await cluster.ConnectAsync(1);
        Assert.False(await IsAdmittedAsync(cluster));
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(cluster.ConfigFile)!, "uidgid.d")).FullName;
        var file = Path.Combine(folder, "stranger");
        File.WriteAllText(file, "uidgid {\n    uid: 4000001\n}\ntotem {\n    token: 77\n}\n");
        cluster.HangUpSignal(1);
        await cluster.UntilLoggedAsync(1, "was read again and applied");
        Assert.Contains($"{file}:5: warning: key \"totem.token\" is ignored", cluster.Log(1), StringComparison.Ordinal);
        Assert.True(await IsAdmittedAsync(cluster));
        File.WriteAllText(file, "uidgid {\n    uid: no-such-user\n}\n");
        cluster.HangUpSignal(1);
        await cluster.UntilLoggedAsync(1, $"{file}:2: error: The 'no-such-user' user is not found");
        await cluster.UntilLoggedAsync(1, "the running configuration stays");
        Assert.True(await IsAdmittedAsync(cluster));
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_dropped_at_its_bound_and_the_others_lose_nothing()
    {
        using var cluster = new DaemonCluster(2, totem: "    netmtu: 9000\n");
        cluster.Start(1);
        cluster.Start(2);
        await using var ring = await cluster.ConnectAsync(1);
        await DaemonCluster.UntilAsync<RingQuorumChange>(ring, change => change.Members.Count == 2);
        await ring.JoinAsync("g", Cancellation);
        using var lazy = RawClient.Connect(cluster.SocketPath(1));
        Assert.True(await lazy.IsWelcomeAsync());
        await lazy.JoinAsync("h");
        await using var sender = await cluster.ConnectAsync(2);
        await sender.JoinAsync("h", Cancellation);
        var payload = new byte[RingProtocol.MessageSizeMax];
        var wasDropped = false;
        var count = 0;
        while (!wasDropped)
        {
            // A few more than the bound has room for: what the socket itself holds, and what node 1 has still to deliver.
            Assert.True(count <= (UnsentMax / payload.Length) + 8, $"not dropped after {count} MiB");
            payload[0] = (byte)count++;
            await sender.MulticastAsync(payload, Cancellation);
            var own = await DaemonCluster.UntilAsync<RingMessage>(sender, _ => true);
            Assert.Equal((payload[0], payload.Length), (own.Payload.Span[0], own.Payload.Length));
            wasDropped = (await ring.GetStatusAsync(Cancellation)).Counters["ipc.clients_dropped"] == 1;
        }

        Assert.InRange(count, UnsentMax / payload.Length, int.MaxValue);
        await cluster.UntilLoggedAsync(1, $"the client with pid {Environment.ProcessId} is dropped: it does not read its events fast enough");
        await ring.MulticastAsync(Encoding.UTF8.GetBytes("others go on"), Cancellation);
        var message = await DaemonCluster.UntilAsync<RingMessage>(ring, _ => true);
        Assert.Equal("others go on", Encoding.UTF8.GetString(message.Payload.Span));
    }

    [Fact]
    public async Task A_client_that_sends_more_than_it_reads_is_made_to_wait_and_loses_nothing()
    {
        const int StandingStill = 50;
        const int MessageOffset = RingProtocol.HeaderSize - RingProtocol.SizeFieldSize + 8;
        using var cluster = new DaemonCluster(1);
        cluster.Start(1);
        await using var ring = await cluster.ConnectAsync(1);
        await DaemonCluster.UntilAsync<RingQuorumChange>(ring, change => change.IsQuorate);
        using var sender = RawClient.Connect(cluster.SocketPath(1));
        Assert.True(await sender.IsWelcomeAsync());
        await sender.JoinAsync("g");
        var count = (UnsentMax / RingProtocol.MessageSizeMax) + 16;
        var sending = SendAsync(sender, count);

        // Nothing is read before the daemon has stopped taking more.
        var queued = $"stats.ipcs.service2.{Environment.ProcessId}.2.queued";
        var last = 0UL;
        for (var same = 0; same < StandingStill;)
        {
            var now = (await ring.Statistics.GetAsync(queued, Cancellation)).ToUInt64();
            same = now == last && now > ClientConnection.UnsentSizeBusy ? same + 1 : 0;
            last = now;
        }

        Assert.False(sending.IsCompleted);
        for (var number = 0; number < count;)
        {
            var frame = await sender.ReadFrameAsync();
            Assert.NotNull(frame);
            if ((FrameKind)frame[0] != FrameKind.Message) continue;
            Assert.Equal((byte)number, frame[MessageOffset]);
            number++;
        }

        await sending;
        Assert.Equal(0, (await ring.GetStatusAsync(Cancellation)).Counters["ipc.clients_dropped"]);
    }

    private static async Task SendAsync(RawClient sender, int count)
    {
        for (var number = 0; number < count; number++)
        {
            var payload = new byte[RingProtocol.MessageSizeMax];
            payload[0] = (byte)number;
            Assert.True(await sender.TrySendAsync(FrameKind.Multicast, payload, RingProtocol.Unanswered), $"dropped at message {number}");
        }
    }

    private static async Task<bool> IsAdmittedAsync(DaemonCluster cluster)
    {
        using var client = RawClient.ConnectAs(cluster.SocketPath(1), Stranger, StrangersGroup);
        return await client.IsWelcomeAsync();
    }

    [Fact]
    public async Task Requests_of_every_kind_with_rubbish_in_them_never_end_the_daemon()
    {
        const int Rounds = 40;
        using var cluster = new DaemonCluster(1);
        cluster.Start(1);
        await using var ring = await cluster.ConnectAsync(1);
        await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.IsQuorate);
        var random = new Random(20261122);
        for (var kind = FrameKind.Hello; kind <= FrameKind.MulticastPart; kind++)
        {
            // What is meant to end it, does.
            if (kind is FrameKind.KillNode or FrameKind.Shutdown) continue;
            for (var round = 0; round < Rounds; round += 8)
            {
                using var client = RawClient.Connect(cluster.SocketPath(1));
                Assert.True(await client.IsWelcomeAsync());
                for (var i = 0; i < 8; i++)
                {
                    var body = new byte[random.Next(0, 60)];
                    random.NextBytes(body);
                    if (body.Length > 8 && i % 2 == 0) body.AsSpan(1, 8).Clear();
                    if (!await client.TrySendAsync(kind, body)) break;
                }
            }
        }

        Assert.Equal("Operational", (await ring.GetStatusAsync(TestContext.Current.CancellationToken)).State);
    }
}
