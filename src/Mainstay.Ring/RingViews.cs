using Mainstay.Ring.Client;
using Mainstay.Ring.Core;
using Mainstay.Ring.Core.Services;
using Mainstay.Totem;
using RingNode = Mainstay.Ring.Core.RingNode;

namespace Mainstay.Ring;

/// <summary>The node's state in the words of the client interface.</summary>
internal static class RingViews
{
    public static RingQuorumChange Of(QuorumView view) => new(
        new RingConfigurationId(view.Ring.Representative.Value, view.Ring.Sequence),
        view.IsQuorate,
        view.Members,
        view.Votes,
        view.ExpectedVotes,
        view.Needed);

    public static RingVoteInfo Of(VoteNodeView view) => new(
        view.NodeId,
        (RingVoteState)view.State,
        view.Votes,
        view.ExpectedVotes,
        view.HighestExpected,
        view.TotalVotes,
        view.Quorum,
        (RingVoteFlags)view.Flags,
        view.DeviceVotes,
        view.DeviceName);

    /// <summary>Counters of protocol and services by name.</summary>
    public static SortedDictionary<string, long> Counters(RingNode node)
    {
        var totem = node.Statistics;
        var counters = new SortedDictionary<string, long>(StringComparer.Ordinal)
        {
            ["totem.tokens_sent"] = totem.TokensSent,
            ["totem.tokens_received"] = totem.TokensReceived,
            ["totem.tokens_retransmitted"] = totem.TokensRetransmitted,
            ["totem.merge_detects_sent"] = totem.MergeDetectsSent,
            ["totem.merge_detects_received"] = totem.MergeDetectsReceived,
            ["totem.joins_sent"] = totem.JoinsSent,
            ["totem.joins_received"] = totem.JoinsReceived,
            ["totem.messages_sent"] = totem.MessagesSent,
            ["totem.messages_retransmitted"] = totem.MessagesRetransmitted,
            ["totem.messages_received"] = totem.MessagesReceived,
            ["totem.messages_delivered"] = totem.MessagesDelivered,
            ["totem.commit_tokens_sent"] = totem.CommitTokensSent,
            ["totem.commit_tokens_received"] = totem.CommitTokensReceived,
            ["totem.hold_cancels_sent"] = totem.HoldCancelsSent,
            ["totem.hold_cancels_received"] = totem.HoldCancelsReceived,
            ["totem.operational_entered"] = totem.OperationalEntered,
            ["totem.operational_token_lost"] = totem.OperationalTokenLost,
            ["totem.gather_entered"] = totem.GatherEntered,
            ["totem.gather_token_lost"] = totem.GatherTokenLost,
            ["totem.commit_entered"] = totem.CommitEntered,
            ["totem.commit_token_lost"] = totem.CommitTokenLost,
            ["totem.recovery_entered"] = totem.RecoveryEntered,
            ["totem.recovery_token_lost"] = totem.RecoveryTokenLost,
            ["totem.consensus_timeouts"] = totem.ConsensusTimeouts,
            ["totem.continuous_gather"] = totem.ContinuousGather,
            ["totem.pauses"] = totem.Pauses,
            ["totem.messages_sent_behind_token"] = totem.MessagesSentBehindToken,
            ["totem.peers_gone"] = totem.PeersGone,
            ["groups.synchronisations"] = node.Counters.Synchronisations,
            ["groups.messages_sent"] = node.Counters.GroupMessagesSent,
            ["groups.bytes_sent"] = node.Counters.GroupBytesSent,
            ["groups.messages_delivered"] = node.Counters.GroupMessagesDelivered,
            ["groups.malformed"] = node.Counters.MalformedMessages,
            ["groups.unknown"] = node.Counters.UnknownMessages,
        };
        foreach (var (reason, name) in DropNames) counters[name] = totem.Dropped(reason);
        return counters;
    }

    /// <summary>What is known of who runs Mainstay, and who is held out: milliseconds left, and why, by node.</summary>
    public static void AddDetection(SortedDictionary<string, long> counters, RingNode node, Instant now)
    {
        counters["totem.uniform"] = node.IsUniform ? 1 : 0;
        foreach (var held in node.HeldOutAt(now))
        {
            counters[$"{RingStatus.HeldOutPrefix}{held.Node}"] = (long)(held.Until - now).TotalMilliseconds;
            counters[$"{RingStatus.HeldOutCausePrefix}{held.Node}"] = (long)held.Cause;
        }
    }

    private static readonly (DropReason Reason, string Name)[] DropNames =
    [
        (DropReason.Malformed, "totem.dropped_malformed"),
        (DropReason.UnknownSender, "totem.dropped_unknown_sender"),
        (DropReason.OtherRing, "totem.dropped_other_ring"),
        (DropReason.Duplicate, "totem.dropped_duplicate"),
        (DropReason.OutOfWindow, "totem.dropped_out_of_window"),
        (DropReason.NotInThisState, "totem.dropped_not_in_this_state"),
        (DropReason.StaleJoin, "totem.dropped_stale_join"),
        (DropReason.Stopped, "totem.dropped_stopped"),
        (DropReason.HeldOut, "totem.dropped_held_out"),
    ];
}
