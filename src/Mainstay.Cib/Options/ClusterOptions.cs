using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>The table of cluster options, and reading their values from a CIB.</summary>
public static class ClusterOptions
{
    /// <summary>All options.</summary>
    public static readonly IReadOnlyList<ClusterOption> All =
    [
        new("dc-version", ClusterOptionType.Text, null),
        new("cluster-infrastructure", ClusterOptionType.Text, null),
        new("cluster-name", ClusterOptionType.Text, null),
        Duration("dc-deadtime", "20s"),
        Duration("cluster-recheck-interval", "15min"),
        new("fencing-reaction", ClusterOptionType.Choice, "stop", "fence-reaction", ["stop", "panic"]),
        Duration("election-timeout", "2min"),
        Duration("shutdown-escalation", "20min"),
        Duration("join-integration-timeout", "3min"),
        Duration("join-finalization-timeout", "30min"),
        Duration("transition-delay", "0s"),
        new("no-quorum-policy", ClusterOptionType.Choice, "stop", null, ["stop", "freeze", "ignore", "demote", "fence", "suicide"]),
        Boolean("shutdown-lock", false),
        Duration("shutdown-lock-limit", "0"),
        Boolean("enable-acl", false),
        Boolean("symmetric-cluster", true),
        Boolean("maintenance-mode", false),
        Boolean("start-failure-is-fatal", true),
        Boolean("enable-startup-probes", true),
        Boolean("fencing-enabled", true, "stonith-enabled"),
        new("fencing-action", ClusterOptionType.Choice, "reboot", "stonith-action", ["reboot", "off"]),
        Duration("fencing-timeout", "60s", "stonith-timeout"),
        Boolean("have-watchdog", false),
        Duration("fencing-watchdog-timeout", "0", "stonith-watchdog-timeout"),
        new("fencing-max-attempts", ClusterOptionType.Integer, "10", "stonith-max-attempts", Minimum: 1),
        Boolean("concurrent-fencing", true),
        Boolean("startup-fencing", true),
        Duration("priority-fencing-delay", "0"),
        Boolean("fence-remote-without-quorum", false),
        Duration("node-pending-timeout", "0"),
        Duration("cluster-delay", "60s"),
        new("load-threshold", ClusterOptionType.Percentage, "80%"),
        new("node-action-limit", ClusterOptionType.Integer, "0", Minimum: 0),
        new("batch-limit", ClusterOptionType.Integer, "0", Minimum: 0),
        new("migration-limit", ClusterOptionType.Integer, "-1", Minimum: -1),
        new("cluster-ipc-limit", ClusterOptionType.Integer, "500", Minimum: 1),
        Boolean("stop-all-resources", false),
        Boolean("stop-removed-resources", true, "stop-orphan-resources"),
        Boolean("cancel-removed-actions", true, "stop-orphan-actions"),
        new("pe-error-series-max", ClusterOptionType.Integer, "-1", Minimum: -1),
        new("pe-warn-series-max", ClusterOptionType.Integer, "5000", Minimum: -1),
        new("pe-input-series-max", ClusterOptionType.Integer, "4000", Minimum: -1),
        new("node-health-strategy", ClusterOptionType.Choice, "none", null,
            ["none", "migrate-on-red", "only-green", "progressive", "custom"]),
        Score("node-health-base", "0"),
        Score("node-health-green", "0"),
        Score("node-health-yellow", "0"),
        Score("node-health-red", "-INFINITY"),
        new("placement-strategy", ClusterOptionType.Choice, "default", null, ["default", "utilization", "minimal", "balanced"]),
    ];

    private static readonly Dictionary<string, ClusterOption> ByName = Index();

    /// <summary>Finds an option by its name or its legacy name.</summary>
    /// <param name="name">The name, compared exactly.</param>
    public static ClusterOption? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>Reads all options of a document: precedence, rules, legacy names, defaults.</summary>
    /// <param name="document">The document.</param>
    /// <param name="now">The effective time, for rules.</param>
    /// <param name="problems">Receives a warning for each value that is replaced by its default; optional.</param>
    /// <param name="recheck">Receives the time when the result may change; optional.</param>
    public static ClusterOptionValues Read(
        CibDocument document, CibDateTime now, List<CibProblem>? problems = null, RecheckTime? recheck = null)
    {
        var ids = new IdIndex(document.Configuration ?? document.Root);
        return Read(document, new NvSets(ids, new RuleEvaluator(ids, problems)), now, problems, recheck);
    }

    /// <summary>As the other overload, with an evaluator the caller has already.</summary>
    /// <param name="document">The document.</param>
    /// <param name="sets">Evaluates the blocks.</param>
    /// <param name="now">The effective time, for rules.</param>
    /// <param name="problems">Receives a warning for each value that is replaced by its default; optional.</param>
    /// <param name="recheck">Receives the time when the result may change; optional.</param>
    public static ClusterOptionValues Read(
        CibDocument document, NvSets sets, CibDateTime now, List<CibProblem>? problems = null, RecheckTime? recheck = null)
    {
        var section = document.Section("crm_config") ?? new XElement("crm_config");
        var configured = sets.Evaluate(
            section, "cluster_property_set", new RuleInput { Now = now }, recheck, NvSets.BootstrapOptionsId);
        var effective = new TextMap();
        foreach (var value in configured.Values)
        {
            effective[value.Name] = value.Value;
        }

        foreach (var option in All)
        {
            var name = configured.Contains(option.Name) ? option.Name : option.LegacyName;
            var text = name is null ? null : configured[name];
            if (text is not null && !option.IsValid(text))
            {
                problems?.Add(Invalid(option, name!, text, configured.SourceOf(name!))); // text is present, so its name is
                text = null;
            }

            if ((text ?? option.Default) is { } chosen)
            {
                effective[option.Name] = chosen;
            }
            else
            {
                _ = effective.Remove(option.Name);
            }
        }

        return new ClusterOptionValues(effective, configured);
    }

    private static CibProblem Invalid(ClusterOption option, string name, string text, XElement? source)
    {
        var message = $"'{text}' is no legal value for cluster option {name}; '{option.Default}' is used";
        var advice = $"give {option.Expected}";
        return source is null ? new CibProblem(CibSeverity.Warning, message, Advice: advice) : CibProblem.Warning(source, message, advice);
    }

    private static Dictionary<string, ClusterOption> Index()
    {
        var index = new Dictionary<string, ClusterOption>(StringComparer.Ordinal);
        foreach (var option in All)
        {
            index.Add(option.Name, option);
            if (option.LegacyName is not null)
            {
                index.Add(option.LegacyName, option);
            }
        }

        return index;
    }

    private static ClusterOption Boolean(string name, bool value, string? legacy = null)
        => new(name, ClusterOptionType.Boolean, value ? "true" : "false", legacy);

    private static ClusterOption Duration(string name, string value, string? legacy = null)
        => new(name, ClusterOptionType.Duration, value, legacy);

    private static ClusterOption Score(string name, string value) => new(name, ClusterOptionType.Score, value);
}
