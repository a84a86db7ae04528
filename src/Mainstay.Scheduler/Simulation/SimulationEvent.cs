namespace Mainstay.Scheduler;

/// <summary>Something a simulation did, in the order in which it did it. The tools print it as text or XML.</summary>
public abstract record SimulationEvent
{
    private protected SimulationEvent()
    {
    }

    /// <summary>The state of the quorum was set.</summary>
    /// <param name="Value">The value as given.</param>
    public sealed record QuorumSet(string Value) : SimulationEvent;

    /// <summary>The state of the watchdog was set.</summary>
    /// <param name="Value">The value as given.</param>
    public sealed record WatchdogSet(string Value) : SimulationEvent;

    /// <summary>A node came, left or was lost.</summary>
    /// <param name="Event">What happened.</param>
    /// <param name="Node">Its name.</param>
    public sealed record NodeChanged(NodeEvent Event, string Node) : SimulationEvent;

    /// <summary>A ticket changed.</summary>
    /// <param name="Event">What happened.</param>
    /// <param name="Ticket">Its id.</param>
    public sealed record TicketChanged(TicketEvent Event, string Ticket) : SimulationEvent;

    /// <summary>The result of an operation is to be recorded.</summary>
    /// <param name="Spec">The operation as given.</param>
    public sealed record OperationInjected(string Spec) : SimulationEvent;

    /// <summary>A transient node attribute was set.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Value">Its new value.</param>
    /// <param name="NodeId">The id of the node.</param>
    public sealed record AttributeInjected(string Name, string Value, string NodeId) : SimulationEvent;

    /// <summary>An event was left out; why.</summary>
    /// <param name="Message">What is wrong with it.</param>
    /// <param name="IsEnd">Whether the simulation ends there, because it would be about another situation than the one asked for.</param>
    public sealed record Refused(string Message, bool IsEnd = false) : SimulationEvent;

    /// <summary>A pseudo-action was done.</summary>
    /// <param name="Task">Its key.</param>
    /// <param name="Node">Its node, if it has one.</param>
    public sealed record PseudoAction(string Task, string? Node) : SimulationEvent;

    /// <summary>The cluster did something of its own on a node.</summary>
    /// <param name="Task">What.</param>
    /// <param name="Resource">For which resource, if any.</param>
    /// <param name="Node">Where.</param>
    public sealed record ClusterAction(string Task, string? Resource, string Node) : SimulationEvent;

    /// <summary>A node was fenced.</summary>
    /// <param name="Target">The node.</param>
    /// <param name="Operation"><c>off</c>, <c>reboot</c> or <c>on</c>.</param>
    public sealed record Fencing(string Target, string Operation) : SimulationEvent;

    /// <summary>An agent was called.</summary>
    /// <param name="Resource">For which resource.</param>
    /// <param name="Task">What it was asked to do.</param>
    /// <param name="IntervalMs">The interval of a recurring operation, else 0.</param>
    /// <param name="Node">Where.</param>
    public sealed record ResourceAction(string Resource, string Task, long IntervalMs, string Node) : SimulationEvent;

    /// <summary>An action failed because the scenario wants it to.</summary>
    /// <param name="ActionId">Its number in the graph.</param>
    /// <param name="Result">Its exit status.</param>
    public sealed record FailurePretended(int ActionId, int Result) : SimulationEvent;
}
