using System.Globalization;
using System.Net;
using Mainstay.Totem;

namespace Mainstay.Ring.Core.Configuration;

/// <summary>Turns the keys of a file into validated settings; collects every problem (spec/corosync-conf.md sections 2 and 3).</summary>
internal sealed partial class ConfigurationBuilder
{
    private const int LinkCountMax = 8;

    private readonly string _file;
    private readonly CorosyncConfDocument _document;
    private readonly ConfigurationEnvironment _environment;
    private readonly List<ConfigurationProblem> _problems;
    private readonly SortedDictionary<string, CmapValue> _keys;

    public ConfigurationBuilder(string file, CorosyncConfDocument document, ConfigurationEnvironment environment)
    {
        _file = file;
        _document = document;
        _environment = environment;
        _problems = [.. document.Problems];
        _keys = document.Keys;
    }

    public IReadOnlyList<ConfigurationProblem> Problems => _problems;

    /// <summary>Adds the <c>uidgid</c> sections of another file; what else is in it does not count.</summary>
    public void AddIdentities(string file, CorosyncConfDocument document)
    {
        _problems.AddRange(document.Problems);
        foreach (var (key, value) in document.Keys)
        {
            if (key.StartsWith("uidgid.config.", StringComparison.Ordinal))
            {
                _keys[key] = value;
                continue;
            }

            _problems.Add(new ConfigurationProblem(
                ProblemSeverity.Warning,
                file,
                value.Line,
                $"key \"{key}\" is ignored: only uidgid sections count in this folder",
                ConfigurationProblem.FileExitStatus));
        }
    }

    public RingConfiguration? Build()
    {
        if (_environment.Running is { } running) KeepFixed(running);
        var logging = LoggingSettings.Read(_document, (message, value) =>
            Add(ProblemSeverity.Error, message, value.Line, ConfigurationProblem.LoggingExitStatus));
        var transport = ReadTransport();
        if (Number("totem.version", 0) != 2)
        {
            Refuse(_keys.ContainsKey("totem.version")
                ? "This totem parser can only parse version 2 configurations."
                : "totem.version is missing; it must be 2", LineOf("totem.version"));
        }

        var nodes = ReadNodes(transport);
        CheckInterfaces(transport);
        var crypto = ReadCrypto(transport);
        var totem = ReadTotem(transport, nodes.Count);
        var local = nodes.Count > 0 ? FindLocal(nodes) : null;
        var quorum = ReadQuorum(nodes, local);
        var knet = transport == RingTransport.Knet && local is not null ? ReadKnet(totem, nodes, local, crypto) : null;
        var multicast = transport == RingTransport.Udp && local is not null ? ReadMulticast(totem, local) : null;
        if (_problems.Exists(p => p.Severity == ProblemSeverity.Error) || local is null) return null;

        PublishKeys(totem, local, multicast);
        return new RingConfiguration
        {
            File = _file,
            Totem = totem,
            Nodes = nodes,
            LocalNode = local,
            Quorum = quorum,
            Logging = logging,
            Knet = knet,
            Multicast = multicast,
            Keys = _keys,
        };
    }

    private RingTransport ReadTransport()
    {
        switch (Text("totem.transport", "knet"))
        {
            case "knet":
                return RingTransport.Knet;
            case "udpu":
                return RingTransport.Udpu;
            case "udp":
                return RingTransport.Udp;
            default:
                Refuse("Invalid transport type. Should be udpu, udp or knet", LineOf("totem.transport"));
                return RingTransport.Knet;
        }
    }

    private List<ConfiguredNode> ReadNodes(RingTransport transport)
    {
        var nodes = new List<ConfiguredNode>();
        var addressCount = 0;
        for (var position = 0; position < _document.NodeCount; position++)
        {
            var prefix = $"nodelist.node.{position}.";
            var addresses = ReadAddresses(prefix);
            if (addresses.Count == 0) continue;
            if (addressCount == 0) addressCount = addresses.Count;
            var line = LineOf(prefix + "ring0_addr");
            if (addresses.Count != addressCount) Refuse("Not all nodes have the same number of links", line);
            if (addresses.Count > 1 && transport != RingTransport.Knet)
            {
                Refuse($"{addresses.Count} is too many configured interfaces for non-Knet transport.", line);
            }

            if (addresses.Count > 1 && !_keys.ContainsKey(prefix + "name"))
            {
                Refuse($"node {position} has several links and no name; a name is required then", line);
            }

            var links = addresses
                .Select(a => new NodeLink(a.Link, a.Text, Resolve(a.Text, LineOf($"{prefix}ring{a.Link}_addr")) ?? IPAddress.None))
                .ToList();
            var resolved = links[0].Address;
            var id = ReadNodeId(prefix, transport, resolved.Equals(IPAddress.None) ? null : resolved, line);
            nodes.Add(new ConfiguredNode(
                id,
                Text(prefix + "name", addresses[0].Text),
                [.. addresses.Select(a => a.Text)],
                resolved,
                Number(prefix + "quorum_votes", 1),
                position)
            {
                Links = links,
            });
        }

        foreach (var group in nodes.GroupBy(n => n.NodeId).Where(g => g.Key != 0 && g.Count() > 1))
        {
            Refuse($"Nodeid {group.Key} appears twice in corosync.conf", LineOf($"nodelist.node.{group.Last().Position}.nodeid"));
        }

        // The reference writes beyond its table from the 385th on, and names some other reason, or none.
        if (nodes.Count > Limits.NodeCountMax)
        {
            Refuse(
                $"the nodelist has {nodes.Count} nodes, this is number {Limits.NodeCountMax + 1}: a ring has {Limits.NodeCountMax} at most",
                LineOf($"nodelist.node.{nodes[Limits.NodeCountMax].Position}.ring0_addr"));
        }

        if (nodes.Count == 0) Refuse("No interfaces defined: the nodelist is empty or missing", 0);
        return nodes;
    }

