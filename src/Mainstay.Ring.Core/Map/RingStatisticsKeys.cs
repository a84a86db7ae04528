using Mainstay.Totem;

namespace Mainstay.Ring.Core.Map;

/// <summary>The protocol's counters under the names of the reference's statistics map (spec/corosync-conf.md section 8).</summary>
public static class RingStatisticsKeys
{
    private const int FirewallGathers = 3;

    /// <summary>Keys of <c>stats.srp</c> and <c>stats.pg</c>.</summary>
    /// <param name="now">The time.</param>
    /// <param name="node">The node.</param>
    public static IEnumerable<KeyValuePair<string, MapValue>> Of(Instant now, RingNode node)
    {
        var totem = node.Statistics;
        var sinceToken = totem.LastTokenReceived.IsNever
            ? 0
            : Math.Max(0, (now.Nanoseconds - totem.LastTokenReceived.Nanoseconds) / 1_000_000);
        yield return Counter("commit_entered", totem.CommitEntered);
        yield return Counter("commit_token_lost", totem.CommitTokenLost);
        yield return Counter("consensus_timeouts", totem.ConsensusTimeouts);
        yield return Counter("gather_entered", totem.GatherEntered);
        yield return Counter("gather_token_lost", totem.GatherTokenLost);
        yield return Counter("mcast_retx", totem.MessagesRetransmitted);
        yield return Counter("mcast_rx", totem.MessagesReceived);
        yield return Counter("mcast_tx", totem.MessagesSent);
        yield return Counter("memb_commit_token_rx", totem.CommitTokensReceived);
        yield return Counter("memb_commit_token_tx", totem.CommitTokensSent);
        yield return Counter("memb_join_rx", totem.JoinsReceived);
        yield return Counter("memb_join_tx", totem.JoinsSent);
        yield return Counter("memb_merge_detect_rx", totem.MergeDetectsReceived);
        yield return Counter("memb_merge_detect_tx", totem.MergeDetectsSent);
        yield return Counter("operational_entered", totem.OperationalEntered);
        yield return Counter("operational_token_lost", totem.OperationalTokenLost);
        yield return Counter("orf_token_rx", totem.TokensReceived);
        yield return Counter("orf_token_tx", totem.TokensSent);
        yield return Counter("recovery_entered", totem.RecoveryEntered);
        yield return Counter("recovery_token_lost", totem.RecoveryTokenLost);
        yield return Counter("rx_msg_dropped", totem.DroppedTotal);
        yield return Counter("time_since_token_last_received", sinceToken);
        yield return Counter("token_hold_cancel_rx", totem.HoldCancelsReceived);
        yield return Counter("token_hold_cancel_tx", totem.HoldCancelsSent);
        yield return Gauge("stats.srp.avg_backlog_calc", totem.Tokens.MeanBacklog);
        yield return Gauge("stats.srp.avg_token_workload", Milliseconds(totem.Tokens.MeanStay));
        yield return Gauge("stats.srp.continuous_gather", (uint)totem.ContinuousGather);
        yield return Gauge("stats.srp.continuous_sendmsg_failures", 0);
        yield return Gauge("stats.srp.mtt_rx_token", Milliseconds(totem.Tokens.MeanPeriod));
        yield return new(
            "stats.srp.firewall_enabled_or_nic_failure", MapValue.Of(totem.ContinuousGather > FirewallGathers ? (byte)1 : (byte)0));
        yield return Gauge("stats.pg.msg_queue_avail", (uint)Math.Max(0, node.Totem.AvailableSlots));
        yield return Gauge("stats.pg.msg_reserved", 0);
    }

    private static KeyValuePair<string, MapValue> Counter(string name, long value) => new("stats.srp." + name, MapValue.Of((ulong)value));

    private static uint Milliseconds(TimeSpan time) => (uint)(time.Ticks / TimeSpan.TicksPerMillisecond);

    private static KeyValuePair<string, MapValue> Gauge(string key, uint value) => new(key, MapValue.Of(value));
}
