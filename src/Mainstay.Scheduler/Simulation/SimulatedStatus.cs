using System.Globalization;
using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>What is recorded of one operation.</summary>
internal sealed record SimulatedResult
{
    /// <summary>The name of the resource in the history.</summary>
    public required string Resource { get; init; }

    public required string Task { get; init; }

    public required long IntervalMs { get; init; }

    public required int Result { get; init; }

    public required int Target { get; init; }

    /// <summary>The id of the entry of a notification or migration; absent: as the task and the result demand.</summary>
    public string? EntryId { get; init; }

    /// <summary>Digest of the parameters, if they are known.</summary>
    public string? Digest { get; init; }

    public string? MigrateSource { get; init; }

    public string? MigrateTarget { get; init; }

    public string Key => string.Create(CultureInfo.InvariantCulture, $"{Resource}_{Task}_{IntervalMs}");
}

/// <summary>
/// Edits the status section as the nodes of a cluster would: node states, operation histories, fail counts, tickets
/// (spec/scheduler-output.md sections 7.2 and 8; the attributes and their order as observed of the reference's simulator).
/// </summary>
internal sealed class SimulatedStatus(CibDocument cib, long now)
{
    private const string Uuid = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    private const string Origin = "crm_simulate";

    /// <summary>The reason recorded for a result other than the expected one.</summary>
    private const string FailureReason = "Simulated action result";

    private XElement Status => cib.Status!; // an input without status gets an empty one before it is simulated

    /// <summary>The state of a node, by its name or id.</summary>
    public XElement? FindNodeState(string? name, string? id) => Status.Elements("node_state").FirstOrDefault(e =>
        string.Equals(e.Value("uname"), name, StringComparison.OrdinalIgnoreCase)
        || string.Equals(e.Id(), id, StringComparison.OrdinalIgnoreCase));

    /// <summary>The state of a node; it is made if it is missing.</summary>
    public XElement NodeState(string name, string id)
    {
        if (FindNodeState(name, id) is { } found) return found;
        var state = new XElement("node_state", new XAttribute("id", id), new XAttribute("uname", name));
        Status.Add(state);
        return state;
    }

    /// <summary>Sets the membership of a node.</summary>
    public static void SetMembership(XElement nodeState, bool isMember, bool isOnline)
    {
        nodeState.SetAttributeValue("in_ccm", isMember ? "true" : "false");
        nodeState.SetAttributeValue("crmd", isOnline ? "online" : "offline");
        nodeState.SetAttributeValue("join", isOnline ? "member" : "down");
        nodeState.SetAttributeValue("expected", isOnline ? "member" : "down");
        nodeState.SetAttributeValue("crm-debug-origin", Origin);
    }

    /// <summary>Forgets what a node ran and its transient attributes.</summary>
    public static void Forget(XElement nodeState)
    {
        nodeState.Elements("lrm").Remove();
        nodeState.Elements("transient_attributes").Remove();
    }

    /// <summary>Sets an attribute of a ticket.</summary>
    public void SetTicket(string id, string name, string value)
    {
        if (Status.Element("tickets") is not { } tickets) Status.Add(tickets = new XElement("tickets"));
        var state = tickets.Elements("ticket_state").FirstOrDefault(e => e.Id() == id);
        if (state is null) tickets.Add(state = new XElement("ticket_state", new XAttribute("id", id)));
        state.SetAttributeValue(name, value);
    }

    /// <summary>Counts a failure as the cluster would.</summary>
    /// <param name="nodeState">The node.</param>
    /// <param name="resource">The resource.</param>
    /// <param name="task">The failed operation.</param>
    /// <param name="intervalMs">Its interval.</param>
    /// <param name="isInfinite">The count becomes INFINITY, not one more.</param>
    /// <returns>The attributes that were set.</returns>
    public IEnumerable<SimulationEvent> CountFailure(XElement nodeState, string resource, string task, long intervalMs, bool isInfinite)
    {
        string suffix = string.Create(CultureInfo.InvariantCulture, $"{resource}#{task}_{intervalMs}");
        var set = TransientSet(nodeState);
        string countName = "fail-count-" + suffix;
        var count = Score.Parse(set.Elements("nvpair").FirstOrDefault(p => p.Value("name") == countName)?.Value("value"));
        string newCount = isInfinite ? Score.Infinity.ToString() : (count + new Score(1)).ToString();
        string time = now.ToString(CultureInfo.InvariantCulture);
        return [SetAttribute(nodeState, set, countName, newCount), SetAttribute(nodeState, set, "last-failure-" + suffix, time)];
    }

    /// <summary>Records a result; earlier entries of the same id keep what a new result does not set.</summary>
    public static void Record(XElement resourceHistory, SimulatedResult result, int callId, long now)
    {
        bool isFailure = result.Result != result.Target;
        if (result.EntryId is { } fixedId)
        {
            WriteEntry(resourceHistory, fixedId, result, callId, now);
            return;
        }

        if (isFailure) WriteEntry(resourceHistory, result.Resource + "_last_failure_0", result, callId, now);
        if (result.IntervalMs == 0) WriteEntry(resourceHistory, result.Resource + "_last_0", result, callId, now);
        else if (!isFailure) WriteEntry(resourceHistory, result.Key, result, callId, now);
    }

