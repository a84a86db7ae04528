namespace Mainstay.Scheduler;

/// <summary>Questions about a resource and what is below it (spec/scheduler-placement.md section 0).</summary>
internal static class ResourceQueries
{
    /// <summary>The node a resource counts as being on now.</summary>
    public static ClusterNode? CurrentNode(this ClusterResource resource)
    {
        if (resource.IsBundle) return BundleNode(resource);
        return Choose(resource, resource.Active);
    }

    private static ClusterNode? BundleNode(ClusterResource bundle)
    {
        var nodes = new List<ClusterNode>();
        ClusterResource? only = null;
        int active = 0;
        foreach (var replica in bundle.Bundle!.Replicas)
        {
            if (!replica.Container.IsActiveAnywhere) continue;
            active++;
            only = replica.Container;
            foreach (var node in replica.Container.Active)
            {
                if (!nodes.Contains(node)) nodes.Add(node);
            }
        }

        return active == 1 ? only!.CurrentNode() : Choose(bundle, nodes);
    }

    private static ClusterNode? Choose(ClusterResource resource, List<ClusterNode> nodes)
    {
        if (nodes.Count == 0) return null;
        if (resource is { MigrationSource: { } source, MigrationTarget: not null } && nodes.Contains(source)) return source;
        if (resource.MigrationSource is not null) return nodes[0];
        if (resource.NeedsFencing) return nodes[0];
        foreach (var node in nodes)
        {
            if (node.IsOnlineAndClean) return node;
        }

        return nodes[0];
    }

    /// <summary>The one node all primitives below are assigned to, or null.</summary>
    public static ClusterNode? AssignedLocation(this ClusterResource resource)
    {
        if (resource.IsPrimitive) return resource.AssignedNode;
        ClusterNode? location = null;
        return FindAssignedLocation(resource, ref location) ? location : null;
    }

    /// <summary>False if primitives are assigned to different nodes.</summary>
    private static bool FindAssignedLocation(ClusterResource resource, ref ClusterNode? location)
    {
        if (resource.IsPrimitive)
        {
            if (resource.AssignedNode is not { } node || node == location) return true;
            if (location is not null) return false;
            location = node;
            return true;
        }

        foreach (var child in resource.ChildList)
        {
            if (!FindAssignedLocation(child, ref location)) return false;
        }

        return true;
    }

    /// <summary>The first of the <see cref="KnownNodes"/>, or null.</summary>
    public static ClusterNode? FirstKnownNode(this ClusterResource resource)
    {
        if (resource.IsPrimitive) return resource.Active.Count > 0 ? resource.Active[0] : resource.PendingNode;
        foreach (var child in resource.ChildList)
        {
            if (child.FirstKnownNode() is { } node) return node;
        }

        return null;
    }

    /// <summary>Whether the resource or anything below it is known to have been looked for on a node.</summary>
    public static bool IsProbedBelow(this ClusterResource resource, ClusterNode node)
    {
        if (resource.Probed.Contains(node)) return true;
        foreach (var child in resource.ChildList)
        {
            if (child.IsProbedBelow(node)) return true;
        }

        return false;
    }

    /// <summary>The nodes where anything below is active or has an operation pending, without duplicates.</summary>
    public static List<ClusterNode> KnownNodes(this ClusterResource resource)
    {
        var nodes = new List<ClusterNode>();
        foreach (var primitive in resource.Primitives())
        {
            foreach (var node in primitive.Active)
            {
                if (!nodes.Contains(node)) nodes.Add(node);
            }

            if (primitive.PendingNode is { } pending && !nodes.Contains(pending)) nodes.Add(pending);
        }

        return nodes;
    }

    /// <summary>Current or next role; the maximum of the children for collectives.</summary>
    public static Role State(this ClusterResource resource, bool current)
    {
        switch (resource.Variant)
        {
            case ResourceVariant.Primitive:
                return current ? resource.CurrentRole : resource.NextRole;
            case ResourceVariant.Bundle:
                return Role.Unknown;
            default:
                var role = Role.Unknown;
                foreach (var child in resource.ChildList)
                {
                    var childRole = child.State(current);
                    if (childRole > role) role = childRole;
                }

                return role;
        }
    }

    /// <summary>The role used by orderings: for collectives the maximum of the members.</summary>
    public static Role CurrentState(this ClusterResource resource) => resource.State(true);

    /// <summary>True if everything below is active somewhere.</summary>
    public static bool IsFullyActive(this ClusterResource resource) => resource.Variant switch
    {
        ResourceVariant.Primitive => resource.Active.Exists(n => n.Unclean || n.Online || !resource.IsManaged),
        _ => resource.ChildList.TrueForAll(c => c.IsFullyActive()),
    };

    /// <summary>True if anything below is active somewhere.</summary>
    public static bool IsPartlyActive(this ClusterResource resource) => resource.Variant switch
    {
        ResourceVariant.Primitive => resource.IsActiveAnywhere,
        _ => resource.ChildList.Exists(c => c.IsPartlyActive()),
    };

    /// <summary>True if a resource is another or runs, at any remove, inside it.</summary>
    public static bool IsLaunchedBy(this ClusterResource resource, ClusterResource other)
    {
        for (var each = resource; each is not null; each = each.Launcher)
        {
            if (each == other) return true;
        }

        return false;
    }

    public static bool AnyBlocked(this ClusterResource resource) =>
        resource.IsBlocked || (resource.ChildList.Count > 0 && resource.ChildList.Exists(AnyBlocked));

    public static bool AnyFailed(this ClusterResource resource) =>
        resource.IsFailed || resource.ChildList.Exists(AnyFailed);

    /// <summary>Instances of a clone, or containers of a bundle.</summary>
    public static List<ClusterResource> Instances(this ClusterResource collective)
    {
        if (!collective.IsBundle) return collective.ChildList;
        return collective.Bundle!.Replicas.ConvertAll(r => r.Container);
    }

    public static int MaxPerNode(this ClusterResource resource) => resource.Variant switch
    {
        ResourceVariant.Clone => resource.Clone!.NodeMax,
        ResourceVariant.Bundle => resource.Bundle!.ReplicasPerHost,
        _ => 1,
    };

    public static bool Interleaves(this ClusterResource resource) =>
        Mainstay.Cib.CibBoolean.IsTrue(resource.Meta["interleave"]);

    /// <summary>Adds a score for one node, or for every node, in the tables of the resource and everything below it.</summary>
    public static void AddLocation(this ClusterResource resource, ClusterState state, ClusterNode? node, int score)
    {
        foreach (var child in resource.ChildList) child.AddLocation(state, node, score);
        if (node is not null)
        {
            AddOne(resource, node, score);
            return;
        }

        foreach (var each in state.NodeList) AddOne(resource, each, score);
        if (score <= -Scores.Infinity && resource.IsPrimitive) Assigner.Undo(resource);
    }

    private static void AddOne(ClusterResource resource, ClusterNode node, int score)
    {
        if (!resource.Table.Contains(node)) resource.Table.Put(node, node.BaseScore, node.BaseDiscovery);
        resource.Table.AddScore(node, score);
    }

    /// <summary>Bans a resource from every node, dropping all other scores.</summary>
    public static void ReplaceTableWithBans(this ClusterResource resource, ClusterState state)
    {
        resource.Table.Clear();
        foreach (var node in state.NodeList) resource.Table.Put(node, -Scores.Infinity, node.BaseDiscovery);
    }
}
