using Mainstay.Totem.Wire;

namespace Mainstay.Totem;

/// <content>The regular token (spec/totem.md section 4).</content>
public sealed partial class TotemRing
{
    private readonly RegularToken _token = new();

    private TokenSequence _lastTokenSequence;
    private MessageSequence _lastTokenMessageSequence;
    private MessageSequence _lastTokenAru;
    private uint _aruUnchangedCount;
    private uint _sequenceUnchangedCount;

    /// <summary>From when nothing new was ordered, as far as <see cref="StaysAwake"/> counts it.</summary>
    private Instant _quietFrom = Instant.Never;

    /// <summary>The ring is idle: whoever gets something to send must say so.</summary>
    private bool _tokenHeld;

    /// <summary>This representative keeps the token until the hold timer fires or somebody asks.</summary>
    private bool _tokenParked;

    private bool _failedToReceive;
    private uint _localCounter;

    private MessageWindow CurrentWindow => State == TotemState.Recovery ? _recovery : _regular;

    /// <summary>Members of the ring whose token goes round.</summary>
    private NodeSet RingMembers => State == TotemState.Recovery ? _newMembers : _members;

    private void HandleRegularToken(ReadOnlySpan<byte> datagram, in PacketHeader header)
    {
        var token = _token;
        if (!token.TryRead(datagram, header))
        {
            Drop(DropReason.Malformed, header.Sender);
            return;
        }

        // Between leaving Operational and the next Recovery every regular token belongs to an abandoned ring (orf_token_discard).
        if (State is TotemState.Gather or TotemState.Commit)
        {
            Rule(TotemRule.TokenBetweenRingsDropped);
            Drop(DropReason.NotInThisState, header.Sender);
            return;
        }

        var window = CurrentWindow;
        // Another ring's, or that of a ring which this node, having lost its storage, named the same again.
        if (token.Ring != _ring || !RingMembers.Contains(header.Sender))
        {
            Rule(TotemRule.TokenOfOtherRingDropped);
            Drop(DropReason.OtherRing, header.Sender);
            return;
        }

        if (token.TokenSequence <= _lastTokenSequence)
        {
            Rule(TotemRule.TokenCopyDropped);
            Drop(DropReason.Duplicate, header.Sender);
            return;
        }

        if (window.Aru.DistanceTo(token.Sequence) >= Limits.WindowSlots)
        {
            Rule(TotemRule.TokenBeyondWindowDropped);
            Drop(DropReason.OutOfWindow, header.Sender);
            return;
        }

        AcceptToken(token, window);
    }

    private void AcceptToken(RegularToken token, MessageWindow window)
    {
        Statistics.TokensReceived++;
        Statistics.LastTokenReceived = _now;
        Statistics.Tokens.NoteReceived(_now);
        _pausePending = false;
        _orderedBefore = _lastTokenMessageSequence;
        NoteIdleness(token.Sequence);
        var held = IsRepresentative
            ? _sequenceUnchangedCount > _options.SequenceUnchangedLimit
            : _sequenceUnchangedCount >= _options.SequenceUnchangedLimit;
        _tokenHeld = held;
        if (State == TotemState.Operational)
        {
            _allInstalled = true;
            Release(token.Aru);
            JudgeMakes();
        }

        Lane.Flush();
        var previousAru = _lastTokenAru;
        _lastTokenAru = token.Aru;
        var sent = Transmit(token, window, ref held);
        UpdateFlow(token, sent);
        UpdateAru(token, window, previousAru);
        if (_aruUnchangedCount > _options.FailReceiveLimit && token.AruNode == Self)
        {
            SendBehindToken(window);
            FailToReceive();
            return;
        }

        _lastTokenSequence = token.TokenSequence;
        token.TokenSequence = token.TokenSequence.Next;
        if (State == TotemState.Recovery)
        {
            AdvanceRecovery(token);
        }

        ForwardToken(token, isParked: held && IsRepresentative);
        SendBehindToken(window);
        if (State == TotemState.Operational)
        {
            DeliverContiguous();
        }
    }

    /// <summary>spec/totem.md section 4.1 step 2.</summary>
    private void NoteIdleness(MessageSequence sequence)
    {
        if (sequence == _lastTokenMessageSequence)
        {
            _timers.ArmIfIdle(TotemTimer.MergeDetect, _now + _options.Merge);
            if (_quietFrom.IsNever)
            {
                _quietFrom = _now;
            }

            if (StaysAwake())
            {
                Rule(TotemRule.HoldPutOff);
            }
            else
            {
                _sequenceUnchangedCount++;
            }
        }
        else
        {
            _timers.Cancel(TotemTimer.MergeDetect);
            _timers.Cancel(TotemTimer.Hold);
            _sequenceUnchangedCount = 0;
            _quietFrom = IsRepresentative ? Instant.Never : _now;
        }

        _lastTokenMessageSequence = sequence;
    }

