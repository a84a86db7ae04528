namespace Mainstay.Client;

/// <summary>What the manager of one node knows of the cluster's run-time state.</summary>
public sealed record ManagerStatus
{
    /// <summary>Cluster name; empty where none is set.</summary>
    public string ClusterName { get; init; } = "";

    /// <summary>Name of the node that answers.</summary>
    public required string Node { get; init; }

    /// <summary>Its id on the ring.</summary>
    public uint NodeId { get; init; }

    /// <summary>State of the node's replica: <c>joining</c>, <c>member</c> or <c>disconnected</c> (from its ring daemon).</summary>
    public required string Replica { get; init; }

    /// <summary>Name of the coordinator; null while there is none.</summary>
    public string? Coordinator { get; init; }

    /// <summary>Whether the partition has quorum.</summary>
    public bool HaveQuorum { get; init; }

    /// <summary>Votes present in the partition.</summary>
    public uint Votes { get; init; }

    /// <summary>Votes needed.</summary>
    public uint Quorum { get; init; }

    /// <summary>Votes expected in the whole cluster.</summary>
    public uint ExpectedVotes { get; init; }

    /// <summary>Version of the configuration, <c>admin_epoch.epoch.num_updates</c>.</summary>
    public required string CibVersion { get; init; }

    /// <summary>Why configuration changes cannot be stored on this node's disk; null while they can.</summary>
    public string? StorageError { get; init; }

    /// <summary>All known nodes, ascending by id.</summary>
    public IReadOnlyList<NodeStatus> Nodes { get; init; } = [];

    /// <summary>The transition in execution, or the last one.</summary>
    public TransitionStatus Transition { get; init; } = new();
}

/// <summary>State of one cluster node.</summary>
public sealed record NodeStatus
{
    /// <summary>Id on the ring.</summary>
    public uint Id { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Its manager is a joined member.</summary>
    public bool Online { get; init; }

    /// <summary>On the ring, but its manager has not joined.</summary>
    public bool Pending { get; init; }

    /// <summary>Its state is not known; it needs fencing.</summary>
    public bool Unclean { get; init; }

    /// <summary>Keeps no resources, by attribute.</summary>
    public bool Standby { get; init; }

    /// <summary>Its resources are left alone, by attribute.</summary>
    public bool Maintenance { get; init; }

    /// <summary>It has asked to leave.</summary>
    public bool Shutdown { get; init; }

    /// <summary>It is the coordinator (DC).</summary>
    public bool IsCoordinator { get; init; }
}

/// <summary>State of the transition engine.</summary>
public sealed record TransitionStatus
{
    /// <summary>Number of the transition; -1 before the first.</summary>
    public long Id { get; init; } = -1;

    /// <summary>True while actions are in flight or a new plan is due.</summary>
    public bool IsRunning { get; init; }

    /// <summary>Actions sent and not answered.</summary>
    public IReadOnlyList<PendingAction> PendingActions { get; init; } = [];
}

/// <summary>An action in flight.</summary>
/// <param name="Key">Operation key, for example <c>web_start_0</c>.</param>
/// <param name="Node">Node that runs it.</param>
/// <param name="Since">When it was sent (seconds since the epoch).</param>
public sealed record PendingAction(string Key, string Node, long Since);

/// <summary>Answer of <see cref="ManagerClient.WaitIdleAsync"/>.</summary>
/// <param name="Idle">False when the time ran out first.</param>
/// <param name="TransitionId">Number of the last transition.</param>
public sealed record IdleResult(bool Idle, long TransitionId);

/// <summary>Something that happened, for <see cref="ManagerClient.EventsAsync"/>.</summary>
/// <param name="Kind">
/// <c>cib</c>, <c>node</c>, <c>quorum</c>, <c>coordinator</c>, <c>transition</c>, <c>resource</c>, <c>fencing</c>, <c>attribute</c> or
/// <c>storage</c>.
/// </param>
/// <param name="Time">Milliseconds since the epoch, by the clock of the node that answers.</param>
/// <param name="Text">A sentence for people.</param>
/// <param name="Node">Node concerned; null where none.</param>
/// <param name="Subject">Resource, attribute, version or action concerned; null where none.</param>
public sealed record ManagerEvent(string Kind, long Time, string Text, string? Node, string? Subject);
