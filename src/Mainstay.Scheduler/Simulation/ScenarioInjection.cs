using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>Applies a scenario to a CIB, which is changed (spec/scheduler-output.md section 8).</summary>
internal sealed class ScenarioInjection(CibDocument cib, ClusterState state, long now)
{
    private readonly SimulatedStatus _status = new(cib, now);
    private readonly List<SimulationEvent> _events = [];
    private readonly HashSet<string> _added = new(StringComparer.Ordinal);

    /// <summary>Applies all events in the order of the specification.</summary>
    /// <returns>What was done.</returns>
    public List<SimulationEvent> Apply(SimulationScenario scenario)
    {
        if (scenario.Quorum is { } quorum)
        {
            _events.Add(new SimulationEvent.QuorumSet(quorum));
            cib.Root.SetAttributeValue("have-quorum", quorum);
        }

        if (scenario.Watchdog is { } watchdog)
        {
            _events.Add(new SimulationEvent.WatchdogSet(watchdog));
            SetOption("have-watchdog", watchdog);
        }

        foreach (var (what, node) in scenario.Nodes)
        {
            if (!TryChange(what, node)) return _events;
        }

        foreach (var (what, ticket) in scenario.Tickets) Change(what, ticket);
        foreach (string spec in scenario.Operations) Inject(spec);
        return _events;
    }

    private void SetOption(string name, string value)
    {
        const string Bootstrap = "cib-bootstrap-options";
        var options = cib.Section("crm_config");
        if (options is null)
        {
            if (cib.Configuration is not { } configuration) cib.Root.AddFirst(configuration = new XElement("configuration"));
            configuration.AddFirst(options = new XElement("crm_config"));
        }

        var pair = options.Elements("cluster_property_set").Elements("nvpair").FirstOrDefault(p => p.Value("name") == name);
        if (pair is null)
        {
            var set = options.Elements("cluster_property_set").FirstOrDefault(s => s.Id() == Bootstrap);
            if (set is null) options.Add(set = new XElement("cluster_property_set", new XAttribute("id", Bootstrap)));
            set.Add(pair = new XElement("nvpair", new XAttribute("id", $"{Bootstrap}-{name}"), new XAttribute("name", name)));
        }

        pair.SetAttributeValue("value", value);
    }

    private bool TryChange(NodeEvent what, string name)
    {
        _events.Add(new SimulationEvent.NodeChanged(what, name));
        var known = state.FindNode(name);
        if (known is null && what != NodeEvent.Up && !_added.Contains(name))
        {
            string effect = what == NodeEvent.Down ? "be taken offline" : "fail";
            _events.Add(new SimulationEvent.Refused($"Node '{name}' is not in the configuration, so it cannot {effect}", IsEnd: true));
            return false;
        }

        if (known is null && _added.Add(name)) AddNode(name);
        var nodeState = _status.NodeState(known?.Name ?? name, known?.Id ?? name);
        bool isUp = what != NodeEvent.Down;
        SimulatedStatus.SetMembership(nodeState, isMember: what == NodeEvent.Up, isOnline: isUp);
        if (!isUp) SimulatedStatus.Forget(nodeState);
        return true;
    }

    private void AddNode(string name)
    {
        if (cib.Section("nodes") is { } nodes && nodes.Elements("node").All(n => n.Value("uname") != name))
        {
            nodes.Add(new XElement("node", new XAttribute("id", name), new XAttribute("uname", name)));
        }
    }

    private void Change(TicketEvent what, string ticket)
    {
        _events.Add(new SimulationEvent.TicketChanged(what, ticket));
        (string name, string value) = what switch
        {
            TicketEvent.Grant => ("granted", "true"),
            TicketEvent.Revoke => ("granted", "false"),
            TicketEvent.Standby => ("standby", "true"),
            TicketEvent.Activate => ("standby", "false"),
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, "unknown event"),
        };
        _status.SetTicket(ticket, name, value);
    }

    private void Inject(string text)
    {
        _events.Add(new SimulationEvent.OperationInjected(text));
        if (OperationSpec.Parse(text, out string problem) is not { } spec)
        {
            _events.Add(new SimulationEvent.Refused(problem));
            return;
        }

        if (state.FindNode(spec.Node) is not { } node)
        {
            _events.Add(new SimulationEvent.Refused($"Invalid operation spec: {text}.  Node '{spec.Node}' is not in the configuration"));
            return;
        }

        var resource = state.FindResource(spec.Resource) ?? state.FindByHistoryId(spec.Resource)
            ?? state.FindResource(spec.Resource + ":0");
        if (resource is null || resource.Variant != ResourceVariant.Primitive)
        {
            _events.Add(new SimulationEvent.Refused($"Invalid resource name: {spec.Resource}"));
            return;
        }

        var nodeState = _status.NodeState(node.Name, node.Id);
        bool isNotFound = spec is { Result: 7, IntervalMs: 0 };
        if (spec.Result != 0 && !isNotFound)
        {
            bool isInfinite = spec.Task == "stop" || (spec.Task == "start" && state.Options.StartFailureIsFatal);
            _events.AddRange(_status.CountFailure(nodeState, spec.Resource, spec.Task, spec.IntervalMs, isInfinite));
        }

        var described = new GraphResource(spec.Resource, null, resource.AgentClass, resource.Provider, resource.AgentType);
        var history = SimulatedStatus.History(nodeState, spec.Resource, described, out int callId);
        var result = new SimulatedResult
        {
            Resource = history.Id() ?? spec.Resource,
            Task = spec.Task,
            IntervalMs = spec.IntervalMs,
            Result = spec.Result,
            Target = 0,
        };
        SimulatedStatus.Record(history, result, callId, now);
    }
}
