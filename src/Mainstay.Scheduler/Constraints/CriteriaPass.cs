using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>
/// Passes 7 and 9: node health, shutdown locks, location constraints, stickiness, failure thresholds, exclusive discovery
/// (spec/scheduler-placement.md sections 3 to 5).
/// </summary>
internal sealed class CriteriaPass(ClusterState state, ActionStore actions)
{
    public void AddHealth()
    {
        if (state.Options.Health == HealthStrategy.None) return;
        foreach (var node in state.NodeList)
        {
            int health = state.Options.HealthBase;
            foreach (var (name, value) in node.Attributes)
            {
                if (!name.StartsWith("#health", StringComparison.Ordinal)) continue;
                if (Score.TryParse(value, state.Options.HealthColours, out var score)) health = Scores.Add(health, score.Value);
            }

            if (health == 0) continue;
            foreach (var resource in state.ResourceList)
            {
                if (health < 0 && resource.AllowsUnhealthyNodes) continue;
                var constraint = new LocationConstraint { Id = "node-health", Resource = resource };
                constraint.Nodes.Add((node, health));
                state.Locations.Add(constraint);
                resource.Locations.Add(constraint);
            }
        }
    }

    public void Run()
    {
        if (state.Options.ShutdownLock)
        {
            foreach (var resource in state.ResourceList) ApplyLock(resource);
        }

        var locations = new LocationPass(state.Reasons);
        for (int i = state.Locations.Count - 1; i >= 0; i--) locations.Apply(state.Locations[i], state.Locations[i].Resource);
        foreach (var resource in state.ResourceList) ApplyStickiness(resource);
        foreach (var node in state.NodeList)
        {
            foreach (var resource in state.ResourceList)
            {
                ApplyThreshold(resource, node);
                ApplyExclusive(resource, node);
            }
        }
    }

    private void ApplyLock(ClusterResource resource)
    {
        if (resource.IsCloneOrBundle) return;
        if (resource.IsGroup)
        {
            foreach (var member in resource.ChildList) ApplyLock(member);
            return;
        }

        if (resource.IsFenceDevice || resource.IsRemoteConnection) return;
        if (resource.LockNode is { } locked)
        {
            if (resource.IsActiveAnywhere)
            {
                actions.Custom(resource, TaskKind.LrmDelete, locked, false);
                resource.LockNode = null;
            }
        }
        else if (resource.Active is [{ ShuttingDown: true, Unclean: false } node])
        {
            resource.LockNode = node;
            bool hasTime = IntegerText.TryReadLeading(node.Attributes.GetValueOrDefault("shutdown"), out long time) && time > 0;
            resource.LockTime = hasTime ? time : state.Now;
        }

        if (resource.LockNode is not { } lockNode) return;
        if (state.Options.ShutdownLockLimit > 0) state.UpdateRecheck(resource.LockTime + state.Options.ShutdownLockLimit + 1);
        foreach (var node in state.NodeList)
        {
            if (node == lockNode) continue;
            resource.AddLocation(state, node, -Scores.Infinity);
            state.Reasons?.Locked(resource, node);
        }
    }

    private void ApplyStickiness(ClusterResource resource)
    {
        foreach (var child in resource.ChildList) ApplyStickiness(child);
        if (!resource.IsPrimitive || !resource.IsManaged || resource.Stickiness < 1 || resource.Active.Count != 1) return;
        var node = resource.Active[0];
        if (!state.Options.Symmetric && !resource.Table.Contains(node)) return;
        resource.AddLocation(state, node, resource.Stickiness);
        state.Reasons?.Sticks(resource, node);
    }

    private void ApplyThreshold(ClusterResource resource, ClusterNode node)
    {
        foreach (var child in resource.ChildList) ApplyThreshold(child, node);
        if (!resource.IsPrimitive) return;
        if (!FailureThreshold.IsReached(state, resource, node, out var banned)) return;
        banned.AddLocation(state, node, -Scores.Infinity);
        state.Reasons?.ThresholdReached(banned, resource, node);
    }

    private void ApplyExclusive(ClusterResource resource, ClusterNode node)
    {
        foreach (var child in resource.ChildList) ApplyExclusive(child, node);
        if (!resource.HasExclusiveProbes && !resource.Top.HasExclusiveProbes) return;
        if (resource.Table.Contains(node) && resource.Table.Discovery(node) != DiscoveryMode.Exclusive)
        {
            resource.Table.SetScore(node, -Scores.Infinity);
            state.Reasons?.NotExclusive(resource, node);
        }
    }
}

/// <summary>migration-threshold (spec/scheduler-placement.md section 3.3).</summary>
internal static class FailureThreshold
{
    public static bool IsReached(ClusterState state, ClusterResource resource, ClusterNode node, out ClusterResource banned)
    {
        banned = resource.BanTarget;
        if (resource.MigrationThreshold == 0 || resource.IsFailureIgnored) return false;
        if (!node.HasFailures) return false;
        foreach (var action in resource.Actions)
        {
            if (action.Task == TaskKind.ClearFailCount && action.Node == node) return false;
        }

        int count = FailCounts.Effective(state, resource, node, true, out _);
        return count > 0 && resource.MigrationThreshold - count <= 0;
    }
}

/// <summary>Applies location constraints to node tables (spec/scheduler-placement.md sections 5.2 and 5.3).</summary>
internal readonly struct LocationPass(ReasonRecorder? reasons)
{
    public void Apply(LocationConstraint constraint, ClusterResource resource)
    {
        switch (resource.Variant)
        {
            case ResourceVariant.Primitive:
                ApplyTo(constraint, resource, withScore: true);
                break;
            case ResourceVariant.Group:
                ApplyTo(constraint, resource, withScore: true);
                bool isFirst = true;
                foreach (var member in resource.ChildList)
                {
                    ApplyTo(constraint, member, isFirst || !resource.IsColocatedGroup);
                    isFirst = false;
                }

                break;
            case ResourceVariant.Clone:
                ApplyTo(constraint, resource, withScore: true);
                foreach (var instance in resource.ChildList) Apply(constraint, instance);
                break;
            default:
                ApplyToBundle(constraint, resource);
                break;
        }
    }

    private void ApplyToBundle(LocationConstraint constraint, ClusterResource bundle)
    {
        ApplyTo(constraint, bundle, withScore: true);
        foreach (var replica in bundle.Bundle!.Replicas)
        {
            ApplyTo(constraint, replica.Container, withScore: true);
            if (replica.Ip is { } ip) ApplyTo(constraint, ip, withScore: true);
        }

        if (bundle.Bundle.InnerClone is not { } clone || constraint.RoleFilter != Role.Promoted) return;
        Apply(constraint, clone);
        clone.Locations.Add(constraint);
    }

    private void ApplyTo(LocationConstraint constraint, ClusterResource resource, bool withScore)
    {
        if (constraint.RoleFilter != Role.Unknown && constraint.RoleFilter != resource.NextRole) return;
        foreach (var (node, fullScore) in constraint.Nodes)
        {
            int score = withScore ? fullScore : 0;
            if (!resource.Table.Contains(node)) resource.Table.Put(node, score, node.BaseDiscovery);
            else resource.Table.AddScore(node, score);
            reasons?.Located(constraint, resource, node, score);
            if (resource.Table.Discovery(node) >= constraint.Discovery) continue;
            if (constraint.Discovery == DiscoveryMode.Exclusive) resource.HasExclusiveProbes = true;
            resource.Table.SetDiscovery(node, constraint.Discovery);
        }
    }
}
