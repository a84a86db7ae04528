namespace Mainstay.Agents.Fencing;

/// <summary>
/// A fence device's configuration, read once (spec/fencing.md sections 1.3 and 2). Immutable; knows nothing of what the device answered.
/// </summary>
public sealed record FenceDevice
{
    private const string PcmkPrefix = "pcmk_";
    private const int DefaultAttempts = 2;

    private static readonly char[] ListSeparators = [',', ' ', '\n', '\r', '\t', ';'];
    private static readonly char[] MapSeparators = [';', ' ', '\t', '\n'];

    private FenceDevice(string id, string agent, IReadOnlyDictionary<string, string> parameters)
    {
        Id = id;
        Agent = agent;
        Parameters = parameters;
    }

    /// <summary>Device id (the resource's).</summary>
    public string Id { get; }

    /// <summary>Fence agent type, for example <c>fence_ipmilan</c>.</summary>
    public string Agent { get; }

    /// <summary>All instance attributes as configured.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; }

    /// <summary>The device's name for a node: <c>pcmk_host_map</c>, keyed case-insensitively.</summary>
    public IReadOnlyDictionary<string, string> HostMap { get; private init; } =
        new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Nodes of <c>pcmk_host_list</c>, and the keys and values of the map.</summary>
    public IReadOnlyList<string> StaticTargets { get; private init; } = [];

    /// <summary><c>pcmk_host_check</c>, or the default that the host list or map implies; null: depends on what the agent can do.</summary>
    public FenceTargetCheck? ConfiguredCheck { get; private init; }

    /// <summary><c>pcmk_host_argument</c>; null: depends on the agent's meta-data.</summary>
    public string? HostArgument { get; private init; }

    /// <summary><c>pcmk_action_limit</c>: agent runs at once; <see cref="int.MaxValue"/> for unlimited.</summary>
    public int ActionLimit { get; private init; } = 1;

    /// <summary>Meta-attribute <c>provides=unfencing</c> was passed along with the parameters.</summary>
    public bool ProvidesUnfencing { get; private init; }

