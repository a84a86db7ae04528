using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>Pass 6: the status section, in the order of spec/scheduler-history.md section 2.</summary>
internal sealed class StatusPass(ClusterState state, ConfigReader config, ActionStore actions, ResourcesPass resources)
{
    private readonly HistoryPass _history = new(state, config, actions, resources);

    public void Run()
    {
        var status = config.Cib.PackedRoot.Element("status");
        var nodeStates = status?.Elements("node_state").ToList() ?? [];
        IndexHistory(nodeStates);
        foreach (var element in status?.Elements() ?? [])
        {
            if (element.Name.LocalName == "tickets") ReadTickets(element);
            else if (element.Name.LocalName == "node_state") ReadNodeState(element);
        }

        while (UnpackReadyHistories(nodeStates)) { }
        UnpackRemaining(nodeStates);
        _history.StopFailedContainers();
        FinishRemoteNodes();
        ReadHealth();
        CountInstances();
    }

    private void IndexHistory(List<XElement> nodeStates)
    {
        foreach (var element in nodeStates)
        {
            if (Find(element) is not { } node) continue;
            foreach (var recorded in element.Elements("lrm").Elements("lrm_resources"))
            {
                foreach (var resource in RecordedResource.ReadAll(recorded))
                {
                    (node.Histories ??= []).Add(ResourceHistory.Read(resource, node, state.Tasks));
                }
            }
        }
    }

    private ClusterNode? Find(XElement element)
    {
        if (element.Id() is { } id && state.NodesById.TryGetValue(id, out var byId)) return byId;
        return element.Value("uname") is { } name && state.NodesByName.TryGetValue(name, out var byName) ? byName : null;
    }

    private void ReadTickets(XElement tickets)
    {
        foreach (var element in tickets.Elements("ticket_state"))
        {
            if (element.Id() is not { } id) continue;
            var ticket = state.GetTicket(id);
            foreach (var attribute in element.Attributes())
            {
                if (attribute.Name.LocalName != "id") ticket.Attributes[attribute.Name.LocalName] = attribute.Value;
            }

            ticket.IsGranted = CibBoolean.IsTrue(element.Value("granted"));
            ticket.IsStandby = CibBoolean.IsTrue(element.Value("standby"));
            if (IntegerText.TryReadLeading(element.Value("last-granted"), out long granted)) ticket.LastGranted = granted;
        }
    }

    private void ReadNodeState(XElement element)
    {
        if (Find(element) is not { } node) return;
        if (node.IsRemoteOrGuest)
        {
            node.RemoteFenced = ConfigReader.Integer(element.Value("node_fenced")) != 0;
            return;
        }

        NodeStates.Read(state, config, actions, node, element);
    }

    private bool UnpackReadyHistories(List<XElement> nodeStates)
    {
        bool any = false;
        foreach (var element in nodeStates)
        {
            if (element.Id() is null || element.Value("uname") is null) continue;
            if (Find(element) is not { HistoryUnpacked: false } node || !IsReady(node)) continue;
            UnpackHistory(node, element);
            any = true;
        }

        return any;
    }

    private bool IsReady(ClusterNode node)
    {
        if (node.IsGuest)
        {
            return node.Connection is { CurrentRole: Role.Started, Launcher.CurrentRole: Role.Started };
        }

        if (node.Kind == NodeKind.Remote)
        {
            return node.Connection is { } connection && (state.Options.ShutdownLock || connection.CurrentRole == Role.Started);
        }

        return state.Options.FencingEnabled || state.Options.ShutdownLock || node.Online;
    }

    private void UnpackRemaining(List<XElement> nodeStates)
    {
        foreach (var element in nodeStates)
        {
            if (element.Id() is null || element.Value("uname") is null) continue;
            if (Find(element) is not { HistoryUnpacked: false } node) continue;
            if (state.Options.FencingEnabled || IsReady(node)) UnpackHistory(node, element);
        }
    }

    private void UnpackHistory(ClusterNode node, XElement element)
    {
        node.HistoryUnpacked = true;
        if (node.Histories is null) IndexHistory([element]);
        if (node.IsRemoteOrGuest)
        {
            NodeStates.DetermineRemote(node);
            NodeStates.ReadRemoteAttributes(state, config, node, element);
        }

        _history.Run(node);
    }

    private void FinishRemoteNodes()
    {
        foreach (var node in state.NodeList.Where(n => n.IsRemoteOrGuest))
        {
            if (node.ShuttingDown && node.Connection is { } connection) connection.NextRole = Role.Stopped;
            if (!node.HistoryUnpacked) NodeStates.DetermineRemote(node);
        }
    }

    private void ReadHealth()
    {
        foreach (var node in state.NodeList)
        {
            if (state.Options.Health == HealthStrategy.None) break;
            foreach (var (name, value) in node.Attributes)
            {
                if (!name.StartsWith("#health", StringComparison.Ordinal)) continue;
                var health = HealthOf(value);
                if (health > node.Health) node.Health = health;
            }
        }
    }

    private NodeHealth HealthOf(string value)
    {
        if (string.Equals(value, "red", StringComparison.OrdinalIgnoreCase)) return NodeHealth.Red;
        if (string.Equals(value, "yellow", StringComparison.OrdinalIgnoreCase)) return NodeHealth.Yellow;
        if (string.Equals(value, "green", StringComparison.OrdinalIgnoreCase)) return NodeHealth.Green;
        if (!Score.TryParse(value, out var score)) return NodeHealth.Green;
        var colours = state.Options.HealthColours;
        if (score.Value <= colours.Red.Value) return NodeHealth.Red;
        return score.Value <= colours.Yellow.Value && colours.Yellow.Value < 0 ? NodeHealth.Yellow : NodeHealth.Green;
    }

    private void CountInstances()
    {
        int total = 0;
        int disabled = 0;
        int blocked = 0;
        foreach (var resource in state.Primitives())
        {
            if (resource.IsRemoved && !resource.IsActiveAnywhere) continue;
            total++;
            var target = ConfigReader.ParseRole(resource.Meta["target-role"]);
            if (target == Role.Stopped || (target == Role.Unpromoted && resource.Top.IsPromotable)) disabled++;
            if (resource.IsBlocked) blocked++;
        }

        state.InstanceCounts = (total, disabled, blocked);
    }
}
