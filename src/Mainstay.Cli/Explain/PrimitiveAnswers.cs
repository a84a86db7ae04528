using Mainstay.Scheduler;

namespace Mainstay.Cli.Explain;

/// <summary>Answers about one primitive.</summary>
internal sealed class PrimitiveAnswers(PlannedCluster cluster)
{
    private const int NodesMax = 12;

    private readonly ReasonText _text = cluster.Text;
    private readonly Alternatives _alternatives = new(cluster);

    /// <summary>What is and what will be, in one sentence.</summary>
    public string Summary(ClusterResource resource)
    {
        string where = string.Join(" and ", resource.ActiveNodes.Select(n => n.Name));
        if (!resource.IsManaged)
        {
            string why = resource.IsBlocked ? "blocked" : "not managed";
            return $"{resource} {(where.Length == 0 ? "is stopped" : $"runs on {where}")} and is left as it is: it is {why}.";
        }

        var changes = cluster.Explanation.Changes(resource);
        if (changes.Count > 0) return string.Join(" ", changes.Select(c => Sentence(resource, c)));
        if (Plan.WillRunOn(resource) is { } node)
        {
            string role = resource.NextRole == Role.Promoted ? ", promoted," : "";
            return resource.ActiveNodes.Contains(node) ? $"{resource} runs on {node}{role} and stays there."
                : $"{resource} will run on {node}{role}.";
        }

        return where.Length == 0 ? $"{resource} is stopped and stays stopped."
            : $"{resource} runs on {where}, should be stopped, but cannot be.";
    }

    private static string Sentence(ClusterResource resource, PlannedChange change)
    {
        var (from, to) = (change.From, change.To);
        string cannot = change.IsBlocked ? ", but cannot be" : "";
        string will = change.IsBlocked ? "should be" : "will be";
        string there = to is null || to == from ? "there" : $"on {to}";
        return change.Change switch
        {
            "Start" => $"{resource} is stopped and {will} started on {to}{cannot}.",
            "Stop" => $"{resource} runs on {from} and {will} stopped{cannot}.",
            "Move" when change.IsBlocked => $"{resource} should move from {from} to {to}, but cannot.",
            "Move" => $"{resource} will move from {from} to {to}.",
            "Migrate" => $"{resource} {will} migrated live from {from} to {to}{cannot}.",
            "Recover" => $"{resource} failed on {from} and {will} recovered {there}{cannot}.",
            "Restart" => $"{resource} runs on {from} and {will} restarted {there}{cannot}.",
            "Reload" => $"{resource} runs on {from} and {will} reloaded there{cannot}.",
            "Promote" => from is null ? $"{resource} is stopped and {will} started and promoted on {to}{cannot}."
                : $"{resource} runs on {from} and {will} promoted {there}{cannot}.",
            "Demote" => $"{resource} is promoted on {from} and {will} demoted {there}{cannot}.",
            "Re-promote" => $"{resource} is promoted on {from} and {will} demoted and promoted again{cannot}.",
            _ => $"{resource}: {change.Change}.",
        };
    }

    /// <summary>The whole answer: why it runs, moves or does not run, and what would have to change.</summary>
    public void Explain(ClusterResource resource, Answer answer, bool triesChanges)
    {
        var reasons = new List<Reason>();
        var trace = cluster.Explanation.Placement(resource);
        var runsOn = Plan.WillRunOn(resource);
        if (cluster.Explanation.Unmanaged(resource) is { } unmanaged)
        {
            reasons.Add(unmanaged);
            answer.Why.Add($"{Capital(_text.Fact(unmanaged))}.");
        }
        else if (runsOn is null)
        {
            AddNotRunning(resource, trace, answer, reasons);
        }
        else if (trace is not null)
        {
            AddCauses(resource, answer, reasons);
            AddChoice(trace, runsOn, answer, reasons);
        }

        AddPromotion(resource, answer);
        if (trace is not null) answer.Scores.Add(ScoreTables.Of(trace, _text, null));
        answer.Reasons.AddRange(reasons.Select(_text.Structured));
        if (!triesChanges) return;
        answer.Changes.AddRange(_alternatives.Try(resource, reasons.Concat(Contributions(trace, runsOn)), null));
        if (answer.Changes.Count == 0 && runsOn is null) answer.Changes.Add(NoSimpleChange(resource));
    }

