using System.Collections.Immutable;
using Mainstay.Totem.Wire;

namespace Mainstay.Totem;

/// <content>
/// What goes beyond the reference, and only where every node concerned is known to run this implementation: acting on evidence that a
/// node is gone before the timeouts say so, and holding out nodes that make the ring form anew again and again (docs/totem.md, "Failure
/// detection").
/// </content>
public sealed partial class TotemRing
{
    /// <summary>
    /// A member of this implementation says so as soon as the services have synchronised: so many visits of the token later it has been
    /// heard, had it to be sent again, too.
    /// </summary>
    private const int VisitsToAnnounce = 10;

    /// <summary>Nodes known to run this implementation.</summary>
    private readonly NodeSet _mainstayNodes = new();

    /// <summary>
    /// All that were when they were last judged: a process that has just started again has not said so yet. Whoever stays long enough in
    /// a ring without saying so is of another make now.
    /// </summary>
    private readonly NodeSet _everMainstay = new();

    /// <summary>Nodes that were members and never said so: what they do is not judged.</summary>
    private readonly NodeSet _otherMake = new();

    /// <summary>Nodes that said good-bye since the ring was installed: their absence is no trouble.</summary>
    private readonly NodeSet _leavers = new();

    /// <summary>Visits of the token since the services have synchronised, as far as they count.</summary>
    private int _visitsSinceSynchronised;

    private readonly NodeSet _disturbers = new();
    private readonly HoldOutBook _heldOut = new();

    /// <summary>Members that were noted for something a short while ago: losing them now is part of the same.</summary>
    private readonly NodeSet _struck = new();
    private Instant _struckAt;

    /// <summary>Whom this node gave up last on the way to the next ring, and why.</summary>
    private NodeId _lastGivenUp;
    private GatherReason _lastGivenUpFor;

    /// <summary>
    /// Which nodes are known to run this implementation, this one need not be named. Where others take part, the reference's behaviour is
    /// kept to the letter.
    /// </summary>
    public void SetMainstayNodes(ReadOnlySpan<NodeId> nodes)
    {
        _mainstayNodes.SetTo(nodes);
        _everMainstay.AddAll(_mainstayNodes);
        _otherMake.SetToDifference(_otherMake, _everMainstay);
    }

    /// <summary>
    /// Once for each ring: who has not said by now that it runs this implementation runs another, whatever it ran before.
    /// </summary>
    private void JudgeMakes()
    {
        if (IsSynchronising || _visitsSinceSynchronised == VisitsToAnnounce || ++_visitsSinceSynchronised < VisitsToAnnounce)
        {
            return;
        }

        _candidates.SetTo(Self);
        _candidates.AddAll(_mainstayNodes);
        _disturbers.SetToDifference(_members, _candidates);
        if (_disturbers.Count > 0)
        {
            Rule(TotemRule.MembersOfOtherMakeNoted);
            _everMainstay.SetToDifference(_everMainstay, _disturbers);
            _otherMake.AddAll(_disturbers);
        }
    }

    /// <summary>Whether all members of the present ring, or all that try to form one and have not failed, run this
    /// implementation.</summary>
    public bool IsUniform => IsUniformWithout(NodeId.None);

    /// <summary>The nodes that are held out now, ascending; meaningful while <see cref="IsUniform"/>.</summary>
    public IReadOnlyList<HeldOutNode> HeldOutAt(Instant now) => [.. _heldOut.At(now).Where(held => !_members.Contains(held.Node))];

    /// <summary>Whether a ring is being formed.</summary>
    public bool IsForming => State is TotemState.Gather or TotemState.Commit or TotemState.Recovery;

    /// <summary>The other nodes that take part in the ring, or try to form one and have not failed; ascending.</summary>
    public ImmutableArray<NodeId> Attendants
    {
        get
        {
            var attendants = ImmutableArray.CreateBuilder<NodeId>(_procSet.Count);
            foreach (var node in _procSet.Nodes)
            {
                if (node != Self && !_failSet.Contains(node))
                {
                    attendants.Add(node);
                }
            }

            return attendants.ToImmutable();
        }
    }

    /// <summary>
    /// There is evidence that a node's ring process has ended, or that nothing reaches it. The node is given up at once; the others
    /// follow the join that says so, as they would after the timeouts. Ignored in a mixed ring and about nodes that do not take part.
    /// </summary>
    /// <remarks>
    /// Safe whatever the evidence is worth: Gather may be entered at any time, and failed sets decide only with whom a ring is formed. A
    /// node given up by mistake forms a ring of its own and merges as after a partition.
    /// </remarks>
    /// <param name="now">The time.</param>
    /// <param name="node">The other node.</param>
    /// <param name="outbox">Receives outputs.</param>
    /// <returns>Whether it was acted upon.</returns>
    public bool HandlePeerGone(Instant now, NodeId node, Outbox outbox)
    {
        Enter(now, outbox);
        Count(TotemInput.PeerGone);
        if (State == TotemState.Stopped
            || node == Self
            || !_procSet.Contains(node)
            || _failSet.Contains(node)
            || !IsUniformWithout(node))
        {
            Rule(TotemRule.EvidenceIgnored);
            return false;
        }

        Rule(TotemRule.PeerGivenUp);
        GiveUp(node, GatherReason.PeerGone);
        return true;
    }

