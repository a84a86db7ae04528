using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>Why nothing may run on a node, by the state of the node.</summary>
internal static class NodeReasons
{
    /// <summary>The first cause that makes a node unavailable, or null if it is available.</summary>
    public static Reason? Unavailability(ClusterState state, CibDocument cib, ClusterNode node)
    {
        if (node.Unclean) return new Reason(ReasonKind.NodeUnclean) { Node = node };
        if (!node.Online)
        {
            return new Reason(ReasonKind.NodeOffline) { Node = node, Resource = node.IsRemoteOrGuest ? node.Connection : null };
        }

        if (node.ShuttingDown) return OfAttribute(cib, node, ReasonKind.NodeShutdown, "shutdown");
        if (node.Pending) return new Reason(ReasonKind.NodePending) { Node = node };
        if (node.FailStandby) return FailedStandby(state, node);
        if (node.Standby) return OfAttribute(cib, node, ReasonKind.NodeStandby, "standby");
        return node.Maintenance ? OfAttribute(cib, node, ReasonKind.NodeMaintenance, "maintenance") : null;
    }

    private static Reason FailedStandby(ClusterState state, ClusterNode node)
    {
        var failure = state.AllResources.SelectMany(r => state.Reasons?.FailuresOf(r) ?? [])
            .FirstOrDefault(f => f.Node == node && f.Limit == "standby");
        return (failure ?? new Reason(ReasonKind.NodeStandby)) with { Kind = ReasonKind.NodeStandby, Node = node };
    }

    private static Reason OfAttribute(CibDocument cib, ClusterNode node, ReasonKind kind, string name) => new(kind)
    {
        Place = AttributePlace(cib, node, name),
        Node = node,
        Attribute = name,
        Value = node.Attributes.GetValueOrDefault(name),
    };

    /// <summary>Where a node's attribute has its value: transient attributes override permanent ones.</summary>
    public static ConfigurationPlace? AttributePlace(CibDocument cib, ClusterNode node, string name)
    {
        var transient = (cib.Status?.Elements("node_state") ?? []).Where(e => Matches(e, node)).Elements("transient_attributes");
        var permanent = (cib.Section("nodes")?.Elements("node") ?? []).Where(e => Matches(e, node));
        var pair = transient.Concat(permanent).Elements("instance_attributes").Elements("nvpair")
            .FirstOrDefault(p => p.Value("name") == name);
        return ConfigurationPlace.Of(pair);
    }

    private static bool Matches(XElement element, ClusterNode node) =>
        string.Equals(element.Value("uname"), node.Name, StringComparison.OrdinalIgnoreCase)
        || string.Equals(element.Id(), node.Id, StringComparison.OrdinalIgnoreCase);
}
