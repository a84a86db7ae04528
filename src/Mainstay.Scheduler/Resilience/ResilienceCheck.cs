using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>Whether the rest keeps quorum when nodes are lost.</summary>
public enum QuorumAssumption
{
    /// <summary>By majority of the configured cluster nodes; of two nodes one is enough (<c>two_node</c>).</summary>
    Majority,

    /// <summary>The rest always has quorum (last_man_standing, a quorum device).</summary>
    Kept,

    /// <summary>The rest never has quorum.</summary>
    Lost,
}

/// <summary>
/// Plays the loss of nodes through: the cluster as it is comes to rest, nodes are taken away, everything that the scheduler plans is
/// carried out, and the result is compared. Pure and reentrant: scenarios may be evaluated on several threads at once.
/// </summary>
public sealed class ResilienceCheck
{
    private readonly PlannerOptions _options;
    private readonly QuorumAssumption _quorum;
    private readonly SettledCluster _before;
    private readonly ServiceCensus _census;

    /// <summary>Brings the cluster to rest, as the starting point of all scenarios.</summary>
    /// <param name="cib">The CIB in the form of the newest schema; not changed.</param>
    /// <param name="options">Time and other circumstances.</param>
    /// <param name="quorum">What is assumed of quorum.</param>
    public ResilienceCheck(CibDocument cib, PlannerOptions options, QuorumAssumption quorum)
    {
        _options = options;
        _quorum = quorum;
        _before = SettledCluster.From(cib, options);
        _census = ServiceCensus.Of(_before.State);
        var online = _before.State.NodeList.FindAll(n => n is { IsOnlineAndClean: true, Pending: false });
        ClusterNodeCount = online.Count(n => n.Kind == NodeKind.Cluster);
        Nodes = [.. online.Where(n => n.Kind == NodeKind.Cluster || LostNodes.CarrierOf(_before.State, n) is not null).Select(n => n.Name)];
        OverflowsBefore = Overflows(_before.State);
        FencingGapsBefore = FenceCoverage.Gaps(_before.State, []);
        OtherNodes = [.. online.Select(n => n.Name).Except(Nodes, StringComparer.Ordinal)];
    }

    /// <summary>The nodes whose loss can be played through, in natural order: cluster nodes, remote nodes, guest nodes.</summary>
    public IReadOnlyList<string> Nodes { get; }

    /// <summary>The nodes of bundles: their loss is that of a container, and is not played through.</summary>
    public IReadOnlyList<string> OtherNodes { get; }

    /// <summary>Whether lost nodes are fenced before what ran there is started elsewhere (<c>fencing-enabled</c>).</summary>
    public bool IsFencingEnabled => _before.State.Options.FencingEnabled;

    /// <summary>Actions that are planned again and again although nothing is lost.</summary>
    public IReadOnlyList<string> Unsettled => _before.Remaining;

    /// <summary>Services that do not run although nothing is lost: they are left out of the scenarios.</summary>
    public IReadOnlyList<string> StoppedBefore => _census.Stopped;

    /// <summary>Nodes that carry too much although nothing is lost.</summary>
    public IReadOnlyList<NodeOverflow> OverflowsBefore { get; }

    /// <summary>Fencing that would not work although nothing is lost.</summary>
    public IReadOnlyList<FencingGap> FencingGapsBefore { get; }

    /// <summary>Plays one scenario through.</summary>
    /// <param name="lost">Names out of <see cref="Nodes"/>.</param>
    /// <returns>What would become of the services.</returns>
    public ScenarioOutcome Evaluate(IReadOnlyList<string> lost)
    {
        var state = _before.State;
        var nodes = state.NodeList.FindAll(n => lost.Contains(n.Name, StringComparer.OrdinalIgnoreCase));
        bool hasQuorum = HasQuorum(state, nodes);
        var after = SettledCluster.From(LostNodes.Mark(_before.Cib, state, nodes, hasQuorum, _options.Now), _options);
        var left = ServiceCensus.Of(after.State);
        var services = new List<LostService>();
        int recovered = 0;
        var carriers = nodes.Select(n => LostNodes.CarrierOf(state, n)?.Id).OfType<string>().ToList();
        foreach (var (id, had) in _census.Services)
        {
            // That the connection is gone, or the machine a guest node runs in, is the loss itself.
            if (carriers.Contains(id, StringComparer.Ordinal)) continue;
            var has = left.Services.GetValueOrDefault(id) ?? new ServiceCount();
            if (Compare(after.State, id, had, has, nodes) is { } loss) services.Add(loss);
            else if (had.Nodes.Exists(nodes.Contains) && has.Active >= had.Active) recovered++;
        }

        return new ScenarioOutcome
        {
            Lost = [.. nodes.Select(n => n.Name)],
            HasQuorum = hasQuorum,
            Services = services,
            Overflows = Overflows(after.State).FindAll(o => !OverflowsBefore.Any(b => b.Node == o.Node && b.Attribute == o.Attribute
                && b.Used >= o.Used)),
            FencingGaps = FenceCoverage.Gaps(after.State, [.. nodes.Select(n => n.Name)])
                .FindAll(g => !FencingGapsBefore.Any(b => b.Device == g.Device && b.Node == g.Node)),
            Recovered = recovered,
            Unsettled = [.. after.RemainingWithout(nodes).Except(_before.Remaining, StringComparer.Ordinal)],
        };
    }

    private int ClusterNodeCount { get; }

    private bool HasQuorum(ClusterState state, List<ClusterNode> lost)
    {
        if (_quorum != QuorumAssumption.Majority) return _quorum == QuorumAssumption.Kept;
        if (!state.HasQuorum) return false;
        int all = state.NodeList.Count(n => n.Kind == NodeKind.Cluster);
        int left = ClusterNodeCount - lost.Count(n => n.Kind == NodeKind.Cluster);
        return left * 2 > all || (all == 2 && left == 1);
    }

    private static LostService? Compare(ClusterState after, string id, ServiceCount had, ServiceCount has, List<ClusterNode> lost)
    {
        ServiceLoss loss;
        if (has.Active == 0) loss = ServiceLoss.Stopped;
        else if (had.Promoted > 0 && has.Promoted == 0) loss = ServiceLoss.NotPromoted;
        else if (has.Active < had.Active && had.Active - has.Active > had.Nodes.Count(lost.Contains)) loss = ServiceLoss.Degraded;
        else return null;
        var (cause, reason) = LossReason.Of(after, id, loss, lost);
        return new LostService(id, loss, had.Active, has.Active, cause, reason);
    }

    private static List<NodeOverflow> Overflows(ClusterState state)
    {
        var found = new List<NodeOverflow>();
        foreach (var node in state.NodeList)
        {
            if (!node.IsAvailable) continue;
            foreach (var (name, free) in node.Utilization)
            {
                if (free >= 0) continue;
                int used = state.AllResources.Where(r => r.IsPrimitive && r.AssignedNode == node)
                    .Sum(r => r.Utilization.GetValueOrDefault(name));
                found.Add(new NodeOverflow(node.Name, name, free + used, used));
            }
        }

        return found;
    }
}
