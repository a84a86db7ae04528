using System.Xml.Linq;
using Mainstay.Cib;
using Mainstay.Scheduler;

namespace Mainstay.Cli.Explain;

/// <summary>A change that an administrator (or time) could make, to be tried on a copy of the configuration.</summary>
/// <param name="Text">The change as the beginning of a sentence: "Without location constraint loc-web".</param>
/// <param name="Apply">Makes the change; false if it does not apply.</param>
internal sealed record Alternative(string Text, Func<CibDocument, bool> Apply)
{
    /// <summary>The change that takes a reason away, or null if there is none to try.</summary>
    public static Alternative? Of(Reason reason, ReasonText text)
    {
        switch (reason.Kind)
        {
            case ReasonKind.Location or ReasonKind.Colocation or ReasonKind.DependentWishes or ReasonKind.ExclusiveDiscovery
                or ReasonKind.OrderBlocks or ReasonKind.OrderRequires or ReasonKind.ColocationBlocks when reason.Attribute != "interleave":
                return Removal(reason.Place, text);
            case ReasonKind.Ticket:
                return new Alternative($"If ticket {reason.Attribute} were granted", cib => Grant(cib, reason.Attribute!));
            case ReasonKind.Stickiness:
                return Setting(reason, "0", "Without resource-stickiness");
            case ReasonKind.TargetRole when reason.Attribute == "target-role":
                return Setting(reason, "Started", "With target-role=Started");
            case ReasonKind.Maintenance or ReasonKind.StopAllResources or ReasonKind.NodeHealth or ReasonKind.ShutdownLock:
                return RemovedOption(reason);
            case ReasonKind.NodeStandby when reason.Operation is null:
                return NodeOption(reason, $"If {reason.Node} were not in standby");
            case ReasonKind.NodeMaintenance:
                return NodeOption(reason, $"If {reason.Node} were not in maintenance");
            case ReasonKind.NodeOffline or ReasonKind.NodeUnclean or ReasonKind.NodePending
                when reason.Node is { Kind: NodeKind.Cluster } node:
                return new Alternative($"If {node} were online", cib => BringUp(cib, node));
            case ReasonKind.NoQuorum or ReasonKind.QuorumFreeze:
                return new Alternative("With quorum", static cib => Set(cib.Root, "have-quorum", "1"));
            case ReasonKind.NoFenceDevice:
                return new Alternative("With a fence device", AddFenceDevice);
            case ReasonKind.InstanceLimit or ReasonKind.InstanceLimitOnNode when int.TryParse(reason.Limit, out int limit):
                string more = PlannedCluster.Number(limit + 1);
                return Setting(reason, more, $"With {reason.Attribute}={more}");
            case ReasonKind.Utilization:
                return MoreCapacity(reason);
            case ReasonKind.Failure or ReasonKind.HardError or ReasonKind.FailureThreshold or ReasonKind.Blocked or ReasonKind.NodeStandby:
                return Cleanup(reason);
            default:
                return null;
        }
    }

    private static Alternative? Removal(ConfigurationPlace? place, ReasonText text) => place is null ? null
        : new Alternative($"Without {text.Place(place)}", cib => Remove(PlannedCluster.Locate(cib, place)));

    private static Alternative? Setting(Reason reason, string value, string text) => reason.Place is not { } place ? null
        : new Alternative(text, cib =>
            Set(PlannedCluster.Locate(cib, place), place.Element == "nvpair" ? "value" : reason.Attribute!, value));

    private static Alternative? RemovedOption(Reason reason) => reason.Place is not { } place ? null
        : new Alternative($"Without {reason.Attribute}", cib => Remove(PlannedCluster.Locate(cib, place)));

    private static Alternative? NodeOption(Reason reason, string text) => reason.Place is not { } place ? null
        : new Alternative(text, cib => Remove(PlannedCluster.Locate(cib, place)));

    private static bool Remove(XElement? element)
    {
        element?.Remove();
        return element is not null;
    }

    private static bool Set(XElement? element, string attribute, string value)
    {
        element?.SetAttributeValue(attribute, value);
        return element is not null;
    }

