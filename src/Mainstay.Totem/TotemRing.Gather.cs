using Mainstay.Totem.Wire;

namespace Mainstay.Totem;

/// <content>Agreeing on the membership (spec/totem.md section 5).</content>
public sealed partial class TotemRing
{
    private const long ContinuousGatherWarning = 3;

    /// <summary>
    /// No cluster gets so far by itself. Whoever names more is damaged or forged, or has met such a one: it is followed in steps, so that
    /// no packet can use up the ring ids, and none keeps nodes apart that have formed rings beyond this.
    /// </summary>
    private const ulong RingSequenceMax = ulong.MaxValue / 2;
    private const ulong RingSequenceStep = uint.MaxValue;

    /// <summary>A stored sequence beyond this is damaged.</summary>
    private const ulong StoredSequenceMax = RingSequenceMax + (256 * RingSequenceStep);

    /// <summary>All nodes that take part, the failed ones included (my_proc_list).</summary>
    private readonly NodeSet _procSet = new();

    /// <summary>Those declared failed (my_failed_list).</summary>
    private readonly NodeSet _failSet = new();

    /// <summary>Those who are known to have exactly our two sets.</summary>
    private readonly NodeSet _consensus = new();

    /// <summary>Work space: the members-to-be, and the lists of a join being judged.</summary>
    private readonly NodeSet _candidates = new();
    private readonly NodeSet _joinProcessors = new();
    private readonly NodeSet _joinFailed = new();

    private uint _joinCounter;

    /// <summary>
    /// From when on a starting node may form a ring of its own. Its own join comes back before anybody can have answered: without this wait
    /// (one join period) every start would be two configurations, alone and then merged.
    /// </summary>
    private Instant _aloneFrom;

    private void EnterGather(GatherReason reason, NodeId cause)
    {
        _originatedToken = false;
        _tokenHeld = false;
        _tokenParked = false;
        _procSet.Add(Self);
        _consensus.SetTo(Self);
        SetState(TotemState.Gather);
        Statistics.GatherEntered++;
        Trace(TraceKind.GatherEntered, cause, (ulong)reason, 0);
        if (reason == GatherReason.ConsensusTimeoutExpired && ++Statistics.ContinuousGather > ContinuousGatherWarning)
        {
            Trace(TraceKind.ContinuousGather, NodeId.None, (ulong)Statistics.ContinuousGather, 0);
        }

        _timers.Cancel(TotemTimer.TokenLoss);
        _timers.Cancel(TotemTimer.TokenWarning);
        _timers.Cancel(TotemTimer.TokenRetransmit);
        _timers.Cancel(TotemTimer.Heartbeat);
        _timers.Cancel(TotemTimer.Hold);
        _timers.Cancel(TotemTimer.MergeDetect);
        _timers.Arm(TotemTimer.Join, _now + _options.Join);
        _timers.Arm(TotemTimer.Consensus, _now + _options.Consensus);
        if (_options.SendJoin > TimeSpan.Zero)
        {
            _timers.ArmIfIdle(TotemTimer.SendJoin, _now + JoinDelay());
        }
        else
        {
            SendJoin();
        }
    }

    /// <summary>Spreads the joins of many nodes over the configured time, the same way in every run (splitmix64).</summary>
    private TimeSpan JoinDelay()
    {
        var mixed = ((ulong)Self.Value << 32) + (++_joinCounter * 0x9E3779B97F4A7C15UL);
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9UL;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
        mixed ^= mixed >> 31;
        return TimeSpan.FromTicks((long)(mixed % (ulong)_options.SendJoin.Ticks));
    }

    private void SendJoin()
    {
        Invariant.Check(State == TotemState.Gather, "only Gather sends joins");
        Statistics.JoinsSent++;
        var length = JoinPacket.Write(
            _scratch, HeaderTo(PacketType.Join, NodeId.None), Self, _ring.Sequence, _procSet.Nodes, _failSet.Nodes);
        Multicast(_scratch.AsSpan(0, length));
    }

    /// <summary>A join without a header sender, and ourselves last among the failed (spec/totem.md section 5.2).</summary>
    private void SendLeave()
    {
        Rule(TotemRule.LeaveAnnounced);
        _candidates.SetTo(Self);
        _joinProcessors.SetToDifference(_procSet, _candidates);
        _joinFailed.SetToDifference(_failSet, _candidates);
        Span<NodeId> failed = stackalloc NodeId[Limits.NodeCountMax];
        var count = Math.Min(_joinFailed.Count, Limits.NodeCountMax - 1);
        _joinFailed.Nodes[..count].CopyTo(failed);
        failed[count] = Self;
        var header = HeaderTo(PacketType.Join, NodeId.None) with { Sender = NodeId.None };
        var length = JoinPacket.Write(_scratch, header, Self, _ring.Sequence, _joinProcessors.Nodes, failed[..(count + 1)]);
        Statistics.JoinsSent++;
        Multicast(_scratch.AsSpan(0, length));
    }

