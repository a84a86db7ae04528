using Mainstay.Knet.Wire;
using Mainstay.Totem;

namespace Mainstay.Knet.Tests;

/// <summary>Links go up, down and take over, in virtual time (spec/knet-wire.md section 6).</summary>
public sealed class LinkTests
{
    private static readonly NodeId One = new(1);
    private static readonly NodeId Two = new(2);

    [Fact]
    public void The_third_pong_brings_a_link_up()
    {
        var network = new VirtualNetwork(2, 1);
        network.Start();
        network.RunFor(TimeSpan.FromMilliseconds(1499));
        Assert.False(network.Nodes[1].IsReachable(Two));
        network.RunFor(TimeSpan.FromMilliseconds(10));
        Assert.True(network.Nodes[1].IsReachable(Two));
        Assert.Equal([KnetEventKind.LinkUp, KnetEventKind.HostReachable], Kinds(network, 1).Take(2));
    }

    [Fact]
    public void Silence_of_the_ping_timeout_brings_an_old_link_down_and_data_stops()
    {
        var network = new VirtualNetwork(2, 1);
        network.Start();
        network.RunFor(TimeSpan.FromSeconds(20));
        network.IsCut = (_, _, _) => true;
        var cut = network.Now;
        network.RunFor(TimeSpan.FromSeconds(3));
        var down = network.Events[1].Single(e => e.Event.Kind == KnetEventKind.LinkDown);
        Assert.InRange(down.At - cut, TimeSpan.FromMilliseconds(700), TimeSpan.FromMilliseconds(1510));
        Assert.False(network.Nodes[1].IsReachable(Two));
        Assert.Equal(1, network.Nodes[1].StatusOf(Two, 0)!.Statistics.DownCount);
        var sent = network.Sent;
        network.Do(1, (transport, outbox) => Assert.False(transport.SendToAll(network.Now, new byte[10], outbox)));
        Assert.Equal(sent, network.Sent);
    }

    [Theory]
    [InlineData(750, 1500, 800)]
    [InlineData(250, 500, 400)]
    [InlineData(100, 200, 160)]
    [InlineData(600, 1200, 600)]
    [InlineData(2000, 1500, 2000)]
    public void A_link_that_answers_is_pinged_every_tick_of_the_reference(int interval, int timeout, int calm)
    {
        var network = new VirtualNetwork(2, 1, Pinging(interval, timeout));
        network.Start();
        network.RunFor(TimeSpan.FromSeconds(30));
        var pings = PingsOf(network, 1, TimeSpan.FromMilliseconds(20 * calm));
        Assert.Equal(20, pings.Count);
        Assert.All(pings.Zip(pings.Skip(1)), pair => Assert.Equal(calm, (pair.Second - pair.First).TotalMilliseconds));
    }

    [Theory]
    [InlineData(750, 1500, 187.5)]
    [InlineData(250, 500, 62.5)]
    [InlineData(100, 200, 25)]
    public void A_lost_ping_is_repeated_soon_and_takes_no_link_down(int interval, int timeout, double repeat)
    {
        var network = new VirtualNetwork(2, 1, Pinging(interval, timeout));
        network.Start();
        network.RunFor(TimeSpan.FromSeconds(30));
        var lost = 0;
        network.IsCut = (from, _, _) => from == 1 && lost++ == 0;
        var pings = PingsOf(network, 1, TimeSpan.FromMilliseconds(2 * timeout));
        Assert.True(lost > 1);
        Assert.Contains(pings.Zip(pings.Skip(1)), pair => (pair.Second - pair.First).TotalMilliseconds == repeat);
        Assert.Equal(0, network.Nodes[1].StatusOf(Two, 0)!.Statistics.DownCount);
    }

    [Fact]
    public void A_silent_link_is_pinged_again_and_again_until_it_is_down_and_then_at_its_interval()
    {
        var network = new VirtualNetwork(2, 1);
        network.Start();
        network.RunFor(TimeSpan.FromSeconds(30));
        network.IsCut = (_, _, _) => true;
        PingsOf(network, 1, TimeSpan.FromSeconds(3));
        Assert.False(network.Nodes[1].IsReachable(Two));
        var pings = PingsOf(network, 1, TimeSpan.FromSeconds(6));
        Assert.All(pings.Zip(pings.Skip(1)), pair => Assert.Equal(750, (pair.Second - pair.First).TotalMilliseconds));
        Assert.Equal(8, pings.Count);
    }

