using System.Xml.Linq;
using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.Pcs.Rules;

/// <summary>Printing of rules: as an indented block, and as an expression that can be typed again.</summary>
internal static class RuleText
{
    /// <summary>The lines of a rule; inner lines are indented by two blanks.</summary>
    public static IEnumerable<string> Lines(XElement rule, bool withIds, bool isInner = false)
    {
        var words = new List<string> { "Rule:" };
        words.Add(rule.Elements().Count() > 1 || rule.Attribute("boolean-op") is not null
            ? $"boolean-op={rule.Text("boolean-op") ?? "and"}" : "");
        foreach (var name in new[] { "role", "score", "score-attribute" })
        {
            if (rule.Text(name) is { } value && !isInner && !(name == "score" && IsInDefaults(rule)))
            {
                words.Add($"{name}={value}");
            }
        }

        yield return string.Join(' ', words.Where(w => w.Length > 0)) + Id(rule, withIds);
        foreach (var part in rule.Elements())
        {
            if (part.Name == "rule")
            {
                foreach (var line in Lines(part, withIds, isInner: true))
                {
                    yield return "  " + line;
                }

                continue;
            }

            yield return $"  Expression: {Simple(part)}{Id(part, withIds)}";
        }
    }

    /// <summary>The expression as it can be typed.</summary>
    public static string Expression(XElement rule)
    {
        var operation = rule.Text("boolean-op") ?? "and";
        return string.Join($" {operation} ", rule.Elements().Select(e => e.Name == "rule" ? $"({Expression(e)})" : Simple(e)));
    }

    private static bool IsInDefaults(XElement rule) => rule.Ancestors().Any(a => a.Name.LocalName is "rsc_defaults" or "op_defaults");

    private static string Id(XElement element, bool withIds) => withIds ? $" (id: {element.Id()})" : "";

    private static string Simple(XElement e) => e.Name.LocalName switch
    {
        "expression" when e.Attribute("value") is null => $"{e.Text("operation")} {e.Text("attribute")}",
        "expression" => string.Join(' ',
            new[] { e.Text("attribute"), e.Text("operation"), e.Text("type"), Quote(e.Text("value")!) }.OfType<string>()),
        "date_expression" => Date(e),
        "op_expression" => $"op {e.Text("name")}{(e.Text("interval") is { } i ? $" interval={i}" : "")}",
        "rsc_expression" => $"resource {e.Text("class")}:{e.Text("provider")}:{e.Text("type")}",
        var other => other,
    };

    private static string Date(XElement e)
    {
        var operation = e.Text("operation") ?? "in_range";
        var duration = e.Element("duration");
        return operation switch
        {
            "date_spec" => "date-spec " + Numbers(e.Element("date_spec")),
            "gt" => $"date gt {e.Text("start")}",
            "lt" => $"date lt {e.Text("end")}",
            _ => $"date in_range {(e.Text("start") is { } s ? s + " " : "")}to "
                + (duration is null ? e.Text("end") : "duration " + Numbers(duration)),
        };
    }

    private static string Numbers(XElement? element) =>
        string.Join(' ', element?.Attributes().Where(a => a.Name != "id").Select(a => $"{a.Name}={a.Value}") ?? []);

    private static string Quote(string value) =>
        value.Length == 0 || value.Any(char.IsWhiteSpace) ? $"\"{value}\"" : value;
}
