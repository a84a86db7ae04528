using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>A duration in calendar parts (spec/cib-model.md sections 1.8 and 5.4). Parts may be negative.</summary>
/// <param name="Years">Years.</param>
/// <param name="Months">Months.</param>
/// <param name="Weeks">Weeks.</param>
/// <param name="Days">Days.</param>
/// <param name="Hours">Hours.</param>
/// <param name="Minutes">Minutes.</param>
/// <param name="Seconds">Seconds.</param>
public readonly record struct CibDuration(int Years, int Months, int Weeks, int Days, int Hours, int Minutes, int Seconds)
{
    /// <summary>The length in seconds where a year counts 365 days and a month 30 days.</summary>
    public long TotalSeconds
        => (((Years * 365L) + (Months * 30L) + (Weeks * 7L) + Days) * CivilCalendar.SecondsPerDay)
            + (Hours * 3600L) + (Minutes * 60L) + Seconds;

    /// <summary>
    /// Reads <c>P[nY][nM][nW][nD][T[nH][nM][nS]]</c>; the order is not enforced, equal units add up, numbers may carry a sign, there are no
    /// fractions. Only for <c>M</c> does it matter whether it stands after the <c>T</c>, as with the reference.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="duration">The duration.</param>
    /// <returns>Whether the text is a duration.</returns>
    public static bool TryParse(string? text, out CibDuration duration)
    {
        duration = default;
        if (text is null || text.Length < 2 || text[0] != 'P')
        {
            return false;
        }

        var isTime = false;
        var parts = 0;
        var result = default(CibDuration);
        for (var index = 1; index < text.Length; parts++)
        {
            if (text[index] == 'T' && !isTime)
            {
                isTime = true;
                index++;
                if (index == text.Length)
                {
                    break;
                }
            }

            if (IntegerText.IsBlank(text[index])
                || !IntegerText.TryReadLeading(text[index..], out var number, out var length)
                || number is > int.MaxValue or < int.MinValue || index + length >= text.Length
                || !result.TryAdd(text[index + length], isTime, (int)number, out result))
            {
                return false;
            }

            index += length + 1;
        }

        duration = result;
        return parts > 0;
    }

    /// <summary>The duration in the attributes of a <c>duration</c> element; absent or unreadable attributes count as 0.</summary>
    /// <param name="element">The element.</param>
    public static CibDuration Of(XElement element) => new(
        Part(element, "years"),
        Part(element, "months"),
        Part(element, "weeks"),
        Part(element, "days"),
        Part(element, "hours"),
        Part(element, "minutes"),
        Part(element, "seconds"));

    private static int Part(XElement element, string name)
        => IntegerText.TryReadLeading(element.Value(name), out var value) ? (int)Math.Clamp(value, int.MinValue, int.MaxValue) : 0;

    private bool TryAdd(char unit, bool isTime, int number, out CibDuration result)
    {
        result = (unit, isTime) switch
        {
            ('Y', _) => this with { Years = Sum(Years, number) },
            ('M', false) => this with { Months = Sum(Months, number) },
            ('W', _) => this with { Weeks = Sum(Weeks, number) },
            ('D', _) => this with { Days = Sum(Days, number) },
            ('H', _) => this with { Hours = Sum(Hours, number) },
            ('M', true) => this with { Minutes = Sum(Minutes, number) },
            ('S', _) => this with { Seconds = Sum(Seconds, number) },
            _ => this,
        };
        return unit is 'Y' or 'M' or 'W' or 'D' or 'H' or 'S';
    }

    private static int Sum(int left, int right) => (int)Math.Clamp((long)left + right, int.MinValue, int.MaxValue);
}
