using System.Globalization;
using Mainstay.Cli.CibTools;
using Mainstay.Scheduler;

namespace Mainstay.Cli.Explain;

/// <summary>Answers about actions: why one is done, or is not.</summary>
internal sealed class ActionAnswers(PlannedCluster cluster)
{
    private const int FoundMax = 10;

    private readonly ReasonText _text = cluster.Text;

    /// <summary>Explains the actions that a key (<c>web_stop_0</c>) or a phrase (<c>stop web on n1</c>) means.</summary>
    public Answer Explain(string question)
    {
        var all = cluster.Explanation.AllActions();
        var found = Find(all, question);
        if (found.Count == 0)
        {
            string hint = Suggestion.For(question, all.Select(a => a.Key));
            throw new CommandFailure($"no action is known as '{question}'{hint}: nothing of the kind is planned or was considered",
                NativeExit.NoSuchObject);
        }

        var answer = new Answer { Subject = "action", Name = found[0].Key };
        foreach (var action in found.Take(FoundMax)) Explain(action, all, answer);
        if (found.Count > FoundMax) answer.Summary.Add($"... and {PlannedCluster.Number(found.Count - FoundMax)} more: name the node.");
        return answer;
    }

    private static List<ActionExplanation> Find(IReadOnlyList<ActionExplanation> all, string question)
    {
        var words = question.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string? node = words is [.., "on", var last] && words.Length >= 3 ? last : null;
        if (node is not null) words = words[..^2];
        bool OnNode(ActionExplanation a) => node is null || string.Equals(a.Node?.Name, node, StringComparison.OrdinalIgnoreCase);
        IEnumerable<ActionExplanation> found = words switch
        {
            [var key] => all.Where(a => a.Key == key && OnNode(a)),
            ["fence", var name] =>
                all.Where(a => a.Task == "stonith" && !a.Key.EndsWith("-on", StringComparison.Ordinal) && Named(a.Node, name)),
            ["unfence", var name] =>
                all.Where(a => a.Task == "stonith" && a.Key.EndsWith("-on", StringComparison.Ordinal) && Named(a.Node, name)),
            ["shutdown", var name] => all.Where(a => a.Task == "do_shutdown" && Named(a.Node, name)),
            [var task, var resource] => all.Where(a => a.Task == Task(task) && a.Resource is { } r
                && (r.Id == resource || Alternative.PlainName(r.Id) == resource) && OnNode(a) && (task != "probe" || a.IntervalMs == 0)),
            _ => [],
        };
        var list = found.ToList();
        var relevant = list.FindAll(a => a.IsInGraph || a.IsRequired);
        return relevant.Count > 0 ? relevant : list;
    }

    private static bool Named(ClusterNode? node, string name) => string.Equals(node?.Name, name, StringComparison.OrdinalIgnoreCase);

    private static string Task(string word) => word switch
    {
        "probe" => "monitor",
        "migrate" => "migrate_to",
        "reload" => "reload-agent",
        _ => word,
    };

    private void Explain(ActionExplanation action, IReadOnlyList<ActionExplanation> all, Answer answer)
    {
        string name = action.Node is { } node ? $"{action.Key} on {node}" : action.Key;
        string what = action.IsPseudo ? "a point in the order, nothing is executed" : "executed";
        answer.Summary.Add(action switch
        {
            { IsInGraph: true } => $"{name} is part of the transition ({what}).",
            { IsRequired: true } => $"{name} would be needed, but cannot be done.",
            { IsRunnable: true } => $"{name} is not needed.",
            _ => $"{name} is not needed, and could not be done.",
        });
        foreach (var reason in action.Reasons) Add(answer, "", reason);
        foreach (var reason in action.Obstacles) Add(answer, action.IsInGraph ? "" : "It cannot be done: ", reason);
        if (action is { IsInGraph: false, IsRequired: false }) AddUnneeded(action, answer);
        if (!action.IsInGraph || action.Inputs.Count == 0) return;
        var inputs = all.Where(a => action.Inputs.Contains(a.Id)).Select(a => a.Node is { } on ? $"{a.Key} on {on}" : a.Key).ToList();
        string rest = inputs.Count > 12 ? string.Create(CultureInfo.InvariantCulture, $" and {inputs.Count - 12} more") : "";
        answer.Why.Add($"Before it come: {string.Join(", ", inputs.Take(12))}{rest}.");
    }

    private void AddUnneeded(ActionExplanation action, Answer answer)
    {
        if (action.Resource is not { Variant: ResourceVariant.Primitive } resource) return;
        if (Plan.WillRunOn(resource) is { } node)
        {
            answer.Why.Add(resource.ActiveNodes.Contains(node) ? $"{resource} runs on {node} and stays there."
                : $"{resource} will run on {node}.");
        }
    }

    private void Add(Answer answer, string lead, Reason reason)
    {
        string fact = _text.Fact(reason);
        string sentence = lead.Length > 0 ? $"{lead}{fact}." : $"{new PrimitiveAnswers(cluster).Capital(fact)}.";
        if (answer.Why.Contains(sentence)) return;
        answer.Why.Add(sentence);
        answer.Reasons.Add(_text.Structured(reason));
    }
}
