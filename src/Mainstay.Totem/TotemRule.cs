namespace Mainstay.Totem;

/// <summary>
/// The named rules of spec/totem.md (sections in the comments), one for each branch that a run can take or not. Counted in
/// <see cref="TotemStatistics"/>, so that simulations can tell which of them they have reached.
/// </summary>
public enum TotemRule : byte
{
    /// <summary>Section 4.1 step 5: a token of another ring is dropped.</summary>
    TokenOfOtherRingDropped,

    /// <summary>Section 4.1 step 5: a token that was here before is dropped.</summary>
    TokenCopyDropped,

    /// <summary>Section 5.1 (orf_token_discard): no regular token counts between leaving a ring and the next Recovery.</summary>
    TokenBetweenRingsDropped,

    /// <summary>Section 8: a token further ahead than the window is dropped.</summary>
    TokenBeyondWindowDropped,

    /// <summary>Section 4.3: what the ring sent in this rotation leaves less than max_messages.</summary>
    WindowLimitsSending,

    /// <summary>Section 4.3: a node gets its share of the window by its backlog.</summary>
    ShareLimitsSending,

    /// <summary>Departure: the token counts more messages in the last rotation than can be: what was seen counts.</summary>
    FlowCountDisbelieved,

    /// <summary>Section 4.4: a message that somebody asks for is sent again.</summary>
    RetransmitAnswered,

    /// <summary>Section 4.4: what this node does not hold stays on the list.</summary>
    RetransmitNotHeld,

    /// <summary>Section 4.4: a hole is not asked for before it was seen miss_count_const times.</summary>
    HoleWaits,

    /// <summary>Section 4.4: a hole is put on the list.</summary>
    HoleRequested,

    /// <summary>Section 4.4: the list takes 30 entries.</summary>
    RetransmitListFull,

    /// <summary>Section 4.1 step 10: pending retransmissions end the hold, where configured.</summary>
    HoldEndedByRetransmit,

    /// <summary>Section 4.1 step 11: nothing is sent that the receivers' windows may not hold.</summary>
    SendingStoppedByWindow,

    /// <summary>Beyond the spec (docs/totem.md, "Accelerated token"): messages follow the token instead of preceding it.</summary>
    MessagesSentBehindToken,

    /// <summary>Section 4.1 step 14: a node that lacks messages lowers the aru.</summary>
    AruLowered,

    /// <summary>Section 4.1 step 14: the node that lowered the aru raises it again.</summary>
    AruRaisedBySetter,

    /// <summary>Section 4.5: what all have had for two rotations is freed.</summary>
    MessagesReleased,

    /// <summary>Section 4.6: the representative of an idle ring keeps the token.</summary>
    TokenHeld,

    /// <summary>Beyond the reference, in a ring of this implementation alone: idle, but not for long enough to keep the token.</summary>
    HoldPutOff,

    /// <summary>Section 4.6: the hold timer lets it go round.</summary>
    HoldTimerReleasedToken,

    /// <summary>Section 4.6: who gets something to send on an idle ring says so.</summary>
    HoldCancelled,

    /// <summary>Section 4.6: the representative lets the held token go.</summary>
    HoldCancelReleasedToken,

    /// <summary>Section 4.7: a node that asks for the same message for ever takes itself out.</summary>
    FailedToReceive,

    /// <summary>Section 4.8: the stored token is sent again.</summary>
    TokenRetransmitted,

    /// <summary>Section 4.10, departure: in Gather messages of the ring this node comes from are still taken.</summary>
    MessageOfOldRingTaken,

    /// <summary>Section 4.10, departure: a message of a faster member waits in the new ring's window.</summary>
    PlainMessageInRecovery,

    /// <summary>Section 4.10: a copy is dropped.</summary>
    MessageCopyDropped,

    /// <summary>Section 4.10: what the window cannot hold is dropped.</summary>
    MessageOutsideWindowDropped,

    /// <summary>Section 4.10, departure: a late packet of an older ring of a member is no news.</summary>
    ForeignPacketOfThePastIgnored,

    /// <summary>Departure (docs/totem.md): nobody from outside the ring is heard before all members have installed it.</summary>
    OutsiderWaitsForInstallation,

    /// <summary>Section 4.10, 9.2: in Gather a foreign packet of a node that takes part is no news.</summary>
    ForeignKnownSenderIgnored,

    /// <summary>Section 5.2, 9.3: a leave is a join that names the leaver failed.</summary>
    LeaveAnnounced,

    /// <summary>Section 5.3, 11 point 2: in Operational a join that names this node failed is ignored.</summary>
    JoinThatFailsThisNodeIgnored,

    /// <summary>Section 5.3, 11 point 3: an old join of a member is ignored.</summary>
    OldJoinOfMemberIgnored,

    /// <summary>Section 5.3: in Commit and Recovery only fresh joins of members-to-be count.</summary>
    JoinOfOutsiderWhileFormingIgnored,

    /// <summary>Departure: outside Gather a join in this node's own name is a late echo, or that of another host with the same
    /// id.</summary>
    JoinInOwnNameIgnored,

    /// <summary>Section 5.4 A1: a join with exactly our sets is agreement.</summary>
    JoinAgreed,

