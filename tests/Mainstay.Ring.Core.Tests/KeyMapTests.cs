using Mainstay.Ring.Core.Configuration;
using Mainstay.Ring.Core.Map;

namespace Mainstay.Ring.Core.Tests;

/// <summary>The map of keys (spec/corosync-conf.md section 8).</summary>
public sealed class KeyMapTests
{
    [Theory]
    [InlineData("abc", true)]
    [InlineData("a.B_9-/:z", true)]
    [InlineData("ab", false)]
    [InlineData("a b", false)]
    [InlineData("a=b", false)]
    [InlineData("äbc", false)]
    public void A_key_has_3_to_255_of_the_allowed_characters(string key, bool isKey)
    {
        Assert.Equal(isKey, KeyMap.IsKey(key));
        Assert.Equal(isKey ? MapResult.Done : MapResult.BadName, new KeyMap(_ => false).Set(key, MapValue.Of(1u)));
        Assert.True(KeyMap.IsKey(new string('a', 255)));
        Assert.False(KeyMap.IsKey(new string('a', 256)));
    }

    [Fact]
    public void Trackers_hear_of_additions_changes_and_deletions_but_not_of_the_same_value_again()
    {
        var map = new KeyMap(_ => false);
        map.Track(7, 1, "t.a", isPrefix: false, MapChangeKinds.All);
        map.Track(8, 2, "t.", isPrefix: true, MapChangeKinds.Delete);
        map.Set("t.a", MapValue.Of(1u));
        map.Set("t.a", MapValue.Of(1u));
        map.Set("t.a", MapValue.Of("x"));
        map.Set("t.b", MapValue.Of(2u));
        map.Delete("t.a");
        map.Delete("t.b");
        Assert.Equal(
            ["7/1 Add t.a UInt32 None", "7/1 Modify t.a Text UInt32", "7/1 Delete t.a None Text", "8/2 Delete t.a None Text", "8/2 Delete t.b None UInt32"],
            Taken(map));
        map.Untrack(7, 1);
        map.Forget(8);
        map.Set("t.a", MapValue.Of(3u));
        Assert.Empty(Taken(map));
        Assert.False(map.IsTracked);
    }

    [Fact]
    public void Read_only_keys_are_changed_by_their_owner_alone()
    {
        var map = new KeyMap(key => key.StartsWith("ro.", StringComparison.Ordinal));
        map.Publish("ro.key", MapValue.Of(1u));
        Assert.Equal(MapResult.ReadOnly, map.Set("ro.key", MapValue.Of(2u)));
        Assert.Equal(MapResult.ReadOnly, map.Delete("ro.key"));
        Assert.Equal(MapResult.NotFound, map.Delete("rw.key"));
        map.Withdraw("ro.key");
        Assert.Equal(0, map.Count);
    }

    [Fact]
    public void A_replacement_removes_what_it_claims_and_has_no_longer()
    {
        var map = new KeyMap(_ => false);
        foreach (var key in (string[])["file.a", "file.b", "own.c"]) map.Publish(key, MapValue.Of(1u));
        var next = new SortedDictionary<string, MapValue>(StringComparer.Ordinal) { ["file.b"] = MapValue.Of(2u), ["file.d"] = MapValue.Of(3u) };
        map.Replace(next, key => key.StartsWith("file.", StringComparison.Ordinal));
        Assert.Equal(["file.b", "file.d", "own.c"], map.List(string.Empty).Select(e => e.Key));
        Assert.Equal(["file.b", "file.d"], map.List("file.").Select(e => e.Key));
    }

    [Fact]
    public void A_map_takes_neither_more_keys_nor_more_bytes_than_it_may()
    {
        var map = new KeyMap(_ => false);
        for (var i = 0; i < KeyMap.KeyCountMax; i++) Assert.Equal(MapResult.Done, map.Set($"key{i}", MapValue.Of((uint)i)));
        Assert.Equal(MapResult.Full, map.Set("one.more", MapValue.Of(1u)));
        Assert.Equal(MapResult.Done, map.Set("key1", MapValue.Of("changed all the same")));

        var big = new KeyMap(_ => false);
        Assert.True(MapValue.TryCreate(CmapValueType.Binary, new byte[KeyMap.ValueSizeMax], out var value));
        var taken = 0;
        while (big.Set($"big{taken}", value) == MapResult.Done) taken++;
        Assert.InRange(taken, 100, KeyMap.SizeMax / KeyMap.ValueSizeMax);
        big.Delete("big0");
        Assert.Equal(MapResult.Done, big.Set("again", value));
    }

    [Fact]
    public void A_tracker_that_cannot_be_told_everything_is_told_so()
    {
        var map = new KeyMap(_ => false);
        map.Track(1, 1, string.Empty, isPrefix: true, MapChangeKinds.All);
        for (var i = 0; i <= KeyMap.NotificationCountMax; i++) map.Publish("key", MapValue.Of((uint)i));
        Assert.True(map.TryTakeOverrun(out var client));
        Assert.Equal(1, client);
        Assert.False(map.TryTakeOverrun(out _));
        Assert.False(map.IsTracked);
    }

    [Theory]
    [InlineData(CmapValueType.Int8, 0xffff_ffff_ffff_ff80, true)]
    [InlineData(CmapValueType.Int8, 0x80, false)]
    [InlineData(CmapValueType.UInt8, 255, true)]
    [InlineData(CmapValueType.UInt8, 256, false)]
    [InlineData(CmapValueType.UInt32, 0x1_0000_0000, false)]
    [InlineData(CmapValueType.Int64, ulong.MaxValue, true)]
    [InlineData(CmapValueType.Text, 1, false)]
    [InlineData((CmapValueType)77, 1, false)]
    public void Numbers_must_be_in_the_range_of_their_type(CmapValueType type, ulong number, bool fits) =>
        Assert.Equal(fits, MapValue.TryCreate(type, number, out _));

    [Fact]
    public void Values_are_equal_by_type_and_content()
    {
        Assert.True(MapValue.TryCreate(CmapValueType.Binary, "ab"u8, out var one));
        Assert.True(MapValue.TryCreate(CmapValueType.Binary, "ab"u8, out var two));
        Assert.Equal(one, two);
        Assert.NotEqual(MapValue.Of("ab"), one);
        Assert.NotEqual(MapValue.Of(1u), MapValue.Of(1UL));
        Assert.False(MapValue.TryCreate(CmapValueType.Binary, ""u8, out _));
        Assert.True(MapValue.TryCreate(CmapValueType.Text, ""u8, out _));
    }

    [Theory]
    [InlineData("totem.token", false)]
    [InlineData("totem.version", true)]
    [InlineData("totem.interface.0.mcastport", true)]
    [InlineData("totem.interface.0.knet_link_priority", false)]
    [InlineData("nodelist.node.0.name", true)]
    [InlineData("runtime.config.totem.token", true)]
    [InlineData("runtime.force_gather", false)]
    [InlineData("quorum.wait_for_all", true)]
    [InlineData("quorum.expected_votes", false)]
    [InlineData("my.own.key", false)]
    public void Keys_that_cannot_change_while_running_are_read_only(string key, bool isReadOnly) =>
        Assert.Equal(isReadOnly, ConfigurationMapRules.IsReadOnly(key));

    private static List<string> Taken(KeyMap map)
    {
        var lines = new List<string>();
        while (map.TryTakeNotification(out var n)) lines.Add($"{n.Client}/{n.Track} {n.Kind} {n.Key} {n.New.Type} {n.Old.Type}");
        return lines;
    }
}
