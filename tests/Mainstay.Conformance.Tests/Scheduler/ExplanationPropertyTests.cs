using System.Globalization;
using Mainstay.Scheduler;

namespace Mainstay.Conformance.Tests.Scheduler;

/// <summary>What must hold for the reasons of every plan, checked on all recorded cases.</summary>
public sealed class ExplanationPropertyTests
{
    private const int Infinity = 1_000_000;

    private static readonly Lazy<IReadOnlyList<(SchedulerCase Case, Plan Plan)>> Explained = new(() =>
    [
        .. SchedulerCorpus.Cases().Select(test =>
        {
            var (document, options) = SchedulerCorpus.Read(test);
            return (test, Planner.Plan(document, options with { RecordReasons = true }));
        }),
    ]);

    [Fact]
    public void Recording_reasons_changes_no_decision()
    {
        var different = new List<string>();
        foreach (var (test, explained) in Explained.Value)
        {
            var (document, options) = SchedulerCorpus.Read(test);
            var plain = Planner.Plan(document, options);
            bool isSame = TransitionGraphXml.ToText(plain.Graph) == TransitionGraphXml.ToText(explained.Graph)
                && plain.Scores.SequenceEqual(explained.Scores) && plain.Changes.SequenceEqual(explained.Changes);
            if (!isSame) different.Add(test.Name);
            Assert.Null(plain.Explanation);
        }

        Assert.Empty(different);
    }

    [Fact]
    public void The_changes_of_a_score_lead_from_nothing_to_the_score_without_a_gap()
    {
        var gaps = new List<string>();
        foreach (var (test, plan, trace) in Placements())
        {
            var last = new Dictionary<ClusterNode, int?>();
            foreach (var change in trace.Changes)
            {
                if (last.GetValueOrDefault(change.Node) != change.Before || Apply(change) != change.After)
                {
                    gaps.Add($"{test}: {trace.Resource} on {change.Node}: {change}");
                }

                last[change.Node] = change.After;
            }

            gaps.AddRange(trace.Nodes.Where(n => last.GetValueOrDefault(n.Node) != n.Score)
                .Select(n => $"{test}: {trace.Resource} on {n.Node}: {last.GetValueOrDefault(n.Node)} is not {n.Score}"));
            _ = plan;
        }

        Assert.Empty(gaps);
    }

    [Fact]
    public void Every_change_of_a_score_has_a_cause()
    {
        var unknown = Placements().SelectMany(p => p.Trace.Changes.Where(c => c.Reason.Kind == ReasonKind.Unattributed)
            .Select(c => $"{p.Test}: {p.Trace.Resource} on {c.Node}: {c.Operation} {c.Before} -> {c.After}")).ToList();
        Assert.True(unknown.Count == 0, string.Join('\n', unknown.Take(40).Prepend($"{unknown.Count} changes:")));
    }

    /// <summary>
    /// The score lines are written by another part of the program, and compared with the reference's elsewhere. They show the scores before
    /// capacities are looked at.
    /// </summary>
    [Fact]
    public void The_contributions_add_up_to_the_scores_that_the_simulator_shows()
    {
        var different = new List<string>();
        int count = 0;
        foreach (var (test, plan) in Explained.Value)
        {
            var shown = LastShown(plan);
            foreach (var trace in plan.State.Resources.SelectMany(Primitives).Select(p => plan.Explanation!.Placement(p)))
            {
                if (trace is null || trace.Resource.IsRemoved) continue;
                foreach (var node in trace.Nodes.Select(n => n.Node))
                {
                    var changes = trace.ChangesFor(node).Where(c => c.Reason.Kind != ReasonKind.Utilization).ToList();
                    string? sum = changes.Count == 0 || changes[^1].After is not { } after ? null : Text(after);
                    string? wanted = shown.GetValueOrDefault((trace.Resource.Id, node.Name));
                    count++;
                    if (sum == wanted) continue;
                    different.Add($"{test.Name}: {trace.Resource} on {node}: {sum ?? "nothing"}, shown {wanted ?? "nothing"}");
                }
            }
        }

        Assert.True(different.Count == 0, string.Join('\n', different.Take(40).Prepend($"{different.Count} of {count}:")));
        Assert.True(count > 15_000, $"only {count} scores were compared");
    }

    [Fact]
    public void Every_action_of_a_graph_has_a_reason()
    {
        var missing = new List<string>();
        int count = 0;
        foreach (var (test, plan) in Explained.Value)
        {
            var actions = plan.Explanation!.Actions();
            Assert.Equal(plan.Graph.Synapses.Select(s => s.Actions[0].Id).Order(), actions.Select(a => a.Id).Order());
            count += actions.Count;
            missing.AddRange(actions.Where(a => a.Reasons.Count == 0 || a.Reasons.Any(r => r.Kind == ReasonKind.Unattributed))
                .Select(a => $"{test.Name}: {a.Key} on {a.Node}"));
        }

        Assert.True(missing.Count == 0, string.Join('\n', missing.Take(60).Prepend($"{missing.Count} of {count} actions:")));
        Assert.True(count > 8000, $"only {count} actions");
    }

