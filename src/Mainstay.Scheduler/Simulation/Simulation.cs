using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>What is to be simulated.</summary>
public sealed record SimulationOptions
{
    /// <summary>Time and other circumstances of the run.</summary>
    public required PlannerOptions Planning { get; init; }

    /// <summary>Events to which the cluster has to react.</summary>
    public SimulationScenario Scenario { get; init; } = new();

    /// <summary>Whether decisions are made; else the status is read only.</summary>
    public bool Plan { get; init; } = true;

    /// <summary>Whether the changes are carried out on a copy.</summary>
    public bool Execute { get; init; } = true;
}

/// <summary>What a simulation came to.</summary>
public sealed class SimulationResult
{
    private readonly CibDocument _given;
    private readonly PlannerOptions _planning;

    internal SimulationResult(CibDocument input, PlannerOptions planning)
    {
        Input = input;
        Output = input;
        _given = input;
        _planning = planning;
    }

    /// <summary>The CIB that was planned for: the one given, with the events of the scenario.</summary>
    public CibDocument Input { get; internal set; }

    /// <summary>The CIB after the transition; the input if nothing was carried out.</summary>
    public CibDocument Output { get; internal set; }

    /// <summary>The cluster as it was given; read when it is first asked for.</summary>
    public ClusterState Before => field ??= Planner.ReadState(_given, _planning);

    /// <summary>The cluster after the transition, if it was carried out.</summary>
    public ClusterState? After { get; internal set; }

    /// <summary>What the scenario did to the cluster.</summary>
    public IReadOnlyList<SimulationEvent> Modifications { get; internal set; } = [];

    /// <summary>Whether an event of the scenario makes no sense in this cluster, so that nothing was decided.</summary>
    public bool IsRefused => Modifications.Any(static e => e is SimulationEvent.Refused { IsEnd: true });

    /// <summary>The decisions, if they were asked for.</summary>
    public Plan? Plan { get; internal set; }

    /// <summary>What the transition did.</summary>
    public IReadOnlyList<SimulationEvent> Execution { get; internal set; } = [];

    /// <summary>False if the transition could not come to its end: actions that wait for something that is not in the graph.</summary>
    public bool IsComplete { get; internal set; } = true;

    /// <summary>The actions, with their nodes, that wait for each other or for one that cannot be carried out.</summary>
    public IReadOnlyList<string> Unfinished { get; internal set; } = [];
}

/// <summary>
/// The simulator: what would happen, and how it would end (spec/scheduler-output.md sections 4, 7 and 8). The CIB given is not changed.
/// </summary>
public static class Simulation
{
    /// <summary>What is said on standard error about inputs that switch validation off.</summary>
    public const string ValidationDisabled = "Schema validation of configuration is disabled "
        + "(support for validate-with set to \"none\" is deprecated and will be removed in a future release)";

    /// <summary>Runs a simulation.</summary>
    /// <param name="cib">The CIB in the form of the newest schema.</param>
    /// <param name="options">What to simulate.</param>
    /// <returns>What came of it.</returns>
    public static SimulationResult Run(CibDocument cib, SimulationOptions options)
    {
        var result = new SimulationResult(cib, options.Planning);
        if (options.Scenario.IsModifying)
        {
            result.Input = Editable(cib);
            result.Output = result.Input;
            result.Modifications = new ScenarioInjection(result.Input, result.Before, options.Planning.Now).Apply(options.Scenario);
        }

        if (!options.Plan || result.IsRefused) return result;
        result.Plan = Planner.Plan(result.Input, options.Planning);
        if (!options.Execute) return result;
        result.Output = Editable(result.Input);
        var execution = new SimulatedExecution(result.Output, result.Plan.State, options.Planning.Now);
        result.IsComplete = execution.Run(result.Plan.Graph, options.Scenario.Failures);
        result.Unfinished = [.. execution.Unfinished.Select(a => a.NodeName is { } node ? $"{a.Key} on {node}" : a.Key)];
        result.Execution = execution.Events;
        result.After = Planner.ReadState(result.Output, options.Planning);
        return result;
    }

    private static CibDocument Editable(CibDocument cib)
    {
        var copy = cib.Clone();
        if (copy.Status is null) copy.Root.Add(new XElement("status"));
        return copy;
    }
}
