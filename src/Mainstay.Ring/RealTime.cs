namespace Mainstay.Ring;

/// <summary>
/// Real-time priority, locked memory, and life where memory runs out: wanted, not required (section <c>system</c> of corosync.conf).
/// </summary>
internal static class RealTime
{
    /// <summary>Raises the calling thread; warns once about each thing that is not permitted.</summary>
    /// <param name="wantsRoundRobin">Whether real-time priority is wanted (<c>system.sched_rr</c>).</param>
    /// <param name="host">Who grants it.</param>
    /// <param name="warn">Takes the warnings.</param>
    public static void Raise(bool wantsRoundRobin, HostPrivileges host, Action<string> warn)
    {
        if (wantsRoundRobin && host.TakeRoundRobin() is { } reason)
        {
            var isNice = host.TakeBestNice() is null;
            warn($"real-time priority is not permitted ({reason}); running at {(isNice ? "nice -20" : "normal priority")}:"
                + " a busy host may delay the token (allow it with CAP_SYS_NICE or LimitRTPRIO)");
        }

        if (host.LockMemory() is { } unlocked)
        {
            warn($"memory cannot be locked ({unlocked}): under memory pressure the token may be delayed"
                + " (allow it with CAP_IPC_LOCK or LimitMEMLOCK)");
        }

        if (host.SpareFromMemoryKiller() is { } unspared)
        {
            warn($"the host may kill this process where memory runs out ({unspared})"
                + " (allow it with CAP_SYS_RESOURCE or OOMScoreAdjust=-1000)");
        }
    }
}
