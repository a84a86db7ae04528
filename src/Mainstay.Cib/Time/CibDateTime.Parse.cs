namespace Mainstay.Cib;

public readonly partial record struct CibDateTime
{
    private const int YearMax = 9999;

    /// <summary>
    /// Reads a date and time: <c>YYYY-MM-DD</c>, <c>YYYYMMDD</c>, <c>YYYY-DDD</c>, <c>YYYY-Www-D</c> or <c>epoch</c>, then optionally
    /// <c>T</c>
    /// or a blank and a time, then optionally an offset; or a time alone, which means today (spec/cib-model.md section 1.8).
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="now">Gives today's date, and the offset of text that has none.</param>
    /// <param name="value">The instant.</param>
    /// <returns>Whether the text is a date and time.</returns>
    public static bool TryParse(string? text, CibDateTime now, out CibDateTime value)
    {
        value = default;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        if (text == "epoch")
        {
            value = new CibDateTime(0);
            return true;
        }

        var rest = text.AsSpan();
        long day;
        if (rest[0] == 'T' || (rest.Length > 2 && rest[2] == ':'))
        {
            day = now.LocalDay;
            rest = rest[0] == 'T' ? rest[1..] : rest;
            return TryReadTime(rest, day, now.OffsetSeconds, out value);
        }

        if (!TryReadDate(ref rest, out day))
        {
            return false;
        }

        if (rest.IsEmpty)
        {
            return TryCompose(day, 0, now.OffsetSeconds, out value);
        }

        if (rest[0] is not ('T' or ' ' or 'Z' or '+' or '-'))
        {
            return false;
        }

        var timePart = rest[0] is 'T' or ' ' ? rest[1..] : rest;
        return TryReadTime(timePart, day, now.OffsetSeconds, out value);
    }

    private static bool TryReadDate(ref ReadOnlySpan<char> rest, out long day)
    {
        day = 0;
        if (!TryReadDigits(ref rest, 4, out var year) || year is < 1 or > YearMax)
        {
            return false;
        }

        var hasDash = rest.StartsWith('-');
        if (!hasDash)
        {
            return TryReadDigits(ref rest, 2, out var basicMonth) && TryReadDigits(ref rest, 2, out var basicDay)
                && TryMakeDay(year, basicMonth, basicDay, out day);
        }

        rest = rest[1..];
        if (rest.StartsWith('W'))
        {
            rest = rest[1..];
            if (!TryReadDigits(ref rest, 2, out var week) || !rest.StartsWith('-'))
            {
                return false;
            }

            rest = rest[1..];
            return TryReadDigits(ref rest, 1, out var weekDay) && TryMakeWeekDay(year, week, weekDay, out day);
        }

        if (CountDigits(rest) == 3)
        {
            _ = TryReadDigits(ref rest, 3, out var dayOfYear);
            day = CivilCalendar.DayNumber(year, 1, 1) + dayOfYear - 1;
            return dayOfYear >= 1 && dayOfYear <= CivilCalendar.DaysInYear(year);
        }

        if (!TryReadDigits(ref rest, 2, out var month) || !rest.StartsWith('-'))
        {
            return false;
        }

        rest = rest[1..];
        return TryReadDigits(ref rest, 2, out var dayOfMonth) && TryMakeDay(year, month, dayOfMonth, out day);
    }

    private static bool TryReadTime(ReadOnlySpan<char> rest, long day, int localOffset, out CibDateTime value)
    {
        value = default;
        var hour = 0;
        var minute = 0;
        var second = 0;
        if (!rest.IsEmpty && char.IsAsciiDigit(rest[0]))
        {
            if (!TryReadDigits(ref rest, 2, out hour))
            {
                return false;
            }

            var extended = rest.StartsWith(':');
            if (!TryReadNext(ref rest, extended, out minute) || !TryReadNext(ref rest, extended, out second))
            {
                return false;
            }
        }

        var inRange = hour <= 24 && minute <= 59 && second <= 59 && (hour < 24 || (minute == 0 && second == 0));
        return inRange
            && TryReadOffset(rest, localOffset, out var offset)
            && TryCompose(day, (hour * 3600) + (minute * 60) + second, offset, out value);
    }

    /// <summary>Reads the next two digits of a time, if there are any.</summary>
    private static bool TryReadNext(ref ReadOnlySpan<char> rest, bool extended, out int part)
    {
        part = 0;
        if (extended)
        {
            if (!rest.StartsWith(':'))
            {
                return true;
            }

            rest = rest[1..];
            return TryReadDigits(ref rest, 2, out part);
        }

        return rest.IsEmpty || !char.IsAsciiDigit(rest[0]) || TryReadDigits(ref rest, 2, out part);
    }

    private static bool TryReadOffset(ReadOnlySpan<char> rest, int localOffset, out int offset)
    {
        offset = localOffset;
        if (rest.IsEmpty)
        {
            return true;
        }

        rest = rest.TrimStart(' ');
        if (rest.IsEmpty)
        {
            return true;
        }

        if (rest is "Z")
        {
            offset = 0;
            return true;
        }

        var sign = rest[0] switch { '+' => 1, '-' => -1, _ => 0 };
        if (sign == 0)
        {
            return false;
        }

        rest = rest[1..];
        if (!TryReadDigits(ref rest, 2, out var hours))
        {
            return false;
        }

        var minutes = 0;
        if (!rest.IsEmpty)
        {
            rest = rest[0] == ':' ? rest[1..] : rest;
            if (!TryReadDigits(ref rest, 2, out minutes))
            {
                return false;
            }
        }

        offset = sign * ((hours * 3600) + (minutes * 60));
        return rest.IsEmpty && hours <= 23 && minutes <= 59;
    }

    private static bool TryCompose(long day, int secondOfDay, int offset, out CibDateTime value)
    {
        value = new CibDateTime((day * CivilCalendar.SecondsPerDay) + secondOfDay - offset, offset);
        return true;
    }

    private static bool TryMakeDay(int year, int month, int dayOfMonth, out long day)
    {
        day = 0;
        if (month is < 1 or > 12 || dayOfMonth < 1 || dayOfMonth > CivilCalendar.DaysInMonth(year, month))
        {
            return false;
        }

        day = CivilCalendar.DayNumber(year, month, dayOfMonth);
        return true;
    }

    private static bool TryMakeWeekDay(int year, int week, int weekDay, out long day)
    {
        day = 0;
        if (week is < 1 or > 53 || weekDay is < 1 or > 7)
        {
            return false;
        }

        day = CivilCalendar.WeekDayNumber(year, week, weekDay);
        return week < 53 || CivilCalendar.Week(day) == (year, week);
    }

    private static int CountDigits(ReadOnlySpan<char> text)
    {
        var count = 0;
        while (count < text.Length && char.IsAsciiDigit(text[count]))
        {
            count++;
        }

        return count;
    }

    private static bool TryReadDigits(ref ReadOnlySpan<char> rest, int count, out int value)
    {
        value = 0;
        if (rest.Length < count || CountDigits(rest[..count]) != count)
        {
            return false;
        }

        for (var index = 0; index < count; index++)
        {
            value = (value * 10) + (rest[index] - '0');
        }

        rest = rest[count..];
        return true;
    }
}
