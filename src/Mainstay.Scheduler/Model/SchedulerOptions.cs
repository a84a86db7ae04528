using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>What happens without quorum (<c>no-quorum-policy</c>).</summary>
public enum QuorumPolicy
{
    /// <summary>Nothing is started, and resources are stopped.</summary>
    Stop,

    /// <summary>What runs keeps running; nothing new is started.</summary>
    Freeze,

    /// <summary>As if the partition had quorum.</summary>
    Ignore,

    /// <summary>Promoted resources are demoted, everything else stops.</summary>
    Demote,

    /// <summary>The nodes of the partition are fenced.</summary>
    Fence,
}

/// <summary>How utilization counts in placement (<c>placement-strategy</c>).</summary>
public enum PlacementStrategy
{
    /// <summary>Utilization is ignored.</summary>
    Default,

    /// <summary>Capacities are limits.</summary>
    Utilization,

    /// <summary>Capacities are limits; few nodes are used.</summary>
    Minimal,

    /// <summary>Capacities are limits; the freest node is preferred.</summary>
    Balanced,
}

/// <summary>How node health counts in placement (<c>node-health-strategy</c>).</summary>
public enum HealthStrategy
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Red nodes are avoided.</summary>
    MigrateOnRed,

    /// <summary>Only green nodes are used.</summary>
    OnlyGreen,

    /// <summary>Health is a score, with a base.</summary>
    Progressive,

    /// <summary>Health is a score.</summary>
    Custom,
}

/// <summary>The cluster options the scheduler uses, with their defaults (spec/cib-model.md section 3).</summary>
public sealed class SchedulerOptions
{
    /// <summary>All options in force.</summary>
    public ClusterOptionValues? Values { get; init; }

    /// <summary>Whether fencing may be used at all.</summary>
    public bool FencingEnabled { get; internal set; } = true;

    /// <summary>What fencing does to a node: <c>reboot</c> or <c>off</c>.</summary>
    public string FencingAction { get; internal set; } = "reboot";

    /// <summary>Configured reaction to a loss of quorum, after checking whether it is possible.</summary>
    public QuorumPolicy QuorumPolicy { get; internal set; } = QuorumPolicy.Stop;

    /// <summary>Whether nothing is managed.</summary>
    public bool MaintenanceMode { get; internal set; }

    internal bool Symmetric { get; set; } = true;

    internal bool StartFailureIsFatal { get; set; } = true;

    internal bool StartupProbes { get; set; } = true;

    internal bool StopAllResources { get; set; }

    internal bool StopRemovedResources { get; set; } = true;

    internal bool CancelRemovedActions { get; set; } = true;

    internal bool HasWatchdog { get; set; }

    internal bool ConcurrentFencing { get; set; } = true;

    internal bool StartupFencing { get; set; } = true;

    internal long PriorityFencingDelay { get; set; }

    internal bool FenceRemoteWithoutQuorum { get; set; }

    internal long NodePendingTimeout { get; set; }

    internal bool ShutdownLock { get; set; }

    internal long ShutdownLockLimit { get; set; }

    internal PlacementStrategy Placement { get; set; }

    internal HealthStrategy Health { get; set; }

    internal string? ClusterName { get; set; }

    internal HealthScores HealthColours { get; set; } = HealthScores.None;

    internal int HealthBase { get; set; }

    /// <summary>The configured text of an option, or its default.</summary>
    /// <param name="name">Canonical name.</param>
    /// <param name="fallback">The default.</param>
    /// <returns>The text.</returns>
    public string Text(string name, string fallback) => Values?.Text(name) ?? fallback;
}
