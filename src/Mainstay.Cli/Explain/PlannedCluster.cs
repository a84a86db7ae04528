using System.Globalization;
using System.Xml.Linq;
using Mainstay.Cib;
using Mainstay.Scheduler;

namespace Mainstay.Cli.Explain;

/// <summary>A configuration, planned with reasons, and ways to plan it with a change.</summary>
internal sealed class PlannedCluster
{
    private readonly CibDocument _document;
    private readonly PlannerOptions _options;

    public PlannedCluster(CibDocument document, PlannerOptions options, bool showsLines)
    {
        _document = document;
        _options = options;
        Plan = Planner.Plan(document, options with { RecordReasons = true });
        Explanation = Plan.Explanation!; // asked for one line above
        Text = new ReasonText(showsLines);
    }

    /// <summary>The plan.</summary>
    public Plan Plan { get; }

    /// <summary>Its reasons.</summary>
    public PlanExplanation Explanation { get; }

    /// <summary>The state that was planned.</summary>
    public ClusterState State => Plan.State;

    /// <summary>Reasons in words.</summary>
    public ReasonText Text { get; }

    /// <summary>Plans the configuration with a change; null if the change cannot be made.</summary>
    public Plan? With(Func<CibDocument, bool> change)
    {
        var copy = _document.Clone();
        return change(copy) ? Planner.Plan(copy, _options) : null;
    }

    /// <summary>All primitives of a resource.</summary>
    public static IEnumerable<ClusterResource> Primitives(ClusterResource resource) =>
        resource.Variant == ResourceVariant.Primitive ? [resource] : resource.Children.SelectMany(Primitives);

    /// <summary>The resource by id; the name of what is cloned stands for the clone.</summary>
    public ClusterResource? Find(string name)
    {
        if (State.FindResource(name) is { } exact) return exact;
        string first = name + ":0";
        var instance = State.Resources.SelectMany(Descendants).FirstOrDefault(r => r.Id == first);
        for (var r = instance; r is not null; r = r.Parent)
        {
            if (r.Variant == ResourceVariant.Clone) return r;
        }

        return null;
    }

    /// <summary>All ids that can be asked about.</summary>
    public IEnumerable<string> ResourceNames => State.Resources.SelectMany(Descendants).Select(r => r.Id);

    private static IEnumerable<ClusterResource> Descendants(ClusterResource resource) =>
        resource.Children.SelectMany(Descendants).Prepend(resource);

    /// <summary>Where the primitives of a resource will run, and which are promoted: sorted text to compare and to print.</summary>
    public static string Outcome(Plan plan, string resourceId)
    {
        if (plan.State.FindResource(resourceId) is not { } resource) return "";
        var places = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var primitive in Primitives(resource))
        {
            if (Plan.WillRunOn(primitive) is not { } node) continue;
            places.Add(primitive.NextRole == Role.Promoted ? $"{node.Name} (promoted)" : node.Name);
        }

        return string.Join(", ", places);
    }

    /// <summary>The element of a copy that is the one named.</summary>
    public static XElement? Locate(CibDocument copy, ConfigurationPlace place) =>
        copy.Root.Descendants(place.Element).FirstOrDefault(e => e.Id() == place.Id);

    /// <summary>An integer as text.</summary>
    public static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