    [Fact]
    public void A_link_whose_interface_is_down_is_left_at_once_and_comes_back_by_its_pongs()
    {
        var network = new VirtualNetwork(2, 2);
        network.Start();
        network.RunFor(TimeSpan.FromSeconds(5));
        network.IsCut = (_, _, link) => link == 0;
        network.Do(1, (transport, outbox) => transport.HandleInterfaceDown(network.Now, 0, outbox));
        Assert.False(network.Nodes[1].StatusOf(Two, 0)!.IsConnected);
        network.Delivered[2].Clear();
        network.SendToAll(1, [1, 2, 3]);
        network.RunFor(TimeSpan.FromMilliseconds(10));
        Assert.Equal([1, 2, 3], Assert.Single(network.Delivered[2]).Packet);
        network.Do(1, (transport, outbox) => transport.HandleInterfaceDown(network.Now, 1, outbox));
        Assert.False(network.Nodes[1].IsReachable(Two));
        network.IsCut = (_, _, _) => false;
        network.RunFor(TimeSpan.FromSeconds(5));
        Assert.True(network.Nodes[1].StatusOf(Two, 0)!.IsConnected);
    }

    [Fact]
    public void A_new_link_is_given_ten_times_the_timeout_before_silence_counts()
    {
        var network = new VirtualNetwork(2, 1);
        network.Start();
        network.RunFor(TimeSpan.FromMilliseconds(2000));
        network.IsCut = (_, _, _) => true;
        network.RunFor(TimeSpan.FromMilliseconds(4000));
        Assert.True(network.Nodes[1].IsReachable(Two));
        network.RunFor(TimeSpan.FromSeconds(10));
        Assert.False(network.Nodes[1].IsReachable(Two));
    }

    [Fact]
    public void A_link_that_works_in_one_direction_only_is_down_on_both_sides()
    {
        var network = new VirtualNetwork(2, 1) { IsCut = (from, _, _) => from == 2 };
        network.Start();
        network.RunFor(TimeSpan.FromSeconds(30));
        Assert.False(network.Nodes[1].IsReachable(Two));
        Assert.False(network.Nodes[2].IsReachable(One));
    }

    [Fact]
    public void A_slow_round_trip_beyond_the_timeout_is_no_sign_of_life()
    {
        var network = new VirtualNetwork(2, 1, s => s with { Links = [s.Links[0] with { PingTimeout = TimeSpan.FromMilliseconds(200), PingInterval = TimeSpan.FromMilliseconds(100) }] })
        {
            DelayMax = TimeSpan.FromSeconds(20),
        };
        network.Start();
        network.RunFor(TimeSpan.FromMilliseconds(500));
        Assert.False(network.Nodes[1].IsReachable(Two));
    }

    [Fact]
    public void The_latency_is_the_mean_round_trip()
    {
        var network = new VirtualNetwork(2, 1) { DelayMax = TimeSpan.FromMilliseconds(2) };
        network.Start();
        network.RunFor(TimeSpan.FromMinutes(20));
        var statistics = network.Nodes[1].StatusOf(Two, 0)!.Statistics;
        Assert.InRange(statistics.LatencyAverage, 1900, 2200);
        Assert.InRange(statistics.LatencyMin, 40, 500);
        Assert.InRange(statistics.LatencyMax, 3500, 4100);
        Assert.True(statistics.LatencySamples is > 1500 and <= 2048);
    }

