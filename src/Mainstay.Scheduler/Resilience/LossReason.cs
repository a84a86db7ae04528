using System.Globalization;

namespace Mainstay.Scheduler;

/// <summary>Finds the cause why a service does not run, or is not promoted, from the last plan.</summary>
internal static class LossReason
{
    public static (LossCause Cause, string Text) Of(ClusterState state, string id, ServiceLoss loss, List<ClusterNode> lost)
    {
        var instances = state.AllResources.FindAll(r => r.IsPrimitive && !r.IsRemoved && ServiceCensus.NameOf(r) == id);
        var resource = instances.Find(r => r.AssignedNode is null) ?? instances.FirstOrDefault();
        if (resource is null) return (LossCause.NotManaged, "it is not configured any more");
        if (!state.HasQuorum && state.Options.QuorumPolicy != QuorumPolicy.Ignore)
        {
            string policy = state.Options.QuorumPolicy.ToString().ToLowerInvariant();
            return (LossCause.NoQuorum, $"the nodes that are left have no quorum (no-quorum-policy={policy})");
        }

        if (Unfenced(state, lost) is { } unfenced) return (LossCause.FencingImpossible, unfenced);
        if (!state.NodeList.Exists(n => n.IsAvailable)) return (LossCause.NoNode, "no node is left that may run resources");
        if (resource.IsBlocked) return (LossCause.NotManaged, "a failure blocks it");
        if (!resource.IsManaged) return (LossCause.NotManaged, "the cluster does not manage it");
        if (resource.AssignedNode is { } node)
        {
            return loss == ServiceLoss.NotPromoted
                ? (LossCause.Forbidden, "no instance may be promoted: see the promotion scores and the constraints of that role")
                : Waiting(resource) ?? (LossCause.Dependency, $"its start on {node.Name} cannot be carried out");
        }

        return Dependency(resource) ?? Capacity(state, resource) ?? Forbidden(state, resource);
    }

    private static string? Unfenced(ClusterState state, List<ClusterNode> lost)
    {
        if (!state.Options.FencingEnabled) return null;
        var unclean = state.NodeList.Find(n => n.Unclean && lost.Exists(l => l.Id == n.Id));
        if (unclean is null) return null;
        return Fencing.IsPossible(state)
            ? $"{unclean.Name} cannot be fenced, so nobody knows whether it still runs there"
            : $"{unclean.Name} cannot be fenced, because no fence device is configured";
    }

    private static (LossCause, string)? Waiting(ClusterResource resource)
    {
        var start = resource.Actions.Find(a => a.Task == TaskKind.Start && !a.IsRunnable);
        var blocking = start?.Before.Find(r => r.Action is { IsRunnable: false, IsOptional: false, Resource: not null })?.Action.Resource;
        return blocking is null ? null : (LossCause.Dependency, $"it starts after {blocking.Id}, which does not run");
    }

    private static (LossCause, string)? Dependency(ClusterResource resource)
    {
        foreach (var constraint in Colocations.ThisWith(resource))
        {
            if (constraint.Score < Scores.Infinity || IsAssigned(constraint.Primary)) continue;
            string with = constraint.Primary.Id;
            return constraint.IsExplicit
                ? (LossCause.Dependency, $"it has to run with {with}, which does not run (constraint {constraint.Id})")
                : (LossCause.Dependency, $"it runs only after {with} in its group, which does not run");
        }

        return null;
    }

    private static bool IsAssigned(ClusterResource resource) => resource.Primitives().Any(p => p.AssignedNode is not null);

    private static (LossCause, string)? Capacity(ClusterState state, ClusterResource resource)
    {
        if (state.Options.Placement == PlacementStrategy.Default || resource.Utilization.Count == 0) return null;
        foreach (var (name, amount) in resource.Utilization)
        {
            var available = state.NodeList.FindAll(n => n.IsAvailable);
            if (available.Count == 0 || available.Exists(n => n.Utilization.GetValueOrDefault(name) >= amount)) continue;
            var most = available.MaxBy(n => n.Utilization.GetValueOrDefault(name))!;
            int left = most.Utilization.GetValueOrDefault(name);
            return (LossCause.Capacity, string.Create(
                CultureInfo.InvariantCulture, $"it needs {amount} {name}, and no node has that left (the most: {left} on {most.Name})"));
        }

        return null;
    }

    private static (LossCause, string) Forbidden(ClusterState state, ClusterResource resource)
    {
        var parts = new List<string>();
        foreach (var node in state.NodeList)
        {
            if (!node.IsAvailable) continue;
            parts.Add($"{node.Name}: {Ban(state, resource, node)}");
        }

        return (LossCause.Forbidden, "no node that is left may run it (" + string.Join("; ", parts) + ")");
    }

    private static string Ban(ClusterState state, ClusterResource resource, ClusterNode node)
    {
        for (var r = resource; r is not null; r = r.Parent)
        {
            foreach (var constraint in r.Locations)
            {
                if (constraint.Nodes.Exists(n => n.Node == node && n.Score <= -Scores.Infinity)) return $"constraint {constraint.Id}";
            }

            if (r.IsPrimitive && FailureThreshold.IsReached(state, r, node, out _)) return "too many failures there";
        }

        foreach (var constraint in Colocations.ThisWith(resource))
        {
            bool isElsewhere = constraint.Primary.Primitives().All(p => p.AssignedNode is { } other && other != node);
            if (constraint.Score >= Scores.Infinity && isElsewhere) return $"{constraint.Primary.Id} runs elsewhere";
            if (constraint.Score <= -Scores.Infinity && constraint.Primary.Primitives().Any(p => p.AssignedNode == node))
            {
                return $"not beside {constraint.Primary.Id} (constraint {constraint.Id})";
            }
        }

        if (!state.Options.Symmetric && !resource.Table.Contains(node)) return "no constraint allows it (symmetric-cluster=false)";
        return resource.Table.Contains(node) && resource.Table.Score(node) < 0
            ? $"score {Scores.Text(resource.Table.Score(node))}" : "not chosen";
    }
}
