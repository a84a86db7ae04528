using Mainstay.Ring.Client;
using Mainstay.Ring.Core.Configuration;
using Mainstay.Totem;

namespace Mainstay.Ring;

/// <summary>The engine's trace events as log lines, in the operator's words.</summary>
internal static class TraceText
{
    /// <summary>The line, or <see langword="null"/> for events that are counted only.</summary>
    public static (LogPriority Priority, string Text)? Of(in TraceEvent trace) => trace.Kind switch
    {
        TraceKind.StateChanged => (
            LogPriority.Debug, $"ring state {(TotemState)trace.First} -> {(TotemState)trace.Second} (ring {trace.Ring})"),
        TraceKind.GatherEntered => (LogPriority.Info, $"looking for members: {Reason((GatherReason)trace.First)}{By(trace.Node)}"),
        TraceKind.TokenLost => (LogPriority.Notice, $"The token was lost in the {(TotemState)trace.First} state."),
        TraceKind.TokenWarning => (LogPriority.Warning, $"no token for {trace.First} ms: the network or a member is slow"),
        TraceKind.TokenRetransmitted => (LogPriority.Debug, $"token {trace.First} sent again"),
        TraceKind.FailedToReceive => (LogPriority.Error, $"FAILED TO RECEIVE: messages after {trace.First} never came; leaving this ring"),
        TraceKind.PauseDetected => (
            LogPriority.Warning, $"not scheduled for {trace.First} ms: membership messages of that time are dropped"),
        TraceKind.NodeLeaving => (LogPriority.Notice, $"node {trace.Node} leaves"),
        TraceKind.ContinuousGather => (
            LogPriority.Warning, $"no membership after {trace.First} attempts: is a firewall in the way, or a network interface down?"),
        TraceKind.ConsensusTimeout => (LogPriority.Notice, $"{trace.First} node(s) did not answer in time, first of them {trace.Node}"),
        TraceKind.RecoveryPlan => (LogPriority.Debug, $"recovery: {trace.First} messages sent again for {trace.Second} members"),
        TraceKind.MessagesLost => (LogPriority.Notice, $"{trace.First} messages of the old ring were held by no survivor"),
        TraceKind.HeldOut => (
            LogPriority.Warning,
            $"node {trace.Node} is held out for {trace.First} ms: it disturbed the ring again and again"
                + $"{RingHeldOut.Describe((RingHoldOutCause)trace.Second)}; see to its host and network"),
        _ => null,
    };

    private static string By(NodeId node) => node.IsNone ? string.Empty : $" (node {node})";

    private static string Reason(GatherReason reason) => reason switch
    {
        GatherReason.ConsensusTimeout => "consensus timeout",
        GatherReason.TokenLostInOperational => "the token was lost",
        GatherReason.ConsensusTimeoutExpired => "no agreement in time",
        GatherReason.TokenLostInCommit => "the commit token was lost",
        GatherReason.TokenLostInRecovery => "the token was lost in recovery",
        GatherReason.FailedToReceive => "this node fails to receive",
        GatherReason.ForeignMessageInOperational or GatherReason.ForeignMessageInGather => "a message of another ring",
        GatherReason.MergeDetectInOperational or GatherReason.MergeDetectInGather => "another ring was found",
        GatherReason.MergeDuringJoin => "another proposal of members",
        GatherReason.JoinInOperational => "a node asks to join",
        GatherReason.JoinInCommit or GatherReason.JoinInRecovery => "a node asks to join while the ring forms",
        GatherReason.InterfaceChange => "start",
        GatherReason.PeerGone => "a member is gone",
        GatherReason.PeerStalled => "a member disturbed the ring too often",
        GatherReason.PeerReturned => "a member left without good-bye and is back once too often",
        _ => reason.ToString(),
    };
}
