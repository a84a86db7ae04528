namespace Mainstay.Cib;

/// <summary>
/// A range <c>A-B</c>, <c>A-</c>, <c>-B</c> or <c>A</c> of a date specification (spec/cib-model.md section 1.4); -1 = open.
/// </summary>
/// <param name="First">The smallest value, or -1.</param>
/// <param name="Last">The largest value, or -1.</param>
public readonly record struct IntegerRange(long First, long Last)
{
    /// <summary>Reads a range; each side that is present must be a complete integer.</summary>
    /// <param name="text">The text.</param>
    /// <param name="range">The range.</param>
    /// <returns>Whether the text is a range.</returns>
    public static bool TryParse(string? text, out IntegerRange range)
    {
        range = default;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        var dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0)
        {
            if (!IntegerText.TryReadWhole(text, out var single))
            {
                return false;
            }

            range = new IntegerRange(single, single);
            return true;
        }

        long first = -1;
        long last = -1;
        if (dash > 0 && !IntegerText.TryReadWhole(text[..dash], out first))
        {
            return false;
        }

        if (dash + 1 < text.Length && !IntegerText.TryReadWhole(text[(dash + 1)..], out last))
        {
            return false;
        }

        if (text.Length == 1)
        {
            return false;
        }

        range = new IntegerRange(first, last);
        return true;
    }

    /// <summary>Whether the range contains the value.</summary>
    /// <param name="value">The value.</param>
    public bool Contains(long value) => (First < 0 || value >= First) && (Last < 0 || value <= Last);
}
