using System.Text.Json.Nodes;
using System.Xml.Linq;
using Mainstay.Cli.Configuration;
using Mainstay.Cli.Pcs.Rules;

namespace Mainstay.Cli.Pcs.Resources;

/// <summary>The definition of resources as JSON (spec/cli-pcs.md section 4).</summary>
internal static class ResourceConfigJson
{
    /// <summary>The document over the given resources, inner ones included.</summary>
    public static string Document(IEnumerable<XElement> resources)
    {
        var all = resources.SelectMany(r => r.DescendantsAndSelf().Where(CibTree.IsResource)).Distinct().ToList();
        return Json.Print(Json.Object(
            ("primitives", Json.Array(all.Where(r => r.Name == "primitive").Select(Primitive))),
            ("clones", Json.Array(all.Where(CibTree.IsClone).Select(Clone))),
            ("groups", Json.Array(all.Where(r => r.Name == "group").Select(Group))),
            ("bundles", Json.Array(all.Where(r => r.Name == "bundle").Select(Bundle)))));
    }

    /// <summary>The blocks of one kind.</summary>
    public static JsonArray NvSets(XElement owner, string kind) => Json.Array(owner.Elements(kind).Select(NvSet));

    /// <summary>A block of name-value pairs.</summary>
    public static JsonObject NvSet(XElement block) => Json.Object(
        ("id", block.Id()),
        ("options", block.Text("score") is { } score ? Json.Object(("score", score)) : new JsonObject()),
        ("rule", block.Element("rule") is { } rule ? RuleJson.Rule(rule) : null),
        ("nvpairs", Json.Array(block.Elements("nvpair")
            .Select(p => Json.Object(("id", p.Id()), ("name", p.Text("name")), ("value", p.Text("value")))))));

    private static JsonObject Primitive(XElement e) => Json.Object(
        ("id", e.Id()),
        ("agent_name", Json.Object(("standard", e.Text("class")), ("provider", e.Text("provider")), ("type", e.Text("type")))),
        ("description", e.Text("description")),
        ("operations", Json.Array(e.Elements("operations").Elements("op").Select(Operation))),
        ("meta_attributes", NvSets(e, "meta_attributes")),
        ("instance_attributes", NvSets(e, "instance_attributes")),
        ("utilization", NvSets(e, "utilization")));

    private static JsonObject Operation(XElement e) => Json.Object(
        ("id", e.Id()),
        ("name", e.Text("name")),
        ("interval", e.Text("interval")),
        ("description", e.Text("description")),
        ("start_delay", e.Text("start-delay")),
        ("interval_origin", e.Text("interval-origin")),
        ("timeout", e.Text("timeout")),
        ("enabled", Boolean(e.Text("enabled"))),
        ("record_pending", Boolean(e.Text("record-pending"))),
        ("role", e.Text("role")),
        ("on_fail", e.Text("on-fail")),
        ("meta_attributes", NvSets(e, "meta_attributes")),
        ("instance_attributes", NvSets(e, "instance_attributes")));

    private static JsonObject Clone(XElement e) => Json.Object(
        ("id", e.Id()),
        ("description", e.Text("description")),
        ("member_id", e.Elements().FirstOrDefault(CibTree.IsResource)?.Id()),
        ("meta_attributes", NvSets(e, "meta_attributes")),
        ("instance_attributes", NvSets(e, "instance_attributes")));

    private static JsonObject Group(XElement e) => Json.Object(
        ("id", e.Id()),
        ("description", e.Text("description")),
        ("member_ids", Json.Array(e.Elements("primitive").Select(p => JsonValue.Create(p.Id())))),
        ("meta_attributes", NvSets(e, "meta_attributes")),
        ("instance_attributes", NvSets(e, "instance_attributes")));

    private static JsonObject Bundle(XElement e)
    {
        var runtime = e.Elements().FirstOrDefault(c => c.Name.LocalName is "docker" or "podman");
        return Json.Object(
            ("id", e.Id()),
            ("description", e.Text("description")),
            ("member_id", e.Element("primitive")?.Id()),
            ("container_type", runtime?.Name.LocalName.ToUpperInvariant()),
            ("container_options", Attributes(runtime)),
            ("network", e.Element("network") is { } network ? Attributes(network) : null),
            ("port_mappings", Json.Array(e.Descendants("port-mapping").Select(Attributes))),
            ("storage_mappings", Json.Array(e.Descendants("storage-mapping").Select(Attributes))),
            ("meta_attributes", NvSets(e, "meta_attributes")),
            ("instance_attributes", NvSets(e, "instance_attributes")));
    }

    private static JsonObject Attributes(XElement? element) =>
        Json.Object([.. (element?.Attributes() ?? []).Select(a => (a.Name.LocalName.Replace('-', '_'), (JsonNode?)a.Value))]);

    private static JsonNode? Boolean(string? text) => text is null ? null : JsonValue.Create(text is "true" or "1" or "yes" or "on");
}
