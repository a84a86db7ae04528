using System.Text.Json.Nodes;
using System.Xml.Linq;
using Mainstay.Cli.Configuration;
using Mainstay.Cli.Pcs.Rules;

namespace Mainstay.Cli.Pcs.Constraints;

/// <summary>Constraints as JSON (spec/cli-pcs.md section 4): all eight lists are always present.</summary>
internal static class ConstraintJson
{
    /// <summary>The document.</summary>
    public static string Document(IEnumerable<XElement> constraints)
    {
        var all = constraints.ToList();
        var result = new JsonObject();
        foreach (var (element, key) in new[] { ("rsc_location", "location"), ("rsc_colocation", "colocation"), ("rsc_order", "order"),
            ("rsc_ticket", "ticket") })
        {
            var kind = all.Where(e => e.Name == element).ToList();
            result[key] = Json.Array(kind.Where(e => e.Element("resource_set") is null).Select(Simple));
            result[key + "_set"] = Json.Array(kind.Where(e => e.Element("resource_set") is not null).Select(Set));
        }

        return Json.Print(result);
    }

    private static JsonObject Simple(XElement e) => e.Name.LocalName switch
    {
        "rsc_location" => Json.Object(
            ("resource_id", e.Text("rsc")),
            ("resource_pattern", e.Text("rsc-pattern")),
            ("role", e.Text("role")),
            ("attributes", Json.Object(
                ("constraint_id", e.Id()),
                ("score", e.Text("score")),
                ("node", e.Text("node")),
                ("rules", Json.Array(e.Elements("rule").Select(RuleJson.Rule))),
                ("lifetime", new JsonArray()),
                ("resource_discovery", e.Text("resource-discovery"))))),
        "rsc_colocation" => Json.Object(
            ("resource_id", e.Text("rsc")),
            ("with_resource_id", e.Text("with-rsc")),
            ("node_attribute", e.Text("node-attribute")),
            ("resource_role", e.Text("rsc-role")),
            ("with_resource_role", e.Text("with-rsc-role")),
            ("attributes", Json.Object(
                ("constraint_id", e.Id()),
                ("score", e.Text("score")),
                ("influence", e.Text("influence")),
                ("lifetime", new JsonArray())))),
        "rsc_order" => Json.Object(
            ("first_resource_id", e.Text("first")),
            ("then_resource_id", e.Text("then")),
            ("first_action", e.Text("first-action")),
            ("then_action", e.Text("then-action")),
            ("attributes", Attributes(e))),
        _ => Json.Object(
            ("resource_id", e.Text("rsc")),
            ("role", e.Text("rsc-role")),
            ("attributes", Json.Object(("constraint_id", e.Id()), ("ticket", e.Text("ticket")), ("loss_policy", e.Text("loss-policy"))))),
    };

    private static JsonObject Set(XElement e) => Json.Object(
        ("resource_sets", Json.Array(e.Elements("resource_set").Select(Members))),
        ("attributes", e.Name.LocalName switch
        {
            "rsc_order" => Attributes(e),
            "rsc_ticket" => Json.Object(("constraint_id", e.Id()), ("ticket", e.Text("ticket")), ("loss_policy", e.Text("loss-policy"))),
            _ => Json.Object(("constraint_id", e.Id()), ("score", e.Text("score")), ("influence", e.Text("influence")),
                ("lifetime", new JsonArray())),
        }));

    private static JsonObject Members(XElement set) => Json.Object(
        ("set_id", set.Id()),
        ("sequential", set.Text("sequential")),
        ("require_all", set.Text("require-all")),
        ("ordering", set.Text("ordering")),
        ("action", set.Text("action")),
        ("role", set.Text("role")),
        ("score", set.Text("score")),
        ("kind", set.Text("kind")),
        ("resources_ids", Json.Array(set.Elements("resource_ref").Select(r => JsonValue.Create(r.Id())))));

    private static JsonObject Attributes(XElement order) => Json.Object(
        ("constraint_id", order.Id()),
        ("symmetrical", order.Text("symmetrical")),
        ("require_all", order.Text("require-all")),
        ("score", order.Text("score")),
        ("kind", order.Text("kind")));
}
