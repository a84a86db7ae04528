using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <content>Bundles and what they expand to (spec/cib-model.md section 7.9, spec/scheduler-placement.md section 10.1).</content>
internal sealed partial class ResourcesPass
{
    private bool UnpackBundle(ClusterResource bundle)
    {
        var technology = bundle.Config.Elements().FirstOrDefault(e => e.Name.LocalName is "docker" or "podman");
        if (technology is null) return false;
        var layout = new BundleLayout(bundle.Id, bundle.Config, technology);
        layout.SetReplicas(Bounded(layout.Replicas, "replicas", ReplicasMax, technology));
        if (layout.Primitive is not null && !layout.CanConnect)
        {
            state.ProblemList.Add(CibProblem.Error(
                bundle.Config, "a bundle with a primitive needs ip-range-start or control-port; it is ignored", "configure one of them"));
            return false;
        }

        var settings = new BundleSettings
        {
            Agent = technology.Name.LocalName,
            Image = technology.Value("image") ?? "",
            ReplicaCount = layout.Replicas,
            ReplicasPerHost = layout.PerHost,
            PromotedMax = layout.PromotedMax,
        };
        bundle.Bundle = settings;
        ReadFlags(bundle);
        bundle.IsUnique = settings.ReplicasPerHost > 1;
        if (layout.Primitive is not null && !UnpackInnerClone(bundle, layout)) return false;

        for (int i = 0; i < settings.ReplicaCount; i++) AddReplica(bundle, layout, i);
        if (settings.InnerClone is { } clone) bundle.ChildList.Add(clone);
        foreach (var replica in settings.Replicas) ImplyProperties(bundle, replica);
        return true;
    }

    private bool UnpackInnerClone(ClusterResource bundle, BundleLayout layout)
    {
        var element = layout.InnerCloneXml();
        if (Unpack(element, bundle, null) is not { } clone) return false;
        bundle.Bundle!.InnerClone = clone;
        return true;
    }

    private void AddReplica(ClusterResource bundle, BundleLayout layout, int offset)
    {
        var settings = bundle.Bundle!;
        string? address = layout.Addresses[offset];
        ClusterResource? ip = null;
        if (address is not null) ip = Unpack(layout.IpXml(address), bundle, null);
        var container = Unpack(layout.ContainerXml(offset), bundle, null)!;
        container.InstanceNumber = offset;
        var replica = new BundleReplica { Offset = offset, Container = container, Ip = ip, IpAddress = address };
        container.Replica = replica;
        container.IsUnique = settings.ReplicasPerHost > 1 || container.IsUnique;
        if (ip is not null) ip.Replica = replica;
        settings.Replicas.Add(replica);
        bundle.ChildList.Add(container);
        if (ip is not null) bundle.ChildList.Add(ip);
        if (settings.InnerClone is not { } clone) return;

        replica.Child = clone.ChildList[offset];
        replica.Child.Replica = replica;
        string name = layout.NodeName(offset);
        string connectionId = state.ResourcesById.ContainsKey(name)
            ? string.Create(CultureInfo.InvariantCulture, $"pcmk-internal-{replica.Child.Id}-remote-{offset}") : name;
        replica.Node = AddBundleNode(connectionId);
        var connection = Unpack(layout.ConnectionXml(connectionId, container.Id, address), bundle, null)!;
        connection.Replica = replica;
        replica.Connection = connection;
        foreach (var node in state.NodeList.Where(n => n.IsRemoteOrGuest && connection.Table.Contains(n)))
        {
            connection.Table.SetScore(node, -Scores.Infinity);
        }

        bundle.ChildList.Add(connection);
        RestrictToBundleNode(clone, replica);
    }

    private ClusterNode AddBundleNode(string name)
    {
        if (!state.NodesByName.TryGetValue(name, out var node))
        {
            node = state.AddNode(name, name, NodeKind.Guest, -Scores.Infinity);
            NodesPass.SetBuiltInAttributes(state, node);
            node.Attributes.Remove("#uname");
            node.Attributes.Remove("#id");
            node.Attributes.Remove("#is_dc");
            node.Attributes.Remove("#cluster-name");
        }

        node.Kind = NodeKind.Guest;
        node.Unclean = false;
        node.IsBundleNode = true;
        node.BaseScore = -Scores.Infinity;
        node.BaseDiscovery = DiscoveryMode.Never;
        foreach (var resource in state.ResourceList.SelectMany(r => r.SelfAndDescendants()).Where(r => r.Table.Contains(node)))
        {
            resource.Table.SetScore(node, -Scores.Infinity);
            resource.Table.SetDiscovery(node, DiscoveryMode.Never);
        }

        return node;
    }

    private static void RestrictToBundleNode(ClusterResource clone, BundleReplica replica)
    {
        var node = replica.Node!;
        replica.Child!.Table.Clear();
        replica.Child.Table.Put(node, 500, DiscoveryMode.Exclusive);
        replica.Child.HasExclusiveProbes = true;
        clone.Table.Put(node, -Scores.Infinity, DiscoveryMode.Exclusive);
    }

