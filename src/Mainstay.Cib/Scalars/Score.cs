namespace Mainstay.Cib;

/// <summary>
/// A score: an integer that saturates at plus and minus INFINITY (1,000,000). The sum is commutative but not associative once a partial
/// sum saturates, so the order of application matters (spec/cib-model.md section 1.2).
/// </summary>
public readonly record struct Score : IComparable<Score>
{
    /// <summary>The number that stands for INFINITY.</summary>
    public const int InfinityValue = 1_000_000;

    /// <summary>A score of the given number, clamped into the legal range.</summary>
    /// <param name="value">Any integer.</param>
    public Score(long value) => Value = (int)Math.Clamp(value, -InfinityValue, InfinityValue);

    /// <summary>The number, from -1,000,000 to 1,000,000.</summary>
    public int Value { get; }

    /// <summary>INFINITY.</summary>
    public static Score Infinity => new(InfinityValue);

    /// <summary>-INFINITY: absorbs everything, INFINITY included.</summary>
    public static Score MinusInfinity => new(-InfinityValue);

    /// <summary>0.</summary>
    public static Score Zero => default;

    /// <summary>Whether this is INFINITY.</summary>
    public bool IsInfinity => Value >= InfinityValue;

    /// <summary>Whether this is -INFINITY.</summary>
    public bool IsMinusInfinity => Value <= -InfinityValue;

    /// <summary>The saturating sum.</summary>
    public static Score operator +(Score left, Score right) => Add(left, right);

    /// <summary>The opposite score.</summary>
    public static Score operator -(Score score) => new(-(long)score.Value);

    /// <summary>Less than.</summary>
    public static bool operator <(Score left, Score right) => left.Value < right.Value;

    /// <summary>Greater than.</summary>
    public static bool operator >(Score left, Score right) => left.Value > right.Value;

    /// <summary>Less than or equal.</summary>
    public static bool operator <=(Score left, Score right) => left.Value <= right.Value;

    /// <summary>Greater than or equal.</summary>
    public static bool operator >=(Score left, Score right) => left.Value >= right.Value;

    /// <summary>The saturating sum (spec/cib-model.md section 1.2).</summary>
    /// <param name="left">One score.</param>
    /// <param name="right">The other score.</param>
    public static Score Add(Score left, Score right)
    {
        if (left.IsMinusInfinity || right.IsMinusInfinity)
        {
            return MinusInfinity;
        }

        return left.IsInfinity || right.IsInfinity ? Infinity : new Score((long)left.Value + right.Value);
    }

    /// <summary>The opposite score.</summary>
    /// <param name="score">The score.</param>
    public static Score Negate(Score score) => -score;

    /// <summary>Reads a score (spec/cib-model.md section 1.1); the health colours are worth 0.</summary>
    /// <param name="text">The text.</param>
    /// <param name="score">The score.</param>
    /// <returns>Whether the text is a score.</returns>
    public static bool TryParse(string? text, out Score score) => TryParse(text, HealthScores.None, out score);

    /// <summary>Reads a score; <c>red</c>, <c>yellow</c> and <c>green</c> (any case) are the scores given.</summary>
    /// <param name="text">The text.</param>
    /// <param name="health">What the health colours are worth.</param>
    /// <param name="score">The score.</param>
    /// <returns>Whether the text is a score.</returns>
    public static bool TryParse(string? text, HealthScores health, out Score score)
    {
        score = default;
        switch (text)
        {
            case null:
                return false;
            case "INFINITY" or "+INFINITY":
                score = Infinity;
                return true;
            case "-INFINITY":
                score = MinusInfinity;
                return true;
            default:
                break;
        }

        if (health.TryGet(text, out score))
        {
            return true;
        }

        if (!IntegerText.TryReadLeading(text, out var value))
        {
            return false;
        }

        score = new Score(value);
        return true;
    }

    /// <summary>Reads a score; absent or unparsable text gives <paramref name="fallback"/>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="fallback">The caller's default.</param>
    public static Score Parse(string? text, Score fallback = default) => TryParse(text, out var score) ? score : fallback;

    /// <inheritdoc/>
    public int CompareTo(Score other) => Value.CompareTo(other.Value);

    /// <summary><c>INFINITY</c>, <c>-INFINITY</c> or the decimal number.</summary>
    public override string ToString() => Value switch
    {
        >= InfinityValue => "INFINITY",
        <= -InfinityValue => "-INFINITY",
        _ => Value.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}
