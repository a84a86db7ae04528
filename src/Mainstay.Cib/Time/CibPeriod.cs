namespace Mainstay.Cib;

/// <summary>A period between two instants.</summary>
/// <param name="Start">The start.</param>
/// <param name="End">The end.</param>
public readonly record struct CibPeriod(CibDateTime Start, CibDateTime End)
{
    /// <summary>Reads <c>START/END</c>, <c>START/DURATION</c> or <c>DURATION/END</c>, or a duration alone, which starts now.</summary>
    /// <param name="text">The text.</param>
    /// <param name="now">Gives today's date, and the offset of text that has none.</param>
    /// <param name="period">The period.</param>
    /// <returns>Whether the text is a period whose end is not before its start.</returns>
    public static bool TryParse(string? text, CibDateTime now, out CibPeriod period)
    {
        period = default;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? text : text[..slash];
        var second = slash < 0 ? null : text[(slash + 1)..];
        CibDateTime start;
        CibDateTime end;
        if (CibDuration.TryParse(first, out var length))
        {
            if (second is null)
            {
                start = now;
                end = now.Add(length);
            }
            else if (CibDateTime.TryParse(second, now, out end))
            {
                start = end.Subtract(length);
            }
            else
            {
                return false;
            }
        }
        else if (!CibDateTime.TryParse(first, now, out start))
        {
            return false;
        }
        else if (second is null)
        {
            end = now;
        }
        else if (CibDuration.TryParse(second, out length))
        {
            end = start.Add(length);
        }
        else if (!CibDateTime.TryParse(second, now, out end))
        {
            return false;
        }

        period = new CibPeriod(start, end);
        return start.EpochSeconds <= end.EpochSeconds;
    }
}
