using System.Globalization;
using System.Xml.Linq;
using Mainstay.Cib;
using Mainstay.Cli.CibTools;

namespace Mainstay.Cli.ClusterTools;

/// <summary><c>crm_resource --list-operations</c>: the recorded operations, each line ending in the state that agents compare
/// (spec/agents.md section 14.4).</summary>
internal static class OperationListing
{
    private static readonly string[] s_states =
        ["Done", "Cancelled", "Timed Out", "Not supported", "Error", "Hard Error", "Fatal Error", "Not installed", "Not connected",
            "Internal communication failure"];

    /// <summary>Prints them, node by node.</summary>
    public static int Print(ResourceCall call)
    {
        var node = call.Node;
        var list = new XElement("operations");
        foreach (var state in call.Editor.Document.Status?.Elements("node_state") ?? [])
        {
            var name = CibElements.Value(state, "uname") ?? "";
            if (node is not null && !name.Equals(node, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            foreach (var history in state.Elements("lrm").Elements("lrm_resources").Elements("lrm_resource"))
            {
                Print(call, name, history, list);
            }
        }

        call.Output.Element(list);
        return call.Output.Finish(NativeExit.Ok);
    }

    private static void Print(ResourceCall call, string node, XElement history, XElement list)
    {
        var id = CibElements.Id(history) ?? "";
        if (call.Id.Length > 0 && id.Split(':')[0] != call.Id.Split(':')[0])
        {
            return;
        }

        var operations = history.Elements("lrm_rsc_op")
            .Where(operation => !(CibElements.Id(operation) ?? "").Contains("_last_failure_", StringComparison.Ordinal))
            .OrderBy(operation => int.TryParse(CibElements.Value(operation, "call-id"), out var number) ? number : -1)
            .ToList();
        if (!call.Options.Has("list-all-operations"))
        {
            // What was before a stop is history, not an operation that is in force.
            operations.RemoveRange(0, operations.FindLastIndex(operation => CibElements.Value(operation, "operation") == "stop") + 1);
        }

        var primitive = call.State.FindResource(id)
            ?? call.State.Resources.SelectMany(ResourceCall.Inside).FirstOrDefault(p => p.Id.Split(':')[0] == id.Split(':')[0]);
        foreach (var operation in operations)
        {
            string Text(string attribute) => CibElements.Value(operation, attribute) ?? "";
            var key = Text("operation_key") is { Length: > 0 } given ? given : CibElements.Id(operation) ?? "";
            var status = Text("op-status");
            var word = status == "-1"
                ? "Pending" : int.TryParse(status, out var code) && code < s_states.Length && code >= 0 ? s_states[code] : status;
            var changed = long.TryParse(Text("last-rc-change"), out var seconds)
                ? DateTimeOffset.FromUnixTimeSeconds(seconds).ToLocalTime()
                    .ToString("ddd MMM d HH:mm:ss yyyy", CultureInfo.InvariantCulture)
                : null;
            var agent = primitive is null ? id : Head(ResourceQueries.Line(primitive));
            call.Output.Line(
                $"{agent}: {key} (node={node}, call={Text("call-id")}, rc={Text("rc-code")}"
                + $"{(changed is null ? "" : $", last-rc-change='{changed}', exec={Text("exec-time")}ms")}): {word}");
            var element = new XElement(
                "operation",
                new XAttribute("op", key),
                new XAttribute("node", node),
                new XAttribute("call", Text("call-id")),
                new XAttribute("rc", Text("rc-code")),
                new XAttribute("status", word),
                new XAttribute("rsc", id),
                new XAttribute("agent", $"{Of(history, "class")}:{Of(history, "provider")}:{Of(history, "type")}"));
            element.SetAttributeValue("last-rc-change", changed);
            element.SetAttributeValue("exec-time", changed is null ? null : Text("exec-time"));
            list.Add(element);
        }
    }

    private static string? Of(XElement element, string attribute) => CibElements.Value(element, attribute);

    // Up to the role: the node stands in the brackets behind it.
    private static string Head(string line)
    {
        var role = line.LastIndexOf('\t');
        var end = line.IndexOf(' ', role + 2);
        return end < 0 ? line : line[..end];
    }
}
