using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>The cluster once everything that was planned has been carried out, every action with the result it should have.</summary>
internal sealed record SettledCluster(CibDocument Cib, Plan LastPlan)
{
    // Fencing, then recovery, then what depends on it: a few transitions; more means that the plans go in circles.
    private const int TransitionsMax = 10;

    /// <summary>The state at the end.</summary>
    public ClusterState State => LastPlan.State;

    /// <summary>What is planned again and again: keys of actions with their nodes; nothing where the cluster has come to rest.</summary>
    public IReadOnlyList<string> Remaining => RemainingWithout([]);

    /// <summary><see cref="Remaining"/> without fencing of some nodes: a remote node is fenced until its connection is back.</summary>
    public IReadOnlyList<string> RemainingWithout(IReadOnlyList<ClusterNode> fenced) =>
    [
        .. Work(LastPlan).Where(a => a.Task != "stonith" || !fenced.Any(n => n.Name == a.NodeName))
            .Select(a => a.NodeName is { } node ? $"{a.Key} on {node}" : a.Key),
    ];

    /// <summary>Plans and carries out until nothing is left to be done.</summary>
    /// <param name="cib">The CIB; not changed.</param>
    /// <param name="options">Time and other circumstances.</param>
    public static SettledCluster From(CibDocument cib, PlannerOptions options)
    {
        var current = cib;
        for (int i = 0; ; i++)
        {
            var plan = Planner.Plan(current, options);
            if (i == TransitionsMax || !Work(plan).Any()) return new SettledCluster(current, plan);
            current = current.Clone();
            new SimulatedExecution(current, plan.State, options.Now).Run(plan.Graph, []);
        }
    }

    // Some graphs always hold points in the order (load_stopped of utilization) though there is nothing to be done.
    private static IEnumerable<GraphAction> Work(Plan plan) =>
        plan.Graph.Synapses.SelectMany(s => s.Actions).Where(a => a.Kind != GraphActionKind.PseudoEvent);
}
