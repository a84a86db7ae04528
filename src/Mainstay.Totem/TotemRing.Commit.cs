using Mainstay.Totem.Wire;

namespace Mainstay.Totem;

/// <content>The commit token's first rotation (spec/totem.md section 6).</content>
public sealed partial class TotemRing
{
    private readonly CommitToken _commitToken = new();

    /// <summary>Members of the ring being formed (my_new_memb_list).</summary>
    private readonly NodeSet _newMembers = new();

    /// <summary>spec/totem.md section 5.6. The members are in <see cref="_candidates"/>.</summary>
    private void CreateCommitToken()
    {
        Invariant.Check(_candidates.Lowest == Self, "only the lowest node creates a commit token");
        _commitToken.Reset(new RingId(Self, _highestRingSequence + 4), _candidates.Nodes);
        EnterCommit();
    }

    private void HandleCommitToken(ReadOnlySpan<byte> datagram, in PacketHeader header)
    {
        var token = _commitToken;
        if (!token.TryRead(datagram, header) || token.Ring.Sequence > SequenceWithinReach)
        {
            Drop(DropReason.Malformed, header.Sender);
            return;
        }

        Statistics.CommitTokensReceived++;
        switch (State)
        {
            case TotemState.Gather when IsForUs(token):
                EnterCommit();
                break;
            case TotemState.Commit when token.Ring == _ring && IsComplete(token):
                EnterRecovery();
                break;
            case TotemState.Recovery when token.Ring == _ring && IsComplete(token) && IsSecondReturn(token) && !_originatedToken:
                OriginateRegularToken();
                break;
            case TotemState.Recovery when token.Ring == _ring && IsRepresentative && !_originatedToken:
                Rule(TotemRule.FirstCommitReturnCopyIgnored);
                Drop(DropReason.NotInThisState, header.Sender);
                break;
            default:
                Rule(TotemRule.CommitTokenOutOfPlace);
                Drop(DropReason.NotInThisState, header.Sender);
                break;
        }
    }

    /// <summary>The token names exactly those we agreed on, is newer than any ring of ours, and waits for our entry.</summary>
    private bool IsForUs(CommitToken token)
    {
        _candidates.SetToDifference(_procSet, _failSet);
        return token.Members.SequenceEqual(_candidates.Nodes)
            && token.Ring.Sequence > _ring.Sequence
            && token.FilledCount < token.Count
            && token.Members[token.FilledCount] == Self;
    }

    private bool IsComplete(CommitToken token) =>
        token.FilledCount == token.Count && token.Members.SequenceEqual(_newMembers.Nodes);

    /// <summary>
    /// Back at the representative after the second rotation. A copy of the first return, sent again by the last member, is not that:
    /// originating the regular token on it would leave the others in Commit.
    /// </summary>
    private bool IsSecondReturn(CommitToken token) =>
        IsRepresentative && token.TokenSequence >= new TokenSequence(_lastCommitSequence.Value + (uint)token.Count - 1);

    private void EnterCommit()
    {
        var token = _commitToken;
        Invariant.Check(token.FilledCount < token.Count, "a full commit token was to be filled");
        Invariant.Check(token.Members[token.FilledCount] == Self, "the commit token waits for somebody else's entry");
        FillEntry(token);
        _newMembers.SetTo(token.Members);
        _tokenTarget = token.Members[token.FilledCount % token.Count];
        _ring = token.Ring;
        _highestRingSequence = Math.Max(_highestRingSequence, _ring.Sequence);
        StoreRingSequence();
        _timers.Cancel(TotemTimer.SendJoin);
        _timers.Cancel(TotemTimer.Join);
        _timers.Cancel(TotemTimer.Consensus);
        ResetFlow();
        Statistics.CommitEntered++;
        Statistics.ContinuousGather = 0;
        SetState(TotemState.Commit);
        ForwardCommitToken(token);
        ArmTokenTimers();
    }

    /// <summary>
    /// Reports what this node holds of its old ring, and corrects who has everything (spec/totem.md section 6.1 step 2). The old ring's
    /// window is not touched by failed attempts, so every attempt reports the state of the installed ring.
    /// </summary>
    private void FillEntry(CommitToken token)
    {
        var own = token.FilledCount;
        var entries = token.Entries;
        entries[own] = new CommitEntry(InstalledRing, _regular.Aru, _regular.Delivered, _regular.Aru == _regular.High);
        token.FilledCount = own + 1;
        var highest = _regular.Aru;
        for (var index = 0; index < token.FilledCount; index++)
        {
            if (IsCompanion(token, index))
            {
                highest = MessageSequence.Max(highest, entries[index].Aru);
            }
        }

        for (var index = 0; index < token.FilledCount; index++)
        {
            if (IsCompanion(token, index) && entries[index].Aru < highest)
            {
                Rule(TotemRule.CommitEntryCorrected);
                entries[index] = entries[index] with { HasAll = false };
            }
        }
    }

    /// <summary>
    /// Whether a member comes along from this node's installed ring. Its entry alone does not tell: a node that lost its storage may have
    /// named another ring the same.
    /// </summary>
    private bool IsCompanion(CommitToken token, int index) =>
        token.Entries[index].Ring == InstalledRing && _members.Contains(token.Members[index]);

    private void ForwardCommitToken(CommitToken token)
    {
        token.TokenSequence = token.TokenSequence.Next;
        token.Header = HeaderTo(PacketType.CommitToken, _tokenTarget);
        _lastCommitSequence = token.TokenSequence;
        _storedTokenLength = token.Write(_storedToken);
        Statistics.CommitTokensSent++;
        SendStoredToken();
    }
}
