using System.Globalization;
using System.Text;
using Mainstay.Ring.Client;

namespace Mainstay.Cli.Ring;

/// <summary>Values as <c>corosync-cmapctl</c> reads and prints them.</summary>
internal static class CmapValues
{
    private static readonly (string Name, RingMapType Type)[] s_types =
    [
        ("i8", RingMapType.Int8), ("u8", RingMapType.UInt8), ("i16", RingMapType.Int16), ("u16", RingMapType.UInt16),
        ("i32", RingMapType.Int32), ("u32", RingMapType.UInt32), ("i64", RingMapType.Int64), ("u64", RingMapType.UInt64),
        ("flt", RingMapType.Single), ("dbl", RingMapType.Real), ("str", RingMapType.Text), ("bin", RingMapType.Binary),
    ];

    /// <summary>A type by its short name.</summary>
    public static RingMapType TypeOf(string name) => Array.Find(s_types, t => t.Name == name).Type;

    /// <summary>A number or text as the user wrote it; the refusal in words where it is none.</summary>
    public static RingMapValue? Parse(RingMapType type, string name, string text, out string refusal)
    {
        refusal = string.Empty;
        switch (type)
        {
            case RingMapType.Text:
                return RingMapValue.Of(text);
            case RingMapType.Single or RingMapType.Real when NotFinite(text) is { } limit:
                return type == RingMapType.Single ? RingMapValue.Of((float)limit) : RingMapValue.Of(limit);
            case RingMapType.Single or RingMapType.Real:
                var number = Leading(text, c => char.IsAsciiDigit(c) || c is '.' or '-' or '+' or 'e' or 'E');
                while (number.Length > 0)
                {
                    if (double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var real))
                    {
                        return type == RingMapType.Single ? RingMapValue.Of((float)real) : RingMapValue.Of(real);
                    }

                    number = number[..^1];
                }

                break;
            default:
                if (TryInteger(text, out var value)) return Fit(type, name, text, value, out refusal);
                break;
        }

        refusal = $"{text} is not valid {name} type value";
        return null;
    }

    /// <summary>The line of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Its value.</param>
    /// <param name="showsBinary">Whether the bytes of a binary are shown.</param>
    /// <param name="isQuiet">The value alone.</param>
    public static string Line(string key, RingMapValue value, bool showsBinary, bool isQuiet)
    {
        var text = value.Type == RingMapType.Binary ? (showsBinary ? Escape(value.Bytes.Span) : null) : value.ToString();
        if (isQuiet) return text ?? string.Empty;
        return text is null ? $"{key} ({value.TypeName})" : $"{key} ({value.TypeName}) = {text}";
    }

    private static RingMapValue? Fit(RingMapType type, string name, string text, Int128 value, out string refusal)
    {
        refusal = string.Empty;
        var (min, max) = type switch
        {
            RingMapType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
            RingMapType.UInt8 => (0, byte.MaxValue),
            RingMapType.Int16 => (short.MinValue, short.MaxValue),
            RingMapType.UInt16 => (0, ushort.MaxValue),
            RingMapType.Int32 => (int.MinValue, int.MaxValue),
            RingMapType.UInt32 => (0, uint.MaxValue),
            _ => (long.MinValue, (Int128)ulong.MaxValue),
        };
        if (value < min || value > max)
        {
            if (type is not (RingMapType.Int64 or RingMapType.UInt64))
            {
                refusal = $"{text} is not valid {name} integer";
                return null;
            }

            // As C's conversions do: what is too large is the largest.
            value = value < 0 ? min : max;
        }

        if (type == RingMapType.Int64) return RingMapValue.OfSigned(type, (long)Int128.Min(value, long.MaxValue));
        return type is RingMapType.Int8 or RingMapType.Int16 or RingMapType.Int32
            ? RingMapValue.OfSigned(type, (long)value)
            : RingMapValue.OfUnsigned(type, unchecked((ulong)value));
    }

    // What strtod(3) reads beside numbers.
    private static double? NotFinite(string text)
    {
        var word = text.TrimStart();
        var isNegative = word is ['-', ..];
        if (word is ['-' or '+', ..]) word = word[1..];
        if (word.StartsWith("inf", StringComparison.OrdinalIgnoreCase)) return isNegative ? double.NegativeInfinity
            : double.PositiveInfinity;
        if (!word.StartsWith("nan", StringComparison.OrdinalIgnoreCase)) return null;
        return Math.CopySign(double.NaN, isNegative ? -1 : 1);
    }

    // As C reads a decimal number: leading blanks, a sign; what follows the digits does not count.
    private static bool TryInteger(string text, out Int128 value)
    {
        value = 0;
        var rest = text.AsSpan().TrimStart();
        var isNegative = rest is ['-', ..];
        if (rest is ['-' or '+', ..]) rest = rest[1..];
        var digits = 0;
        foreach (var character in rest)
        {
            if (!char.IsAsciiDigit(character)) break;
            digits++;
            if (value <= ulong.MaxValue) value = (value * 10) + (character - '0');
        }

        if (isNegative) value = -value;
        return digits > 0;
    }

    private static string Leading(string text, Func<char, bool> belongs) => string.Concat(text.TrimStart().TakeWhile(belongs));

    private static string Escape(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (var value in bytes)
        {
            if (value == '\\') text.Append("\\\\");
            else if (value is >= 0x20 and < 0x7f) text.Append((char)value);
            else text.Append(CultureInfo.InvariantCulture, $"\\x{value:X2}");
        }

        return text.ToString();
    }
}
