using System.Numerics;

namespace Mainstay.Cib;

/// <summary>
/// The bound of attributes, checked before a general XML reader sees the text: its time grows with the square of an element's attributes,
/// and it tells their number only when it has read them all.
/// </summary>
internal static class AttributeBound
{
    // a="" with a blank before it
    private const int LengthMin = 5;

    /// <summary>Looks for an element with too many attributes; only long pieces without angle bracket are looked at closely.</summary>
    /// <typeparam name="T">Bytes or characters.</typeparam>
    /// <param name="text">The text: characters, or bytes of an encoding that has ASCII in it.</param>
    /// <param name="source">The name of the source for messages.</param>
    /// <param name="limits">The bound.</param>
    /// <returns>What is wrong, or <see langword="null"/>.</returns>
    public static CibProblem? Check<T>(ReadOnlySpan<T> text, string? source, CibLimits limits)
        where T : unmanaged, IBinaryInteger<T>
    {
        int start = 0;
        while (start < text.Length)
        {
            int length = text[start..].IndexOf(T.CreateTruncating('<'));
            if (length < 0) length = text.Length - start;
            if (length / LengthMin > limits.AttributeCountMax && Count(text.Slice(start, length)) > limits.AttributeCountMax)
            {
                return Exceeded(source, 1 + text[..start].Count(T.CreateTruncating('\n')), limits);
            }

            start += length + 1;
        }

        return null;
    }

    /// <summary>The problem that an element has too many attributes.</summary>
    public static CibProblem Exceeded(string? source, int line, CibLimits limits) => new(
        CibSeverity.Error, $"more than {limits.AttributeCountMax} attributes in one element", Line: line, Advice: "remove attributes",
        Source: source);

    // Equals sign and quote; in text or in a value that is so long they would be no less absurd.
    private static int Count<T>(ReadOnlySpan<T> piece)
        where T : unmanaged, IBinaryInteger<T>
    {
        var (equals, quote, apostrophe) = (T.CreateTruncating('='), T.CreateTruncating('"'), T.CreateTruncating('\''));
        int count = 0;
        for (int i = 1; i < piece.Length; i++)
        {
            if (piece[i - 1] == equals && (piece[i] == quote || piece[i] == apostrophe)) count++;
        }

        return count;
    }
}
