namespace Mainstay.Cib;

/// <summary>Interval and timeout text, in milliseconds (spec/cib-model.md section 1.5).</summary>
public static class Interval
{
    /// <summary>The largest interval: 4294967295 ms.</summary>
    public const long MillisecondsMax = uint.MaxValue;

    /// <summary>The timeout of an operation that has none: 20 s.</summary>
    public const int TimeoutDefaultMs = 20_000;

    /// <summary>Reads an interval: a number with an optional unit, or an ISO 8601 duration.</summary>
    /// <param name="text">The text.</param>
    /// <param name="milliseconds">The interval in milliseconds, 0 to <see cref="MillisecondsMax"/>; 0 if not readable.</param>
    /// <returns>Whether the text is an interval.</returns>
    public static bool TryParse(string? text, out long milliseconds)
    {
        milliseconds = 0;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        if (text[0] == 'P')
        {
            if (!CibDuration.TryParse(text, out var duration) || duration.TotalSeconds < 0)
            {
                return false;
            }

            milliseconds = duration.TotalSeconds > MillisecondsMax / 1000 ? MillisecondsMax : duration.TotalSeconds * 1000;
            return true;
        }

        if (!TryReadUnits(text, out var value) || value < 0)
        {
            return false;
        }

        milliseconds = Math.Min(value, MillisecondsMax);
        return true;
    }

    /// <summary>Reads an interval; absent or invalid text gives the default.</summary>
    /// <param name="text">The text.</param>
    /// <param name="fallbackMs">The default in milliseconds.</param>
    public static long Parse(string? text, long fallbackMs = 0) => TryParse(text, out var milliseconds) ? milliseconds : fallbackMs;

    /// <summary>Reads a timeout: number and unit only; absent, invalid or not positive gives 20000 ms; at most 2147483647.</summary>
    /// <param name="text">The text.</param>
    public static int ParseTimeout(string? text)
        => TryReadUnits(text, out var value) && value > 0 ? (int)Math.Min(value, int.MaxValue) : TimeoutDefaultMs;

    /// <summary>Milliseconds where seconds are wanted: 0 stays 0, 1 to 999 become 1, otherwise the nearest second, halves up.</summary>
    /// <param name="milliseconds">Milliseconds, not negative.</param>
    public static long ToSeconds(long milliseconds) => milliseconds switch
    {
        <= 0 => 0,
        < 1000 => 1,
        _ => (milliseconds + 500) / 1000,
    };

    /// <summary>A number with an optional unit in milliseconds: the fraction is dropped, units are matched by their beginning.</summary>
    private static bool TryReadUnits(string? text, out long milliseconds)
    {
        milliseconds = 0;
        if (!IntegerText.TryReadLeading(text, out var number, out var index))
        {
            return false;
        }

        while (index < text!.Length && (char.IsAsciiDigit(text[index]) || text[index] == '.'))
        {
            index++;
        }

        while (index < text.Length && IntegerText.IsBlank(text[index]))
        {
            index++;
        }

        var unit = text.AsSpan(index);
        if (unit.IsEmpty || Is(unit, "s"))
        {
            milliseconds = Multiply(number, 1000);
        }
        else if (Is(unit, "ms"))
        {
            milliseconds = number;
        }
        else if (Is(unit, "us"))
        {
            milliseconds = number / 1000;
        }
        else if (Is(unit, "m"))
        {
            milliseconds = Multiply(number, 60_000);
        }
        else if (Is(unit, "h"))
        {
            milliseconds = Multiply(number, 3_600_000);
        }
        else
        {
            return false;
        }

        return true;
    }

    private static bool Is(ReadOnlySpan<char> unit, string name) => unit.StartsWith(name, StringComparison.OrdinalIgnoreCase);

    private static long Multiply(long number, long factor)
        => number > long.MaxValue / factor ? long.MaxValue : number < long.MinValue / factor ? long.MinValue : number * factor;
}
