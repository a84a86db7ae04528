using System.Xml.Linq;
using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.Pcs.Resources;

/// <summary><c>resource bundle create</c> and <c>resource bundle update</c>.</summary>
internal static class ResourceBundles
{
    private static readonly string[] s_container = ["image", "network", "options", "promoted-max", "replicas", "replicas-per-host",
        "run-command"];
    private static readonly string[] s_network = ["add-host", "control-port", "host-interface", "host-netmask", "ip-range-start"];
    private static readonly string[] s_port = ["id", "internal-port", "port", "range"];
    private static readonly string[] s_storage = ["id", "options", "source-dir", "source-dir-root", "target-dir"];

    /// <summary>A bundle by id.</summary>
    /// <param name="session">The session.</param>
    /// <param name="id">Its id.</param>
    /// <param name="forPrimitive">A primitive is to be put into it: it must be free and reachable.</param>
    public static XElement Find(PcsSession session, string id, bool forPrimitive = false)
    {
        var bundle = session.Resource(id);
        if (bundle.Name != "bundle")
        {
            throw new CommandFailure($"'{id}' is not a bundle");
        }

        if (!forPrimitive)
        {
            return bundle;
        }

        if (bundle.Element("primitive") is { } inner)
        {
            throw new CommandFailure($"bundle '{id}' already contains resource '{inner.Id()}', a bundle may contain at most one resource");
        }

        var network = bundle.Element("network");
        if (network?.Attribute("control-port") is null && network?.Attribute("ip-range-start") is null)
        {
            session.Overridable(
                $"Resource in bundle '{id}' would not be accessible. Set 'control-port' or 'ip-range-start' of the bundle's network to "
                    + $"enable access");
        }

        return bundle;
    }

    /// <summary><c>resource bundle create ID container TYPE [options] [network ...] [port-map ...] [storage-map ...] [meta
    /// ...]</c>.</summary>
    public static int Create(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count < 2)
        {
            throw new UsageFailure();
        }

        var groups = PcsArguments.Groups(args.Skip(1), "container", "network", "port-map", "storage-map", "meta");
        var container = PcsArguments.Single(groups, "container") ?? throw new UsageFailure("'container' is missing");
        var type = container.Count > 0 && !container[0].Contains('=', StringComparison.Ordinal) ? container[0] : "docker";
        if (type is not ("docker" or "podman"))
        {
            throw new CommandFailure($"'{type}' is not a valid container type value, use 'docker', 'podman'");
        }

        var options = Checked(container.SkipWhile(w => !w.Contains('=', StringComparison.Ordinal)), s_container, "container ");
        if (!options.ContainsKey("image"))
        {
            throw new CommandFailure("required container option 'image' is missing");
        }

        session.Ids.TakeNamed(args[0], "bundle name");
        var bundle = new XElement("bundle", new XAttribute("id", args[0]), Element(type, options));
        var network = PcsArguments.Single(groups, "network");
        var ports = groups.Where(g => g.Keyword == "port-map").Select(g => Checked(g.Words, s_port, "port-map ")).ToList();
        if (network is not null || ports.Count > 0)
        {
            bundle.Add(Element("network", Checked(network ?? [], s_network, "network ")));
            ports.ForEach(p => bundle.Element("network")!.Add(Port(session, args[0], p)));
        }

        var storages = groups.Where(g => g.Keyword == "storage-map").Select(g => Checked(g.Words, s_storage, "storage-map ")).ToList();
        if (storages.Count > 0)
        {
            bundle.Add(new XElement("storage", storages.Select(s => Storage(session, args[0], s))));
        }

        var meta = PcsArguments.Pairs(PcsArguments.Single(groups, "meta") ?? []);
        if (session.Options.Has("disabled"))
        {
            meta["target-role"] = "Stopped";
        }

