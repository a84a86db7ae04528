using System.Collections.Frozen;

namespace Mainstay.Ring.Core.Map;

/// <summary>Which keys of the configuration map only the daemon may change (spec/corosync-conf.md sections 2 to 8).</summary>
internal static class ConfigurationMapRules
{
    private static readonly string[] s_prefixes =
    [
        "config.", "internal_configuration.", "nodelist.", "nozzle.", "runtime.config.", "runtime.members.", "runtime.services.",
        "runtime.votequorum.", "system.", "uidgid.config.",
    ];

    private static readonly FrozenSet<string> s_keys = new[]
    {
        "totem.version", "totem.cluster_name", "totem.transport", "totem.netmtu", "totem.threads", "totem.nodeid", "totem.ip_version",
        "totem.ip_dscp", "totem.clear_node_high_bit", "totem.rrp_mode", "totem.secauth", "totem.crypto_type", "totem.crypto_model",
        "totem.crypto_cipher", "totem.crypto_hash", "totem.keyfile", "totem.key", "quorum.provider", "quorum.wait_for_all",
        "quorum.last_man_standing", "quorum.last_man_standing_window", "quorum.auto_tie_breaker", "quorum.auto_tie_breaker_node",
        "quorum.allow_downscale", "quorum.expected_votes_tracking",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly string[] s_interfaceKeys =
        [".bindnetaddr", ".mcastaddr", ".broadcast", ".mcastport", ".ttl", ".knet_transport"];

    // What a reload deletes from the map where the file has it no longer (section 7).
    private static readonly string[] s_reloaded = ["logging.", "nodelist.", "nozzle.", "quorum.", "runtime.config.", "totem.",
        "uidgid.config."];

    public static bool IsReadOnly(string key) =>
        s_keys.Contains(key)
        || HasPrefix(key, s_prefixes)
        || (key.StartsWith("totem.interface.", StringComparison.Ordinal)
            && Array.Exists(s_interfaceKeys, end => key.EndsWith(end, StringComparison.Ordinal)));

    public static bool IsReloaded(string key) => HasPrefix(key, s_reloaded);

    private static bool HasPrefix(string key, string[] prefixes) =>
        Array.Exists(prefixes, prefix => key.StartsWith(prefix, StringComparison.Ordinal));
}
