using System.Globalization;
using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Manager.Core;

/// <summary>Takes a status section that a tool has edited back into the state: attributes, histories, tickets.</summary>
internal static class StatusReader
{
    public static void Read(XElement status, StateSnapshot data)
    {
        foreach (var node in data.Nodes.Values)
        {
            var element = status.Elements("node_state").FirstOrDefault(state => state.Value("id") == Text(node.Id));
            ReadAttributes(element, node);
            ReadHistory(element, node);
        }

        data.Tickets = [.. status.Elements("tickets").Elements("ticket_state")
            .Select(ticket => CibWriter.Print(ticket, CibPrintStyle.Compact))
            .Order(StringComparer.Ordinal)];
    }

    private static void ReadAttributes(XElement? element, NodeRecord node)
    {
        List<string> shown = [.. node.Attributes.Where(pair => !pair.Value.IsPrivate).Select(pair => pair.Key)];
        foreach (var name in shown) node.Attributes.Remove(name);
        foreach (var pair in element?.Elements("transient_attributes").Elements("instance_attributes").Elements("nvpair") ?? [])
        {
            if (pair.Value("name") is { Length: > 0 } name && pair.Value("value") is { } value)
            {
                node.Attributes.TryAdd(name, new NodeAttribute(value, IsPrivate: false));
            }
        }
    }

    private static void ReadHistory(XElement? element, NodeRecord node)
    {
        node.History.Clear();
        foreach (var resource in element?.Elements("lrm").Elements("lrm_resources").Elements("lrm_resource") ?? [])
        {
            if (resource.Id() is not { Length: > 0 } id) continue;
            var history = new ResourceHistory
            {
                Class = resource.Value("class"),
                Provider = resource.Value("provider"),
                Type = resource.Value("type"),
                Container = resource.Value("container"),
                ShutdownLock = resource.Value("shutdown-lock") is { } since ? Number(since) : null,
            };
            foreach (var operation in resource.Elements("lrm_rsc_op"))
            {
                // What is pending is known from the actions in flight.
                if (operation.Value("op-status") == "-1" || operation.Id() is not { Length: > 0 } entry) continue;
                history.Entries[entry] = Operation(operation, entry);
            }

            node.History[id] = history;
        }
    }

    private static OperationRecord Operation(XElement element, string id) => new()
    {
        Id = id,
        Key = element.Value("operation_key") ?? id,
        Operation = element.Value("operation") ?? "",
        IntervalMs = Number(element.Value("interval")),
        TransitionKey = element.Value("transition-key") ?? "",
        CallId = (int)Number(element.Value("call-id")),
        ExitCode = (int)Number(element.Value("rc-code")),
        Status = (int)Number(element.Value("op-status")),
        ExitReason = element.Value("exit-reason") ?? "",
        Node = element.Value("on_node") ?? "",
        LastChange = Number(element.Value("last-rc-change") ?? element.Value("last-run")),
        ExecTimeMs = (int)Number(element.Value("exec-time")),
        QueueTimeMs = (int)Number(element.Value("queue-time")),
        MigrateSource = element.Value("migrate_source"),
        MigrateTarget = element.Value("migrate_target"),
        Digest = element.Value("op-digest"),
        ForceRestart = element.Value("op-force-restart"),
        RestartDigest = element.Value("op-restart-digest"),
        SecureParameters = element.Value("op-secure-params"),
        SecureDigest = element.Value("op-secure-digest"),
    };

    private static long Number(string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : 0;

    private static string Text(uint value) => value.ToString(CultureInfo.InvariantCulture);
}
