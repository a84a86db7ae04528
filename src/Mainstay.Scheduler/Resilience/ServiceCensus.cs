namespace Mainstay.Scheduler;

/// <summary>How much of a service runs, and where.</summary>
internal sealed class ServiceCount
{
    public int Active { get; set; }

    public int Promoted { get; set; }

    public List<ClusterNode> Nodes { get; } = [];
}

/// <summary>The services of a cluster: primitives, the instances of an anonymous clone taken together.</summary>
internal sealed class ServiceCensus
{
    private readonly Dictionary<string, ServiceCount> _services = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];

    /// <summary>Services that run, with how much of each, in the order of the configuration.</summary>
    public IReadOnlyDictionary<string, ServiceCount> Services => _running;

    private readonly OrderedDictionary<string, ServiceCount> _running = new(StringComparer.Ordinal);

    /// <summary>Services of which nothing runs.</summary>
    public List<string> Stopped { get; } = [];

    public static ServiceCensus Of(ClusterState state)
    {
        var census = new ServiceCensus();
        foreach (var resource in state.Primitives()) census.Add(resource);
        foreach (string id in census._order)
        {
            if (census._services[id].Active > 0) census._running.Add(id, census._services[id]);
            else census.Stopped.Add(id);
        }

        return census;
    }

    /// <summary>The name of the service that a primitive is, or is an instance of.</summary>
    public static string NameOf(ClusterResource primitive) => primitive.IsUnique ? primitive.Id : primitive.BaseName;

    private void Add(ClusterResource primitive)
    {
        // A fence device works without running; whether it can be used is a question of its own.
        if (primitive.IsRemoved || primitive.IsImplicit || primitive.IsFenceDevice) return;
        string id = NameOf(primitive);
        if (!_services.TryGetValue(id, out var count))
        {
            _services.Add(id, count = new ServiceCount());
            _order.Add(id);
        }

        foreach (var node in primitive.Active)
        {
            if (!node.Online) continue;
            count.Active++;
            count.Nodes.Add(node);
            if (primitive.CurrentRole == Role.Promoted) count.Promoted++;
        }
    }
}
