namespace Mainstay.Scheduler;

/// <summary>Node attributes as a resource sees them (spec/scheduler-placement.md section 8.5).</summary>
internal static class NodeAttributes
{
    /// <summary>The value on the node itself, or on the host of its container where the resource asks for that.</summary>
    public static string? Value(ClusterNode node, string name, ClusterResource resource, bool useCurrentHost)
    {
        bool onHost = node.IsBundleNode && resource.IsBundled && !useCurrentHost;
        if (!onHost && node.IsGuest)
        {
            onHost = string.Equals(resource.Meta["container-attribute-target"], "host", StringComparison.OrdinalIgnoreCase);
        }

        if (!onHost) return node.Attributes.GetValueOrDefault(name);
        var container = node.Connection?.Launcher;
        var host = useCurrentHost ? container?.CurrentNode() : container?.AssignedNode;
        return host?.Attributes.GetValueOrDefault(name);
    }

    /// <summary>
    /// Whether a node is told from others by its name: one of a bundle is where its container is, and remote nodes that nobody has seen
    /// yet have none, so that they count as the same.
    /// </summary>
    public static bool HasName(ClusterNode node) => !node.IsBundleNode && (!node.IsRemoteOrGuest || node.Attributes.ContainsKey("#uname"));

    /// <summary>Whether two nodes are the same as far as a colocation is concerned; undefined equals undefined.</summary>
    public static bool Matches(ColocationConstraint constraint, ClusterNode a, ClusterResource forA, ClusterNode b, ClusterResource forB)
    {
        string attribute = constraint.NodeAttribute ?? "#uname";
        return string.Equals(
            Value(a, attribute, forA, false), Value(b, attribute, forB, false), StringComparison.OrdinalIgnoreCase);
    }
}