    private void HandleJoin(ReadOnlySpan<byte> datagram, in PacketHeader header)
    {
        if (!JoinPacket.TryRead(datagram, header, out var join))
        {
            Drop(DropReason.Malformed, header.Sender);
            return;
        }

        if (!IsKnown(join.Sender))
        {
            Drop(DropReason.UnknownSender, join.Sender);
            return;
        }

        Statistics.JoinsReceived++;
        if (join.Sender == Self && !MayBeOwnEcho(join))
        {
            Rule(TotemRule.JoinInOwnNameIgnored);
            Drop(DropReason.StaleJoin, join.Sender);
            return;
        }

        if (join.Sender != Self && IsAfterPause())
        {
            Drop(DropReason.StaleJoin, join.Sender);
            return;
        }

        if (IsHeldOut(join.Sender))
        {
            Rule(TotemRule.HeldOutNodeUnheard);
            Drop(DropReason.HeldOut, join.Sender);
            return;
        }

        Load(join);
        if (join.IsLeave)
        {
            _leavers.Add(join.Sender);
            Trace(TraceKind.NodeLeaving, join.Sender, 0, 0);
        }

        _highestRingSequence = Math.Max(_highestRingSequence, Math.Min(join.RingSequence, SequenceWithinReach));
        switch (State)
        {
            case TotemState.Operational when !_allInstalled && !_members.Contains(join.Sender):
                Rule(TotemRule.OutsiderWaitsForInstallation);
                Drop(DropReason.StaleJoin, join.Sender);
                break;
            case TotemState.Operational:
                JoinInOperational(join);
                break;
            case TotemState.Gather:
                JoinInGather(join);
                break;
            case TotemState.Commit when IsFreshFromNewMember(join):
                JoinWhileForming(join, GatherReason.JoinInCommit);
                break;
            case TotemState.Recovery when IsFreshFromNewMember(join):
                JoinWhileForming(join, GatherReason.JoinInRecovery);
                break;
            default:
                Rule(TotemRule.JoinOfOutsiderWhileFormingIgnored);
                Drop(DropReason.StaleJoin, join.Sender);
                break;
        }
    }

    /// <summary>The highest ring sequence that is believed now.</summary>
    private ulong SequenceWithinReach => Math.Max(_highestRingSequence, RingSequenceMax) + RingSequenceStep;

    /// <summary>
    /// Whether a join in this node's name can be the one that it sends now, come back. Else it is a late echo, or another host uses this
    /// node's id: either has nothing to say about a ring that this node is in (the reference looks for members anew).
    /// </summary>
    private bool MayBeOwnEcho(in JoinPacket join) =>
        State == TotemState.Gather && !join.IsLeave && join.RingSequence <= _ring.Sequence;

    private bool IsFreshFromNewMember(in JoinPacket join) =>
        _newMembers.Contains(join.Sender) && join.RingSequence >= _ring.Sequence;

    private void Load(in JoinPacket join)
    {
        _joinProcessors.Clear();
        _joinFailed.Clear();
        for (var index = 0; index < join.Processors.Count; index++)
        {
            _joinProcessors.Add(join.Processors[index]);
        }

        for (var index = 0; index < join.Failed.Count; index++)
        {
            _joinFailed.Add(join.Failed[index]);
        }
    }

    /// <summary>spec/totem.md section 5.3, and section 11 points 2 and 3.</summary>
    private void JoinInOperational(in JoinPacket join)
    {
        var failsThisNode = _joinFailed.Contains(Self);
        if (failsThisNode || (_members.Contains(join.Sender) && join.RingSequence < _ring.Sequence))
        {
            Rule(failsThisNode ? TotemRule.JoinThatFailsThisNodeIgnored : TotemRule.OldJoinOfMemberIgnored);
            Drop(DropReason.StaleJoin, join.Sender);
            return;
        }

        if (ShowsThatSenderLeft(join) && IsReturningOnceTooOften(join.Sender))
        {
            return;
        }

        if (IsRestless(join))
        {
            Rule(TotemRule.RestlessMemberNoted);
            if (IsOneTooMany(join.Sender, HoldOutCause.Restless))
            {
                GiveUp(join.Sender, GatherReason.PeerStalled);
                return;
            }
        }

        EnterGather(Merge(join) ? GatherReason.MergeDuringJoin : GatherReason.JoinInOperational, join.Sender);
        NoteAgreement(join);
    }

