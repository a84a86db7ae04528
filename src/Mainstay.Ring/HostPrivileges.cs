namespace Mainstay.Ring;

/// <summary>
/// What a daemon asks of its host so that it always runs in time. Each says why it was not granted, or nothing; tests put hosts that refuse
/// in its place.
/// </summary>
internal unsafe class HostPrivileges
{
    private const int RoundRobin = 2;
    private const int ResetOnFork = 0x40000000;
    private const int LockCurrentFutureOnFault = 1 | 2 | 4;
    private const int BestNice = -20;
    private const string NeverKilled = "-1000";

    /// <summary>This host.</summary>
    public static HostPrivileges Host { get; } = new();

    /// <summary>The highest real-time priority, round robin, for the calling thread.</summary>
    public virtual string? TakeRoundRobin()
    {
        var priority = Native.PriorityMax(RoundRobin);
        return Native.SetScheduler(0, RoundRobin | ResetOnFork, &priority) == 0 ? null : Native.LastErrorText;
    }

    /// <summary>The best of the ordinary priorities.</summary>
    public virtual string? TakeBestNice() => Native.SetNice(0, 0, BestNice) == 0 ? null : Native.LastErrorText;

    /// <summary>Memory that stays in memory, from the first touch on.</summary>
    public virtual string? LockMemory() => Native.LockMemory(LockCurrentFutureOnFault) == 0 ? null : Native.LastErrorText;

    /// <summary>Life where memory runs out.</summary>
    public virtual string? SpareFromMemoryKiller()
    {
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", NeverKilled);
            return null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return problem.Message;
        }
    }
}