    private static string NoSimpleChange(ClusterResource resource) =>
        $"None of the changes that were tried (constraints, options, node states, failures) would make {resource} run.";

    private static IEnumerable<Reason> Contributions(PlacementTrace? trace, ClusterNode? runsOn) => trace is null ? []
        : trace.Changes.Where(c => c.Amount != 0 && (runsOn is null || c.Node == runsOn || c.Amount < 0)).Select(c => c.Reason);

    /// <summary>Why it does not run: once for everywhere, or node by node.</summary>
    private void AddNotRunning(ClusterResource resource, PlacementTrace? trace, Answer answer, List<Reason> reasons)
    {
        var found = cluster.Explanation.NotRunning(resource);
        reasons.AddRange(found);
        bool isByNode = found is [{ Kind: ReasonKind.NoNode or ReasonKind.OnlyNode }, ..] && trace is not null;
        if (!isByNode)
        {
            foreach (var reason in found.Where(r => r.Kind != ReasonKind.NotToRun)) answer.Why.Add($"{Capital(_text.Fact(reason))}.");
            AddDeeper(found, answer, reasons);
            return;
        }

        answer.Why.Add($"No node is possible for {resource}.");
        AddObstacles(trace!, answer, [.. trace!.Nodes.Select(n => n.Node)]);
        AddDeeper(found, answer, reasons);
    }

    /// <summary>Where the cause is that another resource does not run: why that one does not.</summary>
    private void AddDeeper(IReadOnlyList<Reason> found, Answer answer, List<Reason> reasons)
    {
        var others = found.Where(r => r.Kind is ReasonKind.Colocation or ReasonKind.Group or ReasonKind.Container or ReasonKind.OrderBlocks
            or ReasonKind.ColocationBlocks).Select(r => r.Resource).OfType<ClusterResource>().Distinct().Take(2);
        foreach (var other in others)
        {
            if (PlannedCluster.Primitives(other).FirstOrDefault(p => Plan.WillRunOn(p) is null) is not { } primitive) continue;
            var deeper = cluster.Explanation.NotRunning(primitive);
            foreach (var reason in deeper.Where(r => r.Kind is not (ReasonKind.NoNode or ReasonKind.OnlyNode or ReasonKind.Bundle)).Take(6))
            {
                string sentence = reason.Node is { } node ? _text.Obstacle(reason, primitive, node) : _text.Fact(reason);
                sentence = $"{primitive} does not run: {sentence}.";
                if (!answer.Why.Contains(sentence)) answer.Why.Add(sentence);
                if (!reasons.Contains(reason)) reasons.Add(reason);
            }
        }
    }

    /// <summary>Nodes with the same obstacle share a sentence.</summary>
    private void AddObstacles(PlacementTrace trace, Answer answer, List<ClusterNode> nodes)
    {
        var sentences = new List<(string General, string Text, List<ClusterNode> Nodes)>();
        foreach (var node in nodes)
        {
            if (trace.Obstacle(node) is not { Kind: not ReasonKind.Bundle } obstacle) continue;
            string text = _text.Obstacle(obstacle, trace.Resource, node);
            string general = text.Replace($" on {node}", " there", StringComparison.Ordinal);
            int index = sentences.FindIndex(s => s.General == general || s.Text == text);
            if (index < 0) sentences.Add((general, text, [node]));
            else sentences[index].Nodes.Add(node);
        }

        foreach (var (general, text, where) in sentences.Take(NodesMax))
        {
            string names = Names(where.ConvertAll(n => n.Name));
            bool isAboutItself = where.Count == 1 && text.StartsWith(where[0].Name + " ", StringComparison.Ordinal);
            string sentence = isAboutItself ? $"{text}." : $"Not on {names}: {(where.Count == 1 ? text : general)}.";
            if (!answer.Why.Contains(sentence)) answer.Why.Add(sentence);
        }
    }

    private static string Names(List<string> names) => names.Count switch
    {
        1 => names[0],
        2 => $"{names[0]} and {names[1]}",
        <= NodesMax => string.Join(", ", names.Take(names.Count - 1)) + " and " + names[^1],
        _ => string.Join(", ", names.Take(4)) + $" and {PlannedCluster.Number(names.Count - 4)} more",
    };

