using System.Xml.Linq;
using Mainstay.Cli.Configuration;
using Mainstay.Cli.Monitor;
using Mainstay.Scheduler;

namespace Mainstay.Cli.Rendering;

/// <summary>
/// The status as listings: what <see cref="StatusText"/> says, from the same snapshot, with the same sections and filters.
/// </summary>
internal sealed class StatusListings
{
    private readonly ClusterSnapshot _snapshot;
    private readonly MonitorOptions _options;
    private readonly StatusFilter _filter;

    private StatusListings(ClusterSnapshot snapshot, MonitorOptions options)
    {
        _snapshot = snapshot;
        _options = options;
        _filter = new StatusFilter(snapshot, options);
    }

    /// <summary>All sections asked for.</summary>
    /// <param name="snapshot">The state.</param>
    /// <param name="options">What is to be shown.</param>
    /// <param name="clusterName">The cluster's name; empty where it is not known.</param>
    /// <param name="now">The present time.</param>
    public static IEnumerable<Listing> All(ClusterSnapshot snapshot, MonitorOptions options, string clusterName, DateTimeOffset now)
    {
        var listings = new StatusListings(snapshot, options);
        yield return listings.Summary(clusterName, now);
        foreach (var (section, listing) in new (StatusSections, Func<Listing>)[]
        {
            (StatusSections.Nodes, listings.Nodes),
            (StatusSections.Resources, () => new ResourceListing(snapshot, options, listings._filter).Make("Resources")),
            (StatusSections.Attributes, listings.Attributes),
            (StatusSections.FailCounts, listings.Failcounts),
            (StatusSections.Failures, listings.Failures),
            (StatusSections.Fencing, listings.Fencing),
            (StatusSections.Tickets, listings.Tickets),
            (StatusSections.Bans, listings.Bans),
        })
        {
            if (options.Shows(section))
            {
                yield return listing();
            }
        }
    }

    /// <summary>What the state of a node means.</summary>
    public static Tone ToneOf(ClusterNode node) => node switch
    {
        { Unclean: true } => Tone.Alarm,
        { Online: false, Pending: false } => Tone.Bad,
        { Health: NodeHealth.Red } => Tone.Bad,
        { Pending: true } or { Standby: true } or { FailStandby: true } or { Maintenance: true } or { Health: NodeHealth.Yellow } =>
            Tone.Warning,
        _ => Tone.Good,
    };

    private Listing Summary(string clusterName, DateTimeOffset now)
    {
        var state = _snapshot.State;
        var facts = Listing.OfFacts(null);
        facts.Add("Cluster", new Cell(clusterName.Length > 0 ? clusterName : "(no name)", Tone.Strong));
        facts.Add("Quorum", state.HasQuorum ? new Cell("yes", Tone.Good) : new Cell("NO: services are held back", Tone.Alarm));
        facts.Add(
            "Coordinator",
            state.Dc is { } dc ? $"{dc.Name} (version {state.Options.Text("dc-version", "unknown")})" : new Cell("none", Tone.Bad));
        if (state.Options.MaintenanceMode)
        {
            facts.Add("Maintenance", new Cell("the cluster does not start, stop or recover any service", Tone.Alarm));
        }
        else if (_snapshot.IsTrue("stop-all-resources"))
        {
            facts.Add("Stop all", new Cell("the cluster keeps all resources stopped", Tone.Alarm));
        }

        var root = _snapshot.Cib.Root!;
        facts.Add("Updated", StatusText.Time(now));
        facts.Add("Changed", string.Join(' ', new[]
        {
            root.Text("cib-last-written"),
            root.Text("update-client") is { } client ? $"via {client}" : null,
            root.Text("update-origin") is { } origin ? $"on {origin}" : null,
        }.Where(w => w is not null)));
        var counts = state.InstanceCounts;
        facts.Add(
            "Configured",
            $"{Count(state.Nodes.Count, "node")}, {Count(counts.Total, "resource instance")}"
                + (counts.Disabled > 0 ? $", {counts.Disabled} disabled" : "")
                + (counts.Blocked > 0 ? $", {counts.Blocked} BLOCKED from further action due to failure" : ""));
        return facts;
    }

