using Mainstay.Cli.Configuration;
using Mainstay.Scheduler;

namespace Mainstay.Cli.Monitor;

/// <summary><c>--node</c> and <c>--resource</c>: what of the status is shown; a tag stands for its members.</summary>
internal sealed class StatusFilter
{
    private readonly HashSet<string>? _nodes;
    private readonly HashSet<string>? _resources;

    /// <summary>Resolves the names against the CIB.</summary>
    public StatusFilter(ClusterSnapshot snapshot, MonitorOptions options)
    {
        _nodes = options.OnlyNode is { } node
            ? snapshot.State.FindNode(node) is { } found ? [found.Name] : TaggedNodes(snapshot, node)
            : null;
        _resources = options.OnlyResource is { } resource ? Exists(snapshot, resource) ? [resource] : Tag(snapshot, resource) : null;
    }

    /// <summary>No node is left out.</summary>
    public bool ShowsAllNodes => _nodes is null;

    /// <summary>Whether a node is shown.</summary>
    public bool Shows(ClusterNode node) => _nodes is null || _nodes.Contains(node.Name);

    /// <summary>
    /// Whether an instance of a clone is shown: not those that are active, but on no node that is.
    /// </summary>
    public bool ShowsInstance(ClusterResource clone, ClusterResource instance) =>
        ShowsMember(clone, instance) && (_nodes is null || IsOnShownNode(instance));

    /// <summary>Whether something inside a bundle is named, so that only that part of its replicas is shown.</summary>
    public bool NamesPartsOf(ClusterResource bundle) => _resources is not null && !Around(bundle).Any(Names);

    /// <summary>Whether a node is shown.</summary>
    public bool ShowsNode(string name) => _nodes is null || _nodes.Contains(name);

    /// <summary>Whether a resource is shown: it or anything around or inside it is wanted; and it concerns a node that is shown.</summary>
    public bool Shows(ClusterResource resource) => IsWanted(resource) && (_nodes is null || IsOnShownNode(resource));

    /// <summary>Whether a member of a shown resource is shown: all are, unless the member itself was named.</summary>
    public bool ShowsMember(ClusterResource outer, ClusterResource member) =>
        _resources is null || Around(outer).Any(Names) || IsWantedInside(member);

    /// <summary>Whether a resource of the history is shown.</summary>
    public bool ShowsHistory(ClusterSnapshot snapshot, string id)
    {
        if (_resources is null)
        {
            return true;
        }

        var resources = snapshot.State.Resources.SelectMany(Inside).Where(r => r.Id == id || BaseName(r.Id) == id).ToList();
        return resources.Count == 0 ? _resources.Contains(id) : resources.Exists(r => IsWanted(WholeBundle(r)));
    }

    /// <summary>Whether the very resource is named, or nothing is.</summary>
    public bool NamesDirectly(string id) => _resources is null || _resources.Contains(id) || _resources.Contains(BaseName(id));

    private static IEnumerable<ClusterResource> Inside(ClusterResource resource) => resource.Children.SelectMany(Inside).Prepend(resource);

    private bool IsWanted(ClusterResource resource) => _resources is null || Around(resource).Any(Names) || IsWantedInside(resource);

    private bool IsWantedInside(ClusterResource resource) => Names(resource) || resource.Children.Any(IsWantedInside);

    private bool Names(ClusterResource resource) => _resources!.Contains(resource.Id) || _resources.Contains(BaseName(resource.Id));

    private static IEnumerable<ClusterResource> Around(ClusterResource resource)
    {
        for (var r = resource; r is not null; r = r.Parent)
        {
            yield return r;
        }
    }

    private bool IsOnShownNode(ClusterResource resource) =>
        !ResourceText.IsActive(resource) || IsActiveOnShownNode(resource);

    private bool IsActiveOnShownNode(ClusterResource resource) =>
        resource.ActiveNodes.Any(n => Shows(n) || (n.Connection?.ActiveNodes.Any(Shows) ?? false))
            || resource.Children.Any(IsActiveOnShownNode);

    /// <summary>An instance's id without its number.</summary>
    public static string BaseName(string id) => id.LastIndexOf(':') is > 0 and var colon ? id[..colon] : id;

    // The parts of a bundle have one history: whoever asks for one of them gets all.
    private static ClusterResource WholeBundle(ClusterResource resource) =>
        Around(resource).FirstOrDefault(r => r.Variant == ResourceVariant.Bundle) ?? resource;

    private static bool Exists(ClusterSnapshot snapshot, string id) =>
        snapshot.State.FindResource(id) is not null || snapshot.State.FindResource(id + ":0") is not null;

    // A tag refers to nodes by their ids.
    private static HashSet<string> TaggedNodes(ClusterSnapshot snapshot, string id)
    {
        var members = Tag(snapshot, id);
        return snapshot.State.Nodes.Where(n => members.Contains(n.Id) || members.Contains(n.Name)).Select(n => n.Name)
            .ToHashSet(StringComparer.Ordinal);
    }

    private static HashSet<string> Tag(ClusterSnapshot snapshot, string id) => new(
        CibTree.FindSection(snapshot.Cib, "tags")?.Elements("tag").FirstOrDefault(t => t.Id() == id)?.Elements("obj_ref")
            .Select(r => r.Id()) ?? [],
        StringComparer.Ordinal);
}