    [Fact]
    public void Every_primitive_that_will_not_run_has_a_reason()
    {
        var missing = new List<string>();
        int count = 0;
        foreach (var (test, plan) in Explained.Value)
        {
            foreach (var primitive in plan.State.Resources.SelectMany(Primitives))
            {
                if (primitive is { AssignedNode: not null, NextRole: not Role.Stopped }) continue;
                count++;
                var reasons = plan.Explanation!.NotRunning(primitive);
                bool isPlain = reasons.Count == 0 || reasons.Any(r => r.Kind == ReasonKind.Unattributed)
                    || reasons is [{ Kind: ReasonKind.NoNode }];
                if (isPlain) missing.Add($"{test.Name}: {primitive}");
            }
        }

        Assert.True(missing.Count == 0, string.Join('\n', missing.Take(60).Prepend($"{missing.Count} of {count}:")));
        Assert.True(count > 1000, $"only {count} primitives");
    }

    [Fact]
    public void An_action_that_has_to_be_done_but_cannot_has_an_obstacle()
    {
        var missing = new List<string>();
        foreach (var (test, plan) in Explained.Value)
        {
            missing.AddRange(plan.Explanation!.AllActions()
                .Where(a => a is { IsInGraph: false, IsRequired: true, Obstacles.Count: 0 })
                .Select(a => $"{test.Name}: {a.Key} on {a.Node} {(a.IsRunnable ? "runnable" : "")}"));
        }

        Assert.True(missing.Count == 0, string.Join('\n', missing.Take(60).Prepend($"{missing.Count} actions:")));
    }

    [Fact]
    public void What_a_reason_names_exists_in_the_document()
    {
        var unknown = new SortedSet<string>(StringComparer.Ordinal);
        int count = 0;
        foreach (var (test, plan) in Explained.Value)
        {
            var (document, _) = SchedulerCorpus.Read(test);
            var ids = document.Root.DescendantsAndSelf().Select(e => (e.Name.LocalName, (string?)e.Attribute("id"))).ToHashSet();
            var reasons = plan.State.Resources.SelectMany(Primitives).Select(p => plan.Explanation!.Placement(p))
                .SelectMany(t => t?.Changes ?? []).Select(c => c.Reason)
                .Concat(plan.Explanation!.Actions().SelectMany(a => a.Reasons.Concat(a.Obstacles)));
            foreach (var place in reasons.SelectMany(r => (ConfigurationPlace?[])[r.Place, r.Part]).OfType<ConfigurationPlace>())
            {
                count++;
                bool exists = ids.Contains((place.Element, place.Id)) || ids.Any(i => i.Item2 == place.Id);
                if (!exists || place.Line <= 0) unknown.Add($"{test.Name}: {place}");
            }
        }

        Assert.True(unknown.Count == 0, string.Join('\n', unknown.Take(40).Prepend($"{unknown.Count} places:")));
        Assert.True(count > 5000, $"only {count} places");
    }

    private static Dictionary<(string Resource, string Node), string> LastShown(Plan plan)
    {
        const string Prefix = "pcmk__primitive_assign: ";
        const string Middle = " allocation score on ";
        var shown = new Dictionary<(string, string), string>();
        foreach (string line in plan.Scores.Where(l => l.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            int middle = line.IndexOf(Middle, StringComparison.Ordinal);
            int colon = line.LastIndexOf(": ", StringComparison.Ordinal);
            shown[(line[Prefix.Length..middle], line[(middle + Middle.Length)..colon])] = line[(colon + 2)..];
        }

        return shown;
    }

    private static string Text(int score) => score >= Infinity ? "INFINITY" : score <= -Infinity ? "-INFINITY"
        : score.ToString(CultureInfo.InvariantCulture);

    private static int? Apply(ScoreChange change) => change.Operation switch
    {
        ScoreOperation.Leave => null,
        ScoreOperation.Add => Sum(change.Before!.Value, change.Amount),
        _ => change.Amount,
    };

    private static int Sum(int a, int b)
    {
        if (a <= -Infinity || b <= -Infinity) return -Infinity;
        if (a >= Infinity || b >= Infinity) return Infinity;
        return Math.Clamp(a + b, -Infinity, Infinity);
    }

    private static IEnumerable<(string Test, Plan Plan, PlacementTrace Trace)> Placements() =>
        from explained in Explained.Value
        from primitive in explained.Plan.State.Resources.SelectMany(Primitives)
        let trace = explained.Plan.Explanation!.Placement(primitive)
        where trace is not null
        select (explained.Case.Name, explained.Plan, trace);

    private static IEnumerable<ClusterResource> Primitives(ClusterResource resource) =>
        resource.Variant == ResourceVariant.Primitive ? [resource] : resource.Children.SelectMany(Primitives);
}
