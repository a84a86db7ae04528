using System.Xml.Linq;
using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.Pcs.Properties;

/// <summary>The options of the cluster in <c>crm_config</c>.</summary>
internal static class ClusterProperties
{
    // Ids of pairs show the first characters of a long option name (observed with pcs 0.11.5).
    private const int IdNameLengthMax = 20;

    /// <summary>Id of the set that every tool writes to.</summary>
    public const string SetId = "cib-bootstrap-options";

    /// <summary>The value of an option, in any set; <see langword="null"/> where it is not set.</summary>
    public static string? Value(XDocument cib, string name) =>
        CibTree.FindSection(cib, "crm_config")?.Elements("cluster_property_set").Elements("nvpair")
            .FirstOrDefault(p => p.Text("name") == name)?.Text("value");

    /// <summary>The set to write to: the first one; made where there is none.</summary>
    public static XElement Set(PcsSession session)
    {
        var section = CibTree.Section(session.Cib, "crm_config");
        if (section.Elements("cluster_property_set").FirstOrDefault() is { } found)
        {
            return found;
        }

        var made = new XElement("cluster_property_set", new XAttribute("id", session.Ids.Take(SetId)));
        section.Add(made);
        return made;
    }

    /// <summary>A pair for a set of cluster options.</summary>
    public static XElement Pair(PcsSession session, XElement set, string name, string value)
    {
        var pair = NvSetEditor.Pair(set.Id(), name.Length > IdNameLengthMax ? name[..IdNameLengthMax] : name, value, session.Ids);
        pair.SetAttributeValue("name", name);
        return pair;
    }

    /// <summary>The sets as text.</summary>
    public static IEnumerable<string> Lines(XDocument cib, IReadOnlyCollection<string> names)
    {
        foreach (var set in CibTree.FindSection(cib, "crm_config")?.Elements("cluster_property_set") ?? [])
        {
            var pairs = NvSetEditor.Pairs(set).Where(p => names.Count == 0 || names.Contains(p.Key, StringComparer.Ordinal)).ToList();
            if (pairs.Count == 0)
            {
                continue;
            }

            yield return $"Cluster Properties: {set.Id()}{(set.Text("score") is { } score ? $" score={score}" : "")}";
            foreach (var (name, value) in pairs.OrderBy(p => p.Key, StringComparer.Ordinal))
            {
                yield return $"  {name}={value}";
            }

            foreach (var line in set.Elements("rule").SelectMany(r => Rules.RuleText.Lines(r, withIds: false)))
            {
                yield return "  " + line;
            }
        }
    }
}