    /// <summary>Why something is done about a resource that goes on running.</summary>
    private void AddCauses(ClusterResource resource, Answer answer, List<Reason> reasons)
    {
        var actions = cluster.Explanation.Actions()
            .Where(a => a.Resource == resource && a.Task is ("stop" or "demote" or "reload-agent" or "migrate_to"));
        foreach (var reason in actions.SelectMany(a => a.Reasons))
        {
            bool isPlain = reason.Kind is ReasonKind.ToRun or ReasonKind.NotToRun or ReasonKind.Moves or ReasonKind.ToDemote
                or ReasonKind.ToPromote or ReasonKind.Restart;
            if (isPlain || reasons.Contains(reason)) continue;
            reasons.Add(reason);
            string sentence = $"{Capital(_text.Fact(reason))}.";
            if (!answer.Why.Contains(sentence)) answer.Why.Add(sentence);
        }
    }

    /// <summary>Why this node and not another.</summary>
    private void AddChoice(PlacementTrace trace, ClusterNode node, Answer answer, List<Reason> reasons)
    {
        if (trace.Chosen != node) return;
        var why = trace.Why;
        reasons.Add(why);
        string score = ReasonText.Score(trace.Standing(node)?.Score ?? 0);
        string rivalScore = why.Node is { } rival && trace.Standing(rival)?.Score is { } r ? ReasonText.Score(r) : "";
        switch (why.Kind)
        {
            case ReasonKind.HighestScore:
                answer.Why.Add($"{node} has the highest score, {score}; next is {why.Node} with {rivalScore}.");
                AddDifference(trace, node, why.Node!, answer, reasons);
                break;
            case ReasonKind.OnlyNode:
                answer.Why.Add($"{node} is the only node where {trace.Resource} can run.");
                break;
            case ReasonKind.Preferred:
                answer.Why.Add($"{node} was looked at first (it runs there, or its partners do); no node has more than {score}.");
                break;
            default:
                answer.Why.Add($"{node} and {why.Node} have the same score, {score}; {Tie(trace, node, why)}.");
                break;
        }

        AddObstacles(trace, answer, [.. trace.Nodes.Select(n => n.Node).Where(n => n != node)]);
    }

    private static string Tie(PlacementTrace trace, ClusterNode node, Reason why)
    {
        string Count(ClusterNode n) => PlannedCluster.Number(trace.Standing(n)?.AssignedCount ?? 0);
        return why.Kind switch
        {
            ReasonKind.TieCurrentNode => $"it stays on {node}, where it runs",
            ReasonKind.TieCapacity => $"{node} has more capacity left",
            ReasonKind.TieFewerResources => $"{node} has fewer resources at this point ({Count(node)} against {Count(why.Node!)})",
            _ => $"the name of {node} comes first",
        };
    }

    private void AddDifference(PlacementTrace trace, ClusterNode winner, ClusterNode loser, Answer answer, List<Reason> reasons)
    {
        var won = trace.ChangesFor(winner).Where(IsContribution).ToList();
        var lost = trace.ChangesFor(loser).Where(IsContribution).ToList();
        var parts = new List<string>();
        AddParts(won, lost, winner);
        AddParts(lost, won, loser);
        if (parts.Count > 0) answer.Why.Add($"The difference: {string.Join("; ", parts)}.");

        void AddParts(List<ScoreChange> own, List<ScoreChange> other, ClusterNode node)
        {
            foreach (var change in own)
            {
                string cause = _text.Cause(change);
                if (other.Exists(o => o.Amount == change.Amount && _text.Cause(o) == cause)) continue;
                parts.Add($"{cause} ({ScoreTables.Amount(change)} on {node})");
                reasons.Add(change.Reason);
            }
        }
    }

    private static bool IsContribution(ScoreChange change) => change.Amount != 0 || change.Operation == ScoreOperation.Set;

