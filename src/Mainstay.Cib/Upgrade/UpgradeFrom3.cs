using System.Globalization;
using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>The step from the 3.x to the 4.0 form (spec/cib-model.md section 12).</summary>
internal static partial class UpgradeFrom3
{
    private const string Prefix = "pcmk__3_10_upgrade-";

    private static readonly string[] SetNames = ["cluster_property_set", "instance_attributes", "meta_attributes", "utilization"];

    public static void Transform(XElement configuration, List<CibProblem> problems)
    {
        var before = configuration.Copy();
        WriteOutNamedReferences(configuration);
        TransformPairs(configuration);
        TransformOptions(configuration);
        TransformMetaAttributes(configuration);
        foreach (var specification in configuration.Descendants("date_spec"))
        {
            specification.SetAttributeValue("moon", null);
        }

        foreach (var level in configuration.Elements("fencing-topology").Elements("fencing-level").ToList())
        {
            if (IntegerText.TryReadLeading(level.Value("index"), out var index) && index > 9)
            {
                level.Remove();
            }
        }

        TransformPingNodes(configuration);
        TransformResources(configuration, problems);
        var replaced = TransformConstraints(configuration);
        RestoreLostReferences(configuration, before);
        TransformAcls(configuration, before, replaced);
        OrderSets(configuration);
    }

    /// <summary>A reference to an nvpair that gives it another name becomes an nvpair of its own.</summary>
    private static void WriteOutNamedReferences(XElement configuration)
    {
        var ids = new IdIndex(configuration);
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pair in configuration.Descendants("nvpair").ToList())
        {
            if (pair.Value("id-ref") is { } reference && pair.Value("name") is { } name && ids.Resolve(pair) is { } original)
            {
                pair.ReplaceAttributes(
                    new XAttribute("id", Unique($"{Prefix}{reference}-{name}", used)),
                    new XAttribute("name", name),
                    original.Attribute("value") is { } value ? new XAttribute(value) : null);
            }
        }
    }

    private static string Unique(string id, HashSet<string> used)
    {
        var candidate = id;
        for (var number = 2; !used.Add(candidate); number++)
        {
            candidate = string.Create(CultureInfo.InvariantCulture, $"{id}-{number}");
        }

        return candidate;
    }

    /// <summary>Drops nvpairs without a value, and all but one of a name within a block.</summary>
    private static void TransformPairs(XElement configuration)
    {
        var ids = new IdIndex(configuration);
        var dropped = new List<XElement>();
        foreach (var set in configuration.Descendants().Where(IsSet))
        {
            var resolved = set.Elements("nvpair").Select(pair => (Pair: pair, Actual: ids.Resolve(pair))).ToList();
            dropped.AddRange(resolved.Where(pair => pair.Actual is not null && pair.Actual.Value("value") is null)
                .Select(pair => pair.Pair));
            foreach (var group in resolved.Where(pair => pair.Actual?.Value("value") is not null)
                .GroupBy(pair => pair.Actual!.Value("name") ?? string.Empty, StringComparer.Ordinal))
            {
                // What counts is the first one after the last "#default", or that one if nothing follows it.
                var pairs = group.ToList();
                var lastDefault = pairs.FindLastIndex(pair => IsDefault(pair.Actual!));
                var kept = Math.Min(lastDefault + 1, pairs.Count - 1);
                dropped.AddRange(pairs.Where((_, index) => index != kept).Select(pair => pair.Pair));
            }
        }

        dropped.ForEach(pair => pair.Remove());
    }

    private static bool IsSet(XElement element) => SetNames.Contains(element.Name.LocalName, StringComparer.Ordinal);

    private static bool IsDefault(XElement pair) => string.Equals(pair.Value("value"), "#default", StringComparison.OrdinalIgnoreCase);

    private static void TransformOptions(XElement configuration)
    {
        foreach (var pair in configuration.Elements("crm_config").Elements("cluster_property_set").Elements("nvpair").ToList())
        {
            switch (pair.Value("name"))
            {
                case "crmd-finalization-timeout":
                    pair.SetAttributeValue("name", "join-finalization-timeout");
                    break;
                case "crmd-integration-timeout":
                    pair.SetAttributeValue("name", "join-integration-timeout");
                    break;
                case "crmd-transition-delay":
                    pair.SetAttributeValue("name", "transition-delay");
                    break;
                case "remove-after-stop":
                    pair.Remove();
                    break;
                case "stonith-action" when pair.Value("value") == "poweroff":
                    pair.SetAttributeValue("value", "off");
                    break;
                default:
                    break;
            }
        }
    }

    private static void TransformMetaAttributes(XElement configuration)
    {
        foreach (var pair in configuration.Descendants("meta_attributes").Elements("nvpair").ToList())
        {
            var parent = pair.Parent?.Parent?.Name.LocalName;
            var isDropped = parent is "op" or "op_defaults"
                ? pair.Value("name") is "can_fail" or "role_after_failure"
                : pair.Value("name") is "restart-type";
            if (isDropped)
            {
                pair.Remove();
            }
        }
    }

    private static void TransformPingNodes(XElement configuration)
    {
        foreach (var node in configuration.Elements("nodes").Elements("node").Where(node => node.Value("type") == "ping"))
        {
            node.SetAttributeValue("type", "member");
            configuration.Element("constraints")?.Add(new XElement(
                "rsc_location",
                new XAttribute("id", $"{Prefix}ping-node-ban-{node.Value("uname")}"),
                new XAttribute("rsc-pattern", ".*"),
                new XAttribute("node", node.Value("uname") ?? string.Empty),
                new XAttribute("score", "-INFINITY"),
                new XAttribute("resource-discovery", "never")));
        }
    }

    /// <summary>A reference that stays although what it refers to was dropped takes its place.</summary>
    private static void RestoreLostReferences(XElement configuration, XElement before)
    {
        var ids = new IdIndex(configuration);
        var original = new IdIndex(before);
        foreach (var reference in configuration.Descendants().Where(element => element.Attribute("id-ref") is not null).ToList())
        {
            if (ids.Resolve(reference) is null && original.Resolve(reference) is { } lost)
            {
                var copy = lost.Copy();
                reference.ReplaceWith(copy);
                ids.Add(copy);
            }
        }
    }

    /// <summary>Blocks come after all other children, in order of precedence.</summary>
    private static void OrderSets(XElement configuration)
    {
        var parents = configuration.Descendants().Where(element => element.Elements().Any(IsSet)).ToList();
        foreach (var parent in parents)
        {
            var sets = parent.Elements().Where(IsSet).ToList();
            var sorted = sets
                .OrderByDescending(set => set.Id() == NvSets.BootstrapOptionsId)
                .ThenByDescending(set => Score.Parse(set.Value("score")).Value)
                .ToList();
            if (!sets.SequenceEqual(sorted))
            {
                sets.ForEach(set => set.Remove());
                parent.Add(sorted);
            }
        }
    }

    private static void TransformAcls(XElement configuration, XElement before, SortedDictionary<string, List<string>> replaced)
    {
        var known = new IdIndex(configuration);
        var original = new IdIndex(before);
        foreach (var permission in configuration.Elements("acls").Descendants("acl_permission"))
        {
            if (permission.Value("reference") is not { } reference || known.Find(reference) is not null || original.Find(reference) is null)
            {
                continue;
            }

            var xpath = replaced.TryGetValue(reference, out var names)
                ? $"//*[{string.Join(" or ", names.Select(name => $"@id = '{name}'"))}]"
                : "/*[false()]";
            permission.SetAttributeValue("reference", null);
            permission.SetAttributeValue("xpath", xpath);
        }
    }
}
