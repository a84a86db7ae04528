using System.Globalization;
using System.Xml.Linq;
using Mainstay.Cli.Monitor;
using Mainstay.Scheduler;

namespace Mainstay.Cli.Simulate;

/// <summary>A simulation as XML (spec/cli-crm.md section 9; the schema of the interface names the elements).</summary>
internal static class SimulateXml
{
    /// <summary>The elements in their order.</summary>
    public static IEnumerable<XElement> Elements(SimulationResult result, SimulateRequest request, long now)
    {
        if (!request.IsQuiet) yield return Status("cluster_status", result.Input, result.Before, request, now, isRevised: false);
        if (result.Modifications.Count > 0 && !request.IsQuiet) yield return Modifications(result.Modifications);
        if (result.Plan is not { } plan) yield break;
        if (request.ShowsPlacement) yield return Placement(plan, request);
        if (request.IsQuiet) yield break;
        yield return new XElement("actions", plan.PlannedChanges.Nodes.Select(NodeAction), plan.PlannedChanges.Resources.Select(Action));
        if (result.After is not { } after) yield break;
        yield return new XElement("transition", result.Execution.Select(Event).OfType<XElement>());
        yield return Status("revised_cluster_status", result.Output, after, request, now, isRevised: true);
    }

    private static XElement Status(
        string name, Mainstay.Cib.CibDocument cib, ClusterState state, SimulateRequest request, long now, bool isRevised)
    {
        var sections = StatusSections.Nodes | StatusSections.Resources;
        if (request.Has("show-attrs")) sections |= StatusSections.Attributes;
        if (request.Has("show-failcounts")) sections |= isRevised ? StatusSections.Failures
            : StatusSections.FailCounts | StatusSections.Failures;
        var snapshot = ClusterSnapshot.Of(cib.Xml, state);
        var options = new MonitorOptions { Sections = sections, ShowInactive = true };
        return new XElement(name, StatusXml.Elements(snapshot, options, DateTimeOffset.FromUnixTimeSeconds(now)));
    }

    private static XElement Modifications(IReadOnlyList<SimulationEvent> events) => new(
        "modifications",
        events.OfType<SimulationEvent.QuorumSet>().Select(quorum => new XAttribute("quorum", quorum.Value)),
        events.OfType<SimulationEvent.WatchdogSet>().Select(watchdog => new XAttribute("watchdog", watchdog.Value)),
        events.Select(Event).OfType<XElement>());

    private static XElement? Event(SimulationEvent happened) => happened switch
    {
        SimulationEvent.NodeChanged node => StatusXml.Make("modify_node", ("action", Word(node.Event)), ("node", node.Node)),
        SimulationEvent.TicketChanged ticket => StatusXml.Make(
            "modify_ticket", ("action", Word(ticket.Event)), ("ticket", ticket.Ticket)),
        SimulationEvent.OperationInjected operation => StatusXml.Make("inject_spec", ("spec", operation.Spec)),
        SimulationEvent.AttributeInjected set => StatusXml.Make(
            "inject_attr", ("name", set.Name), ("value", set.Value), ("node_path", "/node_state"), ("cib_node", set.NodeId)),
        SimulationEvent.PseudoAction pseudo => StatusXml.Make("pseudo_action", ("task", pseudo.Task), ("node", pseudo.Node)),
        SimulationEvent.ClusterAction action => StatusXml.Make(
            "cluster_action", ("task", action.Task), ("node", action.Node), ("id", action.Resource)),
        SimulationEvent.Fencing fencing => StatusXml.Make("fencing_action", ("target", fencing.Target), ("op", fencing.Operation)),
        SimulationEvent.ResourceAction action => StatusXml.Make(
            "rsc_action",
            ("resource", action.Resource),
            ("op", action.Task),
            ("node", action.Node),
            ("interval", action.IntervalMs > 0 ? action.IntervalMs : null)),
        _ => null,
    };

    private static string Word(NodeEvent what) => what switch
    {
        NodeEvent.Up => "Online",
        NodeEvent.Down => "Offline",
        _ => "Failing",
    };

    private static string Word(TicketEvent what) => what switch
    {
        TicketEvent.Grant => "Granting",
        TicketEvent.Revoke => "Revoking",
        TicketEvent.Standby => "Standby",
        _ => "Activating",
    };

    private static XElement Placement(Plan plan, SimulateRequest request)
    {
        string name = (request.Has("show-scores"), request.Has("show-utilization")) switch
        {
            (true, true) => "allocations_utilizations",
            (true, false) => "allocations",
            _ => "utilizations",
        };
        return new XElement(name, plan.Placement.Select(Record));
    }

    private static XElement Record(PlacementRecord record) => record switch
    {
        PlacementRecord.Allocation score => StatusXml.Make(
            "node_weight",
            ("function", score.Function),
            ("node", score.Node),
            ("score", PlacementRecord.ScoreText(score.Score)),
            ("id", score.Resource)),
        PlacementRecord.Promotion promotion => StatusXml.Make(
            "promotion_score",
            ("id", promotion.Resource),
            ("score", PlacementRecord.ScoreText(promotion.Score)),
            ("node", promotion.Node)),
        PlacementRecord.Capacity capacity => StatusXml.Make("capacity", ("node", capacity.Node), ("comment", capacity.Comment))
            .With(Amounts(capacity.Amounts)),
        PlacementRecord.Utilization taken => StatusXml.Make(
            "utilization",
            ("resource", taken.Resource),
            ("node", taken.Node),
            ("function", PlacementRecord.Utilization.Function)).With(Amounts(taken.Amounts)),
        _ => throw new ArgumentOutOfRangeException(nameof(record), record, "unknown record"),
    };

    // A name of an amount is free text, the name of an element is not.
    private static IEnumerable<XElement> Amounts(IReadOnlyList<KeyValuePair<string, int>> amounts) => amounts.Select(amount =>
        new XElement(System.Xml.XmlConvert.EncodeLocalName(amount.Key), amount.Value.ToString(CultureInfo.InvariantCulture)));

    private static XElement NodeAction(PlannedNodeChange change) => StatusXml.Make(
        "node_action", ("task", change.Task), ("node", change.Node), ("reason", change.Reason));

    private static XElement Action(PlannedResourceChange change)
    {
        bool isMoved = change.Origin is not null && change.Destination is not null;
        bool showsNewRole = change.ShowsRoles && !change.KeepsRole && (change.Origin is null || change.Destination is not null);
        return StatusXml.Make(
            "rsc_action",
            ("action", change.Change.ToLowerInvariant()),
            ("resource", change.Resource),
            ("role", change.ShowsRoles || (isMoved && !change.KeepsRole) ? change.OldRole : null),
            ("next-role", showsNewRole || (isMoved && !change.KeepsRole) ? change.NewRole : null),
            ("node", isMoved ? null : change.Origin ?? change.Destination),
            ("source", isMoved ? change.Origin : null),
            ("dest", isMoved && !change.KeepsNode ? change.Destination : null),
            ("reason", change.Reason),
            ("blocked", change.IsBlocked ? true : null));
    }
}