    /// <summary>Section 5.4 A2: agreement with a node that failed to receive: it forms a ring of its own.</summary>
    LaggardGoesOnAlone,

    /// <summary>Section 5.4 A3: agreed, the lowest node creates the commit token.</summary>
    LowestCreatesCommitToken,

    /// <summary>Section 5.4 B: a join that knows less than we do.</summary>
    OldNewsIgnored,

    /// <summary>Section 5.4 C: a join of a node that we declared failed.</summary>
    JoinOfFailedNodeIgnored,

    /// <summary>Section 5.4 D: who names this node failed becomes failed itself.</summary>
    SenderFailsThisNode,

    /// <summary>Section 5.4 D: a member's failed nodes become ours.</summary>
    FailedTakenFromMember,

    /// <summary>Section 5.4 D: a sender outside the installed membership makes nobody fail.</summary>
    FailedOfStrangerIgnored,

    /// <summary>Section 5.5: agreed, but no commit token yet.</summary>
    ConsensusWaitsForRepresentative,

    /// <summary>Section 5.5: those without consensus are declared failed.</summary>
    ConsensusFailsSilentNodes,

    /// <summary>Section 6.1 step 2: who has less than a companion has not received all.</summary>
    CommitEntryCorrected,

    /// <summary>Section 6.2: a commit token that this state does not wait for is dropped.</summary>
    CommitTokenOutOfPlace,

    /// <summary>Section 7.1 step 4: a companion lacks messages: they are sent again.</summary>
    RecoveryOriginates,

    /// <summary>Section 7.1 step 4: every companion has everything.</summary>
    RecoveryOriginatesNothing,

    /// <summary>Section 7.2: the first token says that the representative has messages to recover.</summary>
    RetransmitFlagFromStart,

    /// <summary>Section 7.3: a node with messages to recover raises the flag.</summary>
    RetransmitFlagRaised,

    /// <summary>Section 7.3: and lowers it when it has sent them.</summary>
    RetransmitFlagLowered,

    /// <summary>Section 7.3: no install while the aru is behind the install sequence.</summary>
    InstallWaitsForAru,

    /// <summary>Section 7.1, departure: what another holder has sent is not sent again.</summary>
    RecoveryCopySpared,

    /// <summary>Section 7.4 step 2: a recovered message of the old ring is put in its place.</summary>
    RecoveredMessageTaken,

    /// <summary>Section 7.4 step 7: messages that no survivor holds are skipped.</summary>
    HolesSkipped,

    /// <summary>Section 7.4 step 7: messages behind a hole are delivered in the transitional configuration.</summary>
    DeliveredInTransitional,

    /// <summary>Section 7.4 step 7: messages of a node that does not come along are not delivered behind a hole.</summary>
    LeaverOutsideDeliverSetSkipped,

    /// <summary>Departure: a message half sent when nodes join begins again.</summary>
    HalfSentMessageRestarted,

    /// <summary>Section 7.5: the new ring fails before it is installed; the old one's state stays.</summary>
    RecoveryGivenUp,

    /// <summary>Section 9.1: a node that comes back begins above its stored sequence.</summary>
    RestartAboveStoredSequence,

    /// <summary>Section 9.2: the representative of an idle ring looks for others.</summary>
    MergeDetectSent,

    /// <summary>Section 9.2: merge detection of the own ring.</summary>
    MergeDetectOfOwnRingIgnored,

    /// <summary>Section 9.6: a join that waited while this process slept is dropped, with all that waits.</summary>
    PauseDropsJoin,

    /// <summary>Departure: a starting node waits one join period before it forms a ring alone.</summary>
    StartWaitsForAnswers,

    /// <summary>Departure: a member that installed the ring being formed settles the failed set.</summary>
    FailedSetForgotten,

    /// <summary>Section 11 point 4: a copy of the commit token's first return does not start the regular token.</summary>
    FirstCommitReturnCopyIgnored,

    /// <summary>Departure: evidence that a node is gone is acted upon at once.</summary>
    PeerGivenUp,

    /// <summary>Departure: evidence is not acted upon in a mixed ring, nor about nodes that do not take part.</summary>
    EvidenceIgnored,

    /// <summary>Departure: members that have not said that they run this implementation are taken for others, whatever they were
    /// before.</summary>
    MembersOfOtherMakeNoted,

    /// <summary>Departure: a node that disturbed too often is held out.</summary>
    NodeHeldOut,

    /// <summary>Departure: who is held out is not heard.</summary>
    HeldOutNodeUnheard,

    /// <summary>Departure: a member for which the ring had to wait is noted.</summary>
    StalledMemberNoted,

    /// <summary>Departure: a node that keeps a ring from being formed is given up.</summary>
    ObstructingNodeGivenUp,

    /// <summary>Departure: so is a member that wants a new ring while the token goes round and nobody is missing.</summary>
    RestlessMemberNoted,

    /// <summary>Departure: a member that left the ring without good-bye is back before it was missed.</summary>
    MemberCameBack,

    /// <summary>Departure: a member that did so too often is given up, to be held out.</summary>
    DisturbingMemberGivenUp,

    /// <summary>Departure: a ring that has become too small for it holds nobody out any more.</summary>
    HoldOutsEnded,
}
