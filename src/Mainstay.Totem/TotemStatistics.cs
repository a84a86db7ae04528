namespace Mainstay.Totem;

/// <summary>Counters of one engine, since its start (names of <c>stats.srp.*</c>). Updated in place; read between inputs.</summary>
public sealed class TotemStatistics
{
    private const int StateCount = (int)TotemState.Recovery + 1;
    private const int InputCount = (int)TotemInput.PeerStalled + 1;
    private const int RuleCount = (int)TotemRule.HoldOutsEnded + 1;

    private readonly long[] _dropped = new long[(int)DropReason.HeldOut + 1];
    private readonly long[] _handled = new long[StateCount * InputCount];
    private readonly long[] _applied = new long[RuleCount];

    /// <summary>Regular tokens sent.</summary>
    public long TokensSent { get; internal set; }

    /// <summary>Regular tokens received (accepted).</summary>
    public long TokensReceived { get; internal set; }

    /// <summary>Merge-detect messages sent.</summary>
    public long MergeDetectsSent { get; internal set; }

    /// <summary>Merge-detect messages received.</summary>
    public long MergeDetectsReceived { get; internal set; }

    /// <summary>Join messages sent.</summary>
    public long JoinsSent { get; internal set; }

    /// <summary>Join messages received.</summary>
    public long JoinsReceived { get; internal set; }

    /// <summary>Data messages sent for the first time.</summary>
    public long MessagesSent { get; internal set; }

    /// <summary>Data messages that left behind the token (accelerated token).</summary>
    public long MessagesSentBehindToken { get; internal set; }

    /// <summary>Data messages sent again on request.</summary>
    public long MessagesRetransmitted { get; internal set; }

    /// <summary>Data messages received (accepted).</summary>
    public long MessagesReceived { get; internal set; }

    /// <summary>Packets delivered upward.</summary>
    public long MessagesDelivered { get; internal set; }

    /// <summary>Commit tokens sent.</summary>
    public long CommitTokensSent { get; internal set; }

    /// <summary>Commit tokens received.</summary>
    public long CommitTokensReceived { get; internal set; }

    /// <summary>Hold-cancel messages sent.</summary>
    public long HoldCancelsSent { get; internal set; }

    /// <summary>Hold-cancel messages received.</summary>
    public long HoldCancelsReceived { get; internal set; }

    /// <summary>Entries into Operational.</summary>
    public long OperationalEntered { get; internal set; }

    /// <summary>Tokens lost while operational.</summary>
    public long OperationalTokenLost { get; internal set; }

    /// <summary>Entries into Gather.</summary>
    public long GatherEntered { get; internal set; }

    /// <summary>Token timeouts in Gather.</summary>
    public long GatherTokenLost { get; internal set; }

    /// <summary>Entries into Commit.</summary>
    public long CommitEntered { get; internal set; }

    /// <summary>Tokens lost in Commit.</summary>
    public long CommitTokenLost { get; internal set; }

    /// <summary>Entries into Recovery.</summary>
    public long RecoveryEntered { get; internal set; }

    /// <summary>Tokens lost in Recovery.</summary>
    public long RecoveryTokenLost { get; internal set; }

    /// <summary>Consensus timeouts.</summary>
    public long ConsensusTimeouts { get; internal set; }

    /// <summary>Members given up on evidence, before a timeout.</summary>
    public long PeersGone { get; internal set; }

    /// <summary>Stored tokens sent again.</summary>
    public long TokensRetransmitted { get; internal set; }

    /// <summary>Pauses of this process that were noticed.</summary>
    public long Pauses { get; internal set; }

    /// <summary>Consecutive entries into Gather by timeout; above 3 the network is likely broken (a firewall, a wrong link).</summary>
    public long ContinuousGather { get; internal set; }

    /// <summary>When the last regular token was accepted; <see cref="Instant.Never"/> before the first.</summary>
    public Instant LastTokenReceived { get; internal set; } = Instant.Never;

    /// <summary>The last tokens.</summary>
    public TokenHistory Tokens { get; } = new();

    /// <summary>Datagrams dropped for any reason.</summary>
    public long DroppedTotal
    {
        get
        {
            long total = 0;
            foreach (var count in _dropped)
            {
                total += count;
            }

            return total;
        }
    }

    /// <summary>Datagrams dropped for one reason.</summary>
    public long Dropped(DropReason reason) => _dropped[(int)reason];

    /// <summary>Inputs of one kind taken in one state.</summary>
    public long Handled(TotemState state, TotemInput input) => _handled[((int)state * InputCount) + (int)input];

    /// <summary>How often a rule of the protocol decided something.</summary>
    public long Applied(TotemRule rule) => _applied[(int)rule];

    internal void CountInput(TotemState state, TotemInput input) => _handled[((int)state * InputCount) + (int)input]++;

    internal void CountRule(TotemRule rule) => _applied[(int)rule]++;

    internal void CountDrop(DropReason reason) => _dropped[(int)reason]++;
}
