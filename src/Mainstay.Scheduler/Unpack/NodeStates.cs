using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>Node states from <c>node_state</c> (spec/scheduler-history.md sections 3 and 5).</summary>
internal static class NodeStates
{
    public static void Read(ClusterState state, ConfigReader config, ActionStore actions, ClusterNode node, XElement element)
    {
        MergeAttributes(state, config, node, element);
        node.Unclean = false;
        node.Seen = true;
        if (CibBoolean.IsTrue(node.Attributes.GetValueOrDefault("standby"))) node.Standby = true;
        if (CibBoolean.IsTrue(node.Attributes.GetValueOrDefault("maintenance"))) node.Maintenance = true;
        if (IsShutdownRequested(node)) node.ShuttingDown = true;
        else node.ExpectedUp = string.Equals(element.Value("expected"), "member", StringComparison.OrdinalIgnoreCase);

        var facts = Facts(state, element);
        if (state.Options.FencingEnabled) WithFencing(state, actions, node, element, facts);
        else WithoutFencing(state, actions, node, facts);

        if (!node.Online || node.ShuttingDown) node.BaseScore = -Scores.Infinity;
        if (!state.HasQuorum && node.Online && state.Options.QuorumPolicy == QuorumPolicy.Fence)
        {
            Fencing.Fence(state, actions, node, "cluster does not have quorum", false);
        }
    }

    /// <summary>Whether a remote or guest node is online, by its connection and container (section 5).</summary>
    public static void DetermineRemote(ClusterNode node)
    {
        if (node.Connection is not { } connection)
        {
            node.Online = false;
            return;
        }

        var container = connection.Launcher;
        node.Online = connection.CurrentRole == Role.Started;
        if (node.Online && connection.NextRole == Role.Stopped) node.ShuttingDown = true;
        if (container is { IsFailed: true })
        {
            node.Online = false;
            node.RemoteReset = true;
        }
        else if (connection.IsFailed)
        {
            node.Online = false;
        }
        else if (connection.CurrentRole == Role.Stopped || container is { CurrentRole: Role.Stopped })
        {
            node.Online = false;
            node.RemoteReset = false;
        }
        else if (container is { Active: [{ Online: false, Unclean: true }] })
        {
            node.Online = false;
            node.RemoteReset = true;
        }
    }

    public static void ReadRemoteAttributes(ClusterState state, ConfigReader config, ClusterNode node, XElement element)
    {
        node.RemoteMaintenanceSent = ConfigReader.Integer(element.Value("node_in_maintenance")) != 0;
        if (!node.RemoteReset)
        {
            node.Unclean = false;
            node.Seen = true;
        }

        MergeAttributes(state, config, node, element);
        if (IsShutdownRequested(node)) node.ShuttingDown = true;
        if (CibBoolean.IsTrue(node.Attributes.GetValueOrDefault("standby"))) node.Standby = true;
        if (CibBoolean.IsTrue(node.Attributes.GetValueOrDefault("maintenance")) || node.Connection is { IsManaged: false })
        {
            node.Maintenance = true;
        }

        if (CibBoolean.Parse(node.Attributes.GetValueOrDefault("resource-discovery-enabled")) == false
            && (node.IsGuest || state.Options.FencingEnabled))
        {
            node.ProbesAllowed = false;
        }
    }

    private static void MergeAttributes(ClusterState state, ConfigReader config, ClusterNode node, XElement element)
    {
        NodesPass.SetBuiltInAttributes(state, node);
        var table = new NvTable();
        foreach (var transient in element.Elements("transient_attributes")) config.Collect(table, transient, "instance_attributes");
        foreach (var pair in table.Values) node.Attributes[pair.Name] = pair.Value;
        NodesPass.SetSiteName(state, node);
    }

    private static bool IsShutdownRequested(ClusterNode node) =>
        node.Attributes.TryGetValue("shutdown", out string? shutdown) && shutdown != "0";

    private readonly record struct NodeFacts(long Member, long InGroup, string? Join, string? Expected);

    private static NodeFacts Facts(ClusterState state, XElement element)
    {
        string? memberText = element.Value("in_ccm");
        long member = CibBoolean.Parse(memberText) switch
        {
            true => memberText == "1" ? 1 : state.Now,
            false => 0,
            null => IntegerText.TryReadLeading(memberText, out long since) && since >= 0 ? since : -1,
        };
        string? groupText = element.Value("crmd");
        long inGroup = 0;
        if (string.Equals(groupText, "online", StringComparison.OrdinalIgnoreCase)) inGroup = 1;
        else if (IntegerText.TryReadLeading(groupText, out long number)) inGroup = number;
        return new NodeFacts(member, inGroup, element.Value("join")?.ToLowerInvariant(), element.Value("expected")?.ToLowerInvariant());
    }

    private static void WithoutFencing(ClusterState state, ActionStore actions, ClusterNode node, NodeFacts facts)
    {
        node.Online = false;
        if (facts.Member <= 0) return;
        if (facts.InGroup > 0) node.Online = facts.Join == "member";
        else if (node.ExpectedUp) Fencing.Fence(state, actions, node, "peer is unexpectedly down", false);
    }

    private static void WithFencing(ClusterState state, ActionStore actions, ClusterNode node, XElement element, NodeFacts facts)
    {
        _ = element;
        void Fence(string reason, bool withDelay = false) => Fencing.Fence(state, actions, node, reason, withDelay);

        if (node.ShuttingDown)
        {
            node.Online = facts.InGroup > 0;
            return;
        }

        if (facts.Member < 0)
        {
            Fence("peer has not been seen by the cluster");
            node.Online = false;
            return;
        }

        node.Online = facts.Member > 0;
        if (facts.Join == "banned")
        {
            Fence("peer failed Pacemaker membership criteria");
        }
        else if (IsTerminationRequested(node))
        {
            if (facts is not { Member: <= 0, InGroup: <= 0, Join: "down" }) Fence("fencing was requested");
            else node.Online = false;
        }
        else if (facts.Expected is null or "down")
        {
            HandlePending(state, node, facts, Fence);
        }
        else if (facts.Member <= 0)
        {
            Fence("peer is no longer part of the cluster", true);
        }
        else if (facts.InGroup <= 0)
        {
            Fence("peer process is no longer available");
        }
        else if (facts.Join is "pending" or "down")
        {
            node.Pending = true;
            node.Standby = true;
        }
        else if (facts.Join != "member")
        {
            Fence("peer was in an unknown state");
        }
    }

    private static void HandlePending(ClusterState state, ClusterNode node, NodeFacts facts, Action<string, bool> fence)
    {
        long timeout = state.Options.NodePendingTimeout;
        if (timeout > 0 && facts is { Member: > 0, InGroup: <= 0 })
        {
            if (state.Now >= facts.Member + timeout)
            {
                fence("peer pending timed out on joining the process group", false);
                return;
            }

            state.UpdateRecheck(facts.Member + timeout);
        }

        if (facts.Member > 0 || facts.InGroup > 0)
        {
            node.Pending = true;
            node.Standby = true;
        }
    }

    private static bool IsTerminationRequested(ClusterNode node)
    {
        string? value = node.Attributes.GetValueOrDefault("terminate");
        return CibBoolean.Parse(value) ?? (IntegerText.TryReadLeading(value, out long number) && number > 0);
    }
}