    /// <summary>The contained resource's capacity needs count for its container.</summary>
    private static void ImplyProperties(ClusterResource bundle, BundleReplica replica)
    {
        _ = bundle;
        if (replica.Child is not { Utilization.Count: > 0 } child) return;
        replica.Container.Utilization.Clear();
        foreach (var (name, value) in child.Utilization) replica.Container.Utilization[name] = value;
        child.Utilization.Clear();
    }
}

/// <summary>Derives the implicit resources' configuration of one bundle.</summary>
internal sealed class BundleLayout
{
    private const int DefaultPort = 3121;

    private readonly string _id;
    private readonly XElement _technology;
    private readonly XElement? _network;
    private readonly XElement? _storage;
    private readonly string? _controlPort;

    public BundleLayout(string id, XElement bundle, XElement technology)
    {
        _id = id;
        _technology = technology;
        _network = bundle.Element("network");
        _storage = bundle.Element("storage");
        _controlPort = _network?.Value("control-port");
        Primitive = bundle.Element("primitive");
        PromotedMax = IntegerText.AtLeast(technology.Value("promoted-max") ?? technology.Value("masters"), 0);
        string? replicas = technology.Value("replicas");
        Replicas = replicas is null ? Math.Max(1, PromotedMax) : IntegerText.AtLeast(replicas, 1);
        PerHost = IntegerText.AtLeast(technology.Value("replicas-per-host"), 1);
        string? address = _network?.Value("ip-range-start");
        if (_controlPort is not null && address is null) PerHost = 1;
        CanConnect = address is not null || _controlPort is not null;
    }

    /// <summary>Lays out the addresses of a number of replicas.</summary>
    public void SetReplicas(int count)
    {
        Replicas = count;
        string? address = _network?.Value("ip-range-start");
        for (int i = 0; i < count; i++)
        {
            Addresses.Add(address);
            address = Next(address);
        }
    }

    public XElement? Primitive { get; }

    public int Replicas { get; private set; }

    public int PerHost { get; }

    public int PromotedMax { get; }

    public bool CanConnect { get; }

    public List<string?> Addresses { get; } = [];

    public string NodeName(int offset) => Sanitized(string.Create(CultureInfo.InvariantCulture, $"{_id}-{offset}"));

    public XElement InnerCloneXml()
    {
        string name = _id + (PromotedMax > 0 ? "-master" : "-clone");
        var meta = new XElement("meta_attributes", new XAttribute("id", name + "-meta"));
        void Add(string key, string value) => ImplicitConnection.AddPair(meta, name, "meta", key, value);
        Add("ordered", "true");
        Add("clone-max", Text(Replicas));
        Add("clone-node-max", Text(PerHost));
        Add("globally-unique", PerHost > 1 ? "true" : "false");
        if (PromotedMax > 0)
        {
            Add("promotable", "true");
            Add("promoted-max", Text(PromotedMax));
        }

        return new XElement("clone", new XAttribute("id", name), meta, Primitive);
    }

    public XElement IpXml(string address)
    {
        string id = Sanitized($"{_id}-ip-{address}");
        var primitive = Agent(id, "IPaddr2");
        var parameters = new XElement("instance_attributes", new XAttribute("id", id + "-attributes"));
        ImplicitConnection.AddPair(parameters, id, "attributes", "ip", address);
        if (_network?.Value("host-interface") is { } nic) ImplicitConnection.AddPair(parameters, id, "attributes", "nic", nic);
        ImplicitConnection.AddPair(parameters, id, "attributes", "cidr_netmask", _network?.Value("host-netmask") ?? "32");
        primitive.Add(parameters, new XElement("operations", ImplicitConnection.Operation(id, "monitor", "60s", null)));
        return primitive;
    }

    public XElement ContainerXml(int offset)
    {
        string technology = _technology.Name.LocalName;
        string id = Sanitized(string.Create(CultureInfo.InvariantCulture, $"{_id}-{technology}-{offset}"));
        var primitive = Agent(id, technology);
        var parameters = new XElement("instance_attributes", new XAttribute("id", id + "-attributes"));
        void Add(string key, string value) => ImplicitConnection.AddPair(parameters, id, "attributes", key, value);
        Add("image", _technology.Value("image") ?? "");
        Add("allow_pull", "true");
        Add("force_kill", "false");
        Add("reuse", "false");
        Add("run_opts", RunOptions(offset, out string roots));
        Add("mount_points", roots);
        if (_technology.Value("run-command") is { } command)
        {
            Add("run_cmd", command);
            Add("monitor_cmd", "/bin/true");
        }
        else if (Primitive is not null)
        {
            Add("run_cmd", "/usr/sbin/pacemaker-remoted");
            Add("monitor_cmd", "/bin/true");
        }
        else
        {
            Add("monitor_cmd", "/bin/true");
        }

        primitive.Add(parameters, new XElement("operations", ImplicitConnection.Operation(id, "monitor", "60s", null)));
        return primitive;
    }

