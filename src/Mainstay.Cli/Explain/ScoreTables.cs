using System.Globalization;
using System.Text;
using Mainstay.Scheduler;

namespace Mainstay.Cli.Explain;

/// <summary>Tables of scores: each contribution with the sum so far.</summary>
internal static class ScoreTables
{
    private const int Infinity = 1_000_000;
    private const int NodesMax = 12;

    /// <summary>The table of a placement.</summary>
    public static AnswerScores Of(PlacementTrace trace, ReasonText text, ClusterNode? only)
    {
        var nodes = trace.Nodes.Where(n => only is null || n.Node == only || n.Node == trace.Chosen)
            .Where(n => n.Score is not null || n.Node == only);
        return new AnswerScores(trace.Resource.Id, "placement", [.. nodes.Select(n => new AnswerNode(
            n.Node.Name,
            n.Score is { } score ? ReasonText.Score(score) : null,
            n.Node == trace.Chosen,
            n.Unavailability is { } reason ? text.Fact(reason) : null,
            [.. trace.ChangesFor(n.Node).Select(c => Contribution(c, text))]))]);
    }

    /// <summary>The table of a promotion score.</summary>
    public static AnswerScores Of(PromotionTrace trace, ReasonText text) => new(trace.Instance.Id, "promotion",
    [
        new AnswerNode(
            trace.Node?.Name ?? "nowhere",
            ReasonText.Score(trace.Score),
            trace.Instance.NextRole == Role.Promoted || PlannedCluster.Primitives(trace.Instance).All(p => p.NextRole == Role.Promoted),
            null,
            [.. trace.Changes.Select(c => Contribution(c, text)), .. trace.CloneChanges.Select(c => OfClone(c, text))]),
    ]);

    private static AnswerContribution OfClone(ScoreChange change, ReasonText text)
    {
        var contribution = Contribution(change, text);
        return contribution with { Reason = contribution.Reason with { Text = "clone: " + contribution.Reason.Text } };
    }

    private static AnswerContribution Contribution(ScoreChange change, ReasonText text)
    {
        var reason = text.Structured(change.Reason) with { Text = text.Cause(change) };
        return new AnswerContribution(Amount(change), change.After is { } after ? ReasonText.Score(after) : null, reason);
    }

    /// <summary>A change in words: INFINITY is a ban or a force, whatever was before.</summary>
    public static string Amount(ScoreChange change) => change.Operation switch
    {
        ScoreOperation.Leave => "gone",
        ScoreOperation.Enter => "start " + ReasonText.Score(change.Amount),
        _ when change.Amount <= -Infinity => "ban",
        ScoreOperation.Set => "= " + ReasonText.Score(change.Amount),
        _ when change.Amount >= Infinity => "force",
        _ => change.Amount.ToString("+0;-0;+0", CultureInfo.InvariantCulture),
    };

    /// <summary>In a large table, nodes with the same contributions as one before are only counted.</summary>
    private static IEnumerable<(AnswerNode Node, int Others)> Folded(IReadOnlyList<AnswerNode> nodes)
    {
        if (nodes.Count <= NodesMax) return nodes.Select(n => (n, 0));
        return nodes.GroupBy(Signature, StringComparer.Ordinal)
            .Select(g => (g.First(), g.Count() - 1));
    }

    private static string Signature(AnswerNode node)
    {
        var lines = node.Contributions.Select(c => $"{c.Change} {c.Score} {c.Reason.Text}");
        string verdict = node.Chosen ? node.Node : node.Unavailable?.Replace(node.Node, "", StringComparison.Ordinal) ?? "";
        return string.Join('\n', lines.Append(verdict));
    }

    /// <summary>Prints a table.</summary>
    public static void Print(StringBuilder text, AnswerScores scores)
    {
        string title = scores.Kind == "promotion" ? "Promotion score of" : "Scores of";
        text.Append(CultureInfo.InvariantCulture, $"\n{title} {scores.Resource}\n");
        var rows = new List<(string Node, string Change, string Score, string Because)>();
        foreach (var (node, others) in Folded(scores.Nodes))
        {
            string name = others == 0 ? node.Node : $"{node.Node} +{PlannedCluster.Number(others)}";
            foreach (var each in node.Contributions.Where(c => c.Change != "+0"))
            {
                rows.Add((name, each.Change, each.Score ?? "-", each.Reason.Text));
                name = "";
            }

            string verdict = node.Unavailable ?? (node.Chosen ? "chosen" : "");
            rows.Add((name, "sum", node.Score ?? "-", verdict));
        }

        int nodeWidth = Math.Max(4, rows.Max(r => r.Node.Length));
        int changeWidth = Math.Max(6, rows.Max(r => r.Change.Length));
        int scoreWidth = Math.Max(5, rows.Max(r => r.Score.Length));
        Row(("Node", "Change", "Score", "Because"));
        foreach (var row in rows) Row(row);

        void Row((string Node, string Change, string Score, string Because) row)
        {
            string line = $"  {row.Node.PadRight(nodeWidth)}  {row.Change.PadRight(changeWidth)}  {row.Score.PadLeft(scoreWidth)}  "
                + $"{row.Because}";
            text.Append(line.TrimEnd()).Append('\n');
        }
    }
}
