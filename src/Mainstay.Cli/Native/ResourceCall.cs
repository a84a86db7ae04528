using System.Xml.Linq;
using Mainstay.Cib;
using Mainstay.Cli.CibTools;
using Mainstay.Cli.Configuration;
using Mainstay.Scheduler;

namespace Mainstay.Cli.ClusterTools;

/// <summary>A call of <c>crm_resource</c>: its options, the CIB, and what the CIB says about the resource.</summary>
internal sealed class ResourceCall
{
    private readonly Lazy<ClusterState> _state;

    private ResourceCall(ToolContext context, NativeOptions options, NativeOutput output, CibEditor editor)
    {
        Context = context;
        Options = options;
        Output = output;
        Editor = editor;
        _state = new Lazy<ClusterState>(() => Planner.ReadState(
            CibUpgrade.Upgrade(Editor.Document.Clone()).Document,
            new PlannerOptions { Now = context.Now.ToUnixTimeSeconds(), IsSanitized = true }));
    }

    /// <summary>Streams and environment.</summary>
    public ToolContext Context { get; }

    /// <summary>The options.</summary>
    public NativeOptions Options { get; }

    /// <summary>Where results go.</summary>
    public NativeOutput Output { get; }

    /// <summary>The CIB.</summary>
    public CibEditor Editor { get; }

    /// <summary>The CIB's document.</summary>
    public XDocument Cib => Editor.Document.Xml;

    /// <summary>The cluster as the history shows it.</summary>
    public ClusterState State => _state.Value;

    /// <summary>The id given with <c>-r</c>.</summary>
    public string Id => Options["resource"] ?? string.Empty;

    /// <summary>The resource's element; an instance number in the id does not matter.</summary>
    public XElement Resource => CibTree.FindResource(Cib, Id) ?? CibTree.FindResource(Cib, Id.Split(':')[0])
        ?? throw new CommandFailure([$"Resource '{Id}' not found", "Error performing operation: No such object"], NativeExit.NoSuchObject);

    /// <summary>The node given with <c>-N</c>, by its name in the CIB.</summary>
    /// <exception cref="CommandFailure">There is no such node.</exception>
    public string? Node
    {
        get
        {
            if (Options["node"] is not { Length: > 0 } wanted)
            {
                return null;
            }

            return State.FindNode(wanted)?.Name
                ?? throw new CommandFailure(
                    [$"Node '{wanted}' not found", "Error performing operation: No such object"], NativeExit.NoSuchObject);
        }
    }

    /// <summary>Reads the CIB and checks resource and node.</summary>
    public static ResourceCall Open(ToolContext context, NativeOptions options, NativeOutput output, bool needsResource = true)
    {
        if (needsResource && string.IsNullOrEmpty(options["resource"]))
        {
            throw new CommandFailure("Must supply a resource id with -r", NativeExit.Usage);
        }

        var call = new ResourceCall(context, options, output, CibEditor.Open(context));
        if (options.Has("resource"))
        {
            _ = call.Resource;
        }

        return call;
    }

    /// <summary>The primitives that the id means: itself, all instances of that name, or everything inside.</summary>
    public IReadOnlyList<ClusterResource> Primitives()
    {
        var named = State.FindResource(Id);
        return named is not null
            ? [.. Inside(named)] : [.. State.Resources.SelectMany(Inside).Where(primitive => primitive.Id.Split(':')[0] == Id)];
    }

    /// <summary>Where the resource is active: names of nodes in order, and whether it is promoted there.</summary>
    public IReadOnlyList<(string Node, bool IsPromoted)> Locations() =>
    [
        .. Primitives()
            .SelectMany(primitive => primitive.ActiveNodes.Select(node => (node.Name, IsPromoted: primitive.CurrentRole == Role.Promoted)))
            .GroupBy(place => place.Name, StringComparer.Ordinal)
            .OrderBy(group => group.Key, NaturalOrder.Comparer)
            .Select(group => (group.Key, group.Any(place => place.IsPromoted))),
    ];

    /// <summary>The primitives of a resource, in order.</summary>
    public static IEnumerable<ClusterResource> Inside(ClusterResource resource) =>
        resource.Variant == ResourceVariant.Primitive ? [resource] : resource.Children.SelectMany(Inside);
}
