using Mainstay.Totem.Wire;

namespace Mainstay.Totem;

/// <content>Exchanging the old ring's messages on the new ring, and installing it (spec/totem.md section 7).</content>
public sealed partial class TotemRing
{
    /// <summary>Members of the installed ring that come along into the new one.</summary>
    private readonly NodeSet _transitional = new();
    private readonly NodeSet _difference = new();

    /// <summary>Old messages that somebody has sent on the new ring already, by sequence modulo the window.</summary>
    private readonly bool[] _recovered = new bool[Limits.WindowSlots];

    private TokenSequence _lastCommitSequence;
    private bool _originatedToken;

    /// <summary>We raised the token's retransmit flag and must lower it.</summary>
    private bool _raisedRetransmitFlag;

    /// <summary>Visits in a row that saw the flag down.</summary>
    private uint _flagDownCount;

    /// <summary>The last recovery message has at most this sequence.</summary>
    private MessageSequence _installSequence;

    /// <summary>Visits in a row at which everyone had everything.</summary>
    private uint _rotationCount;

    /// <summary>
    /// The token has come back since this node installed the ring, so that every other member has installed it too. Until then nobody from
    /// outside is heard: this node's next join would make the others give up a ring that it has installed, and a member that runs Corosync
    /// on transport udp aborts where it reads that join while it handles the ring's token (corosync issue 371).
    /// </summary>
    private bool _allInstalled;

    private void EnterRecovery()
    {
        var token = _commitToken;
        _originatedToken = false;
        _recovery.Reset(InitialSequence);
        _retransmitQueue.Clear();
        _recovered.AsSpan().Clear();
        ForwardCommitToken(token);
        PlanRecovery(token);
        _lastTokenSequence = InitialTokenSequence.Previous;
        _lastTokenMessageSequence = InitialSequence;
        _lastTokenAru = InitialSequence;
        _aruUnchangedCount = 0;
        _sequenceUnchangedCount = 0;
        _quietFrom = Instant.Never;
        _raisedRetransmitFlag = false;
        _flagDownCount = 0;
        _rotationCount = 0;
        _installSequence = InitialSequence;
        Statistics.RecoveryEntered++;
        SetState(TotemState.Recovery);
        ArmTokenTimers();
    }

    /// <summary>
    /// Decides which messages of the old ring this node sends again: all it holds that some companion lacks. Every holder does; copies are
    /// dropped by the receivers (spec/totem.md section 7.1 steps 3 and 4).
    /// </summary>
    private void PlanRecovery(CommitToken token)
    {
        _transitional.Clear();
        var low = _regular.High;
        var lacking = 0UL;
        for (var index = 0; index < token.Count; index++)
        {
            if (!IsCompanion(token, index))
            {
                continue;
            }

            ref readonly var entry = ref token.Entries[index];
            _transitional.Add(token.Members[index]);
            low = MessageSequence.Min(low, entry.Aru);
            lacking += entry.HasAll ? 0UL : 1UL;
        }

        if (lacking > 0)
        {
            // What was released was received by all, whatever an entry claims.
            low = MessageSequence.Max(low, _regular.Released);
            for (var sequence = low.Next; sequence <= _regular.High; sequence = sequence.Next)
            {
                if (_regular.Holds(sequence))
                {
                    _retransmitQueue.Enqueue(Encapsulate(_regular[sequence]));
                }
            }
        }

        Rule(_retransmitQueue.Count > 0 ? TotemRule.RecoveryOriginates : TotemRule.RecoveryOriginatesNothing);
        Trace(TraceKind.RecoveryPlan, NodeId.None, (ulong)_retransmitQueue.Count, lacking);
    }

    /// <summary>A complete old packet behind room for a new header, which is written when it is sent.</summary>
    private Packet Encapsulate(ReadOnlySpan<byte> old)
    {
        var packet = _pool.Rent(MessagePacket.HeaderSize + old.Length);
        packet.Bytes[..MessagePacket.HeaderSize].Clear();
        old.CopyTo(packet.Bytes[MessagePacket.HeaderSize..]);
        return packet;
    }

    private void NoteRecovered(ReadOnlySpan<byte> inner)
    {
        if (MessagePacket.TryRead(inner, out var message) && message.Ring == InstalledRing && _regular.IsInWindow(message.Sequence))
        {
            _recovered[message.Sequence.Value % Limits.WindowSlots] = true;
        }
    }

    /// <summary>
    /// Whether a message of the retransmit queue is on the new ring already, sent by another holder: then nobody needs our copy (the
    /// reference sends it all the same).
    /// </summary>
    private bool IsRecovered(ReadOnlySpan<byte> packet)
    {
        var isRead = MessagePacket.TryRead(packet[MessagePacket.HeaderSize..], out var message);
        Invariant.Check(isRead, "a message to recover cannot be read");
        return _recovered[message.Sequence.Value % Limits.WindowSlots];
    }

    /// <summary>The representative starts the new ring's token, once (spec/totem.md section 7.2; section 11 point 4).</summary>
    private void OriginateRegularToken()
    {
        _originatedToken = true;
        var token = _token;
        token.ClearRequests();
        token.Sequence = InitialSequence;
        token.TokenSequence = InitialTokenSequence;
        token.Aru = InitialSequence.Previous;
        token.AruNode = Self;
        token.Ring = _ring;
        token.FlowCount = 0;
        token.Backlog = 0;
        token.RetransmitFlag = _raisedRetransmitFlag = _retransmitQueue.Count > 0;
        if (token.RetransmitFlag)
        {
            Rule(TotemRule.RetransmitFlagFromStart);
        }

        ForwardToken(token, isParked: false);
    }

