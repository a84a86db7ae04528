using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>
/// Passes 2 and 3: configured nodes, and the remote and guest nodes that resources imply (spec/cib-model.md sections 6 and 7.8).
/// </summary>
internal static class NodesPass
{
    public static void Run(ClusterState state, ConfigReader config)
    {
        foreach (var element in config.Cib.Section("nodes")?.Elements("node") ?? [])
        {
            ReadNode(state, config, element);
        }

        if (config.Cib.PackedRoot.Value("dc-uuid") is { } dc && state.FindNode(dc) is { } node)
        {
            node.IsDc = true;
            node.Attributes["#is_dc"] = "true";
            state.Dc = node;
        }
    }

    /// <summary>Creates the nodes of remote connections and guests; returns the implicit connection primitives in order.</summary>
    public static List<XElement> AddImplied(ClusterState state, ConfigReader config)
    {
        var implied = new List<XElement>();
        var resources = config.Cib.Section("resources");
        if (resources is null) return implied;
        var ids = resources.Descendants().Where(e => e.Name.LocalName is "primitive" or "group" or "clone" or "bundle")
            .Select(e => e.Id()).OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var element in resources.Elements())
        {
            if (element.Name.LocalName == "primitive" && element.Id() is { } id && IsRemoteAgent(element))
            {
                AddRemote(state, id);
                continue;
            }

            var candidates = element.Name.LocalName switch
            {
                "primitive" => [element],
                "group" => element.Elements("primitive"),
                _ => [],
            };
            foreach (var candidate in candidates) AddGuest(state, candidate, ids, implied);
        }

        return implied;
    }

    public static ClusterNode AddRemote(ClusterState state, string name)
    {
        if (state.NodesByName.TryGetValue(name, out var existing)) return existing;
        var node = state.AddNode(name, name, NodeKind.Remote, 0);
        node.Attributes["#kind"] = "remote";
        return node;
    }

    private static void ReadNode(ClusterState state, ConfigReader config, XElement element)
    {
        if (element.Id() is not { } id || element.Value("uname") is not { } name) return;
        bool isRemote = string.Equals(element.Value("type"), "remote", StringComparison.OrdinalIgnoreCase);
        int score = Score.Parse(element.Value("score")).Value;
        var node = state.AddNode(id, name, isRemote ? NodeKind.Remote : NodeKind.Cluster, score);
        node.Unclean = !isRemote && state.Options.StartupFencing;
        SetBuiltInAttributes(state, node);
        var attributes = new NvTable();
        config.Collect(attributes, element, "instance_attributes");
        foreach (var pair in attributes.Values) node.Attributes[pair.Name] = pair.Value;
        SetSiteName(state, node);
        var capacities = new NvTable();
        config.Collect(capacities, element, "utilization");
        foreach (var pair in capacities.Values) node.Utilization[pair.Name] = ConfigReader.Integer(pair.Value);
    }

    public static void SetBuiltInAttributes(ClusterState state, ClusterNode node)
    {
        node.Attributes["#uname"] = node.Name;
        node.Attributes["#id"] = node.Id;
        node.Attributes["#is_dc"] = node.IsDc ? "true" : "false";
        node.Attributes["#kind"] = node.Kind switch
        {
            NodeKind.Remote => "remote",
            NodeKind.Guest => "container",
            _ => "cluster",
        };
        if (state.Options.ClusterName is { } cluster) node.Attributes["#cluster-name"] = cluster;
    }

    public static void SetSiteName(ClusterState state, ClusterNode node)
    {
        if (node.Attributes.ContainsKey("#site-name")) return;
        if (node.Attributes.TryGetValue("site-name", out string? site)) node.Attributes["#site-name"] = site;
        else if (state.Options.ClusterName is { } cluster) node.Attributes["#site-name"] = cluster;
    }

    private static bool IsRemoteAgent(XElement element) =>
        Matches(element, "class", "ocf") && Matches(element, "provider", "pacemaker") && Matches(element, "type", "remote");

    private static bool Matches(XElement element, string attribute, string value) =>
        string.Equals(element.Value(attribute), value, StringComparison.OrdinalIgnoreCase);

    private static void AddGuest(ClusterState state, XElement launcher, HashSet<string> ids, List<XElement> implied)
    {
        // A literal scan: rules and references are not looked at; later values override earlier ones.
        var meta = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in launcher.Elements("meta_attributes").Elements("nvpair"))
        {
            if (pair.Value("name") is { } name && pair.Value("value") is { } value) meta[name] = value;
        }

        if (!meta.TryGetValue("remote-node", out string? guest) || launcher.Id() is not { } launcherId || !ids.Add(guest)) return;
        implied.Add(GuestConnection(guest, launcherId, meta));
        AddRemote(state, guest);
    }

    private static XElement GuestConnection(string guest, string launcher, Dictionary<string, string> meta)
    {
        return ImplicitConnection.Build(new ImplicitConnection.Settings(guest, launcher)
        {
            AllowMigrate = meta.GetValueOrDefault("remote-allow-migrate"),
            IsManaged = meta.GetValueOrDefault("is-managed"),
            Address = meta.GetValueOrDefault("remote-addr"),
            Port = meta.GetValueOrDefault("remote-port"),
            ConnectTimeout = meta.GetValueOrDefault("remote-connect-timeout", "60s"),
        });
    }
}