    /// <summary>
    /// A member of the ring being formed has given it up (spec/totem.md section 5.3). All members agreed on one failed set; whoever names
    /// fewer now has installed the ring, which settles that set, and looks for others since. Then this node starts afresh too: its old
    /// failed set, sent again, would be believed by those who installed the ring and keep two halves apart for ever (the reference keeps
    /// it).
    /// </summary>
    private void JoinWhileForming(in JoinPacket join, GatherReason reason)
    {
        if (State == TotemState.Recovery)
        {
            Rule(TotemRule.RecoveryGivenUp);
        }

        if (!_failSet.IsSubsetOf(_joinFailed))
        {
            Rule(TotemRule.FailedSetForgotten);
            _procSet.SetTo(_newMembers);
            _failSet.Clear();
        }

        Merge(join);
        EnterGather(reason, join.Sender);
    }

    /// <summary>spec/totem.md section 5.4.</summary>
    private void JoinInGather(in JoinPacket join)
    {
        if (ShowsThatSenderLeft(join) && IsReturningOnceTooOften(join.Sender))
        {
            return;
        }

        if (_joinProcessors.SetEquals(_procSet) && _joinFailed.SetEquals(_failSet))
        {
            NoteAgreement(join);
        }
        else if (Merge(join))
        {
            EnterGather(GatherReason.MergeDuringJoin, join.Sender);
            NoteAgreement(join);
        }
    }

    /// <summary>
    /// Whoever made us take over all that he knows, and knows all that we do, agrees with us already: waiting for him to repeat
    /// himself, as the reference does, costs a join period.
    /// </summary>
    private void NoteAgreement(in JoinPacket join)
    {
        if (!join.IsLeave && _joinProcessors.SetEquals(_procSet) && _joinFailed.SetEquals(_failSet))
        {
            Rule(TotemRule.JoinAgreed);
            _consensus.Add(join.Sender);
            CommitIfAgreed();
        }
    }

    /// <summary>Takes over what a join knows beyond our own sets (spec/totem.md section 5.4 B to D).</summary>
    /// <returns>
    /// Whether our sets changed. The reference enters Gather again even if they did not; two nodes whose failed sets differ for good then
    /// answer each other's joins at network speed, and restart their consensus timers, without end.
    /// </returns>
    private bool Merge(in JoinPacket join)
    {
        var isOldNews = _joinProcessors.IsSubsetOf(_procSet) && _joinFailed.IsSubsetOf(_failSet);
        if (isOldNews || _failSet.Contains(join.Sender) || join.Sender == Self)
        {
            if (join.Sender != Self)
            {
                Rule(isOldNews ? TotemRule.OldNewsIgnored : TotemRule.JoinOfFailedNodeIgnored);
            }

            return false;
        }

        var before = _procSet.Count + _failSet.Count;
        _procSet.AddAll(_joinProcessors);
        if (_joinFailed.Contains(Self))
        {
            Rule(TotemRule.SenderFailsThisNode);
            _failSet.Add(join.Sender);
        }
        else if (!_joinFailed.IsSubsetOf(_failSet))
        {
            // Only a member of our own ring can make us give up somebody.
            var isMember = _members.Contains(join.Sender);
            Rule(isMember ? TotemRule.FailedTakenFromMember : TotemRule.FailedOfStrangerIgnored);
            if (isMember)
            {
                _failSet.AddAll(_joinFailed);
            }
        }

        return _procSet.Count + _failSet.Count > before;
    }

    private bool IsAgreed()
    {
        _candidates.SetToDifference(_procSet, _failSet);
        return _candidates.IsSubsetOf(_consensus);
    }

    private void CommitIfAgreed()
    {
        if (!IsAgreed())
        {
            return;
        }

        if (_candidates.Count == 1 && Membership.IsEmpty && _configured.Count != 1 && _now < _aloneFrom)
        {
            Rule(TotemRule.StartWaitsForAnswers);
            return;
        }

        if (_failedToReceive)
        {
            // Everyone knows that we lag: go on alone with a fresh ring.
            Rule(TotemRule.LaggardGoesOnAlone);
            _failedToReceive = false;
            _procSet.SetTo(Self);
            _failSet.Clear();
            _candidates.SetTo(Self);
        }

        if (_candidates.Lowest == Self)
        {
            Rule(TotemRule.LowestCreatesCommitToken);
            CreateCommitToken();
        }
    }

    /// <summary>spec/totem.md section 5.5.</summary>
    private void HandleConsensusTimeout()
    {
        Statistics.ConsensusTimeouts++;
        if (IsAgreed())
        {
            Rule(TotemRule.ConsensusWaitsForRepresentative);

            // The representative's commit token should come; if not, the token timer leads back here.
            _consensus.SetTo(Self);
            _timers.Arm(TotemTimer.TokenLoss, _now + _options.Token);
            return;
        }

        _candidates.SetToDifference(_procSet, _consensus);
        Rule(TotemRule.ConsensusFailsSilentNodes);
        _failSet.AddAll(_candidates);
        Trace(TraceKind.ConsensusTimeout, _candidates.Lowest, (ulong)_candidates.Count, 0);
        EnterGather(GatherReason.ConsensusTimeout, NodeId.None);
    }
}
