using System.Globalization;
using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>Meta-attributes of operations and what follows from them (spec/scheduler-actions.md section 3).</summary>
internal sealed class OperationMeta(ClusterState state, ConfigReader config)
{
    private readonly Dictionary<XElement, List<OperationSettings>> _cache = [];

    // One for all: what it says of an operation is put into another form before the next one.
    private readonly NvTable _scratch = new();

    /// <summary>Sets everything an action takes from the configuration of its operation.</summary>
    public void Fill(PlanAction action)
    {
        var resource = action.Resource!;
        action.Meta.Share(Settings(resource, action.Key).Pairs);
        if (action.Task is TaskKind.Start or TaskKind.Promote)
        {
            if (resource.NeedsFencing) action.Needs = ActionNeeds.Fencing;
            else if (resource.NeedsQuorum) action.Needs = ActionNeeds.Quorum;
        }
    }

    /// <summary>The configured operation with this name and interval, the first of several.</summary>
    public static OperationConfig? Find(ClusterResource resource, ActionKey key)
    {
        if (key.Phase != NotifyPhase.None) return ByTask(resource, TaskKind.Notify, 0);
        var found = ByTask(resource, key.Task, key.IntervalMs);
        if (found is null && key.Task is TaskKind.MigrateTo or TaskKind.MigrateFrom)
        {
            found = resource.Operations.Find(op => op.Name == "migrate" && op.IntervalMs == 0);
        }

        return found;
    }

    /// <summary>The operation's meta-attributes; the caller must not change them.</summary>
    public TextMap Of(ClusterResource resource, ActionKey key) => Settings(resource, key).Table;

    private OperationSettings Settings(ClusterResource resource, ActionKey key)
    {
        var known = resource.OperationSettings ??= KnownOf(resource.Config);
        foreach (var one in known)
        {
            if (one.Key == key) return one;
        }

        var operation = Find(resource, key);
        bool isProbe = key is { Task: TaskKind.Monitor, IntervalMs: 0, Phase: NotifyPhase.None };
        var meta = Configured(resource, key, operation?.Xml, isProbe);
        Normalize(resource, key, meta, isProbe);
        var own = operation?.Xml.Element("instance_attributes") is null ? null : operation!.Xml;
        var settings = new OperationSettings(key, meta, meta.ToArray(), own);
        known.Add(settings);
        return settings;
    }

    /// <summary>The attributes of the operation, then its blocks, then the defaults; the first value of a name stays.</summary>
    private TextMap Configured(ClusterResource resource, ActionKey key, XElement? operation, bool isProbe)
    {
        var meta = new TextMap();
        for (var attribute = operation?.FirstAttribute; attribute is not null; attribute = attribute.NextAttribute)
        {
            meta[attribute.Name.LocalName] = attribute.Value;
        }

        bool hasBlocks = operation?.HasElements == true;
        if (hasBlocks || config.HasOperationDefaults) AddBlocks(meta, resource, key, hasBlocks ? operation : null, isProbe);
        else if (isProbe && ProbeTimeout(resource) is { } timeout) meta.TryAdd("timeout", timeout);
        return meta;
    }

    private void AddBlocks(TextMap meta, ClusterResource resource, ActionKey key, XElement? operation, bool isProbe)
    {
        var table = _scratch;
        table.Clear();
        foreach (var (name, value) in meta) table.TryAdd(name, value);
        var input = config.PlainInput with
        {
            ResourceClass = resource.AgentClass,
            ResourceProvider = resource.Provider,
            ResourceType = resource.AgentType,
            OperationName = state.Tasks.Name(key.Phase == NotifyPhase.None ? key.Task : TaskKind.Notify),
            OperationIntervalMs = key.IntervalMs,
        };
        if (operation is not null) config.Collect(table, operation, "meta_attributes", input);
        if (isProbe && ProbeTimeout(resource) is { } timeout) table.TryAdd("timeout", timeout);
        config.CollectOperationDefaults(table, input);
        foreach (var pair in table.Values) meta[pair.Name] = pair.Value;
    }

    private List<OperationSettings> KnownOf(XElement resource)
    {
        if (!_cache.TryGetValue(resource, out var known)) _cache.Add(resource, known = []);
        return known;
    }

    /// <summary>The operation's own instance attributes for its node.</summary>
    public TextMap? Extra(PlanAction action)
    {
        return Settings(action.Resource!, action.Key).WithParameters is { } operation ? Extra(operation, action.Node!) : null;
    }

    private TextMap? Extra(XElement operation, ClusterNode node)
    {
        var table = new NvTable();
        var input = config.PlainInput with { NodeAttribute = name => node.Attributes.GetValueOrDefault(name) };
        config.Collect(table, operation, "instance_attributes", input);
        if (table.Count == 0) return null;
        var extra = new TextMap();
        foreach (var pair in table.Values) extra[pair.Name] = pair.Value;
        return extra;
    }

    private static OperationConfig? ByTask(ClusterResource resource, TaskKind task, uint interval)
    {
        foreach (var op in resource.Operations)
        {
            if (op.Task == task && op.IntervalMs == interval) return op;
        }

        return null;
    }

    /// <summary>The timeout of the most frequent monitor, which also counts for probes that have none of their own.</summary>
    private static string? ProbeTimeout(ClusterResource resource)
    {
        OperationConfig? smallest = null;
        foreach (var op in resource.Operations)
        {
            if (op is not { Task: TaskKind.Monitor, Enabled: true, IntervalMs: > 0 }) continue;
            if (smallest is null || op.IntervalMs < smallest.IntervalMs) smallest = op;
        }

        return smallest?.Xml.Value("timeout");
    }

