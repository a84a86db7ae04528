using System.Globalization;
using System.Text;
using Mainstay.Ring.Core.Configuration;

namespace Mainstay.Ring.Core.Tests;

/// <summary>Keys of corosync.conf that are numbers, and their ranges (spec/corosync-conf.md sections 1 to 6).</summary>
public sealed class KeyTypeTests
{
    [Theory]
    [InlineData("totem", "version nodeid token token_warning token_coefficient token_retransmit token_retransmits_before_loss_const", 32)]
    [InlineData("totem", "hold join send_join consensus merge downcheck fail_recv_const seqno_unchanged_const", 32)]
    [InlineData("totem", "heartbeat_failures_allowed max_network_delay window_size max_messages miss_count_const netmtu threads", 32)]
    [InlineData("totem", "accelerated_window knet_pmtud_interval knet_mtu knet_compression_threshold", 32)]
    [InlineData("totem", "config_version", 64)]
    [InlineData("totem interface", "linknumber ttl knet_link_priority", 8)]
    [InlineData("totem interface", "mcastport", 16)]
    [InlineData("totem interface", "knet_ping_interval knet_ping_timeout knet_ping_precision knet_pong_count", 32)]
    [InlineData("nodelist node", "nodeid quorum_votes", 32)]
    [InlineData("quorum", "expected_votes votes last_man_standing_window", 32)]
    [InlineData("quorum device", "timeout sync_timeout votes", 32)]
    [InlineData("quorum", "two_node wait_for_all auto_tie_breaker last_man_standing allow_downscale expected_votes_tracking", 8)]
    [InlineData("quorum device", "master_wins", 8)]
    [InlineData("resources", "watchdog_timeout", 32)]
    public void A_number_is_in_the_range_of_its_key(string sections, string keys, int bits)
    {
        var most = (UInt128.One << bits) - 1;
        foreach (var key in keys.Split(' '))
        {
            Assert.Empty(Read(sections, key, "0"));
            Assert.Empty(Read(sections, key, most.ToString(CultureInfo.InvariantCulture)));
            foreach (var text in (string[])["", "x", "1x", "1.0", "0x10", "-1", (most + 1).ToString(CultureInfo.InvariantCulture)])
            {
                var problem = Assert.Single(Read(sections, key, text));
                Assert.Equal(sections.Split(' ').Length + 1, problem.Line);
                Assert.EndsWith(
                    $"is expected to be integer in range (0..{most}), but \"{text}\" was given", problem.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("-2147483648", true)]
    [InlineData("2147483647", true)]
    [InlineData("-2147483649", false)]
    [InlineData("2147483648", false)]
    [InlineData("fast", false)]
    public void A_level_of_compression_may_be_negative(string text, bool isAccepted) =>
        Assert.Equal(isAccepted, Read("totem", "knet_compression_level", text).Count == 0);

    [Fact]
    public void Every_other_key_is_a_text() => Assert.Empty(Read("quorum", "provider", "-1"));

    private static IReadOnlyList<ConfigurationProblem> Read(string sections, string key, string text)
    {
        var names = sections.Split(' ');
        var file = string.Concat(names.Select(name => $"{name} {{\n")) + $"{key}: {text}\n"
            + string.Concat(names.Select(_ => "}\n"));
        return CorosyncConfParser.Parse("f", Encoding.UTF8.GetBytes(file)).Problems;
    }
}
