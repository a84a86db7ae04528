namespace Mainstay.Scheduler;

/// <summary>An action of the plan, or one that is not done, with the reasons.</summary>
public sealed record ActionExplanation
{
    /// <summary>Number of the action; the same as in the graph.</summary>
    public required int Id { get; init; }

    /// <summary>Key with the instance's full name, e.g. <c>web:0_start_0</c>; keys of the cluster's own actions as they are.</summary>
    public required string Key { get; init; }

    /// <summary>What is done, e.g. <c>start</c>, <c>stonith</c>.</summary>
    public required string Task { get; init; }

    /// <summary>Interval of a recurring operation in milliseconds, else 0.</summary>
    public required long IntervalMs { get; init; }

    /// <summary>The resource, if the action is one of a resource.</summary>
    public ClusterResource? Resource { get; init; }

    /// <summary>The node it is for, or null.</summary>
    public ClusterNode? Node { get; init; }

    /// <summary>True if it has to be done (if it can).</summary>
    public required bool IsRequired { get; init; }

    /// <summary>True if it can be done.</summary>
    public required bool IsRunnable { get; init; }

    /// <summary>True if it is a point in the order only.</summary>
    public required bool IsPseudo { get; init; }

    /// <summary>True if it is part of the transition graph.</summary>
    public required bool IsInGraph { get; init; }

    /// <summary>Why it has to be done, the most direct reason first; for an optional action outside the graph none.</summary>
    public required IReadOnlyList<Reason> Reasons { get; init; }

    /// <summary>Why it cannot be done; none if it can.</summary>
    public required IReadOnlyList<Reason> Obstacles { get; init; }

    /// <summary>Ids of the actions that have to be done before, if it is in the graph.</summary>
    public required IReadOnlyList<int> Inputs { get; init; }
}