    /// <summary>The number of the next call on a resource: one above the highest recorded.</summary>
    public static int NextCall(XElement resourceHistory)
    {
        int highest = resourceHistory.Elements("lrm_rsc_op").Select(e => ConfigReader.Integer(e.Value("call-id"))).DefaultIfEmpty(0).Max();
        return highest == int.MaxValue ? highest : Math.Max(highest + 1, 1);
    }

    /// <summary>
    /// The history of a resource on a node. Several of one name are folded into the first, as an update of the node's state does; such a
    /// name is not found by a search for one element, so the numbering of its calls begins again.
    /// </summary>
    /// <param name="nodeState">The node.</param>
    /// <param name="name">The name in the history.</param>
    /// <param name="described">The agent, if the history has to be made.</param>
    /// <param name="callId">The number of the next call.</param>
    public static XElement History(XElement nodeState, string name, GraphResource described, out int callId)
    {
        if (nodeState.Element("lrm") is not { } lrm) nodeState.Add(lrm = new XElement("lrm", new XAttribute("id", nodeState.Id() ?? "")));
        if (lrm.Element("lrm_resources") is not { } resources) lrm.Add(resources = new XElement("lrm_resources"));
        var found = resources.Elements("lrm_resource").Where(e => e.Id() == name).ToList();
        if (found.Count == 0) found = resources.Elements("lrm_resource").Where(e => e.Id() == described.Id).ToList();
        if (found.Count == 0)
        {
            var made = new XElement("lrm_resource", new XAttribute("id", described.Id));
            made.SetAttributeValue("class", described.Class);
            made.SetAttributeValue("provider", described.Provider);
            made.SetAttributeValue("type", described.Type);
            resources.Add(made);
            callId = 1;
            return made;
        }

        callId = found.Count > 1 ? 1 : NextCall(found[0]);
        foreach (var entry in found.Skip(1).SelectMany(e => e.Elements("lrm_rsc_op"))) Fold(found[0], entry);
        return found[0];
    }

    private static void Fold(XElement history, XElement entry)
    {
        var known = history.Elements("lrm_rsc_op").FirstOrDefault(e => e.Id() == entry.Id());
        if (known is null) history.Add(new XElement(entry));
        else foreach (var attribute in entry.Attributes()) known.SetAttributeValue(attribute.Name, attribute.Value);
    }

    private static void WriteEntry(XElement history, string id, SimulatedResult result, int callId, long now)
    {
        var entry = history.Elements("lrm_rsc_op").FirstOrDefault(e => e.Id() == id);
        if (entry is null) history.Add(entry = new XElement("lrm_rsc_op", new XAttribute("id", id)));
        string transition = string.Create(CultureInfo.InvariantCulture, $"{callId}:-1:{result.Target}:{Uuid}");
        (string Name, object? Value)[] values =
        [
            ("operation_key", result.Key),
            ("operation", result.Task),
            ("crm-debug-origin", Origin),
            ("crm_feature_set", TransitionGraphXml.FeatureSet),
            ("transition-key", transition),
            ("transition-magic", string.Create(CultureInfo.InvariantCulture, $"0:{result.Result};{transition}")),
            ("exit-reason", result.Result == result.Target ? "" : FailureReason),
            ("call-id", callId),
            ("rc-code", result.Result),
            ("op-status", 0),
            ("interval", result.IntervalMs),
            ("last-rc-change", now),
            ("exec-time", 0),
            ("queue-time", 0),
            ("op-digest", result.Digest),
            ("migrate_source", result.MigrateSource),
            ("migrate_target", result.MigrateTarget),
        ];
        foreach (var (name, value) in values)
        {
            if (value is not null) entry.SetAttributeValue(name, value);
        }
    }

    private static XElement TransientSet(XElement nodeState)
    {
        string id = nodeState.Id() ?? "";
        if (nodeState.Element("transient_attributes") is not { } attributes)
        {
            nodeState.Add(attributes = new XElement("transient_attributes", new XAttribute("id", id)));
        }

        if (attributes.Element("instance_attributes") is not { } set)
        {
            attributes.Add(set = new XElement("instance_attributes", new XAttribute("id", id)));
        }

        return set;
    }

    private static SimulationEvent.AttributeInjected SetAttribute(XElement nodeState, XElement set, string name, string value)
    {
        var pair = set.Elements("nvpair").FirstOrDefault(p => p.Value("name") == name);
        if (pair is null)
        {
            string id = $"{set.Id()}-{name}".Replace('#', '.').Replace(':', '.');
            set.Add(pair = new XElement("nvpair", new XAttribute("id", id), new XAttribute("name", name)));
        }

        pair.SetAttributeValue("value", value);
        return new SimulationEvent.AttributeInjected(name, value, nodeState.Id() ?? "");
    }
}
