namespace Mainstay.Ring;

/// <summary>
/// Real-time priority, locked memory, and life where memory runs out: wanted, not required (section <c>system</c> of corosync.conf).
/// </summary>
internal static class RealTime
{
    private const int RoundRobin = 2;
    private const int ResetOnFork = 0x40000000;
    private const int LockCurrentFutureOnFault = 1 | 2 | 4;
    private const int BestNice = -20;
    private const string NeverKilled = "-1000";

    /// <summary>Raises the calling thread; warns once about what is not permitted.</summary>
    public static unsafe void Raise(bool wantsRoundRobin, RingLog log)
    {
        if (wantsRoundRobin)
        {
            var priority = Native.PriorityMax(RoundRobin);
            if (Native.SetScheduler(0, RoundRobin | ResetOnFork, &priority) != 0)
            {
                var reason = Native.LastErrorText;
                var isNice = Native.SetNice(0, 0, BestNice) == 0;
                log.Warning($"real-time priority is not permitted ({reason}); running at {(isNice ? "nice -20" : "normal priority")}:"
                    + " a busy host may delay the token (allow it with CAP_SYS_NICE or LimitRTPRIO)");
            }
        }

        if (Native.LockMemory(LockCurrentFutureOnFault) != 0)
        {
            log.Warning($"memory cannot be locked ({Native.LastErrorText}): under memory pressure the token may be delayed"
                + " (allow it with CAP_IPC_LOCK or LimitMEMLOCK)");
        }

        SpareFromMemoryKiller(log);
    }

    private static void SpareFromMemoryKiller(RingLog log)
    {
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", NeverKilled);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            log.Warning($"the host may kill this process where memory runs out ({problem.Message})"
                + " (allow it with CAP_SYS_RESOURCE or OOMScoreAdjust=-1000)");
        }
    }
}
