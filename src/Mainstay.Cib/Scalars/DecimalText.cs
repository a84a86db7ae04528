using System.Globalization;

namespace Mainstay.Cib;

/// <summary>Decimal numbers in expressions of type <c>number</c>; decimal arithmetic, so equal on every machine.</summary>
internal static class DecimalText
{
    private const int ExponentMax = 400;

    /// <summary>Reads the number at the start of the text: blanks, sign, digits with a point, exponent; what follows is ignored.</summary>
    /// <param name="text">The text.</param>
    /// <param name="value">The number; saturates at the range of <see cref="decimal"/>.</param>
    public static bool TryReadLeading(string text, out decimal value)
    {
        value = 0;
        var index = 0;
        while (index < text.Length && IntegerText.IsBlank(text[index]))
        {
            index++;
        }

        var first = index;
        index += index < text.Length && text[index] is '+' or '-' ? 1 : 0;
        var digits = 0;
        var hasPoint = false;
        for (; index < text.Length && (char.IsAsciiDigit(text[index]) || (text[index] == '.' && !hasPoint)); index++)
        {
            hasPoint |= text[index] == '.';
            digits += text[index] == '.' ? 0 : 1;
        }

        if (digits == 0)
        {
            return false;
        }

        var isNegative = text[first] == '-';
        var parsed = decimal.TryParse(
            text.AsSpan(first, index - first), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture, out value);
        value = parsed ? value : isNegative ? decimal.MinValue : decimal.MaxValue;
        Scale(ref value, ReadExponent(text, index));
        return true;
    }

    private static int ReadExponent(string text, int index)
        => index + 1 < text.Length && text[index] is 'e' or 'E' && !IntegerText.IsBlank(text[index + 1])
            && IntegerText.TryReadLeading(text[(index + 1)..], out var exponent)
            ? (int)Math.Clamp(exponent, -ExponentMax, ExponentMax)
            : 0;

    private static void Scale(ref decimal value, int exponent)
    {
        for (; exponent > 0 && value != 0; exponent--)
        {
            if (Math.Abs(value) > decimal.MaxValue / 10)
            {
                value = value < 0 ? decimal.MinValue : decimal.MaxValue;
                return;
            }

            value *= 10;
        }

        for (; exponent < 0 && value != 0; exponent++)
        {
            value /= 10;
        }
    }
}