    /// <summary>The next ring is formed without a node; the others follow the join that says so.</summary>
    private void GiveUp(NodeId node, GatherReason reason)
    {
        Statistics.PeersGone++;
        (_lastGivenUp, _lastGivenUpFor) = (node, reason);
        _failSet.Add(node);
        EnterGather(reason, node);
    }

    private bool IsUniformWithout(NodeId gone)
    {
        foreach (var node in _procSet.Nodes)
        {
            if (node != Self && node != gone && !_failSet.Contains(node) && !_mainstayNodes.Contains(node))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Whether a node's wish to join is not to be heard now. One who is named by a node that we do listen to is heard too: else that node
    /// would wait in vain for our agreement.
    /// </summary>
    private bool IsHeldOut(NodeId node) => !_procSet.Contains(node) && _heldOut.IsHeldOut(node, _now) && IsUniform;

    /// <summary>
    /// There is evidence that the ring had to wait for a member: the token was late, and of all members this one gave no sign of life, or
    /// answered too little. Once or twice is forgiven; whoever does it again is given up at once and held out. Between rings it says that
    /// none can be formed with the node: that one is formed without it, and all who do so note it then, as of everybody who failed.
    /// </summary>
    /// <remarks>Safe for the same reasons as <see cref="HandlePeerGone"/>.</remarks>
    /// <param name="now">The time.</param>
    /// <param name="node">The other member.</param>
    /// <param name="outbox">Receives outputs.</param>
    /// <returns>Whether it was noted.</returns>
    public bool HandlePeerStalled(Instant now, NodeId node, Outbox outbox)
    {
        Enter(now, outbox);
        Count(TotemInput.PeerStalled);
        var takesPart = State != TotemState.Stopped && node != Self && _procSet.Contains(node) && !_failSet.Contains(node);
        if (takesPart && IsForming && CanFormWithout(node))
        {
            Rule(TotemRule.ObstructingNodeGivenUp);
            GiveUp(node, GatherReason.PeerStalled);
            return true;
        }

        if (!takesPart || IsForming || !CanJudge())
        {
            Rule(TotemRule.EvidenceIgnored);
            return false;
        }

        Rule(TotemRule.StalledMemberNoted);
        if (IsOneTooMany(node, HoldOutCause.Stalled))
        {
            GiveUp(node, GatherReason.PeerStalled);
        }

        return true;
    }

    /// <summary>
    /// Whether a member's join demands a new ring without need: it names this very ring, all its members and nobody else, while the token
    /// goes round here, and so has passed its sender not long ago. Clock steps, demands from outside and pauses do that, once or twice.
    /// </summary>
    private bool IsRestless(in JoinPacket join)
    {
        var patience = (_options.Heartbeat > TimeSpan.Zero ? _options.Heartbeat : _options.Token) / 2;
        return join.Sender != Self
            && join.RingSequence == _ring.Sequence
            && _joinFailed.Count == 0
            && _joinProcessors.SetEquals(_members)
            && !Statistics.LastTokenReceived.IsNever
            && _now - Statistics.LastTokenReceived <= patience
            && CanJudge();
    }

    /// <summary>
    /// Whether a join shows that its sender has left this ring, though it is a member and did not say good-bye: its process ended and
    /// started again before it was missed, or it formed another ring. Whoever is still in the ring names all its members. Between rings
    /// only this node itself can be expected among them: the others may have installed a ring of some of them meanwhile. A join from before
    /// this ring says nothing: it is late.
    /// </summary>
    private bool ShowsThatSenderLeft(in JoinPacket join) =>
        !join.IsLeave
        && _members.Contains(join.Sender)
        && join.RingSequence >= InstalledRing.Sequence
        && !(State == TotemState.Operational ? _members.IsSubsetOf(_joinProcessors) : _joinProcessors.Contains(Self));

    /// <summary>
    /// A member has left this ring without good-bye and wants to be in the next one. Twice it is welcome, and what it did is noted, as of
    /// everybody who is lost, when that ring is installed (<see cref="NoteDisturbers"/>). If that would hold it out the ring is formed
    /// without it: it is back before it is missed, would be a member in spite of its hold-out, and each of its restarts a new ring.
    /// </summary>
    /// <remarks>Safe for the same reasons as <see cref="HandlePeerGone"/>.</remarks>
    /// <returns>Whether it is given up.</returns>
    private bool IsReturningOnceTooOften(NodeId node)
    {
        Rule(TotemRule.MemberCameBack);
        if (_leavers.Contains(node) || !CanFormWithout(node) || !_heldOut.IsLastStraw(node, _now, _options.HoldOut))
        {
            return false;
        }

        Rule(TotemRule.DisturbingMemberGivenUp);
        GiveUp(node, GatherReason.PeerReturned);
        return true;
    }

    /// <summary>Whether those who try to form a ring may give up one of them for what it does.</summary>
    private bool CanFormWithout(NodeId node)
    {
        _candidates.SetToDifference(_procSet, _failSet);
        return _candidates.Contains(node)
            && !IsOfOtherMake(node)
            && _options.HoldOut > TimeSpan.Zero
            && CanHoldOut(_failSet.Count + 1, _candidates.Count - 1)
            && IsUniformWithout(node);
    }

    /// <summary>
    /// Whether a node is, or was, a member and has never made itself known as one of this implementation. One that was never a member may
    /// be either.
    /// </summary>
    private bool IsOfOtherMake(NodeId node) => _otherMake.Contains(node) || (_members.Contains(node) && !_everMainstay.Contains(node));

    /// <summary>Whether at least two of those that take part would continue without a third.</summary>
    private bool CanJudge()
    {
        _candidates.SetToDifference(_procSet, _failSet);
        return _candidates.Count > 2 && _options.HoldOut > TimeSpan.Zero && IsUniform;
    }

    /// <summary>A member disturbed this ring. Whether it is time to hold it out.</summary>
    private bool IsOneTooMany(NodeId node, HoldOutCause cause)
    {
        ForgetStruck();
        _struck.Add(node);
        _struckAt = _now;
        if (!Strike(node, cause))
        {
            return false;
        }

        Rule(TotemRule.DisturbingMemberGivenUp);
        return true;
    }

    /// <summary>
    /// What is so old has nothing to do with a member's loss now. Were it not counted, those who did not notice its last deed would not
    /// hold it out together with the one who did.
    /// </summary>
    private void ForgetStruck()
    {
        if (_now - _struckAt > _options.Token + _options.Consensus)
        {
            _struck.Clear();
        }
    }

    private bool Strike(NodeId node, HoldOutCause cause)
    {
        var duration = _heldOut.Strike(node, cause, _now, _options.HoldOut, _options.HoldOutMax);
        if (duration == TimeSpan.Zero)
        {
            return false;
        }

        Rule(TotemRule.NodeHeldOut);
        Trace(TraceKind.HeldOut, node, (ulong)(duration.Ticks / TimeSpan.TicksPerMillisecond), (ulong)cause);
        return true;
    }

    /// <summary>
    /// A ring is being installed: takes note of the nodes that the old ring lost on the way and of those that all agreed to have failed.
    /// All that continue together see the same, and so come to the same verdict. Only a small part of the nodes can be at fault: where
    /// the ring broke into halves, nobody is held out by either.
    /// </summary>
    private void NoteDisturbers()
    {
        ForgetStruck();
        _disturbers.SetToDifference(_members, _everMainstay);
        _otherMake.AddAll(_disturbers);
        _disturbers.SetToDifference(_members, _transitional);
        _disturbers.AddAll(_failSet);
        _candidates.SetToDifference(_disturbers, _leavers);
        _leavers.Clear();
        if (_options.HoldOut > TimeSpan.Zero && CanHoldOut(_candidates.Count, _transitional.Count))
        {
            foreach (var node in _candidates.Nodes)
            {
                // Who was given up for what it did has been noted for that.
                if (node != Self && !_struck.Contains(node) && !_otherMake.Contains(node))
                {
                    Strike(node, CauseOfLoss(node));
                }
            }
        }

        _struck.Clear();
        _lastGivenUp = NodeId.None;
        var count = _heldOut.CountOutside(_newMembers, _now);
        if (count > 0 && !CanHoldOut(count, _newMembers.Count))
        {
            // What is to be protected is gone; nodes that hold each other out one by one would never find together.
            Rule(TotemRule.HoldOutsEnded);
            _heldOut.EndAll(_now);
        }
    }

    /// <summary>Why a node that is lost was given up, where it was this node that saw it last.</summary>
    private HoldOutCause CauseOfLoss(NodeId node) => node != _lastGivenUp ? HoldOutCause.Lost : _lastGivenUpFor switch
    {
        GatherReason.PeerStalled => HoldOutCause.Obstructing,
        GatherReason.PeerReturned => HoldOutCause.Returned,
        _ => HoldOutCause.Lost,
    };

    /// <summary>One node, or a quarter of all, by two at least.</summary>
    private static bool CanHoldOut(int count, int members) => members >= 2 && (count == 1 || count * 4 <= members + count);
}
