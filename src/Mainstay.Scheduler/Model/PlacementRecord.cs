using System.Globalization;

namespace Mainstay.Scheduler;

/// <summary>One fact about placement as the simulator shows it (spec/scheduler-output.md section 10).</summary>
public abstract record PlacementRecord
{
    private protected PlacementRecord()
    {
    }

    /// <summary>The fact as a line of text.</summary>
    public abstract string Text { get; }

    /// <summary>The score of a resource on a node when its assignment began.</summary>
    /// <param name="Function">The step of the assignment, in the reference's words.</param>
    /// <param name="Resource">Id of the resource.</param>
    /// <param name="Node">Name of the node.</param>
    /// <param name="Score">The score; saturates at plus and minus 1,000,000.</param>
    public sealed record Allocation(string Function, string Resource, string Node, int Score) : PlacementRecord
    {
        /// <inheritdoc/>
        public override string Text => $"{Function}: {Resource} allocation score on {Node}: {Scores.Text(Score)}";
    }

    /// <summary>The score of an instance for promotion.</summary>
    /// <param name="Resource">Id of the instance.</param>
    /// <param name="Node">Name of its node; absent if it has none.</param>
    /// <param name="Score">The score.</param>
    public sealed record Promotion(string Resource, string? Node, int Score) : PlacementRecord
    {
        /// <inheritdoc/>
        public override string Text => Node is null
            ? $"{Resource} promotion score (inactive): {Scores.Text(Score)}"
            : $"{Resource} promotion score on {Node}: {Scores.Text(Score)}";
    }

    /// <summary>What a node can carry.</summary>
    /// <param name="Comment"><c>Original</c> or <c>Remaining</c>.</param>
    /// <param name="Node">Name of the node.</param>
    /// <param name="Amounts">Amounts by name.</param>
    public sealed record Capacity(string Comment, string Node, IReadOnlyList<KeyValuePair<string, int>> Amounts) : PlacementRecord
    {
        /// <inheritdoc/>
        public override string Text => $"{Comment}: {Node} capacity:{Join(Amounts)}";
    }

    /// <summary>What a resource takes of its node.</summary>
    /// <param name="Resource">Id of the resource.</param>
    /// <param name="Node">Name of the node it was assigned to.</param>
    /// <param name="Amounts">Amounts by name.</param>
    public sealed record Utilization(string Resource, string Node, IReadOnlyList<KeyValuePair<string, int>> Amounts) : PlacementRecord
    {
        /// <summary>The step of the assignment, in the reference's words.</summary>
        public const string Function = "pcmk__assign_resource";

        /// <inheritdoc/>
        public override string Text => $"{Function}: {Resource} utilization on {Node}:{Join(Amounts)}";
    }

    /// <summary>A score as people write it.</summary>
    /// <param name="score">The score.</param>
    public static string ScoreText(int score) => Scores.Text(score);

    private static string Join(IReadOnlyList<KeyValuePair<string, int>> amounts) =>
        string.Concat(amounts.Select(a => string.Create(CultureInfo.InvariantCulture, $" {a.Key}={a.Value}")));
}
