using System.Globalization;
using Mainstay.Ring.Core.Map;

namespace Mainstay.Ring.Core.Configuration;

/// <summary>The configuration that the keys of the map amount to, after a client changed some (spec/corosync-conf.md section 7).</summary>
public static class MapConfiguration
{
    private static readonly string[] s_prefixes = ["totem.", "nodelist.", "quorum.", "logging.", "uidgid.config.", "system."];

    /// <summary>Whether a change of this key by a client changes the running configuration.</summary>
    public static bool ActsOn(string key) =>
        key.StartsWith("totem.", StringComparison.Ordinal)
        || key.StartsWith("logging.", StringComparison.Ordinal)
        || key.StartsWith("quorum.device.", StringComparison.Ordinal)
        || key is "quorum.expected_votes" or "quorum.votes" or "quorum.two_node";

    /// <summary>Evaluates the keys.</summary>
    /// <param name="running">The running configuration.</param>
    /// <param name="keys">All keys of the map.</param>
    /// <param name="environment">The host; the local node is that of the running configuration.</param>
    /// <param name="problems">All findings; there is no configuration where any is an error.</param>
    public static RingConfiguration? Evaluate(
        RingConfiguration running,
        IEnumerable<KeyValuePair<string, MapValue>> keys,
        ConfigurationEnvironment environment,
        out IReadOnlyList<ConfigurationProblem> problems)
    {
        var found = new SortedDictionary<string, CmapValue>(StringComparer.Ordinal);
        var nodes = 0;
        foreach (var (key, value) in keys)
        {
            if (!Array.Exists(s_prefixes, prefix => key.StartsWith(prefix, StringComparison.Ordinal))) continue;
            if (value.Type is CmapValueType.Binary or CmapValueType.Single or CmapValueType.Real) continue;
            found[key] = value.ToConfiguration();
            nodes = Math.Max(nodes, NodePosition(key) + 1);
        }

        var document = new CorosyncConfDocument(found, [], nodes);
        var builder = new ConfigurationBuilder(running.File, document, environment with { NodeId = running.LocalNode.NodeId });
        var configuration = builder.Build();
        problems = builder.Problems;
        return configuration;
    }

    private static int NodePosition(string key)
    {
        const string Prefix = "nodelist.node.";
        if (!key.StartsWith(Prefix, StringComparison.Ordinal)) return -1;
        var end = key.IndexOf('.', Prefix.Length);
        return end > 0 && int.TryParse(key[Prefix.Length..end], NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            ? position
            : -1;
    }
}
