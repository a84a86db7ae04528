namespace Mainstay.Cib;

/// <summary>Natural comparison of names: digit runs compare as numbers, letters without case (spec/cib-model.md section 1.7).</summary>
public sealed class NaturalOrder : IComparer<string>
{
    private NaturalOrder()
    {
    }

    /// <summary>The comparer.</summary>
    public static NaturalOrder Comparer { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        x ??= string.Empty;
        y ??= string.Empty;
        var left = 0;
        var right = 0;
        while (left < x.Length && right < y.Length)
        {
            int order;
            if (char.IsAsciiDigit(x[left]) && char.IsAsciiDigit(y[right]))
            {
                order = CompareDigits(x, ref left, y, ref right);
            }
            else
            {
                order = char.ToLowerInvariant(x[left++]).CompareTo(char.ToLowerInvariant(y[right++]));
            }

            if (order != 0)
            {
                return order;
            }
        }

        return (x.Length - left).CompareTo(y.Length - right);
    }

    private static int CompareDigits(string x, ref int left, string y, ref int right)
    {
        var leftRun = Run(x, ref left);
        var rightRun = Run(y, ref right);
        var leftNumber = leftRun.TrimStart('0');
        var rightNumber = rightRun.TrimStart('0');
        if (leftNumber.Length != rightNumber.Length)
        {
            return leftNumber.Length.CompareTo(rightNumber.Length);
        }

        var order = leftNumber.SequenceCompareTo(rightNumber);
        return order != 0 ? order : leftRun.Length.CompareTo(rightRun.Length);
    }

    private static ReadOnlySpan<char> Run(string text, ref int index)
    {
        var first = index;
        while (index < text.Length && char.IsAsciiDigit(text[index]))
        {
            index++;
        }

        return text.AsSpan(first, index - first);
    }
}
