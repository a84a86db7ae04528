using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>
/// Marks nodes in a CIB as gone without a farewell. A cluster node leaves the membership (spec/scheduler-history.md section 4.3), so that
/// it must be fenced. A remote node is lost when its connection fails and can be made nowhere, so that it must be fenced too; a guest node
/// when the resource it runs in may run nowhere: stopping that is its fencing.
/// </summary>
internal static class LostNodes
{
    // The failed check of the carrier; any interval above 0 that nothing is configured for means a failure with the default reaction.
    private const long MonitorIntervalMs = 1;

    /// <summary>A copy of the CIB in which the nodes are lost.</summary>
    /// <param name="cib">The CIB; not changed.</param>
    /// <param name="state">The same CIB as read.</param>
    /// <param name="lost">Nodes that are online.</param>
    /// <param name="hasQuorum">Whether the rest has quorum.</param>
    /// <param name="now">The time of the loss, seconds since 1970.</param>
    public static CibDocument Mark(CibDocument cib, ClusterState state, IReadOnlyList<ClusterNode> lost, bool hasQuorum, long now)
    {
        var copy = cib.Clone();
        foreach (var node in lost)
        {
            if (node.IsRemoteOrGuest) Disconnect(copy, state, node, now);
            else Leave(copy, node);
        }

        copy.Root.SetAttributeValue("have-quorum", hasQuorum ? "1" : "0");
        var survivor = state.NodeList.Find(n => n is { Kind: NodeKind.Cluster, IsOnlineAndClean: true } && !lost.Contains(n));
        if (survivor is not null && lost.Any(n => n.IsDc)) copy.Root.SetAttributeValue("dc-uuid", survivor.Id);
        return copy;
    }

    /// <summary>What a remote or guest node stands and falls with; null for a cluster node and for the nodes of bundles.</summary>
    public static ClusterResource? CarrierOf(ClusterState state, ClusterNode node) => node switch
    {
        { IsRemoteOrGuest: false } or { IsBundleNode: true } => null,
        { IsGuest: true } => state.AllResources.Find(r => r.IsPrimitive && r.RemoteTarget == node.Name),
        _ => node.Connection,
    };

    private static void Leave(CibDocument cib, ClusterNode node)
    {
        var entry = cib.Status?.Elements("node_state").FirstOrDefault(e =>
            string.Equals(e.Id(), node.Id, StringComparison.OrdinalIgnoreCase)
            || string.Equals(e.Value("uname"), node.Name, StringComparison.OrdinalIgnoreCase));
        if (entry is null) return;
        entry.SetAttributeValue("in_ccm", "false");
        entry.SetAttributeValue("crmd", "offline");
        entry.SetAttributeValue("expected", "member");
    }

    private static void Disconnect(CibDocument cib, ClusterState state, ClusterNode node, long now)
    {
        if (CarrierOf(state, node) is not { } carrier || cib.Configuration is not { } configuration) return;
        if (configuration.Element("constraints") is not { } constraints) configuration.Add(constraints = new XElement("constraints"));
        constraints.Add(new XElement(
            "rsc_location",
            new XAttribute("id", $"lost-{node.Name}"),
            new XAttribute("rsc", carrier.Id),
            new XElement(
                "rule",
                new XAttribute("id", $"lost-{node.Name}-everywhere"),
                new XAttribute("score", "-INFINITY"),
                new XElement(
                    "expression",
                    new XAttribute("id", $"lost-{node.Name}-any"),
                    new XAttribute("attribute", "#uname"),
                    new XAttribute("operation", "defined")))));
        if (!node.IsGuest) Fail(cib, carrier, now);
    }

    private static void Fail(CibDocument cib, ClusterResource carrier, long now)
    {
        foreach (var host in carrier.Active)
        {
            var nodeState = new SimulatedStatus(cib, now).NodeState(host.Name, host.Id);
            var described = new GraphResource(carrier.Id, null, carrier.AgentClass, carrier.Provider, carrier.AgentType);
            var history = SimulatedStatus.History(nodeState, carrier.Id, described, out int callId);
            var failure = new SimulatedResult
            {
                Resource = history.Id() ?? carrier.Id,
                Task = "monitor",
                IntervalMs = MonitorIntervalMs,
                Result = 1,
                Target = 0,
            };
            SimulatedStatus.Record(history, failure, callId, now);
        }
    }
}