    private void Normalize(ClusterResource resource, ActionKey key, TextMap meta, bool isProbe)
    {
        meta.Remove("id");
        if (key.IntervalMs > 0) meta["interval"] = key.IntervalMs.ToString(CultureInfo.InvariantCulture);
        else meta.Remove("interval");

        string? timeout = meta.GetValueOrDefault("timeout");
        if (resource.IsFenceDevice && (key.Task == TaskKind.Start || isProbe)
            && config.Parameters(resource, null)["pcmk_monitor_timeout"] is { } deviceTimeout)
        {
            timeout = deviceTimeout;
        }

        meta["timeout"] = Interval.ParseTimeout(timeout).ToString(CultureInfo.InvariantCulture);
        if (key.Phase == NotifyPhase.None) ValidateOnFail(resource, key, meta);
        NormalizeDelay(key, meta);
    }

    private void NormalizeDelay(ActionKey key, TextMap meta)
    {
        if (meta.TryGetValue("start-delay", out string? delay))
        {
            meta["start-delay"] = Interval.Parse(delay).ToString(CultureInfo.InvariantCulture);
            return;
        }

        if (key.IntervalMs == 0 || !meta.TryGetValue("interval-origin", out string? origin)) return;
        if (!CibDateTime.TryParse(origin, config.Now, out var start)) return;
        long interval = key.IntervalMs / 1000;
        if (interval == 0) return;
        long difference = (state.Now - start.EpochSeconds) % interval;
        long seconds = difference <= 0 ? -difference : interval - difference;
        meta["start-delay"] = (seconds * 1000).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Drops on-fail values that make no sense for the operation (spec/scheduler-history.md section 12.1).</summary>
    private static void ValidateOnFail(ClusterResource resource, ActionKey key, TextMap meta)
    {
        string? value = meta.GetValueOrDefault("on-fail")?.ToLowerInvariant();
        switch (key.Task)
        {
            case TaskKind.Stop when value is "standby" or "demote" or "stop":
                meta.Remove("on-fail");
                return;
            case TaskKind.Demote when value is null:
                InheritDemotePolicy(resource, meta);
                return;
            case TaskKind.LrmDelete:
                meta["on-fail"] = "ignore";
                return;
            default:
                break;
        }

        if (value != "demote") return;
        bool isPromotedMonitor = key.IntervalMs > 0 && ConfigReader.ParseRole(meta.GetValueOrDefault("role")) == Role.Promoted
            && key.Task == TaskKind.Monitor;
        if (key.Task != TaskKind.Promote && !isPromotedMonitor) meta.Remove("on-fail");
    }

    private static void InheritDemotePolicy(ClusterResource resource, TextMap meta)
    {
        foreach (var op in resource.Operations)
        {
            if (op.Task != TaskKind.Monitor || !op.Enabled || op.IntervalMs == 0) continue;
            if (ConfigReader.ParseRole(op.Role) != Role.Promoted) continue;
            if (op.Xml.Value("on-fail") is not { } policy || string.Equals(policy, "demote", StringComparison.OrdinalIgnoreCase)) continue;
            meta["on-fail"] = policy;
        }
    }

    public OnFail OnFailOf(ClusterResource resource, ActionKey key, TextMap meta)
    {
        bool fencing = state.Options.FencingEnabled;
        bool isProbe = key is { Task: TaskKind.Monitor, IntervalMs: 0 };
        bool needsReset = resource is { IsRemoteConnection: true, RemoteNode.Kind: NodeKind.Remote }
            && !isProbe && key.Task != TaskKind.Start;
        string? value = meta.GetValueOrDefault("on-fail")?.ToLowerInvariant();
        if (needsReset && !resource.IsManaged) value = null;
        OnFail? strategy = value switch
        {
            "block" => OnFail.Block,
            "fence" => fencing ? OnFail.Fence : OnFail.Stop,
            "standby" => OnFail.Standby,
            "ignore" or "nothing" => OnFail.Ignore,
            "migrate" => OnFail.Ban,
            "stop" => OnFail.Stop,
            "restart" => OnFail.Restart,
            "restart-container" when resource.Launcher is not null => OnFail.RestartContainer,
            "demote" => OnFail.Demote,
            _ => null,
        };
        if (strategy is { } chosen) return chosen;
        if (resource.Launcher is not null) return OnFail.RestartContainer;
        if (needsReset) return resource.IsManaged ? OnFail.ResetRemote : OnFail.Stop;
        if (key.Task == TaskKind.Stop) return fencing ? OnFail.Fence : OnFail.Block;
        return OnFail.Restart;
    }

    public static Role FailureRole(ClusterResource resource, TaskKind task, OnFail strategy)
    {
        if (strategy == OnFail.Stop) return Role.Stopped;
        if (strategy == OnFail.ResetRemote && resource.ReconnectInterval != 0) return Role.Stopped;
        return task == TaskKind.Promote ? Role.Unpromoted : Role.Started;
    }
}

/// <summary>What the configuration says of one operation of a resource, and of all instances of it.</summary>
/// <param name="Key">The operation.</param>
/// <param name="Table">Its meta-attributes, sorted bytewise.</param>
/// <param name="Pairs">The same, for actions to share.</param>
/// <param name="WithParameters">The configured operation if it has parameters of its own, else null.</param>
internal sealed record OperationSettings(
    ActionKey Key, TextMap Table, KeyValuePair<string, string>[] Pairs, XElement? WithParameters);
