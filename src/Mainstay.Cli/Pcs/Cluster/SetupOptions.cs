namespace Mainstay.Cli.Pcs.Cluster;

/// <summary>The option names of <c>cluster setup</c>, by group, with checks of their values (spec/cli-pcs.md section 11).</summary>
internal static class SetupOptions
{
    private static readonly string[] s_numbers =
    [
        "consensus", "downcheck", "fail_recv_const", "heartbeat_failures_allowed", "hold", "join", "max_messages", "max_network_delay",
            "merge",
        "miss_count_const", "send_join", "seqno_unchanged_const", "token", "token_coefficient", "token_retransmit",
        "token_retransmits_before_loss_const", "window_size",
    ];

    private static readonly string[] s_ciphers = ["aes128", "aes192", "aes256", "none"];
    private static readonly string[] s_hashes = ["md5", "none", "sha1", "sha256", "sha384", "sha512"];

    /// <summary>Checks a group's options, collecting problems.</summary>
    public static void Check(string group, bool isKnet, Dictionary<string, string> options, List<string> problems)
    {
        var allowed = Allowed(group, isKnet);
        var bad = options.Keys.Where(k => !allowed.Contains(k, StringComparer.Ordinal)).ToList();
        if (bad.Count > 0)
        {
            problems.Add(PcsArguments.InvalidOptions(bad, allowed, group + " "));
        }

        foreach (var (name, value) in options.Where(o => allowed.Contains(o.Key, StringComparer.Ordinal)))
        {
            if (Expected(group, name, value) is { } expected)
            {
                problems.Add($"'{value}' is not a valid {name} value, use {expected}");
            }
        }

        if (group == "crypto" && options.GetValueOrDefault("cipher", "aes256") != "none" && options.GetValueOrDefault("hash") == "none")
        {
            problems.Add("When crypto cipher is enabled, crypto hash must be enabled as well");
        }
    }

    /// <summary>The names of a group.</summary>
    public static string[] Allowed(string group, bool isKnet) => group switch
    {
        "transport" => isKnet ? ["ip_version", "knet_pmtud_interval", "link_mode"] : ["ip_version", "netmtu"],
        "link" => isKnet
            ? ["link_priority", "linknumber", "mcastport", "ping_interval", "ping_precision", "ping_timeout", "pong_count", "transport"]
            : ["bindnetaddr", "broadcast", "mcastaddr", "mcastport", "ttl"],
        "compression" => ["level", "model", "threshold"],
        "crypto" => ["cipher", "hash", "model"],
        "totem" => [.. s_numbers, "block_unlisted_ips"],
        _ => ["auto_tie_breaker", "last_man_standing", "last_man_standing_window", "wait_for_all"],
    };

    /// <summary>The name in corosync.conf.</summary>
    public static string ConfName(string group, string name) => group switch
    {
        "link" when name is not ("linknumber" or "mcastport" or "bindnetaddr" or "broadcast" or "mcastaddr" or "ttl") => "knet_" + name,
        "compression" => "knet_compression_" + name,
        "crypto" => "crypto_" + name,
        _ => name,
    };

    private static string? Expected(string group, string name, string value) => (group, name) switch
    {
        _ when value.Length == 0 => null,
        ("totem", "block_unlisted_ips") => value is "yes" or "no" ? null : "'no', 'yes'",
        ("totem", _) => IsNumber(value) ? null : "a non-negative integer",
        ("quorum", "last_man_standing_window") => IsNumber(value) && value != "0" ? null : "a positive integer",
        ("quorum", _) => value is "0" or "1" ? null : "'0', '1'",
        ("crypto", "cipher") => s_ciphers.Contains(value) ? null : PcsArguments.Quoted(s_ciphers),
        ("crypto", "hash") => s_hashes.Contains(value) ? null : PcsArguments.Quoted(s_hashes),
        ("crypto", "model") => value is "nss" or "openssl" ? null : "'nss', 'openssl'",
        ("transport", "ip_version") => value is "ipv4" or "ipv6" or "ipv4-6" or "ipv6-4" ? null : "'ipv4', 'ipv4-6', 'ipv6', 'ipv6-4'",
        ("transport", "link_mode") => value is "active" or "passive" or "rr" ? null : "'active', 'passive', 'rr'",
        ("transport", _) => IsNumber(value) ? null : "a non-negative integer",
        ("link", "transport") => value is "udp" or "sctp" ? null : "'sctp', 'udp'",
        ("link", "linknumber") => value is [>= '0' and <= '7'] ? null : "0..7",
        ("link", "bindnetaddr" or "mcastaddr" or "broadcast") => null,
        ("link", _) => IsNumber(value) ? null : "a non-negative integer",
        _ => null,
    };

    private static bool IsNumber(string value) => value.Length is > 0 and < 10 && value.All(char.IsAsciiDigit);
}
