using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Manager.Core;

/// <summary>
/// The CIB as tools and the scheduler see it: the configuration and a status section made from the state (spec/manager.md section 7).
/// </summary>
internal static class StatusView
{
    /// <summary>The whole document.</summary>
    /// <param name="configuration">Configuration without status; copied.</param>
    /// <param name="version">Version to show.</param>
    /// <param name="state">The state.</param>
    /// <param name="forScheduler">
    /// Pending actions beside the finished entries instead of in their place: a plan made while a stop is in flight must still see the
    /// start.
    /// </param>
    public static CibDocument Compose(CibDocument configuration, CibVersion version, ReplicatedState state, bool forScheduler)
    {
        var document = configuration.Clone();
        var root = document.Root;
        document.Version = version;
        root.SetAttributeValue("have-quorum", state.Data.Quorum.IsQuorate ? "1" : "0");
        if (state.Data.Quorum.WasQuorate) root.SetAttributeValue("no-quorum-panic", "1");
        if (state.Coordinator != 0) root.SetAttributeValue("dc-uuid", Text(state.Coordinator));
        root.Element("status")?.Remove();
        root.Add(Status(state, forScheduler));
        return document;
    }

    private static XElement Status(ReplicatedState state, bool forScheduler)
    {
        var status = new XElement("status");
        foreach (var node in state.Data.Nodes.Values) status.Add(Node(node, state, forScheduler));
        if (state.Data.Tickets.Count > 0)
        {
            var tickets = new XElement("tickets");
            foreach (var ticket in state.Data.Tickets)
            {
                if (CibReader.Read(ticket).Document?.Root is { } element) tickets.Add(new XElement(element));
            }

            status.Add(tickets);
        }

        return status;
    }

    private static XElement Node(NodeRecord node, ReplicatedState state, bool forScheduler)
    {
        var id = Text(node.Id);
        var element = new XElement(
            "node_state",
            new XAttribute("id", id),
            new XAttribute("uname", node.Name),
            new XAttribute("in_ccm", Text(node.RingSince)),
            new XAttribute("crmd", Text(node.PeerSince)),
            new XAttribute("crm-debug-origin", "mainstay"),
            new XAttribute("join", node.IsMember ? "member" : "down"),
            new XAttribute("expected", node.IsExpectedDown ? "down" : "member"));
        var attributes = new XElement("instance_attributes", new XAttribute("id", "status-" + id));
        foreach (var (name, attribute) in node.Attributes)
        {
            if (attribute.IsPrivate) continue;
            attributes.Add(new XElement(
                "nvpair",
                new XAttribute("id", $"status-{id}-{XmlId(name)}"),
                new XAttribute("name", name),
                new XAttribute("value", attribute.Value)));
        }

        if (attributes.HasElements) element.Add(new XElement("transient_attributes", new XAttribute("id", id), attributes));
        var resources = Resources(node, state, forScheduler);
        if (node.IsMember || resources.HasElements) element.Add(new XElement("lrm", new XAttribute("id", id), resources));
        return element;
    }

    private static XElement Resources(NodeRecord node, ReplicatedState state, bool forScheduler)
    {
        var byId = new SortedDictionary<string, XElement>(StringComparer.Ordinal);
        foreach (var (id, history) in node.History)
        {
            var element = Resource(id, history.Class, history.Provider, history.Type);
            if (history.Container is { } container) element.SetAttributeValue("container", container);
            if (history.ShutdownLock is { } since) element.SetAttributeValue("shutdown-lock", Text(since));
            foreach (var record in history.Entries.Values) element.Add(Operation(record));
            byId[id] = element;
        }

        foreach (var action in state.Data.InFlight.Values)
        {
            if (action.NodeId != node.Id || action.Task is "notify" or "cancel") continue;
            if (!byId.TryGetValue(action.ResourceId, out var element))
            {
                element = Resource(action.ResourceId, action.Class, action.Provider, action.Type);
                byId[action.ResourceId] = element;
            }

            AddPending(element, action, node.Name, forScheduler);
        }

        return new XElement("lrm_resources", byId.Values);
    }

    private static void AddPending(XElement resource, InFlightAction action, string node, bool forScheduler)
    {
        var id = action.IntervalMs == 0 && action.Task is not ("migrate_to" or "migrate_from") && !forScheduler
            ? $"{action.ResourceId}_last_0"
            : $"{action.ResourceId}_{action.Task}_{Text(action.IntervalMs)}";
        if (!forScheduler)
        {
            resource.Elements().FirstOrDefault(entry => string.Equals(entry.Id(), id, StringComparison.Ordinal))?.Remove();
        }

        resource.Add(Operation(new OperationRecord
        {
            Id = id,
            Key = $"{action.ResourceId}_{action.Task}_{Text(action.IntervalMs)}",
            Operation = action.Task,
            IntervalMs = action.IntervalMs,
            TransitionKey = action.TransitionKey,
            CallId = -1,
            ExitCode = 193,
            Status = -1,
            Node = node,
            LastChange = action.Since,
            MigrateSource = action.Attribute("CRM_meta_migrate_source"),
            MigrateTarget = action.Attribute("CRM_meta_migrate_target"),
            Digest = OperationDigest.All(action.Attributes, action.IntervalMs),
        }));
    }

    private static XElement Resource(string id, string? standard, string? provider, string? type)
    {
        var element = new XElement("lrm_resource", new XAttribute("id", id));
        if (standard is not null) element.SetAttributeValue("class", standard);
        if (provider is not null) element.SetAttributeValue("provider", provider);
        if (type is not null) element.SetAttributeValue("type", type);
        return element;
    }

    private static XElement Operation(OperationRecord record)
    {
        var element = new XElement(
            "lrm_rsc_op",
            new XAttribute("id", record.Id),
            new XAttribute("operation_key", record.Key),
            new XAttribute("operation", record.Operation),
            new XAttribute("crm-debug-origin", "mainstay"),
            new XAttribute("crm_feature_set", CibSchema.FeatureSet),
            new XAttribute("transition-key", record.TransitionKey),
            new XAttribute("transition-magic", $"{Text(record.Status)}:{Text(record.ExitCode)};{record.TransitionKey}"),
            new XAttribute("exit-reason", record.ExitReason),
            new XAttribute("on_node", record.Node),
            new XAttribute("call-id", Text(record.CallId)),
            new XAttribute("rc-code", Text(record.ExitCode)),
            new XAttribute("op-status", Text(record.Status)),
            new XAttribute("interval", Text(record.IntervalMs)),
            new XAttribute("last-rc-change", Text(record.LastChange)),
            new XAttribute("exec-time", Text(record.ExecTimeMs)),
            new XAttribute("queue-time", Text(record.QueueTimeMs)));
        element.SetAttributeValue("migrate_source", record.MigrateSource);
        element.SetAttributeValue("migrate_target", record.MigrateTarget);
        element.SetAttributeValue("op-digest", record.Digest);
        element.SetAttributeValue("op-force-restart", record.ForceRestart);
        element.SetAttributeValue("op-restart-digest", record.RestartDigest);
        element.SetAttributeValue("op-secure-params", record.SecureParameters);
        element.SetAttributeValue("op-secure-digest", record.SecureDigest);
        return element;
    }

    /// <summary>Characters that an XML id must not contain become dots (spec/manager.md section 7).</summary>
    private static string XmlId(string name)
    {
        var id = new StringBuilder(name.Length);
        foreach (var character in name)
        {
            id.Append(char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' ? character : '.');
        }

        return id.ToString();
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
