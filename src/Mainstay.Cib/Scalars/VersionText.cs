namespace Mainstay.Cib;

/// <summary>Comparison of version text (spec/cib-model.md section 1.6).</summary>
public static class VersionText
{
    /// <summary>Compares the leading <c>digits(.digits)*</c> parts, segment by segment; a missing segment counts as 0.</summary>
    /// <param name="left">One version.</param>
    /// <param name="right">The other version.</param>
    /// <returns>Negative, zero or positive.</returns>
    public static int Compare(string? left, string? right)
    {
        var leftIndex = Skip(left);
        var rightIndex = Skip(right);
        while (leftIndex >= 0 || rightIndex >= 0)
        {
            var order = Next(left, ref leftIndex).CompareTo(Next(right, ref rightIndex));
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    private static int Skip(string? text)
    {
        var index = 0;
        while (index < text?.Length && IntegerText.IsBlank(text[index]))
        {
            index++;
        }

        return index < text?.Length && char.IsAsciiDigit(text[index]) ? index : -1;
    }

    /// <summary>Reads the segment at the index and moves to the next one, or to -1 at the end.</summary>
    private static long Next(string? text, ref int index)
    {
        if (text is null || index < 0)
        {
            return 0;
        }

        long value = 0;
        for (; index < text.Length && char.IsAsciiDigit(text[index]); index++)
        {
            value = value > (long.MaxValue / 10) - 1 ? value : (value * 10) + (text[index] - '0');
        }

        var more = index + 1 < text.Length && text[index] == '.' && char.IsAsciiDigit(text[index + 1]);
        index = more ? index + 1 : -1;
        return value;
    }
}
