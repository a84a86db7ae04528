namespace Mainstay.Agents.Fencing;

/// <summary>When a failed fence agent is run again (spec/fencing.md section 5.3).</summary>
internal static class FenceRetry
{
    /// <summary>Pause before another attempt.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Whether another attempt is made: attempts are left, it was no timeout, and less than 70 % of the time is used.</summary>
    public static bool IsDue(int attempts, int attemptsMax, ExecutionStatus status, TimeSpan elapsed, TimeSpan timeout) =>
        attempts < attemptsMax && status != ExecutionStatus.Timeout && elapsed.Ticks * 10 < timeout.Ticks * 7;
}
