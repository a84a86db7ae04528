namespace Mainstay.Agents.Fencing;

/// <summary>Durations of fencing parameters: a whole number with an optional unit, seconds by default.</summary>
internal static class FenceTime
{
    /// <summary>
    /// Reads <c>30</c>, <c>30s</c>, <c>500ms</c>, <c>2min</c>, <c>1h</c>. False for anything else, and for negative values.
    /// </summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var trimmed = text.AsSpan().Trim();
        var digits = 0;
        while (digits < trimmed.Length && char.IsAsciiDigit(trimmed[digits])) digits++;
        if (digits is 0 or > 12) return false;
        var number = long.Parse(trimmed[..digits]);
        var factor = trimmed[digits..].Trim() switch
        {
            "" or "s" or "sec" => 1000L,
            "ms" or "msec" => 1L,
            "us" or "usec" => 0L,
            "m" or "min" => 60_000L,
            "h" or "hr" => 3_600_000L,
            _ => -1L,
        };
        if (factor < 0) return false;
        var milliseconds = factor == 0 ? number / 1000 : Math.Min(number * factor, int.MaxValue);
        duration = TimeSpan.FromMilliseconds(milliseconds);
        return true;
    }
}
