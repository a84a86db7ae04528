using Mainstay.Totem;

namespace Mainstay.Ring;

/// <summary>How well the event loop keeps its time: the figures that tell whether the token is ever kept waiting here.</summary>
internal sealed class LoopMeter
{
    private long _allocatedBefore;
    private bool _isMeasured;

    /// <summary>The longest time between two waits: nothing is read and sent meanwhile but what that turn does, microseconds.</summary>
    public long LongestTurnMicroseconds { get; private set; }

    /// <summary>The most that the kernel woke the loop too late, microseconds.</summary>
    public long LatestWakeupMicroseconds { get; private set; }

    /// <summary>Bytes that the loop has allocated since its first turn.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>Turns of the loop.</summary>
    public long Turns { get; private set; }

    /// <summary>The loop woke up; returns how late after a deadline, or zero.</summary>
    public TimeSpan NoteWakeup(Instant deadline, Instant now)
    {
        if (deadline.IsNever || now <= deadline) return TimeSpan.Zero;
        var late = now - deadline;
        LatestWakeupMicroseconds = Math.Max(LatestWakeupMicroseconds, late.Ticks / TimeSpan.TicksPerMicrosecond);
        return late;
    }

    /// <summary>A turn ended; returns how long it took.</summary>
    public TimeSpan NoteTurn(Instant woke, Instant now)
    {
        Turns++;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        if (_isMeasured) AllocatedBytes += allocated - _allocatedBefore;
        _allocatedBefore = allocated;
        _isMeasured = true;
        var turn = now - woke;
        LongestTurnMicroseconds = Math.Max(LongestTurnMicroseconds, turn.Ticks / TimeSpan.TicksPerMicrosecond);
        return turn;
    }

    /// <summary>Forgets the longest pauses.</summary>
    public void Clear() => LongestTurnMicroseconds = LatestWakeupMicroseconds = 0;

    /// <summary>Adds the figures, and those of the garbage collector, to the status.</summary>
    public void AddCounters(IDictionary<string, long> counters)
    {
        counters["loop.turns"] = Turns;
        counters["loop.turn_max_us"] = LongestTurnMicroseconds;
        counters["loop.wakeup_late_max_us"] = LatestWakeupMicroseconds;
        counters["loop.allocated_bytes"] = AllocatedBytes;
        counters["gc.collections"] = GC.CollectionCount(0);
        counters["gc.pause_total_us"] = GC.GetTotalPauseDuration().Ticks / TimeSpan.TicksPerMicrosecond;
    }
}
