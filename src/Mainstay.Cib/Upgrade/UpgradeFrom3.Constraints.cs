using System.Globalization;
using System.Xml.Linq;

namespace Mainstay.Cib;

internal static partial class UpgradeFrom3
{
    /// <summary>Location constraints get one rule each; lifetimes become rules or are dropped.</summary>
    /// <returns>The ids of location constraints that were split, with the ids that took their place.</returns>
    private static SortedDictionary<string, List<string>> TransformConstraints(XElement configuration)
    {
        var replaced = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        if (configuration.Element("constraints") is not { } constraints)
        {
            return replaced;
        }

        foreach (var location in constraints.Elements("rsc_location").ToList())
        {
            if (location.Elements("rule").Skip(1).Any())
            {
                SplitRules(location, replaced);
            }
        }

        foreach (var location in constraints.Elements("rsc_location").ToList())
        {
            TransformLifetime(location);
        }

        DropOtherLifetimes(configuration, constraints);
        return replaced;
    }

    private static void SplitRules(XElement location, SortedDictionary<string, List<string>> replaced)
    {
        var id = location.Id() ?? string.Empty;
        var count = location.Elements("rule").Count();
        var names = new List<string>();
        for (var index = 0; index < count; index++)
        {
            var part = location.Copy();
            names.Add(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{id}-{index + 1}"));
            part.SetAttributeValue("id", names[^1]);
            part.Elements("rule").Where((_, number) => number != index).ToList().ForEach(rule => rule.Remove());
            if (index > 0)
            {
                // What the parts share stays in the first; the others refer to it.
                ReferToOriginals(part.Elements("resource_set"));
                ReferToOriginals(part.Elements("lifetime").Elements("rule"));
            }

            location.AddBeforeSelf(part);
        }

        location.Remove();
        replaced[id] = names;
    }

    private static void ReferToOriginals(IEnumerable<XElement> elements)
    {
        foreach (var element in elements.ToList())
        {
            if (element.Id() is { } id)
            {
                element.ReplaceNodes();
                element.ReplaceAttributes(new XAttribute("id-ref", id));
            }
        }
    }

    private static void TransformLifetime(XElement location)
    {
        if (location.Element("lifetime") is not { } lifetime)
        {
            return;
        }

        lifetime.Remove();
        var limits = lifetime.Elements("rule").ToList();
        limits.ForEach(rule => rule.Remove());
        if (limits.Count == 0)
        {
            return;
        }

        var id = $"{Prefix}{location.Id()}";
        var limit = limits.Count == 1
            ? limits[0]
            : new XElement("rule", new XAttribute("id", $"{id}-lifetime-or-rule"), new XAttribute("boolean-op", "or"), limits);
        var both = new XElement("rule", new XAttribute("id", $"{id}-lifetime-and-rule"), new XAttribute("boolean-op", "and"));
        if (location.Element("rule") is { } existing)
        {
            existing.ReplaceWith(both);
            both.Add(existing);
        }
        else
        {
            both.Add(TakeNodeRule(location, id));
            location.Add(both);
        }

        both.Add(limit);
    }

    /// <summary>The node and score of a location constraint as a rule.</summary>
    private static XElement TakeNodeRule(XElement location, string id)
    {
        var rule = new XElement(
            "rule",
            new XAttribute("id", $"{id}-node-score-rule"),
            location.Attribute("score") is { } score ? new XAttribute(score) : null,
            new XElement(
                "expression",
                new XAttribute("id", $"{id}-node-score-rule-expr"),
                new XAttribute("attribute", "#uname"),
                new XAttribute("operation", "eq"),
                new XAttribute("value", location.Value("node") ?? string.Empty)));
        location.SetAttributeValue("score", null);
        location.SetAttributeValue("node", null);
        return rule;
    }

    /// <summary>
    /// Lifetimes of colocations and orderings never had an effect. Rules in them that others refer to are kept in a location constraint
    /// that
    /// matches nothing.
    /// </summary>
    private static void DropOtherLifetimes(XElement configuration, XElement constraints)
    {
        var lifetimes = constraints.Elements()
            .Where(element => element.Name.LocalName is "rsc_colocation" or "rsc_order").Elements("lifetime").ToList();
        var rules = lifetimes.Elements("rule").ToList();
        lifetimes.ForEach(lifetime => lifetime.Remove());
        var wanted = configuration.Descendants("rule").Select(rule => rule.Value("id-ref")).OfType<string>()
            .ToHashSet(StringComparer.Ordinal);
        var kept = rules.Where(rule => rule.Id() is { } id && wanted.Contains(id)).ToList();
        if (kept.Count == 0)
        {
            return;
        }

        const string Id = $"{Prefix}coloc-order-lifetime-rules";
        kept.ForEach(rule => rule.Remove());
        constraints.Add(new XElement(
            "rsc_location",
            new XAttribute("id", Id),
            new XAttribute("rsc-pattern", "a^"),
            new XElement("rule", new XAttribute("id", $"{Id}-rule"), new XAttribute("score", "-INFINITY"), kept)));
    }
}
