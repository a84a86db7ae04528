using System.Globalization;
using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>
/// Carries a transition out on a copy of the CIB, every action with the result it should have (spec/scheduler-output.md section 7).
/// </summary>
internal sealed class SimulatedExecution(CibDocument cib, ClusterState state, long now, TextList output)
{
    private const string Uuid = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

    /// <summary>Fires synapses in passes until nothing more can be; false if some are left over.</summary>
    public bool Run(TransitionGraph graph)
    {
        var confirmed = new HashSet<int>();
        var pending = graph.Synapses.ToList();
        bool fired = true;
        while (fired)
        {
            fired = false;
            for (int i = 0; i < pending.Count; i++)
            {
                if (!pending[i].Inputs.All(confirmed.Contains)) continue;
                foreach (var action in pending[i].Actions)
                {
                    Execute(action);
                    confirmed.Add(action.Id);
                }

                pending.RemoveAt(i--);
                fired = true;
            }
        }

        return pending.Count == 0;
    }

    private void Execute(GraphAction action)
    {
        if (action.Kind == GraphActionKind.PseudoEvent)
        {
            output.Item($"Pseudo action:   {action.Key}{(action.NodeName is { } node ? $" on {node}" : "")}");
        }
        else if (action.Task == "stonith")
        {
            ExecuteFencing(action);
        }
        else if (action.Kind == GraphActionKind.CrmEvent)
        {
            string resource = action.Resource is { } described ? $" for {described.Id}" : "";
            output.Item($"Cluster action:  {action.Task}{resource} on {action.NodeName}");
        }
        else
        {
            ExecuteOperation(action);
        }
    }

    private void ExecuteFencing(GraphAction action)
    {
        string operation = action.Attribute("CRM_meta_stonith_action") ?? "";
        output.Item($"Fencing {action.NodeName} ({operation})");
        if (operation == "on") return;
        var node = NodeState(action);
        node.SetAttributeValue("in_ccm", "false");
        node.SetAttributeValue("crmd", "offline");
        node.SetAttributeValue("join", "down");
        node.SetAttributeValue("expected", "down");
        node.Elements("lrm").Remove();
        node.Elements("transient_attributes").Remove();
    }

    private void ExecuteOperation(GraphAction action)
    {
        var described = action.Resource!;
        string name = described.Id;
        if (!IsKnown(name) && described.LongId is { } longId && IsKnown(longId)) name = longId;
        string interval = action.IntervalMs > 0 ? string.Create(CultureInfo.InvariantCulture, $"={action.IntervalMs}") : "";
        output.Item($"Resource action: {name,-15} {action.Task}{interval} on {action.NodeName}");
        if (action.Task is "delete" or "meta-data") return;
        RecordHistory(action, name);
    }

    private bool IsKnown(string name) => state.ResourcesById.ContainsKey(name) || state.FindByHistoryId(name) is not null;

    private XElement NodeState(GraphAction action)
    {
        var status = cib.Status!;
        var found = status.Elements("node_state").FirstOrDefault(e =>
            string.Equals(e.Value("uname"), action.NodeName, StringComparison.OrdinalIgnoreCase)
            || string.Equals(e.Id(), action.NodeId, StringComparison.OrdinalIgnoreCase));
        if (found is not null) return found;
        string id = action.RouterNode is null ? action.NodeId! : action.NodeName!;
        found = new XElement("node_state", new XAttribute("id", id), new XAttribute("uname", action.NodeName!));
        status.Add(found);
        return found;
    }

    private void RecordHistory(GraphAction action, string name)
    {
        var resource = ResourceHistory(action, name);
        string task = action.Task is "reload" or "reload-agent" ? "start" : action.Task;
        int callId = resource.Elements("lrm_rsc_op").Select(e => ConfigReader.Integer(e.Value("call-id"))).DefaultIfEmpty(0).Max();
        callId = Math.Max(callId + 1, 1);
        int target = action.TargetResult;
        string historyName = resource.Id()!;
        string id = EntryId(action, task, historyName);
        string key = $"{historyName}_{task}_{action.IntervalMs.ToString(CultureInfo.InvariantCulture)}";
        string transition = string.Create(CultureInfo.InvariantCulture, $"-1:{callId}:{target}:{Uuid}");
        var parameters = action.Attributes.Concat(action.NumberedParameters);
        var entry = resource.Elements("lrm_rsc_op").FirstOrDefault(e => e.Id() == id);
        if (entry is null) resource.Add(entry = new XElement("lrm_rsc_op", new XAttribute("id", id)));
        entry.RemoveAttributes();
        entry.Add(
            new XAttribute("id", id),
            new XAttribute("operation_key", task == "notify" ? id : key),
            new XAttribute("operation", task),
            new XAttribute("crm-debug-origin", "crm_simulate"),
            new XAttribute("crm_feature_set", TransitionGraphXml.FeatureSet),
            new XAttribute("transition-key", transition),
            new XAttribute("transition-magic", string.Create(CultureInfo.InvariantCulture, $"0:{target};{transition}")),
            new XAttribute("exit-reason", ""),
            new XAttribute("on_node", action.NodeName!),
            new XAttribute("call-id", callId),
            new XAttribute("rc-code", task == "notify" ? 0 : target),
            new XAttribute("op-status", 0),
            new XAttribute("interval", action.IntervalMs),
            new XAttribute("last-rc-change", now),
            new XAttribute("exec-time", 0),
            new XAttribute("queue-time", 0),
            new XAttribute("op-digest", OperationDigest.All(parameters, action.IntervalMs)));
        if (action.Attribute("CRM_meta_migrate_source") is { } source) entry.SetAttributeValue("migrate_source", source);
        if (action.Attribute("CRM_meta_migrate_target") is { } destination) entry.SetAttributeValue("migrate_target", destination);
    }

    private static string EntryId(GraphAction action, string task, string name)
    {
        if (task == "notify")
        {
            return $"{name}_{action.Attribute("CRM_meta_notify_type")}_notify_{action.Attribute("CRM_meta_notify_operation")}_0";
        }

        if (task is "migrate_to" or "migrate_from" || action.IntervalMs > 0)
        {
            string operation = task == "cancel" ? action.Attribute("CRM_meta_operation") ?? task : task;
            return string.Create(CultureInfo.InvariantCulture, $"{name}_{operation}_{action.IntervalMs}");
        }

        return name + "_last_0";
    }

    private XElement ResourceHistory(GraphAction action, string name)
    {
        var node = NodeState(action);
        if (node.Element("lrm") is not { } lrm) node.Add(lrm = new XElement("lrm", new XAttribute("id", node.Id()!)));
        if (lrm.Element("lrm_resources") is not { } resources) lrm.Add(resources = new XElement("lrm_resources"));
        var described = action.Resource!;
        var found = resources.Elements("lrm_resource").FirstOrDefault(e => e.Id() == name)
            ?? resources.Elements("lrm_resource").FirstOrDefault(e => e.Id() == described.Id);
        if (found is not null) return found;
        found = new XElement("lrm_resource", new XAttribute("id", described.Id));
        found.SetAttributeValue("class", described.Class);
        found.SetAttributeValue("provider", described.Provider);
        found.SetAttributeValue("type", described.Type);
        resources.Add(found);
        return found;
    }
}
