using System.Text;
using Mainstay.Ring.Client;
using Mainstay.Totem;

namespace Mainstay.Ring.Tests;

/// <summary>The services of a running daemon as its clients use them: maps, votes, links, shutdown.</summary>
public sealed class ServiceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_map_shows_the_file_the_members_and_what_programs_put_there()
    {
        using var cluster = new DaemonCluster(1);
        cluster.Start(1);
        await using var ring = await cluster.ConnectAsync(1);
        await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.IsQuorate);
        Assert.Equal(RingMapValue.Of(1000u), await ring.Map.GetAsync("totem.token", Cancellation));
        Assert.Equal("joined", (await ring.Map.GetAsync("runtime.members.1.status", Cancellation)).ToString());
        Assert.Equal($"r(0) ip({cluster.Address(1)}) ", (await ring.Map.GetAsync("runtime.members.1.ip", Cancellation)).ToString());
        Assert.Equal(RingMapValue.Of(0u), await ring.Map.GetAsync("nodelist.local_node_pos", Cancellation));
        RingMapValue[] values =
        [
            RingMapValue.OfSigned(RingMapType.Int8, -128), RingMapValue.OfUnsigned(RingMapType.UInt16, 65535),
                RingMapValue.Of(ulong.MaxValue),
            RingMapValue.Of(1.5f), RingMapValue.Of(-2.25), RingMapValue.Of("text ü"), RingMapValue.OfBinary([0, 1, 255]),
                RingMapValue.Of(string.Empty),
        ];
        for (var i = 0; i < values.Length; i++) await ring.Map.SetAsync($"my.key{i}", values[i], Cancellation);
        Assert.Equal(values, (await ring.Map.ListAsync("my.", Cancellation)).Select(e => e.Value));
        await ring.Map.DeleteAsync("my.key0", Cancellation);
        Assert.Equal(RingError.NotFound, await RefusalAsync(() => ring.Map.GetAsync("my.key0", Cancellation)));
        Assert.Equal(RingError.NotFound, await RefusalAsync(() => ring.Map.DeleteAsync("my.key0", Cancellation)));
        Assert.Equal(RingError.Access, await RefusalAsync(() => ring.Map.SetAsync("totem.version", RingMapValue.Of(3u), Cancellation)));
        Assert.Equal(RingError.BadName, await RefusalAsync(() => ring.Map.SetAsync("my key", RingMapValue.Of(3u), Cancellation)));
        Assert.Equal(RingError.InvalidParameter,
            await RefusalAsync(() => ring.Map.SetAsync("my.bin", RingMapValue.OfBinary([]), Cancellation)));
    }

    [Fact]
    public async Task Trackers_hear_of_changes_by_other_clients_and_by_the_daemon()
    {
        using var cluster = new DaemonCluster(1);
        cluster.Start(1);
        await using var ring = await cluster.ConnectAsync(1);
        await using var other = await cluster.ConnectAsync(1);
        await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.IsQuorate);
        await using var track = await ring.Map.TrackAsync("t.", isPrefix: true, RingMapChangeKinds.All, Cancellation);
        await using var token = await ring.Map.TrackAsync("runtime.config.totem.token", isPrefix: false, RingMapChangeKinds.Modify,
            Cancellation);
        await using var counters = await ring.Statistics.TrackAsync("stats.srp.orf_token_rx", isPrefix: false, RingMapChangeKinds.All,
            Cancellation);
        await other.Map.SetAsync("t.a", RingMapValue.Of(1u), Cancellation);
        await other.Map.SetAsync("t.a", RingMapValue.Of(1u), Cancellation);
        await other.Map.SetAsync("t.a", RingMapValue.Of("x"), Cancellation);
        await other.Map.DeleteAsync("t.a", Cancellation);
        await other.Map.SetAsync("totem.token", RingMapValue.Of(1500u), Cancellation);
        Assert.Equal(new RingMapChange(RingMapChangeKinds.Add, "t.a", RingMapValue.Of(1u), default), await NextAsync(track));
        Assert.Equal(new RingMapChange(RingMapChangeKinds.Modify, "t.a", RingMapValue.Of("x"), RingMapValue.Of(1u)),
            await NextAsync(track));
        Assert.Equal(new RingMapChange(RingMapChangeKinds.Delete, "t.a", default, RingMapValue.Of("x")), await NextAsync(track));
        Assert.Equal(RingMapValue.Of(1500u), (await NextAsync(token)).New);
        Assert.Equal("stats.srp.orf_token_rx", (await NextAsync(counters)).Key);
    }

    [Fact]
    public async Task Changed_keys_act_on_the_running_ring_and_senseless_ones_do_not()
    {
        using var cluster = new DaemonCluster(1);
        cluster.Start(1);
        await using var ring = await cluster.ConnectAsync(1);
        await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.IsQuorate);
        await ring.Map.SetAsync("totem.token", RingMapValue.Of(1u), Cancellation);
        await cluster.UntilLoggedAsync(1, "the map of keys: The token timeout parameter (1 ms) may not be less than (30 ms).");
        Assert.Equal(RingMapValue.Of(1000u), await ring.Map.GetAsync("runtime.config.totem.token", Cancellation));
        await ring.Map.SetAsync("totem.token", RingMapValue.Of(2000u), Cancellation);
        await cluster.UntilLoggedAsync(1, "keys changed in the map were applied");
        Assert.Equal(RingMapValue.Of(2400u), await ring.Map.GetAsync("runtime.config.totem.consensus", Cancellation));
        await ring.Map.SetAsync("quorum.expected_votes", RingMapValue.Of(5u), Cancellation);
        var changed = await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.ExpectedVotes == 5);
        Assert.False(changed.IsQuorate);
        await ring.Map.SetAsync("runtime.force_gather", RingMapValue.Of("yes"), Cancellation);
        await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.Ring.Sequence > changed.Ring.Sequence);
        Assert.Equal("no", (await ring.Map.GetAsync("runtime.force_gather", Cancellation)).ToString());
    }

    [Fact]
    public async Task Statistics_are_read_and_cleared()
    {
        using var cluster = new DaemonCluster(1);
        cluster.Start(1);
        await using var ring = await cluster.ConnectAsync(1);
        await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.IsQuorate);
        Assert.True((await ring.Statistics.GetAsync("stats.srp.gather_entered", Cancellation)).ToUInt64() > 0);
        Assert.Equal(1UL, (await ring.Statistics.GetAsync("stats.ipcs.global.active", Cancellation)).ToUInt64());
        Assert.Single(await ring.Statistics.ListAsync($"stats.ipcs.service0.{Environment.ProcessId}.1.procname", Cancellation));
        Assert.Equal(RingError.Access,
            await RefusalAsync(() => ring.Statistics.SetAsync("stats.srp.mcast_tx", RingMapValue.Of(0UL), Cancellation)));
        await ring.Statistics.SetAsync("stats.clear.totem", RingMapValue.Of(1u), Cancellation);
        Assert.Equal(0UL, (await ring.Statistics.GetAsync("stats.srp.gather_entered", Cancellation)).ToUInt64());
        Assert.Equal(32, (await ring.Statistics.ListAsync("stats.srp.", Cancellation)).Count
            + (await ring.Statistics.ListAsync("stats.pg.", Cancellation)).Count);
    }

    [Theory]
    [InlineData("stats.clear.schedmiss", 0)]
    [InlineData("stats.clear.all", 0)]
    [InlineData("stats.clear.totem", 7000)]
    public void The_longest_pauses_are_cleared_with_the_schedule_misses(string key, long left)
    {
        var meter = new LoopMeter();
        meter.NoteWakeup(Instant.FromMilliseconds(10), Instant.FromMilliseconds(17));
        meter.NoteTurn(Instant.FromMilliseconds(17), Instant.FromMilliseconds(24));
        Assert.True(new RingStatisticsMap(meter).TryClear(key));
        Assert.Equal((left, left), (meter.LongestTurnMicroseconds, meter.LatestWakeupMicroseconds));
    }

    [Fact]
    public async Task Votes_links_and_groups_are_told()
    {
        using var cluster = new DaemonCluster(2);
        cluster.Start(1);
        cluster.Start(2);
        await using var ring = await cluster.ConnectAsync(1);
        await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.Members.Count == 2 && q.IsQuorate);
        await ring.Votes.SetAsync(2, 3, Cancellation);
        await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.Votes == 4);
        var view = await ring.Votes.GetAsync(2, Cancellation);
        Assert.Equal((2u, RingVoteState.Member, 3u, 4u), (view.NodeId, view.State, view.Votes, view.TotalVotes));
        Assert.Equal(RingError.UnknownNode, await RefusalAsync(() => ring.Votes.SetAsync(9, 1, Cancellation)));
        Assert.Equal(RingError.NotFound, await RefusalAsync(() => ring.Votes.GetAsync(9, Cancellation)));
        Assert.Equal(RingError.InvalidParameter, await RefusalAsync(() => ring.Votes.RegisterDeviceAsync("Qdevice", Cancellation)));
        var links = await ring.Administration.GetLinksAsync(Cancellation);
        Assert.Equal("udpu", links.Transport);
        Assert.Equal(
            new RingLink(2, 0, string.Empty, cluster.Address(1), cluster.Address(2), true, true, 1410), links.Links[1]);
        await ring.JoinAsync("alpha", Cancellation);

        // Beside the group by which the daemons know each other.
        var group = (await ring.GetGroupsAsync(Cancellation)).Single(g => Encoding.UTF8.GetString(g.Name.Span) != "mainstay/ring");
        Assert.Equal("alpha", Encoding.UTF8.GetString(group.Name.Span));
        Assert.Equal([new GroupMember(1, (uint)Environment.ProcessId)], group.Members);
    }

    [Fact]
    public async Task A_device_registers_polls_and_decides()
    {
        using var cluster = new DaemonCluster(2,
            quorum: "    device {\n        model: net\n        votes: 1\n        sync_timeout: 20000\n    }\n");
        cluster.Start(1);
        cluster.Start(2);
        await using var ring = await cluster.ConnectAsync(1);
        var formed = await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.Members.Count == 2 && q.IsQuorate);
        Assert.Equal(3u, formed.ExpectedVotes);
        await ring.Votes.RegisterDeviceAsync("Qdevice", Cancellation);
        await ring.Votes.PollDeviceAsync("Qdevice", true, formed.Ring, Cancellation);
        await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.Votes == 3);
        Assert.Equal(
            RingError.WrongRing,
            await RefusalAsync(() => ring.Votes.PollDeviceAsync("Qdevice", true, new RingConfigurationId(1, 1), Cancellation)));
        cluster.KillHard(2);
        var asked = await DaemonCluster.UntilAsync<RingDevicePollWanted>(ring, _ => true);
        Assert.Equal([1u], asked.Members);
        await ring.Votes.PollDeviceAsync("Qdevice", true, asked.Ring, Cancellation);
        var alone = await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.Members.Count == 1);
        Assert.True(alone.IsQuorate);
        await ring.Votes.UnregisterDeviceAsync("Qdevice", Cancellation);
        await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => !q.IsQuorate);
    }

    [Fact]
    public async Task A_reload_is_answered_with_what_became_of_it()
    {
        using var cluster = new DaemonCluster(1);
        cluster.Start(1);
        await using var ring = await cluster.ConnectAsync(1);
        await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.IsQuorate);
        cluster.Configure(totem: "    join: nonsense\n");
        var problem = await Assert.ThrowsAsync<RingException>(() => ring.Administration.ReloadAsync(Cancellation));
        Assert.Equal(RingError.InvalidParameter, problem.Error);
        Assert.Contains("corosync.conf:6: error:", problem.Message, StringComparison.Ordinal);
        Assert.Contains("totem.join", (await ring.Map.GetAsync("config.reload_error_message", Cancellation)).ToString(),
            StringComparison.Ordinal);
        cluster.Configure(totem: "    join: 60\n");
        await ring.Administration.ReloadAsync(Cancellation);
        Assert.Equal(RingMapValue.Of(60u), await ring.Map.GetAsync("runtime.config.totem.join", Cancellation));
        Assert.Equal(RingMapValue.OfSigned(RingMapType.Int32, 1), await ring.Map.GetAsync("config.reload_status", Cancellation));
        Assert.Equal(RingMapValue.Of((byte)0), await ring.Map.GetAsync("config.reload_in_progress", Cancellation));
        Assert.Equal(RingError.NotFound, await RefusalAsync(() => ring.Map.GetAsync("config.reload_error_message", Cancellation)));
    }

    [Fact]
    public async Task A_shutdown_can_be_forbidden_by_a_watcher_and_forced()
    {
        using var cluster = new DaemonCluster(1);
        var daemon = cluster.Start(1);
        await using var ring = await cluster.ConnectAsync(1);
        await using var watcher = await cluster.ConnectAsync(1);
        await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.IsQuorate);
        await watcher.Administration.WatchShutdownAsync(Cancellation);
        var shutdown = ring.Administration.ShutdownAsync(RingShutdownKind.Request, Cancellation);
        await DaemonCluster.UntilAsync<RingShutdownAsked>(watcher, a => a.Kind == RingShutdownKind.Request);
        await watcher.Administration.AnswerShutdownAsync(agrees: false, Cancellation);
        Assert.Equal(RingError.Busy, await RefusalAsync(() => shutdown));
        shutdown = ring.Administration.ShutdownAsync(RingShutdownKind.Regardless, Cancellation);
        await DaemonCluster.UntilAsync<RingShutdownAsked>(watcher, a => a.Kind == RingShutdownKind.Regardless);
        await watcher.Administration.AnswerShutdownAsync(agrees: false, Cancellation);
        await shutdown;
        await daemon.WaitForExitAsync(Cancellation).WaitAsync(DaemonCluster.Patience, Cancellation);
        Assert.Equal(0, daemon.ExitCode);
    }

    [Fact]
    public async Task A_second_shutdown_request_of_a_client_is_busy_and_the_first_one_is_answered_all_the_same()
    {
        using var cluster = new DaemonCluster(1);
        cluster.Start(1);
        await using var ring = await cluster.ConnectAsync(1);
        await using var watcher = await cluster.ConnectAsync(1);
        await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.IsQuorate);
        await watcher.Administration.WatchShutdownAsync(Cancellation);
        var first = ring.Administration.ShutdownAsync(RingShutdownKind.Request, Cancellation);
        await DaemonCluster.UntilAsync<RingShutdownAsked>(watcher, a => a.Kind == RingShutdownKind.Request);
        Assert.Equal(
            RingError.Busy, await RefusalAsync(() => ring.Administration.ShutdownAsync(RingShutdownKind.Regardless, Cancellation)));
        Assert.False(first.IsCompleted);
        await watcher.Administration.AnswerShutdownAsync(agrees: false, Cancellation);
        Assert.Equal(RingError.Busy, await RefusalAsync(() => first.WaitAsync(DaemonCluster.Patience, Cancellation)));
    }

    [Fact]
    public async Task A_message_of_megabytes_arrives_whole_between_others()
    {
        using var cluster = new DaemonCluster(1);
        cluster.Start(1);
        await using var ring = await cluster.ConnectAsync(1);
        await ring.JoinAsync("g", Cancellation);
        var payload = new byte[(3 * 1024 * 1024) + 17];
        for (var i = 0; i < payload.Length; i++) payload[i] = (byte)((i * 31) >> 3);
        var sending = ring.MulticastAsync(payload, Cancellation).AsTask();
        var second = ring.MulticastAsync(payload.AsMemory(0, 2_000_000), Cancellation).AsTask();
        await ring.MulticastAsync("short"u8.ToArray(), Cancellation);
        await Task.WhenAll(sending, second);
        var sizes = new List<int>();
        for (var i = 0; i < 3; i++)
        {
            var message = await DaemonCluster.UntilAsync<RingMessage>(ring, _ => true);
            Assert.True(message.Payload.Length < 10 || message.Payload.Span.SequenceEqual(payload.AsSpan(0, message.Payload.Length)));
            sizes.Add(message.Payload.Length);
        }

        Assert.Equal([5, 2_000_000, payload.Length], sizes.Order());
        await Assert.ThrowsAsync<ArgumentException>(async () => await ring.MulticastAsync(new byte[(16 * 1024 * 1024) + 1], Cancellation));
    }

    private static async Task<RingMapChange> NextAsync(RingMapTrack track) =>
        await track.Changes.ReadAsync(Cancellation).AsTask().WaitAsync(DaemonCluster.Patience, Cancellation);

    private static async Task<RingError> RefusalAsync(Func<Task> request) => (await Assert.ThrowsAsync<RingException>(request)).Error;
}