    public XElement ConnectionXml(string name, string container, string? address) =>
        ImplicitConnection.Build(new ImplicitConnection.Settings(name, container)
        {
            AllowMigrate = "false",
            Address = address ?? "#uname",
            Port = _controlPort ?? Text(DefaultPort),
        });

    private static XElement Agent(string id, string type) => new(
        "primitive",
        new XAttribute("id", id),
        new XAttribute("class", "ocf"),
        new XAttribute("provider", "heartbeat"),
        new XAttribute("type", type));

    private string RunOptions(int offset, out string roots)
    {
        var text = new System.Text.StringBuilder();
        string? address = Addresses[offset];
        if (_technology.Name.LocalName == "docker") text.Append(" --restart=no");
        if (_network?.Value("ip-range-start") is not null) text.Append(" -h ").Append(_id).Append('-').Append(Text(offset));
        text.Append(" -e PCMK_stderr=1");
        if (_technology.Value("network") is { } network) text.Append(" --net=").Append(network);
        text.Append(" -e PCMK_remote_port=").Append(_controlPort ?? Text(DefaultPort));
        roots = AppendMounts(text, offset);
        AppendPorts(text, address);
        if (_technology.Value("options") is { } options) text.Append(' ').Append(options);
        text.Append(' ');
        if (_network?.Value("ip-range-start") is not null) text.Append(HostEntries());
        return text.ToString();
    }

    private string AppendMounts(System.Text.StringBuilder text, int offset)
    {
        var roots = new List<string>();
        bool hasLog = false;
        void Mount(string source, string target, string? options, bool isRoot)
        {
            if (isRoot)
            {
                source = $"{source}/{_id}-{Text(offset)}";
                roots.Add(source);
            }

            text.Append(" -v ").Append(source).Append(':').Append(target);
            if (options is not null) text.Append(':').Append(options);
        }

        foreach (var mapping in _storage?.Elements("storage-mapping") ?? [])
        {
            string? root = mapping.Value("source-dir-root");
            string target = mapping.Value("target-dir") ?? "";
            if ((root ?? mapping.Value("source-dir")) is not { } source) continue;
            if (target == "/var/log") hasLog = true;
            Mount(source, target, mapping.Value("options"), root is not null && mapping.Value("source-dir") is null);
        }

        if (Primitive is not null)
        {
            Mount("/etc/pacemaker/authkey", "/etc/pacemaker/authkey", null, false);
            if (!hasLog) Mount("/var/log/pacemaker/bundles", "/var/log", null, true);
        }

        return string.Join(',', roots);
    }

    private void AppendPorts(System.Text.StringBuilder text, string? address)
    {
        var ports = new List<(string Port, string Internal)>();
        foreach (var mapping in _network?.Elements("port-mapping") ?? [])
        {
            if ((mapping.Value("port") ?? mapping.Value("range")) is { } port)
            {
                ports.Add((port, mapping.Value("internal-port") ?? port));
            }
        }

        string control = _controlPort ?? Text(DefaultPort);
        if (Primitive is not null) ports.Add((control, control));
        foreach (var (port, inside) in ports)
        {
            if (address is not null) text.Append(" -p ").Append(address).Append(':').Append(port).Append(':').Append(inside);
            else if (_technology.Value("network") != "host") text.Append(" -p ").Append(port).Append(':').Append(inside);
        }
    }

    private string HostEntries()
    {
        bool addHost = CibBoolean.Parse(_network?.Value("add-host")) ?? true;
        var text = new System.Text.StringBuilder();
        for (int i = 0; i < Addresses.Count; i++)
        {
            if (Addresses[i] is not { } address) continue;
            if (addHost) text.Append(" --add-host=").Append(_id).Append('-').Append(Text(i)).Append(':').Append(address);
            else text.Append(" --hosts-entry=").Append(address).Append('=').Append(_id).Append('-').Append(Text(i));
        }

        return text.ToString();
    }

    private static string? Next(string? address)
    {
        if (address is null) return null;
        var parts = address.Split('.');
        if (parts.Length != 4 || !int.TryParse(parts[2], out int third) || !int.TryParse(parts[3], out int fourth)) return null;
        if (fourth <= 253) return string.Create(CultureInfo.InvariantCulture, $"{parts[0]}.{parts[1]}.{third}.{fourth + 1}");
        return third > 253 ? null : string.Create(CultureInfo.InvariantCulture, $"{parts[0]}.{parts[1]}.{third + 1}.1");
    }

    private static string Sanitized(string id)
    {
        var text = id.ToCharArray();
        for (int i = 0; i < text.Length; i++)
        {
            if (!XmlConvert.IsNCNameChar(text[i])) text[i] = '.';
        }

        return new string(text);
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