    /// <summary>Reads the parameters. Never fails: what cannot be read gets its default and a warning.</summary>
    /// <param name="id">Device id.</param>
    /// <param name="agent">Fence agent type.</param>
    /// <param name="parameters">Instance attributes.</param>
    /// <param name="warnings">Receives one sentence per problem.</param>
    public static FenceDevice Parse(string id, string agent, IReadOnlyDictionary<string, string> parameters, ICollection<string> warnings)
    {
        var map = ParseHostMap(id, parameters.GetValueOrDefault("pcmk_host_map", string.Empty), warnings);
        var listed = parameters.GetValueOrDefault("pcmk_host_list", string.Empty)
            .Split(ListSeparators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new FenceDevice(id, agent, parameters)
        {
            HostMap = map,
            StaticTargets = [.. listed.Concat(map.Keys).Concat(map.Values).Distinct(StringComparer.OrdinalIgnoreCase)],
            ConfiguredCheck = ParseCheck(id, parameters, warnings),
            HostArgument = parameters.GetValueOrDefault("pcmk_host_argument"),
            ActionLimit = ParseLimit(id, parameters, warnings),
            ProvidesUnfencing = string.Equals(parameters.GetValueOrDefault("provides"), "unfencing", StringComparison.OrdinalIgnoreCase),
        };
    }

    /// <summary>The device's own name for a node: its entry in the host map, else the node name.</summary>
    public string AliasOf(string target) => HostMap.TryGetValue(target, out var alias) ? alias : target;

    /// <summary>Whether the static list names the node, in any case.</summary>
    public bool IsStaticTarget(string target) => StaticTargets.Contains(target, StringComparer.OrdinalIgnoreCase);

    /// <summary>The command sent for an action: <c>pcmk_ACTION_action</c>, else the action itself.</summary>
    public string CommandFor(string action) => Parameters.GetValueOrDefault($"{PcmkPrefix}{action}_action", action);

    /// <summary>Whether another command is configured for the action.</summary>
    public bool HasSubstitute(string action) => Parameters.ContainsKey($"{PcmkPrefix}{action}_action");

    /// <summary>The time for all attempts of an action: <c>pcmk_ACTION_timeout</c>, else what the request says.</summary>
    public TimeSpan TimeoutFor(string action, TimeSpan requested) =>
        Parameters.TryGetValue($"{PcmkPrefix}{action}_timeout", out var text)
        && FenceTime.TryParse(text, out var own) && own > TimeSpan.Zero
            ? own
            : requested;

    /// <summary>Total attempts for an action (<c>pcmk_ACTION_retries</c>, default 2).</summary>
    public int AttemptsFor(string action) =>
        Parameters.TryGetValue($"{PcmkPrefix}{action}_retries", out var text) && int.TryParse(text, out var attempts)
            ? Math.Max(attempts, 1)
            : DefaultAttempts;

    /// <summary>
    /// The bounds of the delay before an off or reboot of a node (<c>pcmk_delay_base</c>, <c>pcmk_delay_max</c>); equal bounds:
    /// fixed.
    /// </summary>
    public (TimeSpan Base, TimeSpan Max) DelayFor(string target)
    {
        var floor = DelayBaseFor(target);
        if (!Parameters.TryGetValue("pcmk_delay_max", out var text) || !FenceTime.TryParse(text, out var max) || max == TimeSpan.Zero)
        {
            return (floor, floor);
        }

        return (floor < max ? floor : max, max);
    }

    /// <summary>
    /// The check that applies, given what the agent can do (spec/fencing.md section 3.2): configured, else static if there is a
    /// list or a map, else
    /// the agent's list, else its status, else none.
    /// </summary>
    /// <param name="metadata">The agent's meta-data; null: unknown.</param>
    public FenceTargetCheck CheckWith(AgentMetadata? metadata)
    {
        if (ConfiguredCheck is { } configured) return configured;
        if (metadata?.Supports("list") == true) return FenceTargetCheck.DynamicList;
        return metadata?.Supports("status") == true ? FenceTargetCheck.Status : FenceTargetCheck.None;
    }

    /// <summary>
    /// The lines an agent gets on its standard input (spec/fencing.md section 1.1): the node, the host argument, the configured attributes
    /// without those for the fencer, and the action last.
    /// </summary>
    /// <param name="command">Command, already translated by <see cref="CommandFor"/>.</param>
    /// <param name="target">Node, or empty.</param>
    /// <param name="metadata">The agent's meta-data, for the default host argument.</param>
    public IReadOnlyList<KeyValuePair<string, string>> LinesFor(string command, string target, AgentMetadata? metadata)
    {
        var lines = new List<KeyValuePair<string, string>>();
        var argument = target.Length == 0 ? null : HostArgumentWith(metadata);
        if (target.Length > 0) lines.Add(new("nodename", target));
        if (argument is not null && Parameters.GetValueOrDefault(argument, "dynamic") == "dynamic")
        {
            lines.Add(new(argument, AliasOf(target)));
        }

        foreach (var (name, value) in Parameters.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            if (IsSent(name) && !(name == argument && value == "dynamic")) lines.Add(new(name, value.ReplaceLineEndings(" ")));
        }

        lines.Add(new("action", command));
        return lines;
    }

    /// <summary>The targets in the output of <c>list</c>: every token counts, since aliases stand beside names.</summary>
    public static IReadOnlyList<string> ParseTargets(string output) =>
        output.Split(ListSeparators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private string? HostArgumentWith(AgentMetadata? metadata)
    {
        if (HostArgument is { } own) return string.Equals(own, "none", StringComparison.OrdinalIgnoreCase) ? null : own;
        foreach (var name in (ReadOnlySpan<string>)["plug", "port"])
        {
            if (metadata is not null && metadata.Parameters.Any(p => p.Name == name)) return name;
        }

        return null;
    }

    private static bool IsSent(string name) =>
        name is not ("action" or "provides" or "stonith-timeout" or "crm_feature_set")
        && !name.StartsWith(PcmkPrefix, StringComparison.Ordinal)
        && !name.StartsWith("CRM_meta_", StringComparison.Ordinal);

    private TimeSpan DelayBaseFor(string target)
    {
        if (!Parameters.TryGetValue("pcmk_delay_base", out var text)) return TimeSpan.Zero;
        if (text.Contains(':', StringComparison.Ordinal))
        {
            var map = ParseHostMap(Id, text, []);
            if (map.TryGetValue(target, out var own)) text = own;
        }

        return FenceTime.TryParse(text, out var delay) ? delay : TimeSpan.Zero;
    }

    private static Dictionary<string, string> ParseHostMap(string id, string text, ICollection<string> warnings)
    {
        var map = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in text.Split(MapSeparators, StringSplitOptions.RemoveEmptyEntries))
        {
            var split = entry.IndexOf(':', StringComparison.Ordinal);
            if (split < 0) split = entry.IndexOf('=', StringComparison.Ordinal);
            if (split <= 0 || split == entry.Length - 1)
            {
                warnings.Add($"device {id}: \"{entry}\" in a map is not NODE:VALUE; ignored");
                continue;
            }

            map[entry[..split]] = entry[(split + 1)..];
        }

        return map;
    }

    private static FenceTargetCheck? ParseCheck(string id, IReadOnlyDictionary<string, string> parameters, ICollection<string> warnings)
    {
        var text = parameters.GetValueOrDefault("pcmk_host_check", string.Empty);
        switch (text.ToLowerInvariant())
        {
            case "static-list": return FenceTargetCheck.StaticList;
            case "dynamic-list": return FenceTargetCheck.DynamicList;
            case "status": return FenceTargetCheck.Status;
            case "none": return FenceTargetCheck.None;
            case "": break;
            default:
                warnings.Add(
                    $"device {id}: pcmk_host_check \"{text}\" is not static-list, dynamic-list, status or none; the default is used");
                break;
        }

        return parameters.ContainsKey("pcmk_host_list") || parameters.ContainsKey("pcmk_host_map") ? FenceTargetCheck.StaticList : null;
    }

    private static int ParseLimit(string id, IReadOnlyDictionary<string, string> parameters, ICollection<string> warnings)
    {
        if (!parameters.TryGetValue("pcmk_action_limit", out var text)) return 1;
        if (int.TryParse(text, out var limit)) return limit switch { < 0 => int.MaxValue, 0 => 1, _ => limit };
        warnings.Add($"device {id}: pcmk_action_limit \"{text}\" is not a number; 1 is used");
        return 1;
    }
}
