using System.Xml.Linq;
using Mainstay.Cli.Configuration;
using Mainstay.Scheduler;

namespace Mainstay.Cli.Monitor;

/// <summary>
/// The status as XML (spec/cli-crm.md section 4.2). Agents read it with regular expressions, so the order of attributes is part of the
/// format (spec/agents.md section 14.5).
/// </summary>
internal sealed class StatusXml
{
    private readonly ClusterSnapshot _snapshot;
    private readonly MonitorOptions _options;
    private readonly StatusFilter _filter;

    private StatusXml(ClusterSnapshot snapshot, MonitorOptions options)
    {
        _snapshot = snapshot;
        _options = options;
        _filter = new StatusFilter(snapshot, options);
    }

    /// <summary>The elements of the sections.</summary>
    public static IEnumerable<XElement> Elements(ClusterSnapshot snapshot, MonitorOptions options, DateTimeOffset now)
    {
        var printer = new StatusXml(snapshot, options);
        var sections = new StatusSectionXml(snapshot, options, printer._filter);
        var parts = new[]
        {
            options.Shows(StatusSections.Summary | StatusSections.Options) ? printer.Summary(now) : null,
            options.Shows(StatusSections.Nodes) ? printer.Nodes() : null,
            options.Shows(StatusSections.Resources) && !options.GroupByNode ? printer.Resources() : null,
            options.Shows(StatusSections.Attributes) ? sections.Attributes() : null,
            options.Shows(StatusSections.Operations | StatusSections.FailCounts) ? sections.Operations() : null,
            options.Shows(StatusSections.Failures) ? sections.Failures() : null,
            options.Shows(StatusSections.Fencing) ? sections.Fencing() : null,
            options.Shows(StatusSections.Tickets) ? sections.Tickets() : null,
            options.Shows(StatusSections.Bans) ? sections.Bans() : null,
        };
        return parts.OfType<XElement>();
    }

    /// <summary>An element; missing values are left out.</summary>
    public static XElement Make(string name, params (string Name, object? Value)[] attributes) => new(
        name,
        attributes.Where(a => a.Value is not null)
            .Select(a => new XAttribute(a.Name, a.Value is bool b ? b ? "true" : "false" : a.Value!)));

    private XElement Summary(DateTimeOffset now)
    {
        var summary = new XElement("summary");
        var state = _snapshot.State;
        if (_options.Shows(StatusSections.Stack))
        {
            summary.Add(Make("stack", ("type", state.Options.Text("cluster-infrastructure", "unknown")),
                ("pacemakerd-state", _snapshot.IsLive ? "running" : null)));
        }

        if (_options.Shows(StatusSections.Dc))
        {
            summary.Add(state.Dc is { } dc
                ? Make("current_dc", ("present", true), ("version", state.Options.Text("dc-version", "")), ("name", dc.Name),
                    ("id", dc.Id), ("with_quorum", state.HasQuorum), ("mixed_version", false))
                : Make("current_dc", ("present", false)));
        }

        if (_options.Shows(StatusSections.Times))
        {
            var root = _snapshot.Cib.Root!;
            summary.Add(Make("last_update", ("time", StatusText.Time(now))));
            summary.Add(Make(
                "last_change",
                ("time", root.Text("cib-last-written") ?? ""),
                ("user", root.Text("update-user") ?? ""),
                ("client", root.Text("update-client") ?? ""),
                ("origin", root.Text("update-origin") ?? "")));
        }

        if (_options.Shows(StatusSections.Counts))
        {
            var counts = state.InstanceCounts;
            summary.Add(Make("nodes_configured", ("number", state.Nodes.Count)));
            summary.Add(Make("resources_configured", ("number", counts.Total), ("disabled", counts.Disabled), ("blocked", counts.Blocked)));
        }

        if (_options.Shows(StatusSections.Options))
        {
            summary.Add(ClusterOptions());
        }

        return summary;
    }

    private XElement ClusterOptions()
    {
        var values = _snapshot.State.Options.Values!;
        return Make(
            "cluster_options",
            ("fencing-enabled", values.Boolean("fencing-enabled")),
            ("fencing-timeout-ms", values.Milliseconds("fencing-timeout")),
            ("symmetric-cluster", values.Boolean("symmetric-cluster")),
            ("no-quorum-policy", values.Choice("no-quorum-policy")),
            ("maintenance-mode", values.Boolean("maintenance-mode")),
            ("stop-all-resources", values.Boolean("stop-all-resources")),
            ("priority-fencing-delay-ms", values.Milliseconds("priority-fencing-delay")),
            ("stonith-enabled", values.Boolean("fencing-enabled")),
            ("stonith-timeout-ms", values.Milliseconds("fencing-timeout")));
    }

    private XElement Nodes() => new("nodes", _snapshot.State.Nodes.Where(_filter.Shows).Select(Node));