    /// <summary>Why (not) on one node.</summary>
    public void ExplainOn(ClusterResource resource, ClusterNode node, Answer answer, bool triesChanges)
    {
        var trace = cluster.Explanation.Placement(resource);
        if (trace is null || cluster.Explanation.Unmanaged(resource) is not null || Plan.WillRunOn(resource) == node)
        {
            Explain(resource, answer, triesChanges);
            return;
        }

        var reasons = new List<Reason>();
        int gap = -1;
        if (trace.Obstacle(node) is { } obstacle)
        {
            reasons.Add(obstacle);
            answer.Why.Add($"{resource} cannot run on {node}: {_text.Obstacle(obstacle, resource, node)}.");
            AddFurtherBans(trace, node, obstacle, answer, reasons);
        }
        else if (trace.Chosen is { } chosen && chosen != node)
        {
            gap = AddGap(trace, chosen, node, answer, reasons);
        }
        else
        {
            AddNotRunning(resource, trace, answer, reasons);
        }

        AddDeeper(reasons, answer, reasons);
        answer.Scores.Add(ScoreTables.Of(trace, _text, node));
        answer.Reasons.AddRange(reasons.Select(_text.Structured));
        if (!triesChanges) return;
        var all = reasons.Concat(trace.ChangesFor(node).Where(c => c.Amount < 0).Select(c => c.Reason))
            .Concat(trace.Chosen is null ? [] : trace.ChangesFor(trace.Chosen).Where(c => c.Amount != 0).Select(c => c.Reason));
        answer.Changes.AddRange(_alternatives.Try(resource, all, node.Name));
        if (gap >= 0 && _alternatives.Preference(resource, node, gap) is { } preference) answer.Changes.Add(preference);
        if (answer.Changes.Count == 0) answer.Changes.Add($"No change that was tried would bring {resource} to {node}.");
    }

    private void AddFurtherBans(PlacementTrace trace, ClusterNode node, Reason first, Answer answer, List<Reason> reasons)
    {
        foreach (var change in trace.ChangesFor(node).Where(c => c.Amount < 0 && c.Reason != first && !reasons.Contains(c.Reason)))
        {
            reasons.Add(change.Reason);
            string also = $"Also: {_text.Obstacle(change.Reason, trace.Resource, node)}.";
            if (!answer.Why.Contains(also)) answer.Why.Add(also);
        }
    }

    private int AddGap(PlacementTrace trace, ClusterNode chosen, ClusterNode node, Answer answer, List<Reason> reasons)
    {
        int own = trace.Standing(node)?.Score ?? 0;
        int best = trace.Standing(chosen)?.Score ?? 0;
        if (own < best)
        {
            string less = best >= 1_000_000 ? "" : $", {PlannedCluster.Number(best - own)} less";
            answer.Why.Add($"{node} has a score of {ReasonText.Score(own)}, {chosen} has {ReasonText.Score(best)}{less}.");
            AddDifference(trace, chosen, node, answer, reasons);
        }
        else
        {
            answer.Why.Add(trace.Why.Node == node && trace.Why.Kind != ReasonKind.Preferred
                ? $"{node} and {chosen} have the same score, {ReasonText.Score(own)}; {Tie(trace, chosen, trace.Why)}."
                : $"{node} has the score of {chosen}, {ReasonText.Score(own)}, but comes after it in order.");
        }

        return best >= 1_000_000 ? -1 : best - own;
    }

    private void AddPromotion(ClusterResource resource, Answer answer)
    {
        var instance = cluster.Explanation.Promotion(resource) is not null ? resource : resource.Parent;
        if (instance is null || cluster.Explanation.Promotion(instance) is not { Node: { } node } trace) return;
        string score = ReasonText.Score(trace.Score);
        bool isPromoted = resource.NextRole == Role.Promoted;
        answer.Why.Add(isPromoted ? $"It is promoted: its promotion score on {node} is {score}."
            : trace.Score < 0 ? $"It is not promoted: its promotion score on {node} is {score}, which is below 0."
            : $"It is not promoted: its promotion score on {node} is {score}, and as many are promoted as may be.");
        answer.Scores.Add(ScoreTables.Of(trace, _text));
    }

    /// <summary>A clause as the beginning of a sentence; names of resources and nodes keep their case.</summary>
    public string Capital(string clause)
    {
        string first = clause.Split(' ', ':', ',')[0];
        bool isName = first.Any(c => !char.IsAsciiLetterLower(c)) || cluster.State.FindResource(first) is not null
            || cluster.State.FindNode(first) is not null || first.Contains('-', StringComparison.Ordinal);
        return isName || clause.Length == 0 ? clause : char.ToUpperInvariant(clause[0]) + clause[1..];
    }
}
