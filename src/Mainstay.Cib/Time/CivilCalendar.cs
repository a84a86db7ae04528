namespace Mainstay.Cib;

/// <summary>Calendar arithmetic of the proleptic Gregorian calendar on day numbers (days since 1970-01-01).</summary>
internal static class CivilCalendar
{
    public const int SecondsPerDay = 86_400;

    public static bool IsLeapYear(long year) => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    public static int DaysInYear(long year) => IsLeapYear(year) ? 366 : 365;

    public static int DaysInMonth(long year, int month) => month switch
    {
        2 => IsLeapYear(year) ? 29 : 28,
        4 or 6 or 9 or 11 => 30,
        _ => 31,
    };

    /// <summary>The day number of a date. Counting years from March makes the leap day the last of a year.</summary>
    public static long DayNumber(long year, int month, int day)
    {
        var shifted = month <= 2 ? year - 1 : year;
        var era = FloorDivide(shifted, 400);
        var yearOfEra = shifted - (era * 400);
        var monthFromMarch = (month + 9) % 12;
        var dayOfYear = (((153 * monthFromMarch) + 2) / 5) + day - 1;
        var dayOfEra = (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear;
        return (era * 146_097) + dayOfEra - 719_468;
    }

    /// <summary>The date of a day number.</summary>
    public static (long Year, int Month, int Day) Date(long dayNumber)
    {
        var shifted = dayNumber + 719_468;
        var era = FloorDivide(shifted, 146_097);
        var dayOfEra = shifted - (era * 146_097);
        var yearOfEra = (dayOfEra - (dayOfEra / 1_460) + (dayOfEra / 36_524) - (dayOfEra / 146_096)) / 365;
        var dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        var monthFromMarch = ((5 * dayOfYear) + 2) / 153;
        var day = (int)(dayOfYear - (((153 * monthFromMarch) + 2) / 5) + 1);
        var month = (int)(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9);
        var year = yearOfEra + (era * 400) + (month <= 2 ? 1 : 0);
        return (year, month, day);
    }

    /// <summary>The day of the week: 1 = Monday to 7 = Sunday.</summary>
    public static int WeekDay(long dayNumber) => (int)(FloorModulo(dayNumber + 3, 7) + 1);

    /// <summary>The ISO 8601 week-based year and week of a day.</summary>
    public static (long Year, int Week) Week(long dayNumber)
    {
        var thursday = dayNumber - WeekDay(dayNumber) + 4;
        var year = Date(thursday).Year;
        return (year, (int)((thursday - DayNumber(year, 1, 1)) / 7) + 1);
    }

    /// <summary>The day number of a week date.</summary>
    public static long WeekDayNumber(long year, int week, int weekDay)
    {
        var fourth = DayNumber(year, 1, 4);
        return fourth - WeekDay(fourth) + 1 + ((week - 1) * 7L) + weekDay - 1;
    }

    public static long FloorDivide(long value, long divisor)
    {
        var quotient = value / divisor;
        return value % divisor < 0 ? quotient - 1 : quotient;
    }

    public static long FloorModulo(long value, long divisor) => value - (FloorDivide(value, divisor) * divisor);
}
