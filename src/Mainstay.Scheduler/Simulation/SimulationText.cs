using System.Globalization;
using System.Text;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>What is shown of a simulation.</summary>
public sealed record SimulationTextOptions
{
    /// <summary>The effective time as the user gave it, if he did.</summary>
    public string? SetDate { get; init; }

    /// <summary>Effective time, seconds since 1970.</summary>
    public required long Now { get; init; }

    /// <summary>Whether the list of changes is shown, if there is a plan.</summary>
    public bool ShowChanges { get; init; } = true;

    /// <summary>Whether the attributes of nodes are shown with the status.</summary>
    public bool ShowAttributes { get; init; }

    /// <summary>Whether fail counts and failed operations are shown with the status.</summary>
    public bool ShowFailCounts { get; init; }

    /// <summary>
    /// Whether scores or utilization are shown, as far as the plan recorded them; then the output is plain, as the reference's is.
    /// </summary>
    public bool ShowPlacement { get; init; }
}

/// <summary>The text of a simulation (spec/scheduler-output.md section 4).</summary>
public static class SimulationText
{
    /// <summary>The text: status, modifications, scores, changes, execution, status afterwards.</summary>
    /// <param name="result">What the simulation came to.</param>
    /// <param name="options">What to show.</param>
    /// <returns>Lines, each ended by a newline.</returns>
    public static string Of(SimulationResult result, SimulationTextOptions options)
    {
        var text = new StringBuilder();
        var output = new TextList(text, isFancy: !options.ShowPlacement);
        WriteTime(output, result.Input, options);
        WriteCounts(output, result.Before);
        WriteStatus(output, "Current cluster status", result.Before, options, showPending: true);
        if (result.Modifications.Count > 0)
        {
            output.Blank();
            output.Heading("Performing Requested Modifications");
            WriteEvents(output, result.Modifications);
            output.End();
            if (!result.IsRefused) WriteTime(output, result.Input, options);
        }

        if (result.Plan is not { } plan) return text.ToString();
        if (options.ShowPlacement) WritePlacement(output, plan);
        if (options.ShowChanges) WriteChanges(output, plan);
        if (result.After is { } after) WriteExecution(output, result, after, options);
        return text.ToString();
    }

    private static void WriteStatus(TextList output, string title, ClusterState state, SimulationTextOptions options, bool showPending)
    {
        output.Heading(title);
        var status = new StatusText(state, output, showPending);
        status.Write();
        if (options.ShowAttributes) status.WriteAttributes();
        if (options.ShowFailCounts) status.WriteFailCounts();
        output.End();
    }

    private static void WritePlacement(TextList output, Plan plan)
    {
        output.Blank();
        foreach (string notice in plan.Notices) output.Info(notice);
        foreach (var record in plan.Placement) output.Info(record.Text);
    }

    private static void WriteChanges(TextList output, Plan plan)
    {
        output.Blank();
        output.Heading("Transition Summary");
        foreach (string line in plan.Changes) output.Item(line);
        output.End();
    }

    private static void WriteExecution(TextList output, SimulationResult result, ClusterState after, SimulationTextOptions options)
    {
        output.Blank();
        output.Heading("Executing Cluster Transition");
        WriteEvents(output, result.Execution);
        output.End();
        if (!result.IsComplete)
        {
            output.Info("Transition failed: terminated");
            output.Info("An invalid transition was produced");
        }

        WriteTime(output, result.Output, options);
        output.Blank();
        WriteStatus(output, "Revised Cluster Status", after, options, showPending: false);
    }

    private static void WriteTime(TextList output, CibDocument cib, SimulationTextOptions options)
    {
        if (options.SetDate is { } date) output.Info($"Setting effective cluster time: {date}");
        else if (cib.PackedRoot.Value("execution-date") is not null)
        {
            output.Info($"Using the original execution date of: {new CibDateTime(options.Now)}");
        }
    }

    private static void WriteCounts(TextList output, ClusterState state)
    {
        bool any = false;
        if (state.Options.MaintenanceMode)
        {
            output.Blank();
            output.Info("              *** Resource management is DISABLED ***");
            output.Info("  The cluster will not attempt to start, stop or recover services");
            any = true;
        }

        var (total, disabled, blocked) = state.InstanceCounts;
        if (disabled > 0 || blocked > 0)
        {
            if (any) output.Blank();
            output.Info(FormattableString.Invariant(
                $"{disabled} of {total} resource instances DISABLED and {blocked} BLOCKED from further action due to failure"));
            any = true;
        }

        if (any) output.Blank();
    }

    private static void WriteEvents(TextList output, IReadOnlyList<SimulationEvent> events)
    {
        foreach (var happened in events)
        {
            switch (happened)
            {
                case SimulationEvent.Refused:
                    break;
                case SimulationEvent.FailurePretended failure:
                    output.Info(string.Create(
                        CultureInfo.InvariantCulture, $"Pretending action {failure.ActionId} failed with rc={failure.Result}"));
                    break;
                default:
                    output.Item(Line(happened));
                    break;
            }
        }
    }

    private static string Line(SimulationEvent happened) => happened switch
    {
        SimulationEvent.QuorumSet quorum => $"Setting quorum: {quorum.Value}",
        SimulationEvent.WatchdogSet watchdog => $"Setting watchdog: {watchdog.Value}",
        SimulationEvent.NodeChanged { Event: NodeEvent.Up } node => $"Bringing node {node.Node} online",
        SimulationEvent.NodeChanged { Event: NodeEvent.Down } node => $"Taking node {node.Node} offline",
        SimulationEvent.NodeChanged node => $"Failing node {node.Node}",
        SimulationEvent.TicketChanged { Event: TicketEvent.Grant } ticket => $"Granting ticket {ticket.Ticket}",
        SimulationEvent.TicketChanged { Event: TicketEvent.Revoke } ticket => $"Revoking ticket {ticket.Ticket}",
        SimulationEvent.TicketChanged { Event: TicketEvent.Standby } ticket => $"Making ticket {ticket.Ticket} standby",
        SimulationEvent.TicketChanged ticket => $"Activating ticket {ticket.Ticket}",
        SimulationEvent.OperationInjected operation => $"Injecting {operation.Spec} into the configuration",
        SimulationEvent.AttributeInjected set => $"Injecting attribute {set.Name}={set.Value} into /node_state '{set.NodeId}'",
        SimulationEvent.PseudoAction pseudo => $"Pseudo action:   {pseudo.Task}{(pseudo.Node is { } node ? $" on {node}" : "")}",
        SimulationEvent.ClusterAction action =>
            $"Cluster action:  {action.Task}{(action.Resource is { } resource ? $" for {resource}" : "")} on {action.Node}",
        SimulationEvent.Fencing fencing => $"Fencing {fencing.Target} ({fencing.Operation})",
        SimulationEvent.ResourceAction action =>
            $"Resource action: {action.Resource,-15} {action.Task}{IntervalText(action)} on {action.Node}",
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, "no text for this event"),
    };

    private static string IntervalText(SimulationEvent.ResourceAction action) =>
        action.IntervalMs > 0 ? string.Create(CultureInfo.InvariantCulture, $"={action.IntervalMs}") : "";
}
