namespace Mainstay.Cli;

/// <summary>"Did you mean" hints.</summary>
internal static class Suggestion
{
    /// <summary>A sentence that names the nearest known word, with a leading blank, or nothing where none is near.</summary>
    /// <param name="word">What the user typed.</param>
    /// <param name="known">The words that exist.</param>
    public static string For(string word, IEnumerable<string> known)
    {
        var nearest = Nearest(word, known);
        return nearest is null ? "" : $" (did you mean '{nearest}'?)";
    }

    /// <summary>The known word with the least edits, at most a third of the length away; ties go to the first in ordinal order.</summary>
    public static string? Nearest(string word, IEnumerable<string> known)
    {
        var limit = Math.Max(1, word.Length / 3);
        string? best = null;
        var bestDistance = limit + 1;
        foreach (var candidate in known.Order(StringComparer.Ordinal))
        {
            if (Math.Abs(candidate.Length - word.Length) > limit)
            {
                continue;
            }

            var distance = Distance(word, candidate);
            if (distance < bestDistance && distance > 0)
            {
                best = candidate;
                bestDistance = distance;
            }
        }

        return best;
    }

    // Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours, case-insensitively.
    private static int Distance(string left, string right)
    {
        var (a, b) = (left.ToLowerInvariant(), right.ToLowerInvariant());
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            rows[i, 0] = i;
        }

        for (var j = 0; j <= b.Length; j++)
        {
            rows[0, j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[a.Length, b.Length];
    }
}
