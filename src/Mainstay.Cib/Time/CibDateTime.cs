using System.Globalization;

namespace Mainstay.Cib;

/// <summary>
/// An instant with the offset it is shown in. Instants compare by <see cref="EpochSeconds"/> alone (spec/cib-model.md section 1.8).
/// </summary>
/// <param name="EpochSeconds">Seconds since 1970-01-01 00:00:00 UTC.</param>
/// <param name="OffsetSeconds">The offset from UTC in seconds, positive east.</param>
public readonly partial record struct CibDateTime(long EpochSeconds, int OffsetSeconds = 0)
{
    /// <summary>The year in the offset's own time.</summary>
    public int Year => (int)CivilCalendar.Date(LocalDay).Year;

    /// <summary>The month, 1 to 12.</summary>
    public int Month => CivilCalendar.Date(LocalDay).Month;

    /// <summary>The day of the month, 1 to 31.</summary>
    public int Day => CivilCalendar.Date(LocalDay).Day;

    /// <summary>The hour, 0 to 23.</summary>
    public int Hour => SecondOfDay / 3600;

    /// <summary>The minute, 0 to 59.</summary>
    public int Minute => SecondOfDay / 60 % 60;

    /// <summary>The second, 0 to 59.</summary>
    public int Second => SecondOfDay % 60;

    /// <summary>The day of the year, 1 to 366.</summary>
    public int DayOfYear => (int)(LocalDay - CivilCalendar.DayNumber(Year, 1, 1)) + 1;

    /// <summary>The ISO 8601 week-based year.</summary>
    public int WeekYear => (int)CivilCalendar.Week(LocalDay).Year;

    /// <summary>The ISO 8601 week, 1 to 53.</summary>
    public int Week => CivilCalendar.Week(LocalDay).Week;

    /// <summary>The day of the week: 1 = Monday to 7 = Sunday.</summary>
    public int WeekDay => CivilCalendar.WeekDay(LocalDay);

    /// <summary>The second of the day, 0 to 86399.</summary>
    public int SecondOfDay => (int)CivilCalendar.FloorModulo(EpochSeconds + OffsetSeconds, CivilCalendar.SecondsPerDay);

    internal long LocalDay => CivilCalendar.FloorDivide(EpochSeconds + OffsetSeconds, CivilCalendar.SecondsPerDay);

    /// <summary>The same instant, shown in UTC.</summary>
    public CibDateTime ToUtc() => this with { OffsetSeconds = 0 };

    /// <summary>
    /// Calendar arithmetic: years, then months (the day of the month is clamped to the month's length), weeks, days, hours, minutes,
    /// seconds.
    /// A year keeps the day of the year, as the reference does: one year after 2024-03-15 is 2025-03-16.
    /// </summary>
    /// <param name="duration">What to add; parts may be negative.</param>
    public CibDateTime Add(CibDuration duration)
    {
        var (year, month, day) = CivilCalendar.Date(LocalDay);
        if (duration.Years != 0)
        {
            var dayOfYear = Math.Min(DayOfYear, CivilCalendar.DaysInYear(year + duration.Years));
            (year, month, day) = CivilCalendar.Date(CivilCalendar.DayNumber(year + duration.Years, 1, 1) + dayOfYear - 1);
        }

        var months = (year * 12) + month - 1 + duration.Months;
        year = CivilCalendar.FloorDivide(months, 12);
        month = (int)CivilCalendar.FloorModulo(months, 12) + 1;
        day = Math.Min(day, CivilCalendar.DaysInMonth(year, month));
        var days = CivilCalendar.DayNumber(year, month, day) + (duration.Weeks * 7L) + duration.Days;
        var seconds = SecondOfDay + (duration.Hours * 3600L) + (duration.Minutes * 60L) + duration.Seconds;
        return this with { EpochSeconds = (days * CivilCalendar.SecondsPerDay) + seconds - OffsetSeconds };
    }

    /// <summary>Calendar arithmetic backwards: <see cref="Add"/> with every part negated.</summary>
    /// <param name="duration">What to subtract.</param>
    public CibDateTime Subtract(CibDuration duration) => Add(new CibDuration(
        -duration.Years, -duration.Months, -duration.Weeks, -duration.Days, -duration.Hours, -duration.Minutes, -duration.Seconds));

    /// <summary><c>YYYY-MM-DD hh:mm:ssZ</c>, or with <c> ±hh:mm</c> instead of <c>Z</c>.</summary>
    public override string ToString()
    {
        var (year, month, day) = CivilCalendar.Date(LocalDay);
        return string.Create(CultureInfo.InvariantCulture, $"{year:0000}-{month:00}-{day:00} {TimeText()}");
    }

    /// <summary>With the day of the year: <c>YYYY-DDD hh:mm:ssZ</c>.</summary>
    public string ToOrdinalText() => string.Create(CultureInfo.InvariantCulture, $"{Year:0000}-{DayOfYear:000} {TimeText()}");

    /// <summary>With week and day of the week: <c>YYYY-Www-D hh:mm:ssZ</c>.</summary>
    public string ToWeekText() => string.Create(CultureInfo.InvariantCulture, $"{WeekYear:0000}-W{Week:00}-{WeekDay} {TimeText()}");

    private string TimeText() => string.Create(CultureInfo.InvariantCulture, $"{Hour:00}:{Minute:00}:{Second:00}{OffsetText()}");

    private string OffsetText()
    {
        if (OffsetSeconds == 0)
        {
            return "Z";
        }

        var magnitude = Math.Abs(OffsetSeconds);
        var sign = OffsetSeconds < 0 ? '-' : '+';
        return string.Create(CultureInfo.InvariantCulture, $" {sign}{magnitude / 3600:00}:{magnitude / 60 % 60:00}");
    }
}
