using Mainstay.Scheduler;

namespace Mainstay.Cli.Explain;

/// <summary>Tries changes of the configuration, one at a time, and says which ones would make a difference.</summary>
internal sealed class Alternatives(PlannedCluster cluster)
{
    private const int TrialsMax = 16;
    private const int DepthMax = 4;

    /// <summary>What would happen to a resource if one of the reasons did not hold.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="reasons">The reasons, the most direct first.</param>
    /// <param name="wanted">The node that is asked about: changes that lead elsewhere are not reported; null for any change.</param>
    public List<string> Try(ClusterResource resource, IEnumerable<Reason> reasons, string? wanted)
    {
        string before = PlannedCluster.Outcome(cluster.Plan, resource.Id);
        var sentences = new List<string>();
        var candidates = Candidates(reasons);
        foreach (var candidate in candidates)
        {
            if (cluster.With(candidate.Apply) is not { } plan) continue;
            string after = PlannedCluster.Outcome(plan, resource.Id);
            if (after == before || (wanted is not null && !Runs(plan, resource, wanted))) continue;
            sentences.Add($"{candidate.Text}, {Would(resource, after)}.");
        }

        if (sentences.Count == 0 && candidates.Count > 1)
        {
            var plan = cluster.With(copy => candidates.Aggregate(false, (any, c) => c.Apply(copy) | any));
            string after = plan is null ? before : PlannedCluster.Outcome(plan, resource.Id);
            if (after != before && (wanted is null || Runs(plan!, resource, wanted)))
            {
                string all = string.Join("; ", candidates.Select(c => Lower(c.Text)));
                sentences.Add($"No single change is enough; with all of these {Would(resource, after)}: {all}.");
            }
        }

        return sentences;
    }

    /// <summary>The least location preference that brings a resource to a node, if there is one, tried on a copy.</summary>
    public string? Preference(ClusterResource resource, ClusterNode node, int gap)
    {
        var target = resource;
        while (target.Parent is { Variant: not ResourceVariant.Bundle } parent) target = parent;
        if (gap is < 0 or >= 1_000_000) return null;
        foreach (int score in (int[])[gap, gap + 1])
        {
            if (score == 0 || cluster.With(copy => AddPreference(copy, target.Id, node, score)) is not { } plan) continue;
            if (!Runs(plan, resource, node.Name)) continue;
            string number = PlannedCluster.Number(score);
            return $"A location preference of at least {number} would bring {resource} to {node}"
                + $" ('mainstay constraint location {target.Id} prefers {node}={number}').";
        }

        return null;
    }

    private static bool AddPreference(Mainstay.Cib.CibDocument copy, string resource, ClusterNode node, int score)
    {
        if (copy.Section("constraints") is not { } constraints) return false;
        constraints.Add(new System.Xml.Linq.XElement(
            "rsc_location",
            new System.Xml.Linq.XAttribute("id", "explain-preference"),
            new System.Xml.Linq.XAttribute("rsc", resource),
            new System.Xml.Linq.XAttribute("node", node.Name),
            new System.Xml.Linq.XAttribute("score", score)));
        return true;
    }

    private List<Alternative> Candidates(IEnumerable<Reason> reasons)
    {
        var found = new List<Alternative>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var visited = new HashSet<ClusterResource>();
        foreach (var reason in reasons.SelectMany(r => Followed(r, visited, 0)))
        {
            if (Alternative.Of(reason, cluster.Text) is { } alternative && seen.Add(alternative.Text)) found.Add(alternative);
            if (found.Count == TrialsMax) break;
        }

        return found;
    }

    /// <summary>A reason, and where it points at another resource, that resource's reasons for not running.</summary>
    private IEnumerable<Reason> Followed(Reason reason, HashSet<ClusterResource> visited, int depth)
    {
        yield return reason;
        bool follows = reason.Kind is ReasonKind.Colocation or ReasonKind.Group or ReasonKind.Container or ReasonKind.OrderBlocks
            or ReasonKind.ColocationBlocks or ReasonKind.DependentWishes or ReasonKind.NodeOffline;
        if (!follows || depth == DepthMax || reason.Resource is not { } other || !visited.Add(other)) yield break;
        foreach (var primitive in PlannedCluster.Primitives(other))
        {
            foreach (var further in cluster.Explanation.NotRunning(primitive).Take(6))
            {
                foreach (var each in Followed(further, visited, depth + 1)) yield return each;
            }
        }
    }

    private static bool Runs(Plan plan, ClusterResource resource, string node) =>
        plan.State.FindResource(resource.Id) is { } again
        && PlannedCluster.Primitives(again).Any(p => Plan.WillRunOn(p)?.Name == node);

    private static string Would(ClusterResource resource, string outcome) =>
        outcome.Length == 0 ? $"{resource} would not run" : $"{resource} would run on {outcome}";

    private static string Lower(string text) => text.StartsWith("After '", StringComparison.Ordinal) ? text
        : char.ToLowerInvariant(text[0]) + text[1..];
}