        NvSetEditor.Set(bundle, "meta_attributes", meta.OrderBy(m => m.Key, StringComparer.Ordinal), session.Ids);
        CibTree.Section(session.Cib, "resources").Add(bundle);
        session.Push();
        return 0;
    }

    /// <summary><c>resource bundle update ID ...</c>: options are changed, maps added or deleted by id.</summary>
    public static int Update(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count < 2)
        {
            throw new UsageFailure();
        }

        var bundle = Find(session, args[0]);
        var groups = PcsArguments.Groups(args.Skip(1), "container", "network", "port-map", "storage-map", "meta");
        Apply(bundle.Elements().First(e => e.Name.LocalName is "docker" or "podman"),
            Checked(PcsArguments.Single(groups, "container") ?? [], s_container, "container "));
        if (PcsArguments.Single(groups, "network") is { } network)
        {
            Apply(Child(bundle, "network"), Checked(network, s_network, "network "));
        }

        foreach (var (keyword, words) in groups.Where(g => g.Keyword is "port-map" or "storage-map"))
        {
            Maps(session, bundle, keyword, words);
        }

        NvSetEditor.Set(bundle, "meta_attributes", PcsArguments.Pairs(PcsArguments.Single(groups, "meta") ?? []), session.Ids);
        session.Push();
        return 0;
    }

    private static void Maps(PcsSession session, XElement bundle, string keyword, List<string> words)
    {
        var isPort = keyword == "port-map";
        switch (words)
        {
            case ["add", .. var pairs]:
                var options = Checked(pairs, isPort ? s_port : s_storage, keyword + " ");
                Child(bundle, isPort ? "network" : "storage")
                    .Add(isPort ? Port(session, bundle.Id(), options) : Storage(session, bundle.Id(), options));
                break;
            case ["delete" or "remove", .. var ids] when ids.Count > 0:
                foreach (var id in ids)
                {
                    var found = bundle.Descendants(isPort ? "port-mapping" : "storage-mapping").FirstOrDefault(m => m.Id() == id)
                        ?? throw new CommandFailure($"{keyword} '{id}' does not exist in bundle '{bundle.Id()}'");
                    found.Remove();
                }

                break;
            default:
                throw new UsageFailure($"write '{keyword} add name=value...' or '{keyword} delete ID...'");
        }
    }

    private static XElement Child(XElement bundle, string name)
    {
        if (bundle.Element(name) is { } found)
        {
            return found;
        }

        var made = new XElement(name);
        bundle.Elements().Last(e => e.Name.LocalName is "docker" or "podman" or "network").AddAfterSelf(made);
        return made;
    }

    private static void Apply(XElement element, Dictionary<string, string> options)
    {
        foreach (var (name, value) in options)
        {
            element.SetAttributeValue(name, value.Length == 0 ? null : value);
        }
    }

    private static Dictionary<string, string> Checked(IEnumerable<string> words, string[] allowed, string what)
    {
        var options = PcsArguments.Pairs(words);
        PcsArguments.CheckNames(options.Keys, allowed, what);
        return options;
    }

    private static XElement Element(string name, Dictionary<string, string> options) =>
        new(name, options.Where(o => o.Value.Length > 0).Select(o => new XAttribute(o.Key, o.Value)));

    private static XElement Port(PcsSession session, string bundle, Dictionary<string, string> options)
    {
        if (options.ContainsKey("port") == options.ContainsKey("range"))
        {
            throw new CommandFailure("exactly one of port-map options 'port' and 'range' is needed");
        }

        options.Remove("id", out var named);
        var usual = $"{bundle}-port-map-{options.GetValueOrDefault("port") ?? options.GetValueOrDefault("range")}";
        var element = Element("port-mapping", options);
        element.SetAttributeValue("id", named is null ? session.Ids.Take(usual) : session.Ids.TakeNamed(named, "port-map id"));
        return element;
    }

    private static XElement Storage(PcsSession session, string bundle, Dictionary<string, string> options)
    {
        if (options.ContainsKey("source-dir") == options.ContainsKey("source-dir-root") || !options.ContainsKey("target-dir"))
        {
            throw new CommandFailure("storage-map needs 'target-dir' and exactly one of 'source-dir' and 'source-dir-root'");
        }

        options.Remove("id", out var named);
        var element = Element("storage-mapping", options);
        element.SetAttributeValue("id", named is null ? session.Ids.Take($"{bundle}-storage-map")
            : session.Ids.TakeNamed(named, "storage-map id"));
        return element;
    }
}
