using Mainstay.Ring.Core.Map;

namespace Mainstay.Ring.Core.Tests;

/// <summary>Keys that a client cannot set while the ring runs, each of them (spec/corosync-conf.md section 2, column R; spec/quorum.md
/// section 1).</summary>
public sealed class ReadOnlyKeyTests
{
    [Theory]
    [InlineData("totem", "version cluster_name transport netmtu threads nodeid ip_version ip_dscp clear_node_high_bit rrp_mode")]
    [InlineData("totem", "secauth crypto_type crypto_model crypto_cipher crypto_hash keyfile key")]
    [InlineData("totem.interface.0", "bindnetaddr mcastaddr broadcast mcastport ttl knet_transport")]
    [InlineData("totem.interface.7", "bindnetaddr mcastaddr broadcast mcastport ttl knet_transport")]
    [InlineData("quorum", "provider wait_for_all last_man_standing last_man_standing_window auto_tie_breaker auto_tie_breaker_node")]
    [InlineData("quorum", "allow_downscale expected_votes_tracking")]
    [InlineData("nodelist", "local_node_pos node.0.nodeid node.0.ring0_addr node.383.quorum_votes")]
    [InlineData("runtime", "config.totem.token members.1.status votequorum.two_node services.cpg.0.rx")]
    [InlineData("uidgid.config", "uid.0 gid.7")]
    [InlineData("system", "sched_rr state_dir")]
    public void What_takes_effect_at_a_start_alone_is_read_only(string section, string keys) =>
        Assert.All(keys.Split(' '), key => Assert.True(ConfigurationMapRules.IsReadOnly($"{section}.{key}"), key));

    [Theory]
    [InlineData("totem", "token token_coefficient hold join consensus merge window_size max_messages miss_count_const link_mode")]
    [InlineData("totem", "block_unlisted_ips knet_pmtud_interval knet_mtu knet_compression_model config_version")]
    [InlineData("totem.interface.1", "knet_link_priority knet_ping_interval knet_ping_timeout knet_ping_precision knet_pong_count")]
    [InlineData("quorum", "expected_votes two_node votes device.timeout cancel_wait_for_all")]
    [InlineData("logging", "debug to_syslog")]
    [InlineData("runtime", "force_gather")]
    public void What_takes_effect_at_once_is_not(string section, string keys) =>
        Assert.All(keys.Split(' '), key => Assert.False(ConfigurationMapRules.IsReadOnly($"{section}.{key}"), key));
}
