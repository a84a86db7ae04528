using System.Xml.Linq;
using Mainstay.Cli.Configuration;
using Mainstay.Cli.Pcs.Rules;

namespace Mainstay.Cli.Rendering;

/// <summary>Sets of names and values as listings: properties of the cluster, attributes of nodes.</summary>
internal static class OptionListings
{
    /// <summary>Properties that are set.</summary>
    /// <param name="cib">The CIB.</param>
    /// <param name="names">Only these; empty: all.</param>
    public static Listing Properties(XDocument cib, IReadOnlyCollection<string> names)
    {
        var sets = CibTree.FindSection(cib, "crm_config")?.Elements("cluster_property_set").ToList() ?? [];
        string[] columns = ["Property", "Value"];

        // Nearly every cluster has the one set that tools write to, without conditions.
        var hasSets = sets.Count > 1 || sets.Exists(s => s.Element("rule") is not null);
        var listing = new Listing("Cluster properties", hasSets ? [.. columns, "Set"] : columns)
        {
            TextColumns = new HashSet<int> { 1, 2 },
            WhenEmpty = "None set: all have their defaults ('property config --defaults' lists those)",
        };
        foreach (var set in sets)
        {
            var rules = string.Concat(set.Elements("rule").Select(r => $"\nif {RuleText.Expression(r)}"));
            foreach (var (name, value) in NvSetEditor.Pairs(set)
                .Where(p => names.Count == 0 || names.Contains(p.Key, StringComparer.Ordinal)).OrderBy(p => p.Key, StringComparer.Ordinal))
            {
                Cell[] cells = [name, value];
                listing.Add(hasSets ? [.. cells, new Cell(set.Id() + rules, Tone.Faint)] : cells);
            }
        }

        return listing;
    }

    /// <summary>Attributes or utilization of nodes.</summary>
    /// <param name="nodes">The nodes.</param>
    /// <param name="kind">The element that holds them.</param>
    /// <param name="heading">What they are called.</param>
    /// <param name="name">Only this one; <see langword="null"/>: all.</param>
    public static Listing OfNodes(IEnumerable<XElement> nodes, string kind, string heading, string? name)
    {
        var listing = new Listing($"Node {heading.ToLowerInvariant()}", "Node", "Name", "Value")
        {
            TextColumns = new HashSet<int> { 2 },
            WhenEmpty = "None set",
        };
        foreach (var node in nodes.OrderBy(n => n.Text("uname"), StringComparer.Ordinal))
        {
            foreach (var (key, value) in node.Elements(kind).SelectMany(NvSetEditor.Pairs)
                .Where(p => name is null || p.Key == name).OrderBy(p => p.Key, StringComparer.Ordinal))
            {
                listing.Add(node.Text("uname"), key, value);
            }
        }

        return listing;
    }
}
