namespace Mainstay.Totem;

/// <content>What happens when time passes (spec/totem.md sections 2, 4.8, 4.9, 9.2, 9.6).</content>
public sealed partial class TotemRing
{
    /// <summary>When this process was last known to be scheduled.</summary>
    private Instant _lastAlive;

    /// <summary>A pause was noticed by the timer, and no packet has been judged since.</summary>
    private bool _pausePending;

    private void Fire(TotemTimer timer)
    {
        switch (timer)
        {
            case TotemTimer.TokenLoss:
            case TotemTimer.Heartbeat:
                HandleTokenLoss();
                break;
            case TotemTimer.TokenWarning:
                WarnAboutToken();
                break;
            case TotemTimer.TokenRetransmit:
                RetransmitToken();
                break;
            case TotemTimer.Hold:
                Rule(TotemRule.HoldTimerReleasedToken);
                ReleaseHeldToken();
                break;
            case TotemTimer.SendJoin:
                SendJoin();
                break;
            case TotemTimer.Join:
                SendJoin();
                _timers.Arm(TotemTimer.Join, _now + _options.Join);
                break;
            case TotemTimer.Consensus:
                HandleConsensusTimeout();
                break;
            case TotemTimer.MergeDetect:
                SendMergeDetect();
                break;
            case TotemTimer.Pause:
                CheckPause();
                break;
            default:
                Invariant.Check(false, "an unknown timer fired");
                break;
        }
    }

    private void ArmTokenTimers()
    {
        _timers.Arm(TotemTimer.TokenLoss, _now + _options.Token);
        ArmTokenWarning();
        ArmTokenRetransmit();
    }

    private void ArmTokenWarning()
    {
        if (_options.TokenWarningPercent > 0)
        {
            _timers.Arm(TotemTimer.TokenWarning, _now + (_options.Token * _options.TokenWarningPercent / 100));
        }
    }

    private void ArmTokenRetransmit() => _timers.Arm(TotemTimer.TokenRetransmit, _now + _options.TokenRetransmit);

    private void WarnAboutToken()
    {
        var silence = Statistics.LastTokenReceived.IsNever ? TimeSpan.Zero : _now - Statistics.LastTokenReceived;
        Trace(TraceKind.TokenWarning, NodeId.None, (ulong)(silence.Ticks / TimeSpan.TicksPerMillisecond), 0);
        ArmTokenWarning();
    }

    /// <summary>spec/totem.md section 4.9.</summary>
    private void HandleTokenLoss()
    {
        Trace(TraceKind.TokenLost, NodeId.None, (ulong)State, 0);
        switch (State)
        {
            case TotemState.Operational:
                Statistics.OperationalTokenLost++;
                EnterGather(GatherReason.TokenLostInOperational, NodeId.None);
                break;
            case TotemState.Gather:
                Statistics.GatherTokenLost++;
                HandleConsensusTimeout();
                EnterGather(GatherReason.ConsensusTimeoutExpired, NodeId.None);
                break;
            case TotemState.Commit:
                Statistics.CommitTokenLost++;
                EnterGather(GatherReason.TokenLostInCommit, NodeId.None);
                break;
            case TotemState.Recovery:
                Statistics.RecoveryTokenLost++;
                Rule(TotemRule.RecoveryGivenUp);
                EnterGather(GatherReason.TokenLostInRecovery, NodeId.None);
                break;
            default:
                Invariant.Check(false, "a stopped ring lost its token");
                break;
        }
    }

    /// <summary>spec/totem.md section 4.8: heals the loss of a token between two neighbours.</summary>
    private void RetransmitToken()
    {
        if (State is TotemState.Operational or TotemState.Commit or TotemState.Recovery)
        {
            Rule(TotemRule.TokenRetransmitted);
            Statistics.TokensRetransmitted++;
            Trace(TraceKind.TokenRetransmitted, _tokenTarget, 0, 0);
            SendStoredToken();
            _tokenParked = false;
            ArmTokenRetransmit();
        }
    }

    /// <summary>The hold timer, or somebody's wish to send: the parked token goes on.</summary>
    private void ReleaseHeldToken()
    {
        if (State is TotemState.Operational or TotemState.Recovery)
        {
            _tokenParked = false;
            Statistics.TokensSent++;
            Statistics.Tokens.NoteSent(_now);
            SendStoredToken();
        }
    }

    private void ArmPause()
    {
        _lastAlive = _now;
        _timers.Arm(TotemTimer.Pause, _now + (_options.Token / 5));
    }

    /// <summary>spec/totem.md section 9.6. The timer may run before the packets that piled up, so it only remembers what it saw.</summary>
    private void CheckPause()
    {
        var wasPaused = IsOverdue;
        if (wasPaused)
        {
            NotePause();
        }

        _pausePending = wasPaused;
        ArmPause();
    }

    private bool IsOverdue => _now - _lastAlive > _options.Token / 2;

    private void NotePause()
    {
        Statistics.Pauses++;
        Trace(TraceKind.PauseDetected, NodeId.None, (ulong)((_now - _lastAlive).Ticks / TimeSpan.TicksPerMillisecond), 0);
    }

    /// <summary>
    /// Whether a join message is likely to be old because this process slept: it and all that waits in the socket are then dropped. Those
    /// who still want to join say so again.
    /// </summary>
    private bool IsAfterPause()
    {
        if (!_pausePending && !IsOverdue)
        {
            return false;
        }

        if (!_pausePending)
        {
            NotePause();
        }

        Rule(TotemRule.PauseDropsJoin);
        _pausePending = false;
        ArmPause();
        _outbox.Add(new Output { Kind = OutputKind.DiscardReceived });
        return true;
    }
}
