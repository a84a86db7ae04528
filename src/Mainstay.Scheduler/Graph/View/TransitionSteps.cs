using System.Globalization;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>
/// A transition graph made readable: points in the order without work are left out, monitors that follow a start are told with it, probes
/// of one node are told together, and orders that follow from others are dropped.
/// </summary>
public static class TransitionSteps
{
    // Above this, finding redundant orders costs more than a reader of so large a picture gains.
    private const int ReductionMax = 3000;

    /// <summary>The steps of a plan, in an order in which they may run.</summary>
    /// <param name="plan">The plan.</param>
    /// <returns>Steps by rank, then node, then text.</returns>
    public static IReadOnlyList<TransitionStep> Of(Plan plan)
    {
        var steps = new List<TransitionStep>();
        var byAction = new Dictionary<PlanAction, TransitionStep>();
        var actions = plan.State.Actions.FindAll(a => a.Has(ActionFlags.InGraph));
        foreach (var action in actions)
        {
            if (!action.IsPseudo && !IsTold(action)) Assign(plan.State, action, steps, byAction);
        }

        foreach (var action in actions)
        {
            if (!action.IsPseudo && !byAction.ContainsKey(action)) Assign(plan.State, action, steps, byAction);
        }

        foreach (var step in steps) Connect(step, byAction);
        Rank(steps);
        if (steps.Count <= ReductionMax) Reduce(steps);
        steps.Sort(static (a, b) => a.Rank != b.Rank ? a.Rank.CompareTo(b.Rank)
            : a.Node != b.Node ? NaturalOrder.Comparer.Compare(a.Node ?? "", b.Node ?? "")
            : string.CompareOrdinal(a.Text, b.Text));
        for (int i = 0; i < steps.Count; i++) steps[i].Number = i + 1;
        return steps;
    }

    // A recurring monitor behind a start, promotion or demotion on its own node is told with that.
    private static bool IsTold(PlanAction action) =>
        action is { Task: TaskKind.Monitor, Key.IntervalMs: > 0 } && Carrier(action) is not null;

    private static PlanAction? Carrier(PlanAction monitor) => monitor.Before.Find(r => r.IsGraphed
        && r.Action.Resource == monitor.Resource
        && r.Action.Node == monitor.Node
        && r.Action.Task is TaskKind.Start or TaskKind.Promote or TaskKind.Demote)?.Action;

    private static void Assign(
        ClusterState state, PlanAction action, List<TransitionStep> steps, Dictionary<PlanAction, TransitionStep> byAction)
    {
        if (IsTold(action) && byAction.TryGetValue(Carrier(action)!, out var carrier))
        {
            carrier.Details.Add("then monitor every " + Interval(action.Key.IntervalMs));
            Join(carrier, action, byAction);
            return;
        }

        if (action.IsProbe)
        {
            var probes = steps.Find(s => s.Kind == StepKind.Probe && s.Node == action.Node?.Name
                && HaveSameInputs(s.Actions[0], action));
            if (probes is null) steps.Add(probes = new TransitionStep(0, StepKind.Probe, action.Node?.Name));
            probes.Details.Add(action.Resource!.Id);
            probes.Text = probes.Details.Count == 1 ? "probe " + action.Resource.Id
                : string.Create(CultureInfo.InvariantCulture, $"probe {probes.Details.Count} resources");
            Join(probes, action, byAction);
            return;
        }

        var step = new TransitionStep(0, KindOf(action), action.Node?.Name) { Text = TextOf(state, action), Reason = action.Reason };
        steps.Add(step);
        Join(step, action, byAction);
    }

    private static bool HaveSameInputs(PlanAction a, PlanAction b) =>
        a.Before.Where(r => r.IsGraphed).Select(r => r.Action.Id).Order().SequenceEqual(
            b.Before.Where(r => r.IsGraphed).Select(r => r.Action.Id).Order());

    private static void Join(TransitionStep step, PlanAction action, Dictionary<PlanAction, TransitionStep> byAction)
    {
        step.Actions.Add(action);
        byAction[action] = step;
    }

    private static StepKind KindOf(PlanAction action) => action.Task switch
    {
        TaskKind.Start or TaskKind.MigrateFrom or TaskKind.ReloadAgent => StepKind.Start,
        TaskKind.Stop or TaskKind.MigrateTo => StepKind.Stop,
        TaskKind.Promote => StepKind.Promote,
        TaskKind.Demote => StepKind.Demote,
        TaskKind.Stonith => StepKind.Fence,
        _ => StepKind.Other,
    };

    private static string TextOf(ClusterState state, PlanAction action)
    {
        string resource = action.Resource?.Id ?? "";
        return action.Task switch
        {
            TaskKind.Stonith => $"fence {action.Node?.Name} ({action.Meta.GetValueOrDefault("stonith_action")})",
            TaskKind.Shutdown => $"shut {action.Node?.Name} down",
            TaskKind.Monitor when action.Key.IntervalMs > 0 => $"monitor {resource} every {Interval(action.Key.IntervalMs)}",
            TaskKind.Cancel => $"cancel the monitor of {resource} ({Interval(action.Key.IntervalMs)})",
            TaskKind.MigrateTo => $"migrate {resource} away",
            TaskKind.MigrateFrom => $"migrate {resource} here",
            TaskKind.ReloadAgent => $"reload {resource}",
            TaskKind.ClearFailCount => $"clear the fail count of {resource}",
            TaskKind.LrmDelete or TaskKind.Delete => $"delete the history of {resource}",
            TaskKind.Notify => $"notify {resource}: {TaskNames.PhaseName(action.Key.Phase)} {state.Tasks.Name(action.Key.Task)}",
            _ => $"{state.Tasks.Name(action.Task)} {resource}".TrimEnd(),
        };
    }

    private static string Interval(uint milliseconds) => milliseconds % 1000 == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000}s")
        : string.Create(CultureInfo.InvariantCulture, $"{milliseconds}ms");

    // What a step waits for, seen through the points in the order.
    private static void Connect(TransitionStep step, Dictionary<PlanAction, TransitionStep> byAction)
    {
        var seen = new HashSet<PlanAction>();
        var open = new Stack<PlanAction>(step.Actions);
        var found = new HashSet<TransitionStep>();
        while (open.TryPop(out var action))
        {
            foreach (var relation in action.Before)
            {
                if (!relation.IsGraphed || !seen.Add(relation.Action)) continue;
                if (!byAction.TryGetValue(relation.Action, out var before)) open.Push(relation.Action);
                else if (before != step && found.Add(before)) step.After.Add(before);
            }
        }
    }

    private static void Rank(List<TransitionStep> steps)
    {
        // Joining actions to one step can close a loop in rare graphs; the bound ends the walk there.
        bool changed = true;
        for (int round = 0; changed && round <= steps.Count; round++)
        {
            changed = false;
            foreach (var step in steps)
            {
                int rank = step.After.Count == 0 ? 0 : step.After.Max(s => s.Rank) + 1;
                if (rank <= step.Rank || rank > steps.Count) continue;
                step.Rank = rank;
                changed = true;
            }
        }
    }

    private static void Reduce(List<TransitionStep> steps)
    {
        var ancestors = new Dictionary<TransitionStep, HashSet<TransitionStep>>();
        foreach (var step in steps.OrderBy(s => s.Rank))
        {
            var above = new HashSet<TransitionStep>();
            foreach (var before in step.After) above.UnionWith(ancestors.GetValueOrDefault(before) ?? []);
            step.After.RemoveAll(above.Contains);
            above.UnionWith(step.After);
            ancestors[step] = above;
        }
    }
}
