using Mainstay.Scheduler;

namespace Mainstay.Cli.Monitor;

/// <summary>Nodes in the words of crm_mon (spec/cli-crm.md section 4.1).</summary>
internal sealed class NodeText
{
    private readonly ClusterSnapshot _snapshot;
    private readonly MonitorOptions _options;
    private readonly StatusFilter _filter;
    private readonly ResourceText _resources;

    /// <summary>A printer for one snapshot.</summary>
    public NodeText(ClusterSnapshot snapshot, MonitorOptions options, StatusFilter filter, ResourceText resources)
    {
        _snapshot = snapshot;
        _options = options;
        _filter = filter;
        _resources = resources;
    }

    /// <summary>The lines of the node list: unusual nodes one by one, the others by state.</summary>
    public IEnumerable<string> Lines()
    {
        var lists = new (string Heading, List<string> Names)[] { ("Online", []), ("OFFLINE", []), ("RemoteOnline", []),
            ("RemoteOFFLINE", []), ("GuestOnline", []) };
        var lines = new List<string>();
        foreach (var node in _snapshot.State.Nodes.Where(_filter.Shows))
        {
            var state = State(node);
            if (_options is { Brief: true, GroupByNode: true } && node.ActiveResources.Count == 0)
            {
                continue;
            }

            if (_options.GroupByNode || _options.ShowDetail || !IsPlain(node, state))
            {
                lines.AddRange(Single(node, state));
                continue;
            }

            var index = node.Kind switch
            {
                NodeKind.Guest => state == "online" ? 4 : -1,
                NodeKind.Remote => state == "online" ? 2 : 3,
                _ => state == "online" ? 0 : 1,
            };
            if (index >= 0)
            {
                lists[index].Names.Add(node.Name);
            }
        }

        return lines.Concat(lists.Where(l => l.Names.Count > 0).Select(l => $"{l.Heading}: [ {string.Join(' ', l.Names)} ]"));
    }

    /// <summary>The state of a node in words.</summary>
    public static string State(ClusterNode node)
    {
        var word = node switch
        {
            { Unclean: true, Online: true } => "UNCLEAN (online)",
            { Unclean: true, Pending: true } => "UNCLEAN (pending)",
            { Unclean: true } => "UNCLEAN (offline)",
            { Pending: true } => "pending",
            { FailStandby: true, Online: true } => "standby (on-fail)",
            { Standby: true, Online: true } => node.ActiveResources.Count > 0 ? "standby (with active resources)" : "standby",
            { Standby: true } => "OFFLINE (standby)",
            { Maintenance: true, Online: true } => "maintenance",
            { Maintenance: true } => "OFFLINE (maintenance)",
            { Online: true } => "online",
            _ => "OFFLINE",
        };
        return node.Health switch
        {
            NodeHealth.Red => word + " (health is RED)",
            NodeHealth.Yellow => word + " (health is YELLOW)",
            _ => word,
        };
    }

    /// <summary>A node's name, with its id in detailed views.</summary>
    public static string Name(ClusterSnapshot snapshot, ClusterNode node, bool withId)
    {
        if (node.Kind == NodeKind.Guest)
        {
            return withId ? $"{node.Name}@{HostOf(snapshot, node)}" : node.Name;
        }

        return withId && node.Id != node.Name ? $"{node.Name} ({node.Id})" : node.Name;
    }

    // The node of the container: the connection may come from elsewhere.
    private static string HostOf(ClusterSnapshot snapshot, ClusterNode guest)
    {
        var container = ContainerOf(guest) is { } id ? snapshot.State.FindResource(id) : null;
        return (container ?? guest.Connection)?.ActiveNodes is [var host, ..] ? host.Name : "";
    }

    /// <summary>The resource that a guest node runs in.</summary>
    public static string? ContainerOf(ClusterNode guest) => guest.Connection?.Meta["container"];

    private static bool IsPlain(ClusterNode node, string state) => state is "online" or "OFFLINE" && node.Health == NodeHealth.Green;

    private IEnumerable<string> Single(ClusterNode node, string state)
    {
        var kind = node.Kind switch { NodeKind.Guest => "GuestNode", NodeKind.Remote => "RemoteNode", _ => "Node" };
        var features = _options.ShowDetail && node.Kind == NodeKind.Cluster && node.Online && FeatureSet(node) is { } set
            ? $", feature set {set}" : "";
        yield return $"{kind} {Name(_snapshot, node, _options.ShowDetail)}: {state}{features}{(_options.GroupByNode ? ":" : "")}";
        if (!_options.GroupByNode || !_options.Shows(StatusSections.Resources))
        {
            yield break;
        }

        yield return "  * Resources:";
        var active = _options.Brief
            ? node.ActiveResources.Where(r => r.Variant == ResourceVariant.Primitive)
                .GroupBy(ResourceText.Agent, StringComparer.Ordinal)
                .OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => $"{g.Count()}\t({g.Key}):\tActive")
            : _resources.LinesOn(node);
        foreach (var line in active)
        {
            yield return "    * " + line;
        }
    }

    /// <summary>The feature set that a node told; nodes that told none are older than 3.15.1.</summary>
    public static string? FeatureSet(ClusterNode node) => node.Attributes.TryGetValue("#feature-set", out var set) ? set : "<3.15.1";
}
