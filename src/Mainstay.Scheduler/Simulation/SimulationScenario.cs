namespace Mainstay.Scheduler;

/// <summary>What happens to a node in a scenario.</summary>
public enum NodeEvent
{
    /// <summary>The node joins and is a member; it is added to the configuration if it is new.</summary>
    Up,

    /// <summary>The node leaves cleanly: offline, its history and transient attributes forgotten.</summary>
    Down,

    /// <summary>The node is lost: no longer a member though it was expected to be.</summary>
    Fail,
}

/// <summary>What happens to a ticket in a scenario.</summary>
public enum TicketEvent
{
    /// <summary>The ticket is granted.</summary>
    Grant,

    /// <summary>The ticket is revoked.</summary>
    Revoke,

    /// <summary>The ticket is put on standby.</summary>
    Standby,

    /// <summary>The ticket is taken out of standby.</summary>
    Activate,
}

/// <summary>An event of a node in a scenario.</summary>
/// <param name="Event">What happens.</param>
/// <param name="Node">The node's name.</param>
public sealed record ScenarioNode(NodeEvent Event, string Node);

/// <summary>An event of a ticket in a scenario.</summary>
/// <param name="Event">What happens.</param>
/// <param name="Ticket">The ticket's id.</param>
public sealed record ScenarioTicket(TicketEvent Event, string Ticket);

/// <summary>
/// Events to which the cluster has to react in a simulation, in the order in which they are applied (spec/scheduler-output.md section 8).
/// </summary>
public sealed record SimulationScenario
{
    /// <summary>The new value of <c>have-quorum</c>. Alone it changes nothing: it is applied together with other events only.</summary>
    public string? Quorum { get; init; }

    /// <summary>The new value of the cluster option <c>have-watchdog</c>.</summary>
    public string? Watchdog { get; init; }

    /// <summary>Events of nodes, by name.</summary>
    public IReadOnlyList<ScenarioNode> Nodes { get; init; } = [];

    /// <summary>Events of tickets, by id.</summary>
    public IReadOnlyList<ScenarioTicket> Tickets { get; init; } = [];

    /// <summary>Results of operations to be recorded, <c>RSC_TASK_INTERVALMS@NODE=RC</c>.</summary>
    public IReadOnlyList<string> Operations { get; init; } = [];

    /// <summary>Operations that fail if the transition contains them, in the same form.</summary>
    public IReadOnlyList<string> Failures { get; init; } = [];

    /// <summary>Whether anything is changed before planning.</summary>
    public bool IsModifying => Watchdog is not null || Nodes.Count > 0 || Tickets.Count > 0 || Operations.Count > 0;
}
