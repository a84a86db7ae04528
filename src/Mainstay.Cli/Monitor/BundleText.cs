using Mainstay.Cli.Configuration;
using Mainstay.Scheduler;

namespace Mainstay.Cli.Monitor;

/// <summary>Bundles in the words of crm_mon.</summary>
internal static class BundleText
{
    /// <summary>A replica of a bundle.</summary>
    /// <param name="Number">From 0.</param>
    /// <param name="Name">Name of its node, <c>BUNDLE-N</c>.</param>
    /// <param name="Address">Its address resource, if any.</param>
    /// <param name="Container">The container.</param>
    /// <param name="Connection">The connection to its node, if any.</param>
    /// <param name="Inner">The resource inside, if any.</param>
    public sealed record Replica(
        int Number, string Name, ClusterResource? Address, ClusterResource Container, ClusterResource? Connection, ClusterResource? Inner)
    {
        /// <summary>Its resources, in the order shown.</summary>
        public IEnumerable<ClusterResource> Parts => new[] { Address, Inner, Container, Connection }.OfType<ClusterResource>();
    }

    /// <summary>The lines of a bundle.</summary>
    public static IEnumerable<string> Lines(
        ClusterResource bundle,
        ClusterSnapshot snapshot,
        ResourceText text,
        MonitorOptions options,
        StatusFilter filter)
    {
        var replicas = Replicas(bundle);
        var attributes = new List<string>();
        ResourceText.AddState(attributes, bundle);
        var set = replicas.Count > 1 ? " set" : "";
        yield return $"Container bundle{set}: {bundle.Id} [{Attribute(snapshot, bundle, "image")}]{ResourceText.Brackets(attributes)}:";
        var isPartly = filter.NamesPartsOf(bundle);
        foreach (var replica in replicas)
        {
            if (options.ShowDetail || isPartly)
            {
                var parts = replica.Parts.Where(p => filter.ShowsMember(bundle, p)).ToList();
                if (parts.Count == 0 || (!options.ShowInactive && !ResourceText.IsActive(replica.Container)))
                {
                    continue;
                }

                if (replicas.Count > 1)
                {
                    yield return $"  Replica[{replica.Number}]";
                }

                foreach (var part in parts)
                {
                    yield return "    " + text.Primitive(part, ResourceText.DisplayName(part), null, withNode: true);
                }

                continue;
            }

            if (filter.ShowsAllNodes || replica.Container.ActiveNodes.Any(filter.Shows) || !ResourceText.IsActive(replica.Container))
            {
                yield return "  " + Line(replica, text);
            }
        }
    }

    /// <summary>The replicas, in their order.</summary>
    public static List<Replica> Replicas(ClusterResource bundle)
    {
        var containers = bundle.Children.Where(c =>
            c.AgentType is "docker" or "podman" && c.Id.StartsWith(bundle.Id + "-", StringComparison.Ordinal)).ToList();
        var addresses = bundle.Children.Where(c => c.AgentType == "IPaddr2").ToList();
        var inner = bundle.Children.FirstOrDefault(c => c.Variant == ResourceVariant.Clone)?.Children ?? [];
        return
        [
            .. containers.Select((container, number) => new Replica(
                number,
                $"{bundle.Id}-{number}",
                number < addresses.Count ? addresses[number] : null,
                container,
                bundle.Children.FirstOrDefault(c => c.AgentType == "remote" && c.Id == $"{bundle.Id}-{number}"),
                number < inner.Count ? inner[number] : null)),
        ];
    }

    /// <summary>docker or podman.</summary>
    public static string Runtime(ClusterResource bundle) => Replicas(bundle).FirstOrDefault()?.Container.AgentType ?? "docker";

    private static string Line(Replica replica, ResourceText text)
    {
        var address = replica.Address?.Id is { } id ? $" ({id[(id.LastIndexOf("-ip-", StringComparison.Ordinal) + 4)..]})" : "";
        var shown = replica.Inner is { } inner && ResourceText.IsActive(inner) ? inner : replica.Inner ?? replica.Container;
        var node = ResourceText.IsActive(replica.Container) ? replica.Container.ActiveNodes[0] : null;
        return text.Primitive(shown, replica.Name + address, node, withNode: true);
    }

    /// <summary>An attribute of the container's definition.</summary>
    public static string Attribute(ClusterSnapshot snapshot, ClusterResource bundle, string name) =>
        CibTree.FindResource(snapshot.Cib, bundle.Id)?.Elements()
            .FirstOrDefault(e => e.Name.LocalName is "docker" or "podman" or "rkt")?.Text(name) ?? "";
}
