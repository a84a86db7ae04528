using System.Text;
using System.Text.Json.Nodes;

namespace Mainstay.Cli.Pcs.Cluster;

/// <summary><c>cluster config</c> and <c>cluster corosync</c>: the configuration of the ring.</summary>
internal static class ClusterConfig
{
    private static readonly string[] s_structure = ["version", "cluster_name", "cluster_uuid", "transport"];

    /// <summary>The file that a command works on: <c>--corosync_conf</c>, else that of this host.</summary>
    public static string PathOf(PcsSession session) => session.Options["corosync_conf"] ?? ClusterPaths.Of(session.Context).CorosyncConf;

    /// <summary>Reads that file.</summary>
    /// <exception cref="CommandFailure">It does not exist or cannot be parsed.</exception>
    public static CorosyncConf Read(PcsSession session)
    {
        var path = PathOf(session);
        try
        {
            return CorosyncConf.Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"Unable to read '{path}': {e.Message}");
        }
    }

    /// <summary><c>cluster corosync</c>: the file as it is.</summary>
    public static int Raw(PcsSession session, IReadOnlyList<string> args)
    {
        session.Out.Write(Read(session).Print());
        return 0;
    }

    /// <summary><c>cluster config [show]</c>.</summary>
    public static int Show(PcsSession session, IReadOnlyList<string> args)
    {
        var conf = Read(session);
        var totem = conf.Require("totem");
        var nodes = conf.Require("nodelist").Sections;
        if (session.OutputFormat == "json")
        {
            session.Out.WriteLine(Document(conf, totem, nodes));
            return 0;
        }

        var text = new StringBuilder($"Cluster Name: {totem["cluster_name"]}\n");
        text.Append(totem["cluster_uuid"] is { } uuid ? $"Cluster UUID: {uuid}\n" : "");
        text.Append($"Transport: {totem["transport"] ?? "knet"}\nNodes:\n");
        foreach (var node in nodes)
        {
            text.Append($"  {node["name"]}:\n");
            foreach (var (link, address) in Addresses(node))
            {
                text.Append($"    Link {link} address: {address}\n");
            }

            text.Append($"    nodeid: {node["nodeid"]}\n");
        }

        Links(text, totem);
        Options(text, "Transport Options", totem, k => k is "ip_version" or "knet_pmtud_interval" or "link_mode" or "netmtu", k => k);
        Options(text, "Compression Options", totem, k => k.StartsWith("knet_compression_", StringComparison.Ordinal), k =>
            k["knet_compression_".Length..]);
        Options(text, "Crypto Options", totem, k => k.StartsWith("crypto_", StringComparison.Ordinal), k => k["crypto_".Length..]);
        Options(text, "Totem Options", totem, k => IsTotem(k), k => k);
        Options(text, "Quorum Options", conf.Require("quorum"), k => k is not ("provider" or "two_node"), k => k);
        session.Out.Write(text.ToString());
        return 0;
    }

    private static bool IsTotem(string key) =>
        !s_structure.Contains(key) && !key.StartsWith("crypto_", StringComparison.Ordinal)
            && !key.StartsWith("knet_", StringComparison.Ordinal)
        && key is not ("ip_version" or "link_mode" or "netmtu");

    private static IEnumerable<(string Link, string Address)> Addresses(CorosyncConf node) => node.Keys
        .Where(k => k.Key.StartsWith("ring", StringComparison.Ordinal) && k.Key.EndsWith("_addr", StringComparison.Ordinal))
        .Select(k => (k.Key[4..^5], k.Value));

    private static void Links(StringBuilder text, CorosyncConf totem)
    {
        var links = totem.Sections.Where(s => s.Name == "interface").ToList();
        if (links.Count == 0)
        {
            return;
        }

        text.Append("Links:\n");
        foreach (var link in links)
        {
            text.Append($"  Link {link["linknumber"] ?? "0"}:\n");
            foreach (var (key, value) in link.Keys.OrderBy(k => k.Key, StringComparer.Ordinal))
            {
                text.Append($"    {(key.StartsWith("knet_", StringComparison.Ordinal) ? key[5..] : key)}: {value}\n");
            }
        }
    }

    private static void Options(StringBuilder text, string heading, CorosyncConf section, Func<string, bool> belongs, Func<string,
        string> name)
    {
        var keys = section.Keys.Where(k => belongs(k.Key)).OrderBy(k => k.Key, StringComparer.Ordinal).ToList();
        if (keys.Count > 0)
        {
            text.Append($"{heading}:\n");
            keys.ForEach(k => text.Append($"  {name(k.Key)}: {k.Value}\n"));
        }
    }

    private static string Document(CorosyncConf conf, CorosyncConf totem, List<CorosyncConf> nodes)
    {
        var device = conf.Require("quorum").Find("device");
        return Json.Print(Json.Object(
            ("cluster_name", totem["cluster_name"] ?? ""),
            ("cluster_uuid", totem["cluster_uuid"]),
            ("transport", (totem["transport"] ?? "knet").ToUpperInvariant()),
            ("totem_options", Map(totem, IsTotem, k => k)),
            ("transport_options", Map(totem, k => k is "ip_version" or "knet_pmtud_interval" or "link_mode" or "netmtu", k => k)),
            ("compression_options",
                Map(totem, k => k.StartsWith("knet_compression_", StringComparison.Ordinal), k => k["knet_compression_".Length..])),
            ("crypto_options", Map(totem, k => k.StartsWith("crypto_", StringComparison.Ordinal), k => k["crypto_".Length..])),
            ("nodes", Json.Array(nodes.Select(n => Json.Object(
                ("name", n["name"]),
                ("nodeid", n["nodeid"]),
                ("addrs", Json.Array(Addresses(n)
                    .Select(a => Json.Object(("addr", a.Address), ("link", a.Link), ("type", AddressType(a.Address)))))))))),
            ("links_options", Json.Object(
                [.. totem.Sections.Where(s => s.Name == "interface")
                .Select(s => (s["linknumber"] ?? "0", (JsonNode?)Map(s, _ => true, k => k)))])),
            ("quorum_options", Map(conf.Require("quorum"), k => k is not ("provider" or "two_node"), k => k)),
            ("quorum_device", device is null ? null : Json.Object(
                ("model", device["model"]),
                ("model_options", device.Find(device["model"] ?? "") is { } model ? Map(model, _ => true, k => k) : new JsonObject()),
                ("generic_options", Map(device, k => k != "model", k => k)),
                ("heuristics_options", device.Find("heuristics") is { } heuristics ? Map(heuristics, _ => true, k => k)
                    : new JsonObject())))));
    }

    private static string AddressType(string address) =>
        System.Net.IPAddress.TryParse(address, out var ip)
            ? ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4"
            : "FQDN";

    private static JsonObject Map(CorosyncConf section, Func<string, bool> belongs, Func<string, string> name) =>
        Json.Object([.. section.Keys.Where(k => belongs(k.Key)).Select(k => (name(k.Key), (JsonNode?)k.Value))]);
}