    private static bool Grant(CibDocument cib, string ticket)
    {
        if (cib.Status is not { } status) return false;
        var tickets = status.Element("tickets");
        if (tickets is null) status.Add(tickets = new XElement("tickets"));
        var state = tickets.Elements("ticket_state").FirstOrDefault(t => t.Id() == ticket);
        if (state is null) tickets.Add(state = new XElement("ticket_state", new XAttribute("id", ticket)));
        state.SetAttributeValue("standby", "false");
        return Set(state, "granted", "true");
    }

    private static bool BringUp(CibDocument cib, ClusterNode node)
    {
        if (cib.Status is not { } status) return false;
        var state = status.Elements("node_state").FirstOrDefault(e => IsOf(e, node));
        if (state is null)
        {
            state = new XElement("node_state", new XAttribute("id", node.Id), new XAttribute("uname", node.Name));
            status.Add(state);
        }

        foreach (string name in (string[])["join", "expected"]) state.SetAttributeValue(name, "member");
        state.SetAttributeValue("crmd", "online");
        return Set(state, "in_ccm", "true");
    }

    private static bool IsOf(XElement element, ClusterNode node) =>
        string.Equals(element.Value("uname"), node.Name, StringComparison.OrdinalIgnoreCase) || element.Id() == node.Id;

    private static bool AddFenceDevice(CibDocument cib)
    {
        cib.Section("resources")?.Add(new XElement(
            "primitive",
            new XAttribute("id", "explain-fence-device"),
            new XAttribute("class", "stonith"),
            new XAttribute("type", "fence_any")));
        return cib.Section("resources") is not null;
    }

    private static Alternative? MoreCapacity(Reason reason)
    {
        if (reason is not { Node: { } node, Attribute: { } name } || !int.TryParse(reason.Value, out int need)
            || !int.TryParse(reason.Limit, out int left))
        {
            return null;
        }

        return new Alternative($"With {PlannedCluster.Number(need - left)} more {name} on {node}", cib =>
        {
            var pair = (cib.Section("nodes")?.Elements("node") ?? []).Where(e => IsOf(e, node)).Elements("utilization").Elements("nvpair")
                .FirstOrDefault(p => p.Value("name") == name);
            return int.TryParse(pair?.Value("value"), out int capacity)
                && Set(pair, "value", PlannedCluster.Number(capacity + need - left));
        });
    }

    /// <summary>What a cleanup does: fail counts and failed operations are forgotten.</summary>
    private static Alternative? Cleanup(Reason reason)
    {
        if (reason is not { Node: { } node, Resource: { } resource }) return null;
        string name = PlainName(resource.Id);
        return new Alternative($"After 'mainstay resource cleanup {name} node={node}'", cib => Forget(cib, node, name));
    }

    /// <summary>An id without instance number.</summary>
    public static string PlainName(string id)
    {
        int colon = id.LastIndexOf(':');
        return colon > 0 && id[(colon + 1)..].All(char.IsAsciiDigit) ? id[..colon] : id;
    }

    private static bool Forget(CibDocument cib, ClusterNode node, string name)
    {
        bool any = false;
        foreach (var state in (cib.Status?.Elements("node_state") ?? []).Where(e => IsOf(e, node)).ToList())
        {
            foreach (var pair in state.Descendants("nvpair").Where(p => IsFailureOf(p.Value("name"), name)).ToList()) any |= Remove(pair);
            var failed = state.Descendants("lrm_rsc_op").Where(e => IsFailed(e) && BelongsTo(e, name)).ToList();
            foreach (var entry in failed) any |= Remove(entry);
        }

        return any;
    }

    private static bool IsFailureOf(string? attribute, string name)
    {
        if (attribute is null || !(attribute.StartsWith("fail-count-", StringComparison.Ordinal)
            || attribute.StartsWith("last-failure-", StringComparison.Ordinal)))
        {
            return false;
        }

        string rest = attribute[(attribute.IndexOf('-', 5) + 1)..];
        return PlainName(rest.Split('#')[0]) == name;
    }

    private static bool BelongsTo(XElement entry, string name) => entry.Parent?.Id() is { } id && PlainName(id) == name;

    private static bool IsFailed(XElement entry)
    {
        if (entry.Id()?.EndsWith("_last_failure_0", StringComparison.Ordinal) == true) return true;
        string? key = entry.Value("transition-key");
        var parts = key?.Split(':') ?? [];
        return parts.Length > 2 && parts[2] != entry.Value("rc-code") && entry.Value("rc-code") is not ("7" or "193");
    }
}
