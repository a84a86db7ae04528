namespace Mainstay.Cib;

/// <summary>Integer text as the configuration language reads it (spec/cib-model.md section 1.4).</summary>
public static class IntegerText
{
    /// <summary>
    /// Reads the integer at the start of <paramref name="text"/>: blanks and a sign allowed, what follows is ignored; saturates.
    /// </summary>
    /// <param name="text">The text; absent text has no integer.</param>
    /// <param name="value">The integer, clamped into the range of a signed 64-bit number.</param>
    /// <returns>Whether there is a leading integer.</returns>
    public static bool TryReadLeading(string? text, out long value) => TryReadLeading(text, out value, out _);

    /// <summary>As <see cref="TryReadLeading(string?, out long)"/>, and tells the index after the last digit.</summary>
    /// <param name="text">The text; absent text has no integer.</param>
    /// <param name="value">The integer, clamped into the range of a signed 64-bit number.</param>
    /// <param name="end">The index of the first character after the integer; 0 if there is none.</param>
    /// <returns>Whether there is a leading integer.</returns>
    public static bool TryReadLeading(string? text, out long value, out int end)
    {
        value = 0;
        end = 0;
        if (text is null)
        {
            return false;
        }

        var index = 0;
        while (index < text.Length && IsBlank(text[index]))
        {
            index++;
        }

        var negative = false;
        if (index < text.Length && text[index] is '+' or '-')
        {
            negative = text[index] == '-';
            index++;
        }

        var first = index;
        long magnitude = 0;
        var saturated = false;
        for (; index < text.Length && char.IsAsciiDigit(text[index]); index++)
        {
            var digit = text[index] - '0';
            saturated |= magnitude > (long.MaxValue - digit) / 10;
            magnitude = saturated ? long.MaxValue : (magnitude * 10) + digit;
        }

        if (index == first)
        {
            return false;
        }

        value = (negative, saturated) switch
        {
            (true, true) => long.MinValue,
            (true, false) => -magnitude,
            _ => magnitude,
        };
        end = index;
        return true;
    }

    /// <summary>Reads text that must be one complete integer, without blanks or anything after it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="value">The integer, saturated.</param>
    /// <returns>Whether the whole text is an integer.</returns>
    public static bool TryReadWhole(string? text, out long value)
        => TryReadLeading(text, out value, out var end) && end == text!.Length && !IsBlank(text[0]);

    /// <summary>
    /// An integer with a lower bound: absent, unparsable or smaller gives the bound; larger than 2147483647 gives 2147483647.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="minimum">The lower bound.</param>
    public static int AtLeast(string? text, int minimum)
        => TryReadLeading(text, out var value) ? (int)Math.Clamp(value, minimum, int.MaxValue) : minimum;

    internal static bool IsBlank(char character) => character is ' ' or '\t' or '\n' or '\r' or '\v' or '\f';
}
