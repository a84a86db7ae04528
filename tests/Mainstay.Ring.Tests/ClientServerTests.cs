using Mainstay.Ring.Client;
using Mainstay.Ring.Core;
using Mainstay.Ring.Core.Configuration;
using Mainstay.Totem;
using RingNode = Mainstay.Ring.Core.RingNode;

namespace Mainstay.Ring.Tests;

/// <summary>The daemon's end of the socket, with time that the test makes.</summary>
public sealed class ClientServerTests : IDisposable
{
    private static readonly Instant Start = Instant.FromMilliseconds(1_000_000);

    private readonly string _folder = Directory.CreateTempSubdirectory("mainstay-clients-").FullName;
    private readonly RingLog _log = new("test");
    private readonly ClientServer _server;

    public ClientServerTests()
    {
        _log.Apply(LoggingSettings.Default with { ToStderr = false, ToSyslog = false });
        var totem = TotemOptions.TryCreate(new TotemSettings { Token = 1000 }, 1, isKnet: false, new List<TotemProblem>());
        var options = new RingNodeOptions
        {
            Totem = totem!,
            Self = new NodeId(1),
            Nodes = [new NodeId(1)],
            Quorum = QuorumSettings.Disabled,
            StoredRingSequence = 0,
            PeerPatience = TimeSpan.FromSeconds(1),
        };
        _server = new ClientServer(Path.Combine(_folder, "ring.sock"), new RingNode(options, null), new RingOutbox(), new Daemon(), _log);
    }

    [Fact]
    public async Task Who_says_no_hello_in_time_loses_its_place_and_is_told_why_and_the_others_keep_theirs()
    {
        using var greeted = Connect(0);
        var welcome = greeted.IsWelcomeAsync();
        Turn(1_000);
        Assert.True(await welcome);
        using var first = Connect(2_000);
        using var second = Connect(3_000);
        Turn(10_000);
        Assert.Equal(3, _server.Count);
        Assert.Equal(Start + TimeSpan.FromSeconds(12), _server.NextDeadline);
        Turn(11_999);
        Assert.Equal(3, _server.Count);
        Turn(12_000);
        Assert.Equal(2, _server.Count);
        Assert.Equal((FrameKind.Goodbye, null), (await first.ReadAsync(), await first.ReadAsync()));
        Assert.Equal(Start + TimeSpan.FromSeconds(13), _server.NextDeadline);
        Turn(13_000);
        Assert.Equal((1, 2L, 2L), (_server.Count, _server.Dropped, _server.Closed));
        Assert.Equal(Instant.Never, _server.NextDeadline);
        Turn(1_000_000);
        Assert.Equal(1, _server.Count);
    }

    [Fact]
    public async Task A_full_house_of_silent_clients_has_room_again_after_ten_seconds()
    {
        var crowd = Enumerable.Range(0, 32).SelectMany(_ => ConnectEight(0)).ToList();
        Assert.Equal(ClientAdmission.PlacesMax, _server.Count);
        using var turnedAway = Connect(9_000);
        Assert.Equal((FrameKind.Goodbye, null), (await turnedAway.ReadAsync(), await turnedAway.ReadAsync()));
        Turn(10_000);
        Assert.Equal(0, _server.Count);
        using var later = Connect(10_000);
        var welcome = later.IsWelcomeAsync();
        Turn(10_001);
        Assert.True(await welcome);
        foreach (var client in crowd) client.Dispose();
    }

    /// <summary>Anybody on the host may knock as often as he likes; the token must not wait for it.</summary>
    [Fact]
    public void A_turn_takes_a_bounded_number_of_those_who_wait()
    {
        var crowd = Enumerable.Range(0, 40).Select(_ => RawClient.Connect(Path.Combine(_folder, "ring.sock"))).ToList();
        var counts = new List<int>();
        for (var turn = 0; turn < 4; turn++)
        {
            _server.Accept(Start);
            counts.Add(_server.Count);
        }

        Assert.Equal([16, 32, 40, 40], counts);
        foreach (var client in crowd) client.Dispose();
    }

    public void Dispose()
    {
        _server.Dispose();
        _log.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // The queue of those that wait to be accepted is short.
    private List<RawClient> ConnectEight(int milliseconds)
    {
        var clients = Enumerable.Range(0, 8).Select(_ => RawClient.Connect(Path.Combine(_folder, "ring.sock"))).ToList();
        _server.Accept(Start + TimeSpan.FromMilliseconds(milliseconds));
        return clients;
    }

    private RawClient Connect(int milliseconds)
    {
        var client = RawClient.Connect(Path.Combine(_folder, "ring.sock"));
        _server.Accept(Start + TimeSpan.FromMilliseconds(milliseconds));
        return client;
    }

    /// <summary>What the daemon's loop does with clients in one turn.</summary>
    private void Turn(int milliseconds)
    {
        var now = Start + TimeSpan.FromMilliseconds(milliseconds);
        foreach (var client in _server.Connections) _server.Read(client);
        _server.Serve(now, static () => { });
        _server.Flush(now);
    }

    private sealed class Daemon : IDaemonRequests
    {
        public RingIdentity Identity { get; } = new(1, "test", []);

        public RingStatus Status() => throw new NotSupportedException();

        public bool Admits(uint userId, uint groupId) => true;

        public RingLinks Links() => throw new NotSupportedException();

        public RingStatisticsMap Statistics() => throw new NotSupportedException();

        public void HandleKeyChange(Instant now, string key) => throw new NotSupportedException();

        public void RequestReload(Instant now, int client, uint request) => throw new NotSupportedException();

        public void ReopenLogs() => throw new NotSupportedException();
    }
}
