using Mainstay.Ring.Core.Configuration;
using Mainstay.Ring.Core.Map;

namespace Mainstay.Ring.Core.Tests;

/// <summary>What a node publishes in its map while rings come and go.</summary>
public sealed class NodeMapTests
{
    [Fact]
    public void Members_are_shown_as_they_join_leave_and_return()
    {
        var ring = new VirtualRing([1, 2]);
        ring.RunUntilFormed(1, 2);
        Assert.Equal("joined", Text(ring, 1, "runtime.members.2.status"));
        Assert.Equal("r(0) ip(10.0.0.2) ", Text(ring, 1, "runtime.members.2.ip"));
        Assert.Equal(1UL, Number(ring, 1, "runtime.members.2.join_count"));
        Assert.Equal(1UL, Number(ring, 1, "runtime.members.1.join_count"));
        ring.Isolate(2);
        ring.RunUntilFormed(1);
        Assert.Equal("left", Text(ring, 1, "runtime.members.2.status"));
        ring.Heal();
        ring.RunUntilFormed(1, 2);
        Assert.Equal("joined", Text(ring, 1, "runtime.members.2.status"));
        Assert.Equal(2UL, Number(ring, 1, "runtime.members.2.join_count"));
        Assert.Equal(1UL, Number(ring, 1, "runtime.members.1.join_count"));
    }

    [Fact]
    public void Service_messages_are_counted_by_function()
    {
        var ring = new VirtualRing([1, 2]);
        ring.RunUntilFormed(1, 2);
        ring.Join(1, 5, "g", 100);
        ring.Run(100);
        ring.Send(1, 5, "hello");
        ring.Run(100);
        ring[1].RefreshMap();
        ring[2].RefreshMap();
        Assert.Equal(1UL, Number(ring, 1, "runtime.services.cpg.3.tx"));
        Assert.Equal(1UL, Number(ring, 2, "runtime.services.cpg.3.rx"));
        Assert.Equal(1UL, Number(ring, 2, "runtime.services.cpg.0.rx"));
        Assert.True(Number(ring, 2, "runtime.services.votequorum.0.rx") > 0);
        Assert.Equal(2UL, Number(ring, 2, "runtime.services.cpg.service_id"));
    }

    [Fact]
    public void Votequorum_keys_follow_the_ring()
    {
        var ring = new VirtualRing([1, 2, 3]);
        ring.RunUntilFormed(1, 2, 3);
        Assert.Equal(3UL, Number(ring, 1, "runtime.votequorum.ev_barrier"));
        Assert.Equal(1UL, Number(ring, 3, "runtime.votequorum.lowest_node_id"));
        Assert.Equal(3UL, Number(ring, 3, "runtime.votequorum.highest_node_id"));
    }

    [Fact]
    public void A_new_config_version_is_told_to_all()
    {
        var ring = new VirtualRing([1, 2]);
        ring.RunUntilFormed(1, 2);
        Assert.Equal(0UL, Number(ring, 2, "runtime.members.1.config_version"));
        ring.Do(1, (now, outbox) => ring[1].Reconfigure(now, ring.OptionsOf(1) with { ConfigVersion = 8 }, outbox));
        ring.Run(200);
        Assert.Equal(8UL, Number(ring, 2, "runtime.members.1.config_version"));
    }

    [Fact]
    public void A_file_that_is_read_again_changes_adds_and_removes_its_keys()
    {
        var ring = new VirtualRing([1]);
        ring.RunUntilFormed(1);
        var keys = new SortedDictionary<string, CmapValue>(StringComparer.Ordinal) { ["totem.token"] = CmapValue.Of(1000u), ["logging.debug"] = CmapValue.Of("on") };
        ring.Do(1, (now, outbox) => ring[1].Reconfigure(now, ring.OptionsOf(1) with { Keys = keys }, outbox));
        ring[1].Map.Set("my.key", MapValue.Of(1u));
        keys = new SortedDictionary<string, CmapValue>(StringComparer.Ordinal) { ["totem.token"] = CmapValue.Of(2000u) };
        ring.Do(1, (now, outbox) => ring[1].Reconfigure(now, ring.OptionsOf(1) with { Keys = keys }, outbox));
        Assert.Equal(2000UL, Number(ring, 1, "totem.token"));
        Assert.False(ring[1].Map.TryGet("logging.debug", out _));
        Assert.True(ring[1].Map.TryGet("my.key", out _));
    }

    private static string Text(VirtualRing ring, uint node, string key) => Value(ring, node, key).Text;

    private static ulong Number(VirtualRing ring, uint node, string key) => Value(ring, node, key).Number;

    private static MapValue Value(VirtualRing ring, uint node, string key)
    {
        Assert.True(ring[node].Map.TryGet(key, out var value), $"there is no {key}");
        return value;
    }
}