    /// <summary>spec/totem.md section 7.3.</summary>
    private void AdvanceRecovery(RegularToken token)
    {
        if (_retransmitQueue.Count > 0)
        {
            if (!token.RetransmitFlag)
            {
                Rule(TotemRule.RetransmitFlagRaised);
                token.RetransmitFlag = _raisedRetransmitFlag = true;
            }
        }
        else if (token.RetransmitFlag && _raisedRetransmitFlag)
        {
            Rule(TotemRule.RetransmitFlagLowered);
            token.RetransmitFlag = _raisedRetransmitFlag = false;
        }

        _flagDownCount = token.RetransmitFlag ? 0 : _flagDownCount + 1;
        if (_flagDownCount == 2)
        {
            _installSequence = token.Sequence;
        }

        _rotationCount = _flagDownCount >= 3 && _installSequence <= token.Aru ? _rotationCount + 1 : 0;
        if (_flagDownCount >= 3 && _rotationCount == 0)
        {
            Rule(TotemRule.InstallWaitsForAru);
        }

        if (_rotationCount == 2)
        {
            EnterOperational();
        }
    }

    /// <summary>
    /// Installs the ring. The order is the contract of extended virtual synchrony: what is left of the old regular configuration,
    /// the transitional change, the rest, the regular change (spec/totem.md section 7.4).
    /// </summary>
    private void EnterOperational()
    {
        TakeRecoveredMessages();
        DeliverContiguous();
        var installed = _newMembers.ToImmutableArray();
        _difference.SetToDifference(_members, _transitional);
        Change(new ConfigurationChange(
            ConfigurationKind.Transitional, _ring, _transitional.ToImmutableArray(), _difference.ToImmutableArray(), []));
        DeliverBehindHoles();
        _difference.SetToDifference(_newMembers, _transitional);
        Change(new ConfigurationChange(ConfigurationKind.Regular, _ring, installed, [], _difference.ToImmutableArray()));

        // Who joins has not seen the beginning of a message that is half sent.
        if (_difference.Count > 0)
        {
            if (_normalLane.RestartHalfSentMessage())
            {
                Rule(TotemRule.HalfSentMessageRestarted);
            }
        }

        _synchronisationLane.Discard();
        IsSynchronising = true;
        _visitsSinceSynchronised = 0;
        NoteDisturbers();
        _members.SetTo(_newMembers);
        Membership = installed;
        InstalledRing = _ring;
        _allInstalled = false;
        AdoptRecoveryWindow();
        _lastTokenAru = InitialSequence;
        _procSet.SetTo(_newMembers);
        _failSet.Clear();
        _consensus.Clear();
        _originatedToken = false;
        _failedToReceive = false;
        Statistics.OperationalEntered++;
        Statistics.ContinuousGather = 0;
        SetState(TotemState.Operational);
        ArmPause();
    }

    private void Change(ConfigurationChange change) =>
        _outbox.Add(new Output { Kind = OutputKind.ConfigurationChange, Change = change });

    /// <summary>Moves what companions sent again into the old ring's window.</summary>
    private void TakeRecoveredMessages()
    {
        for (var sequence = InitialSequence.Next; sequence <= _recovery.Aru; sequence = sequence.Next)
        {
            var outer = _recovery[sequence];
            var isRead = MessagePacket.TryRead(outer, out var envelope);
            Invariant.Check(isRead, "a stored packet cannot be read");
            var inner = outer[MessagePacket.HeaderSize..];
            if (envelope.IsEncapsulated
                && _transitional.Contains(envelope.Origin)
                && MessagePacket.TryRead(inner, out var message)
                && !message.IsEncapsulated
                && message.Ring == InstalledRing
                && _regular.IsInWindow(message.Sequence)
                && !_regular.Holds(message.Sequence))
            {
                Rule(TotemRule.RecoveredMessageTaken);
                _regular.Store(message.Sequence, _pool.RentCopy(inner));
            }
        }
    }

    /// <summary>In the transitional configuration: what companions sent, over messages that nobody here has.</summary>
    private void DeliverBehindHoles()
    {
        var lost = 0UL;
        while (_regular.Delivered < _regular.High)
        {
            var sequence = _regular.Delivered.Next;
            _regular.SetDelivered(sequence);
            if (!_regular.Holds(sequence))
            {
                lost++;
                continue;
            }

            var packet = _regular.Memory(sequence);
            if (MessagePacket.TryRead(packet.Span, out var message) && _transitional.Contains(message.Origin))
            {
                Rule(TotemRule.DeliveredInTransitional);
                Deliver(packet);
            }
            else
            {
                Rule(TotemRule.LeaverOutsideDeliverSetSkipped);
            }
        }

        if (lost > 0)
        {
            Rule(TotemRule.HolesSkipped);
            Trace(TraceKind.MessagesLost, NodeId.None, lost, 0);
        }
    }

    /// <summary>
    /// The new ring's window goes into service. Its recovery messages are consumed by now; a plain message of a faster member stays, to be
    /// delivered.
    /// </summary>
    private void AdoptRecoveryWindow()
    {
        _regular.Reset(InitialSequence);
        (_regular, _recovery) = (_recovery, _regular);
        var consumed = InitialSequence;
        for (var sequence = InitialSequence.Next; sequence <= _regular.Aru; sequence = sequence.Next)
        {
            if (PacketHeader.TryRead(_regular[sequence], out var header) && header.Encapsulation == PacketHeader.Encapsulated)
            {
                consumed = sequence;
            }
        }

        _regular.SetDelivered(consumed);
        _regular.ReleaseTo(consumed);
    }
}