    private Listing Nodes()
    {
        var listing = _options.ShowDetail
            ? new Listing("Nodes", "Node", "State", "Active", "Id", "Feature set") { WhenEmpty = "No nodes" }
            : new Listing("Nodes", "Node", "State", "Active") { WhenEmpty = "No nodes" };
        foreach (var node in _snapshot.State.Nodes.Where(_filter.Shows))
        {
            var kind = node.Kind switch { NodeKind.Guest => " (guest)", NodeKind.Remote => " (remote)", _ => "" };
            var active = node.ActiveResources.Count(r => r.Variant == ResourceVariant.Primitive);
            Cell[] cells =
            [
                node.Name + kind,
                new Cell(NodeText.State(node), ToneOf(node)),
                new Cell($"{active}", active == 0 ? Tone.Faint : Tone.Plain),
            ];
            var features = node is { Online: true, Kind: NodeKind.Cluster } ? NodeText.FeatureSet(node) : "";
            listing.Add(_options.ShowDetail ? [.. cells, node.Id, features] : cells);
        }

        return listing;
    }

    private Listing Attributes()
    {
        var listing = new Listing("Node attributes", "Node", "Attribute", "Value") { TextColumns = new HashSet<int> { 2 } };
        foreach (var node in _snapshot.State.Nodes.Where(n => n.Online && _filter.Shows(n)))
        {
            foreach (var (name, value) in node.Attributes.Where(a => !StatusSectionText.IsInternal(a.Key)))
            {
                listing.Add(node.Name, name, value);
            }
        }

        return listing;
    }

    private Listing Failcounts()
    {
        var listing = new Listing("Fail counts", "Resource", "Node", "Operation", "Count");
        foreach (var count in FailCounts.Read(_snapshot.Cib)
            .Where(c => _filter.ShowsNode(c.Node) && _filter.ShowsHistory(_snapshot, c.Resource)))
        {
            var operation = count.Operation
                + (count.IntervalMs > 0 ? $" every {StatusSectionText.Duration(count.IntervalMs)}" : "");
            listing.Add(count.Resource, count.Node, operation, new Cell(count.Value, Tone.Bad));
        }

        return listing;
    }

    private Listing Failures()
    {
        var listing = new Listing("Failed actions", "Resource", "Action", "Node", "Result", "When")
        {
            TextColumns = new HashSet<int> { 3, 4 },
        };
        foreach (var failure in _snapshot.State.FailedOperations.Where(f => StatusSectionText.IsFailureShown(f, _filter)))
        {
            var result = failure.ExecutionStatus == 0 ? OcfText.Of(failure.ExitStatus) : OcfText.Status(failure.ExecutionStatus);
            listing.Add(
                failure.ResourceId,
                StatusSectionText.Task(failure),
                failure.Node.Name,
                new Cell(failure.ExitReason is { Length: > 0 } reason ? $"{result}: {reason}" : result, Tone.Bad),
                failure.LastChange is { } at ? StatusSectionText.Local(at) : "");
        }

        return listing;
    }

    private Listing Fencing() => FencingListing.Make("Fencing", _snapshot.Fencing.Where(f => _options.Shows(f.State switch
    {
        "failed" => StatusSections.FencingFailed,
        "pending" => StatusSections.FencingPending,
        _ => StatusSections.FencingSucceeded,
    })));

    private Listing Tickets()
    {
        var listing = new Listing("Tickets", "Ticket", "State", "Last granted");
        foreach (var ticket in _snapshot.Cib.Root?.Element("status")?.Elements("tickets").Elements("ticket_state") ?? [])
        {
            listing.Add(
                ticket.Id(),
                ticket.Text("standby") is "true" ? new Cell("standby", Tone.Warning)
                    : ticket.Text("granted") is "true" ? new Cell("granted", Tone.Good) : new Cell("revoked", Tone.Bad),
                long.TryParse(ticket.Text("last-granted"), out var at) && at > 0 ? StatusSectionText.Local(at) : "");
        }

        return listing;
    }

    private Listing Bans()
    {
        var listing = new Listing("Bans", "Resource", "Node", "Constraint");
        foreach (var (constraint, node) in StatusSectionText.BannedNodes(_snapshot, _options, _filter))
        {
            var role = constraint.Text("role") is "Promoted" or "Master" ? " (promoted)" : "";
            listing.Add(constraint.Text("rsc") + role, node, constraint.Id());
        }

        return listing;
    }

    private static string Count(int number, string word) => $"{number} {word}{(number == 1 ? "" : "s")}";
}
