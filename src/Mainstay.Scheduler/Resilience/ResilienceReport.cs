namespace Mainstay.Scheduler;

/// <summary>What becomes of a service when nodes are lost.</summary>
public enum ServiceLoss
{
    /// <summary>Nothing of it runs any more.</summary>
    Stopped,

    /// <summary>It runs, but no instance is promoted any more.</summary>
    NotPromoted,

    /// <summary>Fewer instances run than before, though a node that is left could take one.</summary>
    Degraded,
}

/// <summary>Why a service does not run after a loss.</summary>
public enum LossCause
{
    /// <summary>The rest has no quorum.</summary>
    NoQuorum,

    /// <summary>A lost node cannot be fenced, so what ran there cannot be started elsewhere.</summary>
    FencingImpossible,

    /// <summary>No node that is left has the capacity that the resource needs.</summary>
    Capacity,

    /// <summary>It has to run with, or after, a resource that does not run.</summary>
    Dependency,

    /// <summary>Constraints or failures forbid every node that is left.</summary>
    Forbidden,

    /// <summary>It is unmanaged, blocked by a failure, or in maintenance.</summary>
    NotManaged,

    /// <summary>No node is left.</summary>
    NoNode,
}

/// <summary>A service that nodes' loss stops or weakens.</summary>
/// <param name="Resource">Id; of the cloned resource for anonymous clones.</param>
/// <param name="Loss">What becomes of it.</param>
/// <param name="Before">Active instances before.</param>
/// <param name="After">Active instances after.</param>
/// <param name="Cause">Why.</param>
/// <param name="Reason">The cause in words, with the ids of constraints, resources and amounts.</param>
public sealed record LostService(string Resource, ServiceLoss Loss, int Before, int After, LossCause Cause, string Reason);

/// <summary>A node that carries more than its capacity after a loss.</summary>
/// <param name="Node">The node.</param>
/// <param name="Attribute">Utilization attribute.</param>
/// <param name="Capacity">What the node has.</param>
/// <param name="Used">What the resources on it need.</param>
public sealed record NodeOverflow(string Node, string Attribute, int Capacity, int Used);

/// <summary>A fence device that cannot be used after a loss, or a node left that nothing could fence.</summary>
/// <param name="Device">The device, or null where a node is concerned.</param>
/// <param name="Node">The node that nothing could fence, or null.</param>
/// <param name="Reason">Why.</param>
public sealed record FencingGap(string? Device, string? Node, string Reason);

/// <summary>What the loss of some nodes at once would do.</summary>
public sealed record ScenarioOutcome
{
    /// <summary>The nodes that are lost.</summary>
    public required IReadOnlyList<string> Lost { get; init; }

    /// <summary>Whether the rest has quorum.</summary>
    public required bool HasQuorum { get; init; }

    /// <summary>Services that do not run any more, or less well, in the order of the configuration.</summary>
    public required IReadOnlyList<LostService> Services { get; init; }

    /// <summary>Nodes that carry too much.</summary>
    public required IReadOnlyList<NodeOverflow> Overflows { get; init; }

    /// <summary>Fencing that would not work for a further failure.</summary>
    public required IReadOnlyList<FencingGap> FencingGaps { get; init; }

    /// <summary>How many services other nodes take over.</summary>
    public required int Recovered { get; init; }

    /// <summary>
    /// Actions that are planned again and again after the loss, as <c>KEY on NODE</c>; nothing where the cluster comes to rest.
    /// </summary>
    public required IReadOnlyList<string> Unsettled { get; init; }

    /// <summary>True if nothing has to be reported.</summary>
    public bool IsHarmless => Unsettled.Count == 0 && Services.Count == 0 && Overflows.Count == 0 && FencingGaps.Count == 0;
}
