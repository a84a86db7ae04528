using System.Text.Json.Nodes;
using System.Xml.Linq;
using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.Pcs.Rules;

/// <summary>Rules as JSON (spec/cli-pcs.md section 4).</summary>
internal static class RuleJson
{
    private static readonly string[] s_structural = ["id"];

    /// <summary>A rule, with its expressions and as text.</summary>
    public static JsonObject Rule(XElement element) => Json.Object(
        ("id", element.Id()),
        ("type", element.Name.LocalName switch
        {
            "rule" => "RULE",
            "date_expression" => "DATE_EXPRESSION",
            "op_expression" => "OP_EXPRESSION",
            "rsc_expression" => "RSC_EXPRESSION",
            _ => "EXPRESSION",
        }),
        ("in_effect", "UNKNOWN"),
        ("options", Options(element)),
        ("date_spec", Part(element.Element("date_spec"))),
        ("duration", Part(element.Element("duration"))),
        ("expressions", element.Name == "rule" ? Json.Array(element.Elements().Select(Rule)) : new JsonArray()),
        ("as_string", element.Name == "rule" ? RuleText.Expression(element) : RuleText.Expression(new XElement("rule", element))));

    private static JsonObject? Part(XElement? element) =>
        element is null ? null : Json.Object(("id", element.Id()), ("options", Options(element)));

    private static JsonObject Options(XElement element) =>
        Json.Object([.. element.Attributes().Where(a => !s_structural.Contains(a.Name.LocalName))
            .Select(a => (a.Name.LocalName, (JsonNode?)a.Value))]);
}
