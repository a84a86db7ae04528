using System.Xml.Linq;
using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.Pcs.Rules;

/// <summary>Where a rule stands: decides which tests it may hold (spec/cli-pcs.md section 9).</summary>
internal enum RulePlace
{
    /// <summary>A location constraint.</summary>
    Location,

    /// <summary>A set of resource defaults.</summary>
    ResourceDefaults,

    /// <summary>A set of operation defaults.</summary>
    OperationDefaults,
}

/// <summary>Turns parsed expressions into the elements of the CIB, with the ids that pcs gives.</summary>
internal static class RuleWriter
{
    /// <summary>The <c>rule</c> element of an expression.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="id">Id of the rule.</param>
    /// <param name="place">Where it will stand.</param>
    /// <param name="ids">The ids in use.</param>
    public static XElement Write(RuleNode expression, string id, RulePlace place, IdPool ids)
    {
        var rule = new XElement("rule", new XAttribute("id", id));
        if (expression is RuleGroup group)
        {
            rule.SetAttributeValue("boolean-op", group.Operator);
            foreach (var part in group.Parts)
            {
                rule.Add(Part(part, id, place, ids));
            }
        }
        else
        {
            if (place != RulePlace.Location)
            {
                rule.SetAttributeValue("boolean-op", "and");
            }

            rule.Add(Part(expression, id, place, ids));
        }

        return rule;
    }

    private static XElement Part(RuleNode node, string ruleId, RulePlace place, IdPool ids)
    {
        switch (node)
        {
            case RuleGroup group:
                var inner = Write(group, ids.Take(ruleId + "-rule"), place, ids);
                if (place == RulePlace.Location)
                {
                    inner.SetAttributeValue("score", "0");
                }

                return inner;
            case AttributeTest test:
                Allow(place == RulePlace.Location, "node attribute", "location constraints");
                return Attribute(test, ids.Take(ruleId + "-expr"));
            case DateTest test:
                return Date(test, ids.Take(ruleId + "-expr"), ids);
            case DateSpecTest test:
                return DateSpec(test, ids.Take(ruleId + "-expr"), ids);
            case OperationTest test:
                Allow(place == RulePlace.OperationDefaults, "op", "operation defaults");
                return Operation(test, ids.Take($"{ruleId}-op-{CibTree.CleanId(test.Name)}"));
            case ResourceTest test:
                Allow(place != RulePlace.Location, "resource", "resource and operation defaults");
                return Resource(test, ruleId, ids);
            default:
                throw new InvalidOperationException(node.GetType().Name);
        }
    }

    private static void Allow(bool condition, string kind, string where)
    {
        if (!condition)
        {
            throw new CommandFailure($"'{kind}' expressions cannot be used in this rule: they belong into {where}");
        }
    }

    private static XElement Attribute(AttributeTest test, string id)
    {
        var element = new XElement(
            "expression",
            new XAttribute("id", id),
            new XAttribute("operation", test.Operation),
            new XAttribute("attribute", test.Attribute));
        element.SetAttributeValue("type", test.Type);
        element.SetAttributeValue("value", test.Value);
        return element;
    }

    private static XElement Date(DateTest test, string id, IdPool ids)
    {
        var element = new XElement("date_expression", new XAttribute("id", id), new XAttribute("operation", test.Operation));
        element.SetAttributeValue("start", test.Start);
        element.SetAttributeValue("end", test.End);
        if (test.Duration is not null)
        {
            element.Add(Numbers("duration", ids.Take(id + "-duration"), test.Duration));
        }

        return element;
    }

    private static XElement DateSpec(DateSpecTest test, string id, IdPool ids) => new(
        "date_expression",
        new XAttribute("id", id),
        new XAttribute("operation", "date_spec"),
        Numbers("date_spec", ids.Take(id + "-datespec"), test.Parts));

    private static XElement Numbers(string name, string id, IReadOnlyList<KeyValuePair<string, string>> parts) =>
        new(name, new XAttribute("id", id), parts.Select(p => new XAttribute(p.Key, p.Value)));

    private static XElement Operation(OperationTest test, string id)
    {
        var element = new XElement("op_expression", new XAttribute("id", id), new XAttribute("name", test.Name));
        element.SetAttributeValue("interval", test.Interval);
        return element;
    }

    private static XElement Resource(ResourceTest test, string ruleId, IdPool ids)
    {
        var parts = new[] { test.Standard, test.Provider, test.Type }.Where(p => p is not null);
        var id = ids.Take(string.Join('-', [ruleId + "-rsc", .. parts.Select(p => CibTree.CleanId(p!))]));
        var element = new XElement("rsc_expression", new XAttribute("id", id));
        element.SetAttributeValue("class", test.Standard);
        element.SetAttributeValue("provider", test.Provider);
        element.SetAttributeValue("type", test.Type);
        return element;
    }
}