    private List<(int Link, string Text)> ReadAddresses(string prefix)
    {
        var addresses = new List<(int Link, string Text)>();
        for (var link = 0; link < LinkCountMax; link++)
        {
            if (_keys.TryGetValue($"{prefix}ring{link}_addr", out var address)) addresses.Add((link, address.Text));
        }

        foreach (var (key, value) in _keys)
        {
            if (!key.StartsWith(prefix + "ring", StringComparison.Ordinal) || !key.EndsWith("_addr", StringComparison.Ordinal)) continue;
            var number = key[(prefix.Length + 4)..^5];
            if (int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var link) && link >= LinkCountMax)
            {
                Refuse($"interface ring number {link} is bigger than allowed maximum {LinkCountMax - 1}", value.Line);
            }
        }

        return addresses;
    }

    private uint ReadNodeId(string prefix, RingTransport transport, IPAddress? address, int line)
    {
        var id = Number(prefix + "nodeid", 0);
        if (id > 0)
        {
            if (transport == RingTransport.Knet && id > ushort.MaxValue)
            {
                Refuse($"Knet requires node ids below 65536, {id} was given", line);
            }

            return id;
        }

        if (transport == RingTransport.Knet)
        {
            Refuse("Knet requires an explicit nodeid for every node", line);
            return 0;
        }

        // Without a nodeid it is the IPv4 address as a number, its first octet highest.
        Span<byte> bytes = stackalloc byte[16];
        if (address is null || !address.TryWriteBytes(bytes, out var size) || size != 4)
        {
            Refuse("a node with an IPv6 address or an unknown one needs a nodeid", line);
            return 0;
        }

        var generated = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes);
        return Text("totem.clear_node_high_bit", "no") == "yes" ? generated & 0x7fffffff : generated;
    }

    private IPAddress? Resolve(string text, int line)
    {
        var version = Text("totem.ip_version", Text("totem.transport", "knet") == "udp" ? "ipv4" : "ipv6-4");
        if (IPAddress.TryParse(text, out var literal))
        {
            if (IsWanted(literal, version, only: true)) return literal;
            Refuse($"the address {text} is not of the family that ip_version {version} asks for", line);
            return null;
        }

        var found = _environment.Resolve(text);
        var preferred = found.FirstOrDefault(a => IsWanted(a, version, only: false))
            ?? found.FirstOrDefault(a => IsWanted(a, version, only: true));
        if (preferred is null) Refuse($"the host name {text} does not resolve", line);
        return preferred;
    }

    // "ipv4" and "ipv6" allow one family; "ipv4-6" and "ipv6-4" prefer the first.
    private static bool IsWanted(IPAddress address, string version, bool only)
    {
        Span<byte> bytes = stackalloc byte[16];
        var isV4 = address.TryWriteBytes(bytes, out var size) && size == 4;
        return version switch
        {
            "ipv4" => isV4,
            "ipv6" => !isV4,
            "ipv4-6" => only || isV4,
            _ => only || !isV4,
        };
    }

    private ConfiguredNode? FindLocal(List<ConfiguredNode> nodes)
    {
        if (_environment.NodeId is { } id)
        {
            var byId = nodes.Find(n => n.NodeId == id);
            if (byId is null) Refuse($"no node of the nodelist has the id {id}", 0);
            return byId;
        }

        if (_environment.NodeName is { } name)
        {
            var byName = nodes.Find(n => n.Name == name) ?? nodes.Find(n => n.Addresses.Contains(name, StringComparer.Ordinal));
            if (byName is null) Refuse($"no node of the nodelist is named {name}", 0);
            return byName;
        }

        var found = FindByHostName(nodes, _environment.HostName)
            ?? nodes.Find(n => _environment.LocalAddresses.Contains(n.ResolvedAddress));
        if (found is null)
        {
            Refuse($"No valid name found for local host: no node is named {_environment.HostName} or has an address of this host", 0);
        }

        return found;
    }

    // Exact, then stripped of domain parts from the right, then by short names (spec/corosync-conf.md section 3).
    private static ConfiguredNode? FindByHostName(List<ConfiguredNode> nodes, string host)
    {
        for (var name = host; name.Length > 0; name = name.LastIndexOf('.') is var dot and > 0 ? name[..dot] : string.Empty)
        {
            if (nodes.Find(n => n.Name == name) is { } exact) return exact;
        }

        var shortHost = host.Split('.')[0];
        return shortHost.Length == 0
            ? null
            : nodes.Find(n => !IPAddress.TryParse(n.Name, out _) && n.Name.Split('.')[0] == shortHost);
    }

    private string Text(string key, string fallback) => _keys.TryGetValue(key, out var value) ? value.Text : fallback;

    private uint Number(string key, uint fallback) =>
        _keys.TryGetValue(key, out var value)
            && uint.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : fallback;

    private bool Flag(string key) => Number(key, 0) != 0;

    private int LineOf(string key) => _keys.TryGetValue(key, out var value) ? value.Line : 0;

    private void Refuse(string message, int line) => Add(ProblemSeverity.Error, message, line, ConfigurationProblem.FileExitStatus);

    private void Add(ProblemSeverity severity, string message, int line, int exitStatus) =>
        _problems.Add(new ConfigurationProblem(severity, _file, line, message, exitStatus));
}
