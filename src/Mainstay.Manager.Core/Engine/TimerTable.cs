namespace Mainstay.Manager.Core;

/// <summary>The core's named timers.</summary>
internal enum CoreTimer
{
    /// <summary>Compare the replicas' digests.</summary>
    Digest,

    /// <summary>Plan again although nothing happened.</summary>
    Recheck,

    /// <summary>Nodes never seen may be fenced from now on.</summary>
    StartGrace,

    /// <summary>Try the disk again.</summary>
    StoreRetry,

    /// <summary>Leave without permission.</summary>
    ShutdownEscalation,
}

/// <summary>Deadlines by name, on the monotonic scale.</summary>
internal sealed class TimerTable
{
    private readonly long[] _deadlines;

    public TimerTable()
    {
        _deadlines = new long[Enum.GetValues<CoreTimer>().Length];
        Array.Fill(_deadlines, long.MaxValue);
    }

    public long Earliest => _deadlines.Min();

    public bool IsSet(CoreTimer timer) => _deadlines[(int)timer] != long.MaxValue;

    public void Set(CoreTimer timer, long monotonicMs) => _deadlines[(int)timer] = monotonicMs;

    public void Cancel(CoreTimer timer) => _deadlines[(int)timer] = long.MaxValue;

    /// <summary>Whether the timer has expired; it is disarmed then.</summary>
    public bool TryExpire(CoreTimer timer, long monotonicMs)
    {
        if (_deadlines[(int)timer] > monotonicMs) return false;
        Cancel(timer);
        return true;
    }
}
