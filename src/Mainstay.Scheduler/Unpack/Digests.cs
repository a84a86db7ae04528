using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>How an operation's recorded parameters compare with the configured ones (spec/scheduler-history.md section 20.5).</summary>
internal enum DigestComparison
{
    Match,
    Mismatch,
    Restart,
    Unknown,
}

/// <summary>Digests calculated once per node and operation key.</summary>
internal sealed class OperationDigests
{
    /// <summary>The operation.</summary>
    public required ActionKey Key { get; init; }

    /// <summary>Those of another operation of the same resource on the same node, or null.</summary>
    public OperationDigests? Next { get; set; }

    /// <summary>The entry whose lists of private and restart parameters were used.</summary>
    public required HistoryEntry Entry { get; init; }

    public required string All { get; init; }

    public string? Restart { get; init; }

    /// <summary>Of what is not private; null until somebody asks, as it is only used for sanitized inputs.</summary>
    public string? Secure { get; set; }

    public bool HasExtraParameters { get; set; }
}

/// <summary>What is checked once containers have a node.</summary>
internal enum DeferredCheckKind
{
    Clear,
    Active,
}

/// <summary>A check of a bundle connection whose address is its container's host.</summary>
internal sealed record DeferredCheck(ClusterResource Resource, ClusterNode Node, HistoryEntry Entry, DeferredCheckKind Kind);

/// <summary>Compares recorded and configured parameters.</summary>
internal static class Digests
{
    private const string DefaultPrivateNames = " passwd password user ";

    /// <summary>True for a connection whose address is "the name of the container's host", known only after placement.</summary>
    public static bool IsBundleConnectionByName(this ClusterResource resource, ConfigReader config) =>
        resource is { IsRemoteConnection: true, IsInBundle: true } && config.Parameters(resource, null)["addr"] == "#uname";

    public static DigestComparison Compare(
        ClusterState state, ConfigReader config, ActionStore actions, ClusterResource resource, HistoryEntry entry, ClusterNode node)
    {
        var digests = Get(state, config, actions, resource, entry, node, out bool isFirst);
        if (digests.Restart is not null && entry.RestartDigest is { } recordedRestart && digests.Restart != recordedRestart)
        {
            return DigestComparison.Restart;
        }

        if (entry.Digest is null) return DigestComparison.Unknown;
        if (entry.Digest == digests.All) return DigestComparison.Match;
        return entry.IntervalMs == 0 && digests.HasExtraParameters && isFirst ? DigestComparison.Restart : DigestComparison.Mismatch;
    }

    /// <summary>True if the parameters differ only in private ones, which sanitized inputs lack.</summary>
    public static bool OnlyPrivateChanged(
        ConfigReader config, ActionStore actions, ClusterNode node, ClusterResource resource, HistoryEntry entry)
    {
        var key = new ActionKey(entry.Task, entry.IntervalMs);
        if (node.Digests.Find(resource.Id, key) is not { } digests || entry.SecureDigest is not { } recorded) return false;
        digests.Secure ??= SecureDigest(config, actions, resource, digests.Entry, node);
        return digests.Secure == recorded;
    }

    /// <summary>
    /// Digests of a fence device's parameters as they count for unfencing a node: of all, and of those that are not private.
    /// </summary>
    public static (string All, string Secure) ForUnfencing(ConfigReader config, ActionStore actions, ClusterResource device,
        ClusterNode node)
    {
        var parameters = Parameters(config, actions, device, new ActionKey(TaskKind.Stonith), node, out _);
        bool IsPrivate(string name) => OperationDigest.ListContains(DefaultPrivateNames, name);
        return (OperationDigest.All(parameters, 0), WithoutFencingParameters(config, device, node, IsPrivate));
    }

    /// <summary>The secure digest of old histories: instance attributes only, and none of those the cluster itself uses.</summary>
    private static string WithoutFencingParameters(ConfigReader config, ClusterResource resource, ClusterNode node, Func<string,
        bool> isPrivate)
    {
        var own = config.Parameters(resource, node).Values.ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);
        bool IsExcluded(string name) => isPrivate(name)
            || (resource.IsFenceDevice && (name.StartsWith("pcmk_", StringComparison.Ordinal) || name is "provides" or "stonith-timeout"));
        return OperationDigest.Secure(own, 0, IsExcluded);
    }

    private static OperationDigests Get(
        ClusterState state,
        ConfigReader config,
        ActionStore actions,
        ClusterResource resource,
        HistoryEntry entry,
        ClusterNode node,
        out bool isFirst)
    {
        _ = state;
        var key = new ActionKey(entry.Task, entry.IntervalMs);
        var digests = node.Digests.Find(resource.Id, key);
        isFirst = digests is null;
        if (digests is not null) return digests;

        var parameters = Parameters(config, actions, resource, key, node, out bool hasExtra);
        digests = new OperationDigests
        {
            Key = key,
            Entry = entry,
            All = OperationDigest.All(parameters, entry.IntervalMs),
            Restart = entry.RestartDigest is null ? null
                : OperationDigest.Restart(parameters, n => entry.ForceRestart is null
                    || OperationDigest.ListContains(entry.ForceRestart, n)),
            HasExtraParameters = hasExtra,
        };
        node.Digests.Add(resource.Id, digests);
        return digests;
    }

    private static string SecureDigest(
        ConfigReader config, ActionStore actions, ClusterResource resource, HistoryEntry entry, ClusterNode node)
    {
        bool IsPrivate(string name) => OperationDigest.ListContains(entry.SecureParameters ?? DefaultPrivateNames, name);
        if (VersionText.Compare(entry.FeatureSet, "3.16.0") < 0) return WithoutFencingParameters(config, resource, node, IsPrivate);
        var parameters = Parameters(config, actions, resource, new ActionKey(entry.Task, entry.IntervalMs), node, out _);
        return OperationDigest.Secure(parameters, entry.IntervalMs, IsPrivate);
    }

    private static TextMap Parameters(
        ConfigReader config, ActionStore actions, ClusterResource resource, ActionKey key, ClusterNode node, out bool hasExtra)
    {
        var map = new TextMap();
        if (resource.IsBundleConnectionByName(config))
        {
            var container = resource.Launcher ?? resource.Replica?.Container;
            if ((container?.AssignedNode ?? container?.CurrentNode()) is { } host) map["addr"] = host.Name;
        }

        foreach (var pair in config.Parameters(resource, node).Values) map.TryAdd(pair.Name, pair.Value);
        hasExtra = false;
        if (OperationMeta.Find(resource, key) is { } operation)
        {
            var table = new NvTable();
            var input = config.PlainInput with { NodeAttribute = name => node.Attributes.GetValueOrDefault(name) };
            config.Collect(table, operation.Xml, "instance_attributes", input);
            foreach (var pair in table.Values) map.TryAdd(pair.Name, pair.Value);
            hasExtra = key.IntervalMs == 0 && table.Count > 0;
        }

        foreach (var (name, value) in actions.Meta.Of(resource, key))
        {
            if (name.Contains('#', StringComparison.Ordinal) || name.Contains(':', StringComparison.Ordinal)) continue;
            map.TryAdd("CRM_meta_" + name.Replace('-', '_'), value);
        }

        return map;
    }
}
