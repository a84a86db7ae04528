using System.Text;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>What <c>crm_simulate</c> shows of a CIB.</summary>
public sealed record SimulationOptions
{
    /// <summary>Time and other circumstances of the run.</summary>
    public required PlannerOptions Planning { get; init; }

    /// <summary>The effective time as the user gave it, if he did.</summary>
    public string? SetDate { get; init; }

    /// <summary>Whether the list of changes is shown.</summary>
    public bool ShowChanges { get; init; } = true;

    /// <summary>Whether the changes are carried out on a copy and the result is shown.</summary>
    public bool Execute { get; init; } = true;
}

/// <summary>
/// The text of a simulation: status, changes, execution, status afterwards (spec/scheduler-output.md section 4). The CIB given is not
/// changed.
/// </summary>
public static class Simulation
{
    /// <summary>What is said on standard error about inputs that switch validation off.</summary>
    public const string ValidationDisabled = "Schema validation of configuration is disabled "
        + "(support for validate-with set to \"none\" is deprecated and will be removed in a future release)";

    /// <summary>Runs a simulation.</summary>
    /// <param name="cib">The CIB in the form of the newest schema.</param>
    /// <param name="options">What to show.</param>
    /// <returns>The text, one line per item.</returns>
    public static string ToText(CibDocument cib, SimulationOptions options)
    {
        var text = new StringBuilder();
        var output = new TextList(text);
        var before = Planner.ReadState(cib, options.Planning);
        WriteTime(output, cib, options);
        WriteCounts(output, before);
        output.Heading("Current cluster status");
        new StatusText(before, output, showPending: true).Write();
        output.End();
        if (!options.ShowChanges) return text.ToString();

        var plan = Planner.Plan(cib, options.Planning);
        output.Blank();
        output.Heading("Transition Summary");
        foreach (string line in plan.Changes) output.Item(line);
        output.End();
        if (options.Execute) WriteExecution(output, cib, options, plan);
        return text.ToString();
    }

    private static void WriteExecution(TextList output, CibDocument cib, SimulationOptions options, Plan plan)
    {
        output.Blank();
        output.Heading("Executing Cluster Transition");
        var copy = cib.Clone();
        bool isComplete = new SimulatedExecution(copy, plan.State, options.Planning.Now, output).Run(plan.Graph);
        output.End();
        if (!isComplete)
        {
            output.Info("Transition failed: terminated");
            output.Info("An invalid transition was produced");
        }

        WriteTime(output, copy, options);
        output.Blank();
        output.Heading("Revised Cluster Status");
        new StatusText(Planner.ReadState(copy, options.Planning), output, showPending: false).Write();
        output.End();
    }

    private static void WriteTime(TextList output, CibDocument cib, SimulationOptions options)
    {
        if (options.SetDate is { } date) output.Info($"Setting effective cluster time: {date}");
        else if (cib.PackedRoot.Value("execution-date") is not null)
        {
            output.Info($"Using the original execution date of: {new CibDateTime(options.Planning.Now)}");
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
}
