using System.Collections;

namespace Mainstay.Agents;

/// <summary>The environment agents run in (spec/agents.md section 3).</summary>
internal sealed class AgentEnvironment
{
    /// <summary>Feature set told to agents that were given none; agents compare it with 3.10.0.</summary>
    public const string FeatureSet = "3.20.5";

    private const string CheckLevel = "OCF_CHECK_LEVEL";

    /// <summary>Belongs to this process's own relation with the service manager; an agent that used it would speak in our name.</summary>
    private static readonly string[] Withheld =
        ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "INVOCATION_ID", "JOURNAL_STREAM"];

    private readonly AgentOptions _options;
    private readonly Dictionary<string, string> _base;

    public AgentEnvironment(AgentOptions options)
    {
        _options = options;
        _base = BuildBase(options);
    }

    /// <summary>What every child inherits: LSB scripts and fence agents get nothing else.</summary>
    public IReadOnlyDictionary<string, string> Base => _base;

    /// <summary>The environment of an OCF action.</summary>
    public Dictionary<string, string> ForOcf(ResourceAction action, IReadOnlyDictionary<string, string> parameters)
    {
        var variables = ForMetadata(action.Agent);
        variables["OCF_RESOURCE_INSTANCE"] = action.ResourceId;
        variables["OCF_RESKEY_crm_feature_set"] = FeatureSet;
        variables["OCF_RESKEY_CRM_meta_on_node"] = _options.NodeName;
        if (action.TimeoutMs > 0) variables["OCF_RESKEY_CRM_meta_timeout"] = action.TimeoutMs.ToString();
        if (action.IsRecurring) variables["OCF_RESKEY_CRM_meta_interval"] = action.IntervalMs.ToString();
        foreach (var (name, value) in parameters)
        {
            variables[name == CheckLevel ? CheckLevel : "OCF_RESKEY_" + name] = value;
        }

        return variables;
    }

    /// <summary>The environment of a meta-data call.</summary>
    public Dictionary<string, string> ForMetadata(AgentId agent) => new(_base, StringComparer.Ordinal)
    {
        ["OCF_ROOT"] = _options.OcfRoot.Split(':')[0],
        ["OCF_RA_VERSION_MAJOR"] = "1",
        ["OCF_RA_VERSION_MINOR"] = "1",
        ["OCF_EXIT_REASON_PREFIX"] = ExitReason.Prefix,
        ["OCF_RESOURCE_TYPE"] = agent.Type,
        ["OCF_RESOURCE_PROVIDER"] = agent.Provider,
    };

    private static Dictionary<string, string> BuildBase(AgentOptions options)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            if (entry is not { Key: string name, Value: string value }) continue;
            if (!name.StartsWith("OCF_", StringComparison.Ordinal)) variables[name] = value;
        }

        foreach (var name in Withheld) variables.Remove(name);
        variables["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        variables["LC_ALL"] = "C";
        variables["HA_cluster_type"] = "corosync";
        variables["HA_debug"] = "0";
        variables["PCMK_service"] = "pacemaker-execd";
        variables["PCMK_cluster_type"] = "corosync";
        foreach (var file in options.EnvironmentFiles)
        {
            foreach (var (name, value) in EnvironmentFile.Read(file)) variables[name] = value;
        }

        foreach (var (name, value) in options.ExtraEnvironment) variables[name] = value;
        return variables;
    }
}
