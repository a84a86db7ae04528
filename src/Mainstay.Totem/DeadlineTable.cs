namespace Mainstay.Totem;

/// <summary>The timers of the protocol (spec/totem.md section 2). Expired timers fire in this order.</summary>
internal enum TotemTimer
{
    /// <summary>No token for the token timeout.</summary>
    TokenLoss,

    /// <summary>No token for long: only a warning.</summary>
    TokenWarning,

    /// <summary>No token for the heartbeat timeout, where that is on.</summary>
    Heartbeat,

    /// <summary>The next node may not have got the token: send it again.</summary>
    TokenRetransmit,

    /// <summary>The representative of an idle ring lets the token go round again.</summary>
    Hold,

    /// <summary>A delayed join message is due.</summary>
    SendJoin,

    /// <summary>Repeat the join message.</summary>
    Join,

    /// <summary>No agreement on the membership.</summary>
    Consensus,

    /// <summary>Idle long enough to look for other rings.</summary>
    MergeDetect,

    /// <summary>Watches whether this process is scheduled.</summary>
    Pause,
}

/// <summary>One deadline per timer. A stale timeout cannot exist: what is not armed does not fire.</summary>
internal sealed class DeadlineTable
{
    public const int TimerCount = (int)TotemTimer.Pause + 1;

    private readonly Instant[] _deadlines = new Instant[TimerCount];

    public DeadlineTable() => CancelAll();

    public Instant Earliest
    {
        get
        {
            var earliest = Instant.Never;
            foreach (var deadline in _deadlines)
            {
                if (deadline < earliest)
                {
                    earliest = deadline;
                }
            }

            return earliest;
        }
    }

    public bool IsArmed(TotemTimer timer) => !_deadlines[(int)timer].IsNever;

    public void Arm(TotemTimer timer, Instant deadline) => _deadlines[(int)timer] = deadline;

    public void ArmIfIdle(TotemTimer timer, Instant deadline)
    {
        if (!IsArmed(timer))
        {
            Arm(timer, deadline);
        }
    }

    public void Cancel(TotemTimer timer) => _deadlines[(int)timer] = Instant.Never;

    public void CancelAll() => _deadlines.AsSpan().Fill(Instant.Never);

    /// <summary>Disarms the timer if its deadline has come.</summary>
    /// <returns>Whether it had.</returns>
    public bool TryExpire(TotemTimer timer, Instant now)
    {
        if (_deadlines[(int)timer] > now || !IsArmed(timer))
        {
            return false;
        }

        Cancel(timer);
        return true;
    }
}
