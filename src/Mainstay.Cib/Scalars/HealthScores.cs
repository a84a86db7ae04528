namespace Mainstay.Cib;

/// <summary>What the node health colours are worth as scores (cluster options <c>node-health-*</c>).</summary>
/// <param name="Red">The score of <c>red</c>.</param>
/// <param name="Yellow">The score of <c>yellow</c>.</param>
/// <param name="Green">The score of <c>green</c>.</param>
public readonly record struct HealthScores(Score Red, Score Yellow, Score Green)
{
    /// <summary>All colours 0: node health is not configured.</summary>
    public static HealthScores None => default;

    /// <summary>The score of a colour, compared in any case.</summary>
    /// <param name="colour">The text.</param>
    /// <param name="score">Its score.</param>
    /// <returns>Whether the text is a colour.</returns>
    public bool TryGet(string colour, out Score score)
    {
        if (colour.Equals("red", StringComparison.OrdinalIgnoreCase))
        {
            score = Red;
            return true;
        }

        if (colour.Equals("yellow", StringComparison.OrdinalIgnoreCase))
        {
            score = Yellow;
            return true;
        }

        score = Green;
        return colour.Equals("green", StringComparison.OrdinalIgnoreCase);
    }
}