    private XElement Node(ClusterNode node)
    {
        var element = Make(
            "node",
            ("name", node.Name),
            ("id", node.Id),
            ("online", node.Online),
            ("standby", node.Standby),
            ("standby_onfail", node.FailStandby),
            ("maintenance", node.Maintenance),
            ("pending", node.Pending),
            ("unclean", node.Unclean),
            ("health", node.Health.ToString().ToLowerInvariant()),
            ("feature_set", node is { Online: true, Kind: NodeKind.Cluster } ? NodeText.FeatureSet(node) : null),
            ("shutdown", node.ShuttingDown),
            ("expected_up", node.Kind == NodeKind.Cluster && _snapshot.NodeState(node.Name)?.Text("expected") == "member"),
            ("is_dc", node.IsDc),
            ("resources_running", node.ActiveResources.Count(r => r.Variant == ResourceVariant.Primitive)),
            ("type", node.Kind == NodeKind.Cluster ? "member" : "remote"),
            ("id_as_resource", node.Kind == NodeKind.Guest ? NodeText.ContainerOf(node) : null));
        if (_options.GroupByNode)
        {
            element.Add(node.ActiveResources.Where(r => r.Variant == ResourceVariant.Primitive && _filter.Shows(r)).Select(Primitive));
        }

        return element;
    }

    private XElement? Resources() => new(
        "resources",
        _snapshot.State.Resources.Where(r => !r.IsImplicit && _filter.Shows(r) && (_options.ShowInactive || ResourceText.IsActive(r)))
            .Select(Resource));

    private XElement Resource(ClusterResource resource) => resource.Variant switch
    {
        ResourceVariant.Primitive => Primitive(resource),
        ResourceVariant.Group => Group(resource),
        ResourceVariant.Clone => Clone(resource),
        _ => Bundle(resource),
    };

    private XElement Primitive(ClusterResource r)
    {
        var nodes = r.ActiveNodes.ToList();
        return Make(
            "resource",
            ("id", ResourceText.DisplayName(r)),
            ("resource_agent", ResourceText.Agent(r)),
            ("role", ResourceText.RoleOf(r).ToString()),
            ("target_role", r.Meta["target-role"]),
            ("active", nodes.Count > 0),
            ("orphaned", r.IsRemoved),
            ("removed", r.IsRemoved),
            ("blocked", r.IsBlocked),
            ("maintenance", r.IsInMaintenance),
            ("description", _options.ShowDescription ? r.Meta["description"] : null),
            ("managed", r.IsManaged),
            ("failed", r.IsFailed),
            ("failure_ignored", r.IsFailureIgnored),
            ("nodes_running_on", nodes.Count),
            ("pending", Pending(r)),
            ("locked_to", r.LockNode?.Name)).With(nodes.Select(n => Make("node", ("name", n.Name), ("id", n.Id), ("cached", n.Online))));
    }

    private static string? Pending(ClusterResource r) => r.PendingTask switch
    {
        "start" => "Starting",
        "stop" => "Stopping",
        "promote" => "Promoting",
        "demote" => "Demoting",
        "migrate_to" or "migrate_from" => "Migrating",
        "monitor" when r.PendingIntervalMs > 0 => "Monitoring",
        _ => null,
    };

    private XElement Group(ClusterResource group)
    {
        var members = group.Children.Where(c => _filter.ShowsMember(group, c)).ToList();
        return Make(
            "group",
            ("id", group.Id),
            ("number_resources", members.Count),
            ("maintenance", group.IsInMaintenance),
            ("description", _options.ShowDescription ? group.Meta["description"] : null),
            ("managed", group.IsManaged),
            ("disabled", ResourceText.IsDisabled(group))).With(members.Select(Resource));
    }

    private XElement Clone(ClusterResource clone) => Make(
        "clone",
        ("id", clone.Id),
        ("multi_state", clone.IsPromotable),
        ("unique", clone.Children is [{ IsUnique: true }, ..]),
        ("maintenance", clone.IsInMaintenance),
        ("description", _options.ShowDescription ? clone.Meta["description"] : null),
        ("managed", clone.IsManaged),
        ("disabled", ResourceText.IsDisabled(clone)),
        ("failed", clone.IsFailed),
        ("failure_ignored", clone.IsFailureIgnored),
        ("target_role", clone.Meta["target-role"])).With(clone.Children.Where(c => _filter.ShowsInstance(clone, c)).Select(Resource));

    private XElement Bundle(ClusterResource bundle) => Make(
        "bundle",
        ("id", bundle.Id),
        ("type", BundleText.Runtime(bundle)),
        ("image", BundleText.Attribute(_snapshot, bundle, "image")),
        ("unique", bundle.IsUnique),
        ("maintenance", bundle.IsInMaintenance),
        ("description", _options.ShowDescription ? bundle.Meta["description"] : null),
        ("managed", bundle.IsManaged),
        ("failed", bundle.IsFailed)).With(BundleText.Replicas(bundle)
            .Where(r => _filter.ShowsAllNodes || r.Container.ActiveNodes.Any(_filter.Shows) || !ResourceText.IsActive(r.Container))
                .Select(replica => Make("replica", ("id", replica.Number)).With(
            replica.Parts.Where(r => _filter.ShowsMember(bundle, r)).Select(Primitive))).Where(e => e.HasElements));
}

/// <summary>Building of XML trees.</summary>
internal static class XmlBuilding
{
    /// <summary>The element with children added.</summary>
    public static XElement With(this XElement element, IEnumerable<XElement> children)
    {
        element.Add(children);
        return element;
    }
}
