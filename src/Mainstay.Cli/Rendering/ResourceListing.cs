using Mainstay.Cli.Monitor;
using Mainstay.Scheduler;

namespace Mainstay.Cli.Rendering;

/// <summary>
/// Resources as a listing, what <see cref="ResourceText"/> says: groups, clones and bundles with their members below them; instances of a
/// clone that are alike share a row.
/// </summary>
internal sealed class ResourceListing
{
    private readonly ClusterSnapshot _snapshot;
    private readonly MonitorOptions _options;
    private readonly StatusFilter _filter;
    private readonly ResourceText _text;

    /// <summary>A listing of one snapshot.</summary>
    public ResourceListing(ClusterSnapshot snapshot, MonitorOptions options, StatusFilter filter)
    {
        _snapshot = snapshot;
        _options = options;
        _filter = filter;
        _text = new ResourceText(snapshot, options, filter);
    }

    /// <summary>The listing.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="belongs">Which top-level resources; <see langword="null"/>: all.</param>
    public Listing Make(string? title, Func<ClusterResource, bool>? belongs = null)
    {
        var listing = new Listing(title, "Resource", "Agent", "State", "Node")
        {
            TextColumns = new HashSet<int> { 1, 3 },
            WhenEmpty = _options.ShowInactive ? "No resources" : "No active resources",
        };
        foreach (var resource in _snapshot.State.Resources
            .Where(r => !r.IsImplicit && _filter.Shows(r) && belongs?.Invoke(r) != false && IsShown(r)))
        {
            Add(listing, resource, 0);
        }

        return listing;
    }

    /// <summary>What the state of a primitive means.</summary>
    /// <param name="resource">The primitive.</param>
    /// <param name="active">Where it is active.</param>
    public static Tone ToneOf(ClusterResource resource, IReadOnlyCollection<ClusterNode> active)
    {
        if (resource.IsBlocked || active.Any(n => n.Unclean))
        {
            return Tone.Alarm;
        }

        if (resource.IsFailed)
        {
            return Tone.Bad;
        }

        if (resource.PendingTask is not null and not "monitor" || !resource.IsManaged || resource.IsInMaintenance || resource.IsRemoved
            || resource.IsFailureIgnored)
        {
            return Tone.Warning;
        }

        return active.Count > 0 ? Tone.Good : ResourceText.IsDisabled(resource) ? Tone.Warning : Tone.Bad;
    }

    private bool IsShown(ClusterResource resource) => _options.ShowInactive || ResourceText.IsActive(resource);

    private void Add(Listing listing, ClusterResource resource, int depth)
    {
        switch (resource.Variant)
        {
            case ResourceVariant.Primitive:
                AddPrimitive(listing, resource, depth);
                break;
            case ResourceVariant.Bundle:
                AddHead(listing, resource, "bundle", depth);
                foreach (var replica in BundleText.Replicas(resource).Where(r => IsShown(r.Container)))
                {
                    AddReplica(listing, resource, replica, depth + 1);
                }

                break;
            case ResourceVariant.Clone:
                AddHead(listing, resource, resource.IsPromotable ? "promotable clone" : "clone", depth);
                AddInstances(listing, resource, depth + 1);
                break;
            default:
                AddHead(listing, resource, "group", depth);
                foreach (var member in resource.Children.Where(c => _filter.ShowsMember(resource, c) && IsShown(c)))
                {
                    Add(listing, member, depth + 1);
                }

                break;
        }
    }

    private void AddInstances(Listing listing, ClusterResource clone, int depth)
    {
        var instances = clone.Children.Where(c => _filter.ShowsMember(clone, c) && IsShown(c)).ToList();
        foreach (var group in instances.Where(i => i.Variant != ResourceVariant.Primitive && ResourceText.IsActive(i)))
        {
            Add(listing, group, depth);
        }

        var alike = instances.Where(i => i.Variant == ResourceVariant.Primitive).Select(Describe)
            .GroupBy(d => (d.Name, d.State, d.Tone)).OrderBy(g => g.Key.Tone).ThenBy(g => g.Key.State, StringComparer.Ordinal);
        foreach (var group in alike)
        {
            var nodes = group.SelectMany(d => d.Nodes).OrderBy(n => n.Name, Mainstay.Cib.NaturalOrder.Comparer).ToList();

            // Instances that run nowhere are no news where others run: most clones may run more instances than there are nodes.
            if (nodes.Count > 0 || !ResourceText.IsActive(clone))
            {
                AddRow(listing, group.First() with { Nodes = nodes }, depth);
            }
        }
    }

    private void AddReplica(Listing listing, ClusterResource bundle, BundleText.Replica replica, int depth)
    {
        if (_options.ShowDetail)
        {
            foreach (var part in replica.Parts.Where(p => _filter.ShowsMember(bundle, p)))
            {
                AddPrimitive(listing, part, depth);
            }

            return;
        }

        // As a whole: what the resource inside does, on the node of the container.
        var shown = Describe(replica.Inner ?? replica.Container);
        AddRow(listing, shown with { Name = replica.Name, Nodes = _text.Nodes(replica.Container) }, depth);
    }

    private void AddPrimitive(Listing listing, ClusterResource resource, int depth) => AddRow(listing, Describe(resource), depth);

    private static void AddRow(Listing listing, Row row, int depth) => listing.Add(
        Indent(depth) + row.Name,
        new Cell(row.Agent, Tone.Faint),
        new Cell(row.State, row.Tone),
        string.Join(' ', row.Nodes.Select(n => n.Name)));

    private Row Describe(ClusterResource resource)
    {
        var nodes = _text.Nodes(resource);
        var state = (resource.IsRemoved ? "ORPHANED " : "") + _text.State(resource, nodes)
            + ResourceText.Brackets(ResourceText.Flags(resource, nodes));
        return new Row(ResourceText.DisplayName(resource), ResourceText.Agent(resource), state, ToneOf(resource, nodes), nodes);
    }

    private static void AddHead(Listing listing, ClusterResource resource, string kind, int depth)
    {
        var words = new List<string>();
        ResourceText.AddState(words, resource);
        listing.Add(
            new Cell(Indent(depth) + resource.Id, Tone.Strong),
            new Cell(kind, Tone.Faint),
            new Cell(string.Join(", ", words), Tone.Warning),
            "");
    }

    private static string Indent(int depth) => new(' ', depth * 2);

    private sealed record Row(string Name, string Agent, string State, Tone Tone, IReadOnlyList<ClusterNode> Nodes);
}
