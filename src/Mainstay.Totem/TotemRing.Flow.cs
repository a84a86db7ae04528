using Mainstay.Totem.Wire;

namespace Mainstay.Totem;

/// <content>
/// Flow control (spec/totem.md section 4.3). Without crypto the token's counts may be damaged or forged, and every member only adds to them
/// what it did more or less than the last time: a wrong count stays in the token as long as the ring lives. So each is held against what
/// this node knows, for its own decision; the token is passed on as the reference does it.
/// </content>
public sealed partial class TotemRing
{
    // What was sent in the last visit; the queue lengths reported before and now.
    private uint _sentLastVisit;
    private uint _previousBacklog;
    private uint _currentBacklog;

    /// <summary>Up to where messages were ordered when the token left this node.</summary>
    private MessageSequence _orderedAtDeparture;

    /// <summary>Messages up to there that have come since: sent again by somebody, mostly.</summary>
    private uint _repeatsSeen;

    private uint AllowedMessages(RegularToken token)
    {
        var window = _options.WindowSize;
        var sent = SentInLastRotation(token);
        var allowed = Math.Min(_options.MaxMessages, sent < window ? window - sent : 0);
        if (allowed < _options.MaxMessages)
        {
            Rule(TotemRule.WindowLimitsSending);
        }

        _currentBacklog = (uint)(State == TotemState.Recovery ? _retransmitQueue.Count : Lane.Queue.Count);
        Statistics.Tokens.NoteBacklog(_currentBacklog);
        var total = BacklogOfOthers(token) + _currentBacklog;
        if (total != 0)
        {
            var share = (uint)((ulong)window * _previousBacklog / total);
            if (share > 0 && share < allowed)
            {
                Rule(TotemRule.ShareLimitsSending);
                allowed = share;
            }
        }

        return allowed;
    }

    /// <summary>
    /// What was ordered since the token was here last, what this node sent then, and what has come again: no more can have been sent. A
    /// message sent again that was lost on its way here is not counted, which gives room for as many.
    /// </summary>
    private uint SentInLastRotation(RegularToken token)
    {
        var ordered = token.Sequence > _orderedAtDeparture ? _orderedAtDeparture.DistanceTo(token.Sequence) : 0;
        var seen = ordered + _sentLastVisit + _repeatsSeen;
        if (token.FlowCount <= seen)
        {
            return token.FlowCount;
        }

        Rule(TotemRule.FlowCountDisbelieved);
        return seen;
    }

    /// <summary>Packets that wait at other members, 0 where the token names more than their queues can hold.</summary>
    private uint BacklogOfOthers(RegularToken token)
    {
        var others = token.Backlog - _previousBacklog;
        var queueMax = State == TotemState.Recovery ? Limits.RetransmitQueueMax : Lane.Queue.Capacity;
        return others <= (uint)(RingMembers.Count * queueMax) ? others : 0;
    }

    private void NoteRepeat(MessageSequence sequence)
    {
        if (sequence <= _orderedAtDeparture)
        {
            _repeatsSeen++;
        }
    }

    /// <summary>spec/totem.md section 4.1 step 13.</summary>
    private void UpdateFlow(RegularToken token, uint sent)
    {
        token.FlowCount += sent - _sentLastVisit;
        token.Backlog += _currentBacklog - _previousBacklog;
        _sentLastVisit = sent;
        _previousBacklog = _currentBacklog;
        _orderedAtDeparture = token.Sequence;
        _repeatsSeen = 0;
    }

    /// <summary>A new ring: nothing has been sent on it.</summary>
    private void ResetFlow()
    {
        _sentLastVisit = _previousBacklog = _currentBacklog = 0;
        _orderedAtDeparture = InitialSequence;
        _repeatsSeen = 0;
    }
}
