using System.Xml.Linq;
using Mainstay.Agents;
using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.Pcs.Resources;

/// <summary>Checks instance attributes against what the agent says (spec/cli-pcs.md section 6).</summary>
internal static class ResourceParameters
{
    private static readonly string[] s_fenceActions = ["list", "metadata", "monitor", "off", "on", "reboot", "status", "validate"];

    // Understood by the fencer itself, whatever the agent (spec/fencing.md).
    private static readonly string[] s_fencer =
    [
        "pcmk_action_limit", "pcmk_delay_base", "pcmk_delay_max", "pcmk_host_argument", "pcmk_host_check", "pcmk_host_list",
            "pcmk_host_map",
        "priority", "provides", "stonith-timeout",
    ];

    /// <summary>Names, required ones and values that must be unique, for a new resource.</summary>
    public static void CheckNew(PcsSession session, AgentId agent, AgentMetadata metadata, IReadOnlyDictionary<string, string> given)
    {
        CheckNames(session, agent, metadata, given.Where(g => g.Value.Length > 0).Select(g => g.Key));
        var missing = metadata.Parameters
            .Where(p => p.IsRequired && !p.IsDeprecated && !(agent.Standard == AgentStandard.Stonith && IsImplied(p.Name)))
            .Where(p => !IsGiven(p, metadata, given))
            .Select(p => p.Name)
            .ToList();
        if (missing.Count > 0)
        {
            var kind = agent.Standard == AgentStandard.Stonith ? "stonith" : "resource";
            session.Overridable(
                $"required {kind} option{(missing.Count > 1 ? "s" : "")} {PcsArguments.Quoted(missing)} "
                    + $"{(missing.Count > 1 ? "are" : "is")} missing");
        }

        CheckUnique(session, agent, metadata, given, null);
    }

    /// <summary>Names and unique values, for a changed resource.</summary>
    public static void CheckChange(
        PcsSession session,
        XElement resource,
        AgentId agent,
        AgentMetadata metadata,
        IReadOnlyDictionary<string, string> given)
    {
        var present = NvSetEditor.Find(resource, "instance_attributes") is { } block
            ? NvSetEditor.Pairs(block).Select(p => p.Key).ToHashSet(StringComparer.Ordinal)
            : [];
        CheckNames(session, agent, metadata, given.Where(g => g.Value.Length > 0 && !present.Contains(g.Key)).Select(g => g.Key));
        var removed = metadata.Parameters.Where(p =>
            p.IsRequired && !p.IsDeprecated && given.TryGetValue(p.Name, out var v) && v.Length == 0).ToList();
        if (removed.Count > 0)
        {
            session.Overridable($"required resource option {PcsArguments.Quoted(removed.Select(p => p.Name))} cannot be removed");
        }

        CheckUnique(session, agent, metadata, given, resource);
    }

    /// <summary>The options that every fence device has beside its agent's.</summary>
    public static IEnumerable<string> FencerOptions => s_fencer.Concat(
        s_fenceActions.SelectMany(a => new[] { $"pcmk_{a}_action", $"pcmk_{a}_timeout", $"pcmk_{a}_retries" }));

    private static void CheckNames(PcsSession session, AgentId agent, AgentMetadata metadata, IEnumerable<string> names)
    {
        var isFence = agent.Standard == AgentStandard.Stonith;
        var allowed = metadata.Parameters.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        if (isFence)
        {
            allowed.UnionWith(FencerOptions);
        }
        else
        {
            allowed.Add("trace_ra");
            allowed.Add("trace_file");
        }

        var bad = names.Where(n => !allowed.Contains(n)).ToList();
        if (bad.Count > 0)
        {
            session.Overridable(PcsArguments.InvalidOptions(bad, allowed, isFence ? "stonith " : "resource "));
        }
    }

    // The fencer sets these itself.
    private static bool IsImplied(string name) => name is "action" or "plug" or "port" or "nodename";

    private static bool IsGiven(AgentParameter parameter, AgentMetadata metadata, IReadOnlyDictionary<string, string> given)
    {
        bool Has(string name) => given.TryGetValue(name, out var value) && value.Length > 0;
        return Has(parameter.Name)
            || (parameter.Obsoletes.Length > 0 && Has(parameter.Obsoletes))
            || metadata.Parameters.Any(p => p.Obsoletes == parameter.Name && Has(p.Name));
    }

    private static void CheckUnique(
        PcsSession session,
        AgentId agent,
        AgentMetadata metadata,
        IReadOnlyDictionary<string, string> given,
        XElement? self)
    {
        var groups = metadata.Parameters.Where(p => p.UniqueGroup.Length > 0 || p.IsUnique)
            .GroupBy(p => p.UniqueGroup.Length > 0 ? p.UniqueGroup : "unique " + p.Name, StringComparer.Ordinal);
        foreach (var group in groups)
        {
            var names = group.Select(p => p.Name).Where(given.ContainsKey).ToList();
            if (names.Count == 0 || names.Any(n => given[n].Length == 0))
            {
                continue;
            }

            var same = CibTree.Resources(session.Cib)
                .Where(r => r.Name == "primitive" && r != self && AgentOf(r) == agent)
                .Where(r => group.All(p => NvSetEditor.Value(r, "instance_attributes", p.Name) == given.GetValueOrDefault(p.Name)))
                .Select(r => r.Id())
                .ToList();
            if (same.Count > 0)
            {
                session.Overridable(
                    $"Value '{string.Join("', '", names.Select(n => given[n]))}' of option {PcsArguments.Quoted(names)} is not unique "
                        + $"across "
                    + $"'{agent}' resources. Following resources are configured with the same value of the option: "
                        + $"{PcsArguments.Quoted(same)}");
            }
        }
    }

    /// <summary>The agent of a primitive, through its template where it has one.</summary>
    public static AgentId? AgentOf(XElement primitive)
    {
        var source = primitive.Text("template") is { } template
            ? primitive.Document?.Root?.Element("configuration")?.Element("resources")?.Elements("template")
                .FirstOrDefault(t => t.Id() == template)
            : primitive;
        return source?.Text("class") is { } standard && source.Text("type") is { } type
            ? AgentId.FromAttributes(standard, source.Text("provider"), type)
            : null;
    }
}
