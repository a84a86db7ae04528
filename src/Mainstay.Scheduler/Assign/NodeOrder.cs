using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>Which node of a table is better (spec/scheduler-placement.md section 9.1).</summary>
internal static class NodeOrder
{
    public static List<ClusterNode> Sorted(ClusterState state, NodeTable table, ClusterNode? current)
    {
        var nodes = new List<ClusterNode>();
        foreach (var node in state.NodeList)
        {
            if (table.Contains(node)) nodes.Add(node);
        }

        nodes.Sort((a, b) => Compare(state.Options.Placement, table, a, b, current));
        return nodes;
    }

    /// <summary>
    /// The first node of <see cref="Sorted"/>, or null if the table is empty. Not for <see cref="PlacementStrategy.Balanced"/>, whose
    /// comparison is no order.
    /// </summary>
    public static ClusterNode? Best(ClusterState state, NodeTable table, ClusterNode? current)
    {
        ClusterNode? best = null;
        foreach (var node in state.NodeList)
        {
            if (!table.Contains(node)) continue;
            if (best is null || Compare(state.Options.Placement, table, node, best, current) < 0) best = node;
        }

        return best;
    }

    /// <summary>Negative if <paramref name="a"/> is better.</summary>
    public static int Compare(PlacementStrategy strategy, NodeTable table, ClusterNode a, ClusterNode b, ClusterNode? current)
    {
        int scoreA = a.IsAvailable ? table.Score(a) : -Scores.Infinity;
        int scoreB = b.IsAvailable ? table.Score(b) : -Scores.Infinity;
        if (scoreA != scoreB) return scoreB.CompareTo(scoreA);
        if (strategy != PlacementStrategy.Minimal)
        {
            if (strategy == PlacementStrategy.Balanced)
            {
                int capacity = CompareCapacity(a, b);
                if (capacity != 0) return capacity;
            }

            if (a.AssignedCount != b.AssignedCount) return a.AssignedCount.CompareTo(b.AssignedCount);
            if (a == current && b != current) return -1;
            if (b == current && a != current) return 1;
        }

        return OrdinalText.Compare(a.Name, b.Name);
    }

    /// <summary>Negative if <paramref name="a"/> has more left (section 12.2).</summary>
    public static int CompareCapacity(ClusterNode a, ClusterNode b)
    {
        int result = 0;
        foreach (var (name, value) in a.Utilization)
        {
            int other = b.Utilization.GetValueOrDefault(name);
            if (value > other) result--;
            else if (value < other) result++;
        }

        foreach (var (name, value) in b.Utilization)
        {
            if (a.Utilization.ContainsKey(name)) continue;
            if (value > 0) result++;
            else if (value < 0) result--;
        }

        return result;
    }

    /// <summary>available≥0 of section 0.</summary>
    public static bool IsUsable(NodeTable table, ClusterNode node) => node.IsAvailable && table.Contains(node) && table.Score(node) >= 0;

    public static bool AnyUsable(ClusterState state, NodeTable table)
    {
        foreach (var node in state.NodeList)
        {
            if (IsUsable(table, node)) return true;
        }

        return false;
    }
}
