using System.Text.Json.Nodes;
using Mainstay.Cli.Monitor;
using Mainstay.Scheduler;

namespace Mainstay.Cli.Pcs.Status;

/// <summary>The status as JSON: what automation asks for most and pcs does not have (spec/cli-pcs.md section 19).</summary>
internal static class StatusJson
{
    /// <summary>The document.</summary>
    public static string Document(ClusterSnapshot snapshot, string clusterName)
    {
        var state = snapshot.State;
        return Json.Print(Json.Object(
            ("cluster_name", clusterName),
            ("dc", state.Dc?.Name),
            ("quorate", state.HasQuorum),
            ("nodes", Json.Array(state.Nodes.Select(n => Json.Object(
                ("name", n.Name),
                ("id", n.Id),
                ("kind", n.Kind.ToString().ToLowerInvariant()),
                ("state", NodeText.State(n)),
                ("online", n.Online),
                ("unclean", n.Unclean),
                ("standby", n.Standby),
                ("maintenance", n.Maintenance),
                ("attributes", Json.Object(
                    [.. n.Attributes.Where(a => !StatusSectionText.IsInternal(a.Key)).Select(a => (a.Key, (JsonNode?)a.Value))])))))),
            ("resources", Json.Array(state.Resources.Where(r => !r.IsImplicit).Select(Resource))),
            ("failures", Json.Array(state.FailedOperations.Where(f => !f.IsMaskableProbe).Select(f => Json.Object(
                ("resource", f.ResourceId),
                ("operation", f.Task),
                ("interval_ms", f.IntervalMs),
                ("node", f.Node.Name),
                ("exit_code", f.ExitStatus),
                ("exit_text", OcfText.Of(f.ExitStatus)),
                ("reason", f.ExitReason),
                ("time", f.LastChange)))))));
    }

    private static JsonObject Resource(ClusterResource r) => Json.Object(
        ("id", r.Id),
        ("type", r.Variant.ToString().ToLowerInvariant()),
        ("agent", r.Variant == ResourceVariant.Primitive ? ResourceText.Agent(r) : null),
        ("role", r.Variant == ResourceVariant.Primitive ? ResourceText.RoleOf(r).ToString() : null),
        ("nodes", Json.Array(r.ActiveNodes.Select(n => JsonValue.Create(n.Name)))),
        ("managed", r.IsManaged),
        ("disabled", ResourceText.IsDisabled(r)),
        ("failed", r.IsFailed),
        ("blocked", r.IsBlocked),
        ("members", Json.Array(r.Children.Select(Resource))));
}