    /// <summary>
    /// Whether a ring of this implementation alone is quiet for too short a time to count its last idle rotations: where the token is fast,
    /// so many of them are over before the next request comes, which would have to wake the ring. The representative's time begins a
    /// rotation later, when all have seen what was ordered last, and three rotations are left to count: nobody takes the token for moving
    /// when it is held.
    /// </summary>
    private bool StaysAwake() =>
        State == TotemState.Operational
        && _sequenceUnchangedCount + 2 >= _options.SequenceUnchangedLimit
        && _now - _quietFrom < _options.StayAwake
        && _members.Count > 1
        && IsUniform;

    /// <summary>Retransmissions and new messages (spec/totem.md section 4.1 steps 8 to 12).</summary>
    /// <returns>Messages sent.</returns>
    private uint Transmit(RegularToken token, MessageWindow window, ref bool held)
    {
        var allowed = AllowedMessages(token);
        var hadRequests = token.RequestCount > 0;
        var retransmitted = AnswerRequests(token, window, allowed);
        RequestMissing(token, window);
        if (_options.CancelTokenHoldOnRetransmit && held && (hadRequests || retransmitted > 0))
        {
            Rule(TotemRule.HoldEndedByRetransmit);
            held = _tokenHeld = false;
        }

        allowed -= retransmitted;
        if (new MessageSequence(window.Released.Value + Limits.WindowSlots - allowed - _options.WindowSize) < token.Sequence)
        {
            Rule(TotemRule.SendingStoppedByWindow);
            allowed = 0;
        }

        return retransmitted + SendQueued(token, window, allowed);
    }

    /// <summary>Sends what others ask for and we hold, byte for byte as it was (spec/totem.md section 4.4).</summary>
    private uint AnswerRequests(RegularToken token, MessageWindow window, uint allowed)
    {
        uint count = 0;
        var index = 0;
        while (index < token.RequestCount && count < allowed)
        {
            var request = token.Requests[index];
            if (request.Ring == _ring && window.Holds(request.Sequence))
            {
                MulticastMessage(window.Memory(request.Sequence));
                token.RemoveRequestAt(index);
                Rule(TotemRule.RetransmitAnswered);
                count++;
            }
            else
            {
                Rule(TotemRule.RetransmitNotHeld);
                index++;
            }
        }

        Statistics.MessagesRetransmitted += count;
        return count;
    }

    /// <summary>Adds our own holes to the list once they have been seen often enough (spec/totem.md section 4.4).</summary>
    private void RequestMissing(RegularToken token, MessageWindow window)
    {
        var last = MissingUpTo(token.Sequence);
        for (var sequence = window.Aru.Next; sequence <= last; sequence = sequence.Next)
        {
            if (token.RequestCount == Limits.RetransmitEntriesMax || !window.IsInWindow(sequence))
            {
                Rule(TotemRule.RetransmitListFull);
                return;
            }

            if (window.Holds(sequence))
            {
                continue;
            }

            if (window.CountMiss(sequence) < _options.MissCountLimit)
            {
                Rule(TotemRule.HoleWaits);
            }
            else if (!token.IsRequested(sequence, _ring))
            {
                Rule(TotemRule.HoleRequested);
                token.AddRequest(new RetransmitRequest(_ring, sequence));
            }
        }
    }

    /// <summary>Originates messages: only the holder of the token may (spec/totem.md section 4.2).</summary>
    private uint SendQueued(RegularToken token, MessageWindow window, uint allowed)
    {
        var isRecovery = State == TotemState.Recovery;
        var lane = Lane;
        var queue = isRecovery ? _retransmitQueue : lane.Queue;
        var ahead = MessagesAheadOfToken(Math.Min(allowed, (uint)queue.Count));
        uint count = 0;
        while (count < allowed && TryTakePlace(token, window) && queue.Count > 0)
        {
            if (isRecovery && IsRecovered(queue.Peek()))
            {
                Rule(TotemRule.RecoveryCopySpared);
                _pool.Return(queue.Dequeue());
                continue;
            }

            var packet = isRecovery ? queue.Dequeue() : lane.Dequeue();
            token.Sequence = token.Sequence.Next;
            var guarantee = ByteOrder.Little.ReadUInt32(packet.Bytes[MessagePacket.GuaranteeOffset..]);
            new MessagePacket(
                new PacketHeader(
                    PacketType.Message,
                    isRecovery ? PacketHeader.Encapsulated : PacketHeader.Plain,
                    Self,
                    NodeId.None,
                    ByteOrder.Little),
                Self,
                token.Sequence,
                _localCounter++,
                _ring,
                Unused: 0,
                guarantee).Write(packet.Bytes);
            if (count < ahead)
            {
                MulticastMessage(packet.Memory);
            }
            else
            {
                _behindToken.Add(token.Sequence);
            }

            window.Store(token.Sequence, packet);
            count++;
        }

        Statistics.MessagesSent += count;
        return count;
    }

