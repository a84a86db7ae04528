using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>Pass 8: configured constraints in document order (spec/cib-model.md section 9).</summary>
internal sealed class ConstraintsPass
{
    private readonly ClusterState _state;
    private readonly ConfigReader _config;
    private readonly ConstraintExpansion _expansion;
    private readonly LocationReader _locations;
    private readonly ColocationReader _colocations;
    private readonly OrderReader _orders;
    private readonly TicketReader _tickets;

    public ConstraintsPass(ClusterState state, ConfigReader config, ActionStore actions, OrderStore orders)
    {
        _state = state;
        _config = config;
        var templates = Templates.Derived(config.Cib.Section("resources"));
        _expansion = new ConstraintExpansion(
            id => Find(state, id) is not null, templates, Tags.Members(config.Cib.Section("tags")), config.Ids);
        _locations = new LocationReader(state, config);
        _colocations = new ColocationReader(state, config, orders);
        _orders = new OrderReader(state, config, actions, orders);
        _tickets = new TicketReader(state, config, actions);
    }

    public void Run()
    {
        foreach (var element in _config.Cib.Section("constraints")?.Elements() ?? [])
        {
            if (element.Id() is null) continue;
            if (element.Name.LocalName is not ("rsc_location" or "rsc_colocation" or "rsc_order" or "rsc_ticket")) continue;
            var result = _expansion.Expand(element, out var expanded, out var problem);
            if (problem is not null) _state.ProblemList.Add(problem);
            if (result == ConstraintExpansionResult.Ignored) continue;
            _state.Reasons?.Reading(element);
            Read(expanded);
        }

        _state.Reasons?.Reading(null);
    }

    private void Read(XElement element)
    {
        switch (element.Name.LocalName)
        {
            case "rsc_location":
                _locations.Read(element);
                break;
            case "rsc_colocation":
                _colocations.Read(element);
                break;
            case "rsc_order":
                _orders.Read(element);
                break;
            default:
                _tickets.Read(element);
                break;
        }
    }

    /// <summary>
    /// The resource a constraint names: by its id, or the clone of an instance that history knows under that name (section 9).
    /// </summary>
    public static ClusterResource? Find(ClusterState state, string? id)
    {
        if (id is null) return null;
        if (state.ResourcesById.TryGetValue(id, out var found)) return found;
        return state.FindByHistoryId(id)?.Top;
    }

    /// <summary>The sets of a constraint with references resolved, in order.</summary>
    public static List<XElement> Sets(ConfigReader config, XElement constraint)
    {
        var sets = new List<XElement>();
        foreach (var element in constraint.Elements("resource_set"))
        {
            if (config.Ids.Resolve(element) is { } set) sets.Add(set);
        }

        return sets;
    }

    /// <summary>The resources of a set in order; null stands for a name that is no resource.</summary>
    public static IEnumerable<ClusterResource?> Members(ClusterState state, XElement set) =>
        set.Elements("resource_ref").Select(reference => Find(state, reference.Id()));
}
