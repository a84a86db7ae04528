using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>Pass 1: cluster options (spec/cib-model.md section 3).</summary>
internal static class OptionsPass
{
    public static void Run(ClusterState state, ConfigReader config)
    {
        var values = config.ReadOptions();
        state.HasQuorum = CibBoolean.IsTrue(config.Cib.PackedRoot.Value("have-quorum"));
        var options = Read(values);
        options.QuorumPolicy = EffectivePolicy(values, options, state, config.Cib.PackedRoot);
        state.Options = options;
        state.IsUnfencingUsed = UsesUnfencing(config.Cib);
    }

    private static SchedulerOptions Read(ClusterOptionValues values)
    {
        long Seconds(string name) => Interval.ToSeconds(values.Milliseconds(name));

        var options = new SchedulerOptions
        {
            Values = values,
            FencingEnabled = values.Boolean("fencing-enabled"),
            FencingAction = values.Choice("fencing-action"),
            MaintenanceMode = values.Boolean("maintenance-mode"),
            Symmetric = values.Boolean("symmetric-cluster"),
            StartFailureIsFatal = values.Boolean("start-failure-is-fatal"),
            StartupProbes = values.Boolean("enable-startup-probes"),
            StopAllResources = values.Boolean("stop-all-resources"),
            StopRemovedResources = values.Boolean("stop-removed-resources"),
            CancelRemovedActions = values.Boolean("cancel-removed-actions"),
            HasWatchdog = values.Boolean("have-watchdog"),
            ConcurrentFencing = values.Boolean("concurrent-fencing"),
            StartupFencing = values.Boolean("fencing-enabled") && values.Boolean("startup-fencing"),
            PriorityFencingDelay = Seconds("priority-fencing-delay"),
            FenceRemoteWithoutQuorum = values.Boolean("fence-remote-without-quorum"),
            NodePendingTimeout = Seconds("node-pending-timeout"),
            ShutdownLock = values.Boolean("shutdown-lock"),
            ShutdownLockLimit = Seconds("shutdown-lock-limit"),
            ClusterName = values.Text("cluster-name"),
            Placement = values.Choice("placement-strategy") switch
            {
                "utilization" => PlacementStrategy.Utilization,
                "minimal" => PlacementStrategy.Minimal,
                "balanced" => PlacementStrategy.Balanced,
                _ => PlacementStrategy.Default,
            },
        };
        ReadHealth(values, options);
        return options;
    }

    private static void ReadHealth(ClusterOptionValues values, SchedulerOptions options)
    {
        options.Health = values.Choice("node-health-strategy") switch
        {
            "migrate-on-red" => HealthStrategy.MigrateOnRed,
            "only-green" => HealthStrategy.OnlyGreen,
            "progressive" => HealthStrategy.Progressive,
            "custom" => HealthStrategy.Custom,
            _ => HealthStrategy.None,
        };
        options.HealthColours = options.Health switch
        {
            HealthStrategy.MigrateOnRed => new HealthScores(Score.MinusInfinity, Score.Zero, Score.Zero),
            HealthStrategy.OnlyGreen => new HealthScores(Score.MinusInfinity, Score.MinusInfinity, Score.Zero),
            HealthStrategy.Progressive or HealthStrategy.Custom => new HealthScores(
                values.Score("node-health-red"), values.Score("node-health-yellow"), values.Score("node-health-green")),
            _ => HealthScores.None,
        };
        options.HealthBase = options.Health == HealthStrategy.Progressive ? values.Score("node-health-base").Value : 0;
    }

    private static QuorumPolicy EffectivePolicy(ClusterOptionValues values, SchedulerOptions options, ClusterState state, XElement root)
    {
        switch (values.Choice("no-quorum-policy"))
        {
            case "freeze":
                return QuorumPolicy.Freeze;
            case "ignore":
                return QuorumPolicy.Ignore;
            case "demote":
                return QuorumPolicy.Demote;
            case "fence" or "suicide":
                // Only a partition that was quorate before may shoot itself (spec/scheduler-history.md section 3.5).
                bool mayPanic = ConfigReader.Integer(root.Value("no-quorum-panic")) != 0 || state.HasQuorum;
                return options.FencingEnabled && mayPanic ? QuorumPolicy.Fence : QuorumPolicy.Stop;
            default:
                return QuorumPolicy.Stop;
        }
    }

    /// <summary>A literal scan, as the reference does: rules, references and templates are not looked at.</summary>
    private static bool UsesUnfencing(CibDocument cib)
    {
        var parents = (cib.Section("resources")?.Descendants("meta_attributes") ?? [])
            .Concat(cib.Section("rsc_defaults")?.Elements("meta_attributes") ?? []);
        return parents.Elements("nvpair").Any(pair => pair.Value("name") is "provides" or "requires"
            && string.Equals(pair.Value("value"), "unfencing", StringComparison.OrdinalIgnoreCase));
    }
}