    /// <summary>
    /// Whether the place after the token's sequence is ours to fill. Only a forged message can already be there: it is passed over.
    /// </summary>
    private static bool TryTakePlace(RegularToken token, MessageWindow window)
    {
        while (window.Holds(token.Sequence.Next))
        {
            token.Sequence = token.Sequence.Next;
        }

        return window.IsInWindow(token.Sequence.Next);
    }

    /// <summary>spec/totem.md section 4.1 steps 14 and 15.</summary>
    private void UpdateAru(RegularToken token, MessageWindow window, MessageSequence previousAru)
    {
        if (window.Aru < token.Aru || token.AruNode == Self || token.AruNode.IsNone)
        {
            if (window.Aru < token.Aru)
            {
                Rule(TotemRule.AruLowered);
            }
            else if (token.AruNode == Self && window.Aru > token.Aru)
            {
                Rule(TotemRule.AruRaisedBySetter);
            }

            token.Aru = window.Aru;
            token.AruNode = token.Aru == token.Sequence ? NodeId.None : Self;
        }

        _aruUnchangedCount = token.Aru == previousAru && !token.AruNode.IsNone ? _aruUnchangedCount + 1 : 0;
        Invariant.Check(token.Aru <= window.Aru, "a token left with an aru that this node has not reached");
    }

    /// <summary>spec/totem.md section 4.7: this node lags for good and takes itself out.</summary>
    private void FailToReceive()
    {
        Trace(TraceKind.FailedToReceive, NodeId.None, CurrentWindow.Aru.Value, 0);
        Rule(TotemRule.FailedToReceive);
        _failedToReceive = true;
        _failSet.Add(Self);
        EnterGather(GatherReason.FailedToReceive, NodeId.None);
    }

    /// <summary>spec/totem.md section 4.5: a message stays for two full rotations after everybody has it.</summary>
    private void Release(MessageSequence tokenAru)
    {
        var limit = MessageSequence.Min(MessageSequence.Min(tokenAru, _lastTokenAru), _regular.Delivered);
        if (limit > _regular.Released)
        {
            Rule(TotemRule.MessagesReleased);
            _regular.ReleaseTo(limit);
        }
    }

    /// <summary>Keeps a copy of the token for sending again, and sends it unless the idle ring's representative keeps it.</summary>
    private void ForwardToken(RegularToken token, bool isParked)
    {
        token.Header = HeaderTo(PacketType.RegularToken, _tokenTarget);
        _storedTokenLength = token.Write(_storedToken);
        _tokenParked = isParked;
        if (!isParked)
        {
            Statistics.TokensSent++;
            Statistics.Tokens.NoteSent(_now);
            SendStoredToken();
        }

        ArmTokenTimers();
        if (isParked)
        {
            Rule(TotemRule.TokenHeld);
            _timers.Arm(TotemTimer.Hold, _now + _options.Hold);
        }

        if (_options.Heartbeat > TimeSpan.Zero && !isParked)
        {
            _timers.Arm(TotemTimer.Heartbeat, _now + _options.Heartbeat);
        }
        else
        {
            _timers.Cancel(TotemTimer.Heartbeat);
        }
    }

    /// <summary>spec/totem.md section 4.6: asks for the held token.</summary>
    private void WakeRing()
    {
        if (!_tokenHeld)
        {
            return;
        }

        _tokenHeld = false;
        Rule(TotemRule.HoldCancelled);
        Statistics.HoldCancelsSent++;
        new HoldCancelPacket(HeaderTo(PacketType.HoldCancel, NodeId.None), _ring).Write(_scratch);
        Multicast(_scratch.AsSpan(0, HoldCancelPacket.Size));
    }

    private void HandleHoldCancel(ReadOnlySpan<byte> datagram, in PacketHeader header)
    {
        if (!HoldCancelPacket.TryRead(datagram, header, out var packet))
        {
            Drop(DropReason.Malformed, header.Sender);
            return;
        }

        Statistics.HoldCancelsReceived++;
        if (packet.Ring != _ring || State is not (TotemState.Operational or TotemState.Recovery))
        {
            Drop(DropReason.NotInThisState, header.Sender);
            return;
        }

        _sequenceUnchangedCount = 0;
        if (IsRepresentative && _tokenParked)
        {
            Rule(TotemRule.HoldCancelReleasedToken);
            ReleaseHeldToken();
            ArmTokenRetransmit();
        }
    }
}
