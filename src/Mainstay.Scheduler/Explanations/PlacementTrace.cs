namespace Mainstay.Scheduler;

/// <summary>A node as it stood when a resource was assigned.</summary>
/// <param name="Node">The node.</param>
/// <param name="Score">Score of the resource there; null if the node is not possible at all.</param>
/// <param name="IsAvailable">Whether anything may run on the node.</param>
/// <param name="AssignedCount">Number of resources assigned to the node before this one.</param>
/// <param name="CapacityLeft">Capacity left by attribute, sorted by name; empty if utilization does not count.</param>
/// <param name="Rank">0 for the best node; -1 for nodes that were not compared.</param>
public sealed record NodeStanding(
    ClusterNode Node, int? Score, bool IsAvailable, int AssignedCount, IReadOnlyList<KeyValuePair<string, int>> CapacityLeft, int Rank)
{
    /// <summary>Why nothing may run on the node; null if it is available.</summary>
    public Reason? Unavailability { get; init; }

    /// <summary>Why the node is not even possible; null if it is.</summary>
    public Reason? Absence { get; init; }

    /// <summary>The score that counts: -INFINITY on nodes that are not available; null if the node is not possible.</summary>
    public int? Effective => Score is null ? null : IsAvailable ? Score : -Scores.Infinity;
}

/// <summary>Everything that made the choice of a node for one primitive.</summary>
public sealed class PlacementTrace
{
    internal PlacementTrace(ClusterResource resource) => Resource = resource;

    /// <summary>The primitive.</summary>
    public ClusterResource Resource { get; }

    /// <summary>The node chosen, or null.</summary>
    public ClusterNode? Chosen { get; internal set; }

    /// <summary>Why this one was chosen among the nodes, or why none was.</summary>
    public Reason Why { get; internal set; } = new(ReasonKind.NoNode);

    /// <summary>The nodes in natural order of their names.</summary>
    public IReadOnlyList<NodeStanding> Nodes { get; internal set; } = [];

    /// <summary>
    /// The changes of scores up to the choice, in the order in which they happened. For each node they lead, one after the other,
    /// from nothing to its <see cref="NodeStanding.Score"/>.
    /// </summary>
    public IReadOnlyList<ScoreChange> Changes { get; internal set; } = [];

    /// <summary>The changes for one node.</summary>
    /// <param name="node">The node.</param>
    /// <returns>The changes in order.</returns>
    public IEnumerable<ScoreChange> ChangesFor(ClusterNode node) => Changes.Where(c => c.Node == node);

    /// <summary>Why the resource may not run on a node.</summary>
    /// <param name="node">The node.</param>
    /// <returns>The state of the node, or what made the score negative first (and nothing undid it); null if the resource may.</returns>
    public Reason? Obstacle(ClusterNode node)
    {
        if (Standing(node) is not { } standing) return null;
        if (standing.Unavailability is { } unavailable) return unavailable;
        if (standing.Absence is { } absence) return absence;
        if (standing.Score is null or >= 0) return null;
        ScoreChange? decisive = null;
        foreach (var change in ChangesFor(node))
        {
            if (change.After < 0 && (change.Before is null or >= 0)) decisive = change;
            if (change is { After: <= -Scores.Infinity, Before: > -Scores.Infinity }) decisive = change;
        }

        return decisive?.Reason;
    }

    /// <summary>The standing of one node.</summary>
    /// <param name="node">The node.</param>
    /// <returns>The standing, or null if the node did not exist.</returns>
    public NodeStanding? Standing(ClusterNode node) => Nodes.FirstOrDefault(n => n.Node == node);
}

/// <summary>What made the promotion score of an instance of a promotable clone.</summary>
public sealed class PromotionTrace
{
    internal PromotionTrace(ClusterResource instance) => Instance = instance;

    /// <summary>The instance.</summary>
    public ClusterResource Instance { get; }

    /// <summary>The node it was assigned to, or null.</summary>
    public ClusterNode? Node { get; internal set; }

    /// <summary>The final promotion score.</summary>
    public int Score { get; internal set; }

    /// <summary>The changes that lead to what the instance brings along.</summary>
    public IReadOnlyList<ScoreChange> Changes { get; internal set; } = [];

    /// <summary>
    /// The changes of the clone's own score for the node, to which its instances there add theirs; the sum is <see cref="Score"/>. None if
    /// the instance's score is negative, because then it alone counts.
    /// </summary>
    public IReadOnlyList<ScoreChange> CloneChanges { get; internal set; } = [];
}
