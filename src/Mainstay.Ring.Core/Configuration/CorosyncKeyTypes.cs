using System.Collections.Frozen;
using System.Globalization;

namespace Mainstay.Ring.Core.Configuration;

/// <summary>Types of the known keys (spec/corosync-conf.md sections 2 to 6); every other key is text.</summary>
internal static class CorosyncKeyTypes
{
    private static readonly FrozenDictionary<string, CmapValueType> Types = Build().ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The type of a key path as written in the file, before numbering of nodes and links.</summary>
    public static CmapValueType Of(string path) => Types.GetValueOrDefault(path, CmapValueType.Text);

    /// <summary>Checks a value against its type; text always passes.</summary>
    public static bool IsInRange(CmapValueType type, string text, out string range)
    {
        (var min, var max) = type switch
        {
            CmapValueType.UInt8 => (0L, (ulong)byte.MaxValue),
            CmapValueType.UInt16 => (0L, ushort.MaxValue),
            CmapValueType.UInt32 => (0L, uint.MaxValue),
            CmapValueType.UInt64 => (0L, ulong.MaxValue),
            CmapValueType.Int32 => ((long)int.MinValue, (ulong)int.MaxValue),
            _ => (0L, 0UL),
        };
        range = string.Create(CultureInfo.InvariantCulture, $"({min}..{max})");
        if (type == CmapValueType.Text) return true;
        if (min < 0)
        {
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var signed)
                && signed >= min && signed <= (long)max;
        }

        return ulong.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value <= max;
    }

    private static IEnumerable<KeyValuePair<string, CmapValueType>> Build()
    {
        string[] totem32 =
        [
            "version", "nodeid", "token", "token_warning", "token_coefficient", "token_retransmit", "token_retransmits_before_loss_const",
            "hold", "join", "send_join", "consensus", "merge", "downcheck", "fail_recv_const", "seqno_unchanged_const",
            "heartbeat_failures_allowed", "max_network_delay", "window_size", "max_messages", "miss_count_const", "netmtu", "threads",
            "knet_pmtud_interval", "knet_mtu", "knet_compression_threshold", "accelerated_window",
        ];
        foreach (var key in totem32) yield return new($"totem.{key}", CmapValueType.UInt32);
        yield return new("totem.config_version", CmapValueType.UInt64);
        yield return new("totem.knet_compression_level", CmapValueType.Int32);

        foreach (var key in (string[])["linknumber", "ttl", "knet_link_priority"])
        {
            yield return new($"totem.interface.{key}", CmapValueType.UInt8);
        }

        yield return new("totem.interface.mcastport", CmapValueType.UInt16);
        foreach (var key in (string[])["knet_ping_interval", "knet_ping_timeout", "knet_ping_precision", "knet_pong_count"])
        {
            yield return new($"totem.interface.{key}", CmapValueType.UInt32);
        }

        yield return new("resources.watchdog_timeout", CmapValueType.UInt32);
        yield return new("nodelist.node.nodeid", CmapValueType.UInt32);
        yield return new("nodelist.node.quorum_votes", CmapValueType.UInt32);

        string[] quorum32 =
        [
            "expected_votes", "votes", "last_man_standing_window", "leaving_timeout", "device.timeout", "device.sync_timeout",
            "device.votes",
        ];
        foreach (var key in quorum32) yield return new($"quorum.{key}", CmapValueType.UInt32);
        string[] quorum8 =
        [
            "two_node", "wait_for_all", "auto_tie_breaker", "last_man_standing", "allow_downscale", "expected_votes_tracking",
            "device.master_wins",
        ];
        foreach (var key in quorum8) yield return new($"quorum.{key}", CmapValueType.UInt8);
    }
}
