namespace Mainstay.Scheduler.Tests.Properties;

/// <summary>Judges plans by what they are for, not by the rules that made them. Each check names what it objects to.</summary>
internal static class PlanChecks
{
    /// <summary>A start of something that is active elsewhere and is not stopped there (or its node fenced) before.</summary>
    public static IEnumerable<string> StartedTwice(Plan plan)
    {
        foreach (var (resource, start) in Starts(plan))
        {
            foreach (var node in resource.Active)
            {
                if (node == start.Node) continue;
                if (!node.Online && !node.Unclean) continue;
                if (!EndsBefore(plan, resource, node, start)) yield return $"{Name(start)} while it runs on {node}";
            }
        }

        foreach (var twice in Starts(plan).GroupBy(s => s.Resource).Where(g => g.Count() > 1))
        {
            yield return $"{twice.Key.Id} is started on {string.Join(" and ", twice.Select(s => s.Start.Node))}";
        }
    }

    /// <summary>More instances of a clone, or more on one node, than its limits allow.</summary>
    public static IEnumerable<string> TooManyInstances(Plan plan)
    {
        foreach (var clone in All(plan).Where(r => r.IsClone && r.IsManaged))
        {
            var assigned = clone.ChildList.Select(i => (Instance: i, Node: i.AssignedLocation())).Where(i => i.Node is not null).ToList();
            if (assigned.Exists(i => i.Instance.Primitives().Any(p => !p.IsManaged))) continue;
            if (assigned.Count > clone.Clone!.Max) yield return $"{assigned.Count} instances of {clone.Id}, at most {clone.Clone.Max}";
            foreach (var node in assigned.GroupBy(i => i.Node).Where(g => g.Count() > clone.Clone.NodeMax))
            {
                yield return $"{node.Count()} instances of {clone.Id} on {node.Key}, at most {clone.Clone.NodeMax}";
            }

            int promoted = assigned.Count(i => i.Instance.State(false) == Role.Promoted);
            if (promoted > clone.Clone.PromotedMax) yield return $"{promoted} promoted of {clone.Id}, at most {clone.Clone.PromotedMax}";
        }
    }

    /// <summary>A start that does not wait for what a mandatory order puts before it.</summary>
    public static IEnumerable<string> StartedTooEarly(Plan plan, string firstId, string thenId)
    {
        if (plan.State.FindResource(firstId) is not { } first || plan.State.FindResource(thenId) is not { } then) yield break;
        if (!first.Primitives().All(p => p.IsManaged)) yield break;
        // What migrates runs all the time: it is not started.
        var starts = Starts(plan).Where(s => then == s.Resource || then.IsAncestorOf(s.Resource)).Select(s => s.Start)
            .Where(s => s.Task == TaskKind.Start && !IsBesideReplica(s.Resource!)).ToList();
        if (starts.Count == 0) yield break;
        var before = Starts(plan).Where(s => first == s.Resource || first.IsAncestorOf(s.Resource)).ToList();
        bool needsAll = first.IsPrimitive || first.IsGroup;
        var running = first.Primitives().Where(p => IsKept(plan, p)).ToList();
        foreach (var start in starts)
        {
            foreach (var (_, needed) in before.Where(_ => needsAll))
            {
                if (!Precedes(needed, start)) yield return $"{Name(start)} does not wait for {Name(needed)}";
            }

            if (needsAll && running.Count + before.Select(b => b.Resource).Distinct().Count() < first.Primitives().Count())
            {
                yield return $"{Name(start)} though {firstId} will not run";
            }
            else if (!needsAll && running.Count == 0 && !before.Exists(b => Precedes(b.Start, start)))
            {
                yield return $"{Name(start)} though no instance of {firstId} runs before";
            }
        }
    }

    /// <summary>A start of what was active on an unclean node that does not wait for the fencing of the node.</summary>
    public static List<string> RecoveredTooEarly(Plan plan, ref int recoveries)
    {
        var problems = new List<string>();
        foreach (var (resource, start) in Starts(plan))
        {
            if (!resource.NeedsFencing) continue;
            foreach (var node in resource.Active.Where(n => n.Unclean && n.Kind == NodeKind.Cluster))
            {
                recoveries++;
                if (!Graphed(plan).Any(a => IsFencingOf(a, node) && Precedes(a, start)))
                {
                    problems.Add($"{Name(start)} does not wait for fencing of {node}");
                }
            }
        }

        return problems;
    }

    private static IEnumerable<PlanAction> Graphed(Plan plan) => plan.State.Actions.Where(a => a.Has(ActionFlags.InGraph));

    private static string Name(PlanAction action) => $"{action.Task} of {action.Resource!.Id} on {action.Node}";

    private static bool IsFencingOf(PlanAction action, ClusterNode node) =>
        action.Task == TaskKind.Stonith && action.Node == node && action.Meta.GetValueOrDefault("stonith_action") != "on";

    /// <summary>Real starts of primitives, and the second half of live migrations.</summary>
    private static List<(ClusterResource Resource, PlanAction Start)> Starts(Plan plan) => Graphed(plan)
        .Where(a => a is { Resource.IsPrimitive: true, IsPseudo: false, Task: TaskKind.Start or TaskKind.MigrateFrom }
            && a.Key.Phase == NotifyPhase.None)
        .Select(a => (a.Resource!, a)).ToList();

    private static bool EndsBefore(Plan plan, ClusterResource resource, ClusterNode node, PlanAction start)
    {
        foreach (var action in Graphed(plan))
        {
            bool ends = (action.Resource == resource && action.Node == node && action.Task is TaskKind.Stop or TaskKind.MigrateTo)
                || IsFencingOf(action, node);
            if (ends && Precedes(action, start)) return true;
        }

        return false;
    }

    /// <summary>
    /// The address of a replica and the connection to it: orders of the bundle concern its container and what runs inside.
    /// </summary>
    private static bool IsBesideReplica(ClusterResource resource) =>
        resource.Replica is { } replica && (replica.Ip == resource || replica.Connection == resource);

    private static bool IsKept(Plan plan, ClusterResource resource) =>
        resource.Active.Exists(n => n.Online && !n.Unclean)
        && !Graphed(plan).Any(a => a.Resource == resource && a.Task == TaskKind.Stop && a.Key.Phase == NotifyPhase.None);

    private static bool Precedes(PlanAction first, PlanAction then)
    {
        var seen = new HashSet<PlanAction>();
        var stack = new Stack<PlanAction>([then]);
        while (stack.TryPop(out var action))
        {
            foreach (var input in action.Before)
            {
                if (!input.IsGraphed || !seen.Add(input.Action)) continue;
                if (input.Action == first) return true;
                stack.Push(input.Action);
            }
        }

        return false;
    }

    private static IEnumerable<ClusterResource> All(Plan plan) => plan.State.Resources.SelectMany(r => r.SelfAndDescendants());
}
