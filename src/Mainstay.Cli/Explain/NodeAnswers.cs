using Mainstay.Scheduler;

namespace Mainstay.Cli.Explain;

/// <summary>Answers about a node: its state, whether and why it is fenced, what runs there and what does not.</summary>
internal sealed class NodeAnswers(PlannedCluster cluster)
{
    private const int ResourcesMax = 20;

    private readonly ReasonText _text = cluster.Text;

    /// <summary>Explains a node.</summary>
    public Answer Explain(ClusterNode node, bool triesChanges)
    {
        var answer = new Answer { Subject = "node", Name = node.Name };
        var staying = Primitives().Where(p => Plan.WillRunOn(p) == node).ToList();
        answer.Summary.Add($"{node} is {State(node)}; {Resources(staying)} will run there.");
        AddFencing(node, answer);
        var unavailable = cluster.Explanation.Unavailability(node);
        if (unavailable is not null)
        {
            Add(answer, unavailable);
            answer.Why.Add("Nothing may be started there until that changes.");
            if (triesChanges && Alternative.Of(unavailable, _text) is { } change && cluster.With(change.Apply) is { } plan)
            {
                var there = Primitives(plan.State).Where(p => Plan.WillRunOn(p)?.Name == node.Name).ToList();
                answer.Changes.Add($"{change.Text}, {Resources(there)} would run there.");
            }
        }

        AddLeaving(node, answer);
        if (staying.Count == 0 && unavailable is null) AddAbsent(node, answer);
        return answer;
    }

    private IEnumerable<ClusterResource> Primitives() => Primitives(cluster.State);

    private static IEnumerable<ClusterResource> Primitives(ClusterState state) => state.Resources.SelectMany(PlannedCluster.Primitives);

    private static string Resources(List<ClusterResource> resources) => resources.Count switch
    {
        0 => "nothing",
        <= ResourcesMax => string.Join(", ", resources.Select(r => r.Id)),
        _ => $"{PlannedCluster.Number(resources.Count)} resources",
    };

    private static string State(ClusterNode node)
    {
        var words = new List<string>();
        if (node.Unclean) words.Add("unclean");
        words.Add(node.Online ? "online" : "offline");
        if (node.Pending) words.Add("joining");
        else if (node.Standby) words.Add("in standby");
        if (node.Maintenance) words.Add("in maintenance");
        if (node.ShuttingDown) words.Add("shutting down");
        return string.Join(", ", words);
    }

    private void AddFencing(ClusterNode node, Answer answer)
    {
        var fence = cluster.Explanation.AllActions()
            .Where(a => a.Task == "stonith" && a.Node == node && a is { IsRequired: true, Reasons.Count: > 0 })
            .ToList();
        foreach (var action in fence)
        {
            bool isUnfencing = action.Reasons[0].Kind == ReasonKind.Unfencing;
            string what = isUnfencing ? "unfenced (given access again)" : "fenced";
            answer.Summary.Add(action.IsInGraph ? $"It will be {what}." : $"It should be {what}, but cannot be.");
            foreach (var reason in action.Reasons) Add(answer, reason);
        }

        bool isNeeded = node.Unclean || cluster.Explanation.Fencings(node).Count > 0;
        if (!isNeeded || fence.Exists(f => f.IsInGraph)) return;
        if (fence.Count == 0)
        {
            foreach (var reason in cluster.Explanation.Fencings(node)) Add(answer, reason);
        }

        if (cluster.Explanation.FencingObstacle(node) is { } obstacle)
        {
            answer.Reasons.Add(_text.Structured(obstacle));
            answer.Why.Add($"It cannot be fenced: {_text.Fact(obstacle)}.");
        }
    }

    private void AddLeaving(ClusterNode node, Answer answer)
    {
        foreach (var primitive in Primitives().Where(p => p.ActiveNodes.Contains(node) && Plan.WillRunOn(p) != node).Take(ResourcesMax))
        {
            answer.Why.Add(Plan.WillRunOn(primitive) is { } next ? $"{primitive} leaves it for {next}." : $"{primitive} will be stopped.");
        }
    }

    /// <summary>An available node without resources: what keeps each of them away.</summary>
    private void AddAbsent(ClusterNode node, Answer answer)
    {
        foreach (var primitive in Primitives().Take(ResourcesMax))
        {
            if (cluster.Explanation.Placement(primitive) is not { } trace) continue;
            if (trace.Obstacle(node) is { } obstacle)
            {
                answer.Reasons.Add(_text.Structured(obstacle));
                answer.Why.Add($"{primitive}: {_text.Obstacle(obstacle, primitive, node)}.");
            }
            else if (trace.Chosen is { } chosen && trace.Standing(node)?.Score is { } own && trace.Standing(chosen)?.Score is { } best)
            {
                string scores = $"{ReasonText.Score(best)} against {ReasonText.Score(own)}";
                answer.Why.Add($"{primitive}: {chosen} was chosen, with a score of {scores}.");
            }
        }
    }

    private void Add(Answer answer, Reason reason)
    {
        string sentence = $"{_text.Fact(reason)}.";
        if (answer.Why.Contains(sentence)) return;
        answer.Why.Add(sentence);
        answer.Reasons.Add(_text.Structured(reason));
    }
}
