using Mainstay.Ring.Core.Detection;
using Mainstay.Totem;

namespace Mainstay.Ring.Core.Tests;

/// <summary>Finding out that a member is gone before the timeouts (token 300 ms, consensus 400 ms here).</summary>
public sealed class DetectionTests
{
    private const int ByTimeouts = 650;

    [Fact]
    public void Members_that_announce_themselves_make_a_uniform_ring()
    {
        var ring = Form(announces: _ => true, 1, 2, 3);
        Assert.All(new uint[] { 1, 2, 3 }, id => Assert.True(ring[id].IsUniform));
        ring.Crash(3);
        ring.RunUntilFormed(1, 2);
        Assert.True(ring[1].IsUniform);
        ring.Boot(3);
        ring.RunUntilFormed(1, 2, 3);
        ring.Run(50);
        Assert.All(new uint[] { 1, 2, 3 }, id => Assert.True(ring[id].IsUniform));
    }

    [Fact]
    public void A_ring_with_one_that_does_not_is_not_and_keeps_the_timeouts()
    {
        var ring = Form(announces: id => id != 2, 1, 2, 3);
        Assert.False(ring[1].IsUniform);
        ring.Crash(3);
        Assert.InRange(ring.RunUntil(() => IsFormed(ring, 1, 2), 2000), ByTimeouts, 2000);
        Assert.DoesNotContain(ring.Log(1), line => line.Contains("given up", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_process_that_dies_on_a_living_host_is_gone_at_once(uint victim)
    {
        var ring = Form(announces: _ => true, 1, 2, 3);
        ring.Run(500);
        ring.Crash(victim);
        uint[] survivors = [.. new uint[] { 1, 2, 3 }.Where(id => id != victim)];

        // The idle ring's token is up to 60 ms away; then a refusal and two refused probes.
        Assert.InRange(ring.RunUntil(() => IsFormed(ring, survivors), 2000), 100, 250);
        Assert.Contains(
            survivors.SelectMany(ring.Log),
            line => line == $"node {victim} is given up: its host is there, but no ring process");
    }

    [Fact]
    public void A_host_that_is_switched_off_is_gone_after_the_token_time_without_the_consensus_time()
    {
        var ring = Form(announces: _ => true, 1, 2, 3);
        ring.Run(500);
        ring.PowerOff(3);
        Assert.InRange(ring.RunUntil(() => IsFormed(ring, 1, 2), 2000), 300, 480);
        Assert.Contains(ring.Log(1), line => line == "node 3 is given up: it answered no probe for 300 ms");
    }

    [Theory]
    [InlineData(true, 0, 100)]
    [InlineData(false, ByTimeouts, 2000)]
    public void A_node_without_a_working_interface_is_alone_at_once_in_a_uniform_ring(bool isUniform, int least, int most)
    {
        var ring = Form(announces: id => isUniform || id != 2, 1, 2, 3);
        ring.Run(500);
        ring.Isolate(3);
        ring.Do(3, ring[3].HandleIsolated);
        Assert.InRange(ring.RunUntil(() => IsFormed(ring, 3), 2000), least, most);
        ring.Run(2000);
        Assert.True(IsFormed(ring, 1, 2));
        ring.Heal();
        Assert.InRange(ring.RunUntil(() => IsFormed(ring, 1, 2, 3), 5000), 0, 5000);
    }

    [Fact]
    public void A_pause_of_less_than_the_token_time_changes_nothing()
    {
        var ring = Form(announces: _ => true, 1, 2, 3);
        ring.Run(500);
        var before = ring[1].Statistics.OperationalEntered;
        ring.Isolate(3);
        ring.Run(220);
        ring.Heal();
        ring.Run(1000);
        Assert.Equal(before, ring[1].Statistics.OperationalEntered);
    }

    [Fact]
    public void A_member_that_pauses_for_less_than_the_token_time_again_and_again_is_held_out()
    {
        var ring = Form(announces: _ => true, 1, 2, 3);
        ring.Run(500);
        var rounds = 0;

        // Where the token is when a pause begins decides who notices it; who alone notices the third is not believed yet.
        while (ring[1].HeldOutAt(ring.Now).Count == 0 || ring[2].HeldOutAt(ring.Now).Count == 0)
        {
            Assert.True(++rounds <= 10, "not held out after ten pauses");
            ring.Isolate(3);
            ring.Run(220);
            ring.Heal();
            ring.Run(200);
        }

        Assert.True(rounds >= 3, $"held out after {rounds} pauses");
        Assert.All(new uint[] { 1, 2 }, id => Assert.Equal([3u], ring[id].HeldOutAt(ring.Now).Select(held => held.Node.Value)));

        // Who did not notice it itself follows the one who did.
        Assert.Contains(HoldOutCause.Stalled, new uint[] { 1, 2 }.Select(id => ring[id].HeldOutAt(ring.Now).Single().Cause));
        Assert.Contains("stalled", new uint[] { 1, 2 }.Select(id => HeldOutCauseKey(ring, id)));
        Assert.All(new uint[] { 1, 2 }, id => Assert.Contains(HeldOutCauseKey(ring, id), (string[])["stalled", "lost"]));
        Assert.Contains("the ring had to wait for node 3", ring.Log(1).Concat(ring.Log(2)));
        Assert.DoesNotContain(ring.Log(3), line => line.StartsWith("the ring had to wait", StringComparison.Ordinal));
    }

    /// <summary>Whether it has announced itself before it crashes again makes no difference.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void A_member_that_crashes_and_starts_again_within_the_token_time_is_held_out_the_third_time(int life)
    {
        var ring = Form(announces: _ => true, 1, 2, 3, 4);
        ring.Run(500);
        for (var round = 1; round <= 2; round++)
        {
            Restart(ring, 3);
            Assert.InRange(ring.RunUntil(() => IsFormed(ring, 1, 2, 3, 4), 1000), 0, 300);
            ring.Run(life);
        }

        Restart(ring, 3);
        Assert.InRange(ring.RunUntil(() => IsFormed(ring, 1, 2, 4), 1000), 0, 300);
        ring.Run(100);
        Assert.All(
            new uint[] { 1, 2, 4 }, id => Assert.Equal([3u], ring[id].HeldOutAt(ring.Now).Select(held => held.Node.Value)));
        Assert.Contains("returned", new uint[] { 1, 2, 4 }.Select(id => HeldOutCauseKey(ring, id)));
        Assert.All(new uint[] { 1, 2, 4 }, id => Assert.Contains(HeldOutCauseKey(ring, id), (string[])["returned", "lost"]));

        // What is over is not shown.
        ring.RunUntil(() => IsFormed(ring, 1, 2, 3, 4), 30_000);
        Assert.All(new uint[] { 1, 2, 4 }, id => Assert.Null(HeldOutCauseKey(ring, id)));
    }

    /// <summary>Reinstalled as the reference, or as a version that does not announce itself.</summary>
    [Fact]
    public void A_member_that_comes_back_as_another_make_ends_what_is_beyond_the_reference_at_once()
    {
        var others = new HashSet<uint>();
        var ring = Form(announces: id => !others.Contains(id), 1, 2, 3);
        ring.Run(500);
        Assert.True(ring[1].IsUniform);
        others.Add(2);
        var rings = ring[1].Statistics.OperationalEntered;
        Restart(ring, 2);
        ring.RunUntil(
            () =>
            {
                var isWithIt = ring[1].Statistics.OperationalEntered > rings;
                Assert.False(isWithIt && ring[1].IsUniform, "uniform, though one has not said what it runs");
                return isWithIt && IsFormed(ring, 1, 2, 3);
            },
            2000);
        ring.Run(1000);
        for (var round = 1; round <= 5; round++)
        {
            Restart(ring, 2);
            Assert.InRange(ring.RunUntil(() => IsFormed(ring, 1, 2, 3), 2000), 0, 2000);
            ring.Run(500);
        }

        Assert.All(new uint[] { 1, 3 }, id => Assert.Equal(0, ring[id].Statistics.Applied(TotemRule.NodeHeldOut)));
    }

    private static string? HeldOutCauseKey(VirtualRing ring, uint id) =>
        ring[id].Map.TryGet("runtime.members.3.held_out_cause", out var value) ? value.Text : null;

    private static void Restart(VirtualRing ring, uint id)
    {
        ring.PowerOff(id);
        ring.Run(100);
        ring.Boot(id);
    }

    [Fact]
    public void Refusals_that_are_no_answers_to_a_probe_convict_nobody()
    {
        var ring = Form(announces: _ => true, 1, 2, 3);
        for (var round = 0; round < 100; round++)
        {
            ring.Do(1, (now, outbox) => ring[1].HandlePeerRefused(now, new NodeId(3), isProbe: false, outbox));
            ring.Run(10);
        }

        Assert.Equal(1, ring[1].Statistics.OperationalEntered);
    }

    [Fact]
    public void Refused_probes_convict_nobody_who_is_heard()
    {
        var ring = Form(announces: _ => true, 1, 2, 3);
        for (var round = 0; round < 100; round++)
        {
            ring.Do(1, (now, outbox) => ring[1].HandlePeerRefused(now, new NodeId(3), isProbe: true, outbox));
            ring.Run(10);
        }

        Assert.Equal(1, ring[1].Statistics.OperationalEntered);
    }

    [Fact]
    public void A_watcher_that_was_not_scheduled_itself_does_not_take_that_for_the_silence_of_others()
    {
        var watch = new PeerWatch();
        var contact = new Silence();
        watch.Apply(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(1000));
        watch.SetPeers([new NodeId(2)]);
        var token = Instant.FromMilliseconds(0);
        var now = Instant.FromMilliseconds(100);
        watch.HandleTimeout(now, token, contact, isForming: false);
        now += TimeSpan.FromSeconds(30);
        watch.HandleTimeout(now, token, contact, isForming: false);
        Assert.False(watch.TryTakeGone(out _));
        for (var round = 2; round <= PeerWatch.UnansweredMax; round++)
        {
            Assert.False(watch.TryTakeGone(out _));
            now = watch.NextDeadline(token);
            watch.HandleTimeout(now, token, contact, isForming: false);
        }

        Assert.True(watch.TryTakeGone(out var gone));
        Assert.Equal((new NodeId(2), PeerGoneCause.Silent), gone);
    }

    [Fact]
    public void A_token_that_comes_again_ends_the_probing()
    {
        var watch = new PeerWatch();
        watch.Apply(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(1000));
        watch.SetPeers([new NodeId(2)]);
        Assert.Equal(Instant.FromMilliseconds(100), watch.NextDeadline(Instant.FromMilliseconds(0)));
        watch.HandleTimeout(Instant.FromMilliseconds(100), Instant.FromMilliseconds(0), new Silence(), isForming: false);
        Assert.True(watch.TryTakeProbe(out _));
        var token = Instant.FromMilliseconds(150);
        watch.HandleTimeout(Instant.FromMilliseconds(200), token, new Silence(), isForming: false);
        Assert.False(watch.TryTakeProbe(out _));
        Assert.Equal(Instant.FromMilliseconds(250), watch.NextDeadline(token));
    }

    private static VirtualRing Form(Predicate<uint> announces, params uint[] ids)
    {
        var ring = new VirtualRing(ids, announces: announces);
        ring.RunUntilFormed(ids);
        ring.Run(50);
        return ring;
    }

    private static bool IsFormed(VirtualRing ring, params uint[] members) => members.All(id =>
        ring[id].IsSynchronised && ring[id].State == TotemState.Operational && ring[id].Quorum.Members.SequenceEqual(members));

    private sealed class Silence : IPeerContact
    {
        public Instant LastHeard(NodeId node) => Instant.Zero;
    }
}