    [Fact]
    public void Passive_mode_uses_the_best_link_and_the_next_takes_over_without_loss_of_the_host()
    {
        var network = new VirtualNetwork(2, 3, s => s with { Links = [s.Links[0], s.Links[1] with { Priority = 9 }, s.Links[2]] });
        network.Start();
        network.RunUntilUp();
        Assert.Equal([1], DataLinks(network, 20).Distinct());
        network.IsCut = (_, _, link) => link == 1;
        network.RunFor(TimeSpan.FromSeconds(3));
        Assert.Equal([0], DataLinks(network, 20).Distinct());
        network.IsCut = (_, _, link) => link == 0;
        network.RunFor(TimeSpan.FromSeconds(8));
        Assert.Equal([1], DataLinks(network, 20).Distinct());
        Assert.DoesNotContain(KnetEventKind.HostUnreachable, Kinds(network, 1));
    }

    [Fact]
    public void Active_mode_sends_a_copy_on_every_link_and_one_is_delivered()
    {
        var network = new VirtualNetwork(2, 2, s => s with { Mode = LinkMode.Active });
        network.Start();
        network.RunUntilUp();
        Assert.Equal(40, DataLinks(network, 20).Count);
        Assert.Equal(20, network.Delivered[2].Count);
        Assert.Equal(20, network.Nodes[2].Statistics.Dropped(KnetDropReason.Duplicate));
        network.IsCut = (_, _, link) => link == 0;
        DataLinks(network, 20);
        Assert.Equal(40, network.Delivered[2].Count);
    }

    [Fact]
    public void Round_robin_takes_the_links_in_turn()
    {
        var network = new VirtualNetwork(2, 3, s => s with { Mode = LinkMode.RoundRobin });
        network.Start();
        network.RunUntilUp();
        var links = DataLinks(network, 30);
        for (var index = 3; index < links.Count; index++) Assert.Equal(links[index - 3], links[index]);
        Assert.Equal([0, 1, 2], links.Distinct().Order());
        Assert.Equal(30, network.Delivered[2].Count);
    }

    [Fact]
    public void Data_brings_a_link_up_that_has_seen_a_pong()
    {
        var network = new VirtualNetwork(2, 1, s => s with { Links = [s.Links[0] with { PongCount = s.Self == One ? 1u : 50u }] });
        network.Start();
        network.RunFor(TimeSpan.FromSeconds(2));
        Assert.True(network.Nodes[1].IsReachable(Two));
        Assert.False(network.Nodes[2].IsReachable(One));
        network.SendToAll(1, [1, 2, 3]);
        network.RunFor(TimeSpan.FromMilliseconds(100));
        Assert.Single(network.Delivered[2]);
    }

    [Fact]
    public void A_restarted_host_is_heard_from_its_first_packet_on()
    {
        var network = new VirtualNetwork(2, 1);
        network.Start();
        network.RunUntilUp();
        for (var count = 0; count < 30; count++) network.SendToAll(1, [1]);
        network.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(30, network.Delivered[2].Count);

        AssertHeardAfterRestart(network);
    }

    [Fact]
    public void A_host_that_restarts_before_a_ping_told_of_its_data_is_heard_from_its_first_packet_on()
    {
        var network = new VirtualNetwork(2, 1);
        network.Start();
        network.RunUntilUp();
        network.RunFor(TimeSpan.FromSeconds(1));
        var first = network.Nodes[1].StatusOf(Two, 0)!.Statistics.SentPings.Packets;
        while (network.Nodes[1].StatusOf(Two, 0)!.Statistics.SentPings.Packets == first) network.RunFor(TimeSpan.FromMilliseconds(1));
        for (var count = 0; count < 30; count++) network.SendToAll(1, [1]);
        network.RunFor(TimeSpan.FromMilliseconds(20));
        Assert.Equal(30, network.Delivered[2].Count);
        Assert.Equal(first + 1, network.Nodes[1].StatusOf(Two, 0)!.Statistics.SentPings.Packets);

        AssertHeardAfterRestart(network);
    }

    /// <summary>Seed 404 of the accelerated storms on knet: new numbers ran into those of the first life, whole rings later.</summary>
    [Fact]
    public void A_host_that_restarts_unheard_and_sends_to_others_first_is_heard_whatever_its_numbers()
    {
        var network = new VirtualNetwork(3, 1, Pinging(100, 5000));
        network.Start();
        network.RunUntilUp();
        for (var count = 0; count < 30; count++) network.SendToAll(1, [1]);
        network.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(30, network.Delivered[2].Count);

        network.IsCut = static (from, to, _) => from + to == 3;
        network.Nodes[1] = new KnetTransport(Pinging(100, 5000)(TestSettings.Of(1, 3, 1)), TestSettings.Seed);
        network.Do(1, (transport, outbox) => transport.Start(network.Now, outbox));
        network.RunFor(TimeSpan.FromSeconds(2));
        for (var count = 0; count < 10; count++) network.SendToAll(1, [2]);
        network.IsCut = static (_, _, _) => false;
        network.RunFor(TimeSpan.FromSeconds(12));
        for (var count = 0; count < 30; count++) network.SendToAll(1, [3]);
        network.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(70, network.Delivered[3].Count);
        Assert.Equal(60, network.Delivered[2].Count);
        Assert.DoesNotContain(KnetEventKind.LinkDown, Kinds(network, 2));
    }

    [Fact]
    public void Nodes_and_links_can_be_added_and_removed_at_run_time_and_those_that_stay_stay_up()
    {
        var network = new VirtualNetwork(3, 2);
        network.Start();
        network.RunUntilUp();
        network.Do(1, (transport, outbox) => transport.Reconfigure(network.Now, TestSettings.Of(1, 2, 1), outbox));
        Assert.Equal([Two], network.Nodes[1].Hosts);
        Assert.Null(network.Nodes[1].StatusOf(Two, 1));
        Assert.True(network.Nodes[1].IsReachable(Two));
        network.Do(1, (transport, outbox) => transport.Reconfigure(network.Now, TestSettings.Of(1, 3, 2), outbox));
        network.RunUntilUp();
        Assert.True(network.Nodes[1].StatusOf(Two, 1)!.IsConnected);
        Assert.DoesNotContain(network.Events[1], e => e.Event is { Kind: KnetEventKind.LinkDown, Node.Value: 2 });
    }

    /// <summary>The other side does not notice by silence: pings of the new life keep the link up.</summary>
    private static void AssertHeardAfterRestart(VirtualNetwork network)
    {
        var before = network.Delivered[2].Count;
        network.Nodes[1] = new KnetTransport(TestSettings.Of(1, 2, 1), TestSettings.Seed);
        network.Do(1, (transport, outbox) => transport.Start(network.Now, outbox));
        network.RunFor(TimeSpan.FromSeconds(3));
        network.SendToAll(1, [2]);
        network.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(before + 1, network.Delivered[2].Count);
        Assert.DoesNotContain(KnetEventKind.LinkDown, Kinds(network, 2));
    }

    private static IEnumerable<KnetEventKind> Kinds(VirtualNetwork network, int node) => network.Events[node].Select(e => e.Event.Kind);

    private static Func<KnetSettings, KnetSettings> Pinging(int interval, int timeout) => settings => settings with
    {
        Links =
        [
            settings.Links[0] with
            {
                PingInterval = TimeSpan.FromMilliseconds(interval), PingTimeout = TimeSpan.FromMilliseconds(timeout),
            },
        ],
    };

    // When a node sends pings.
    private static List<Instant> PingsOf(VirtualNetwork network, int node, TimeSpan time)
    {
        var pings = new List<Instant>();
        network.Tap = (from, _, _, bytes) =>
        {
            if (from == node && bytes[1] == (byte)KnetPacketType.Ping) pings.Add(network.Now);
        };
        network.RunFor(time);
        network.Tap = (_, _, _, _) => { };
        return pings;
    }

    // Sends packets and tells the links that they took.
    private static List<int> DataLinks(VirtualNetwork network, int count)
    {
        var links = new List<int>();
        network.Tap = (from, _, link, bytes) =>
        {
            if (from == 1 && bytes[1] == 0) links.Add(link);
        };
        for (var index = 0; index < count; index++) network.SendToAll(1, [(byte)index]);
        network.RunFor(TimeSpan.FromMilliseconds(50));
        network.Tap = (_, _, _, _) => { };
        return links;
    }
}
