using FsCheck;
using FsCheck.Fluent;

namespace Mainstay.Cib.Tests;

public sealed class DateTimeTests
{
    [Theory]
    [InlineData("2024-02-29", "2024-02-29 00:00:00Z")]
    [InlineData("20240229", "2024-02-29 00:00:00Z")]
    [InlineData("2005-020T12:30", "2005-01-20 12:30:00Z")]
    [InlineData("2009-W53-7", "2010-01-03 00:00:00Z")]
    [InlineData("2005-W01-1", "2005-01-03 00:00:00Z")]
    [InlineData("2014-05-07 00:28:00", "2014-05-07 00:28:00Z")]
    [InlineData("2014-05-07T002800Z", "2014-05-07 00:28:00Z")]
    [InlineData("2014-05-07 00:28:00 +05:30", "2014-05-07 00:28:00 +05:30")]
    [InlineData("2019-03-24 24:00:00Z", "2019-03-25 00:00:00Z")]
    [InlineData("epoch", "1970-01-01 00:00:00Z")]
    [InlineData("T10:00", "2023-11-14 10:00:00Z")]
    [InlineData("10:00:05", "2023-11-14 10:00:05Z")]
    public void Dates_are_read_in_all_forms(string text, string expected)
    {
        Assert.True(CibDateTime.TryParse(text, Samples.Now, out var value));
        Assert.Equal(expected, value.ToString());
    }

    [Theory]
    [InlineData("2023-02-29")]
    [InlineData("2023-13-01")]
    [InlineData("2023-366")]
    [InlineData("2019-W53-1")]
    [InlineData("0000-01-01")]
    [InlineData("2023-01-01 25:00")]
    [InlineData("2023-01-01 24:00:01")]
    [InlineData("2023-01-01 10:60")]
    [InlineData("2023-01-01 10:00 EST")]
    [InlineData("tomorrow")]
    [InlineData("")]
    public void What_is_no_date_is_refused(string text) => Assert.False(CibDateTime.TryParse(text, Samples.Now, out _));

    [Fact]
    public void Calendar_parts_agree_with_the_runtimes_calendar()
    {
        Prop.ForAll<int>(seed =>
        {
            var seconds = (long)seed * 20;
            var ours = new CibDateTime(seconds);
            var theirs = DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime;
            return (ours.Year, ours.Month, ours.Day, ours.Hour, ours.Minute, ours.Second, ours.DayOfYear)
                == (theirs.Year, theirs.Month, theirs.Day, theirs.Hour, theirs.Minute, theirs.Second, theirs.DayOfYear)
                && ours.Week == System.Globalization.ISOWeek.GetWeekOfYear(theirs)
                && ours.WeekYear == System.Globalization.ISOWeek.GetYear(theirs)
                && ours.WeekDay == (theirs.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)theirs.DayOfWeek);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Printed_dates_read_back_with_their_offset()
    {
        Prop.ForAll<int, short>((seed, offset) =>
        {
            var value = new CibDateTime(Math.Abs((long)seed) * 50, offset % 1439 * 60);
            return CibDateTime.TryParse(value.ToString(), Samples.Now, out var again) && again == value;
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("P1Y", 1, 0, 0, 0, 0, 0, 0)]
    [InlineData("P2M1W", 0, 2, 1, 0, 0, 0, 0)]
    [InlineData("P1DT2H3M4S", 0, 0, 0, 1, 2, 3, 4)]
    [InlineData("P-1H", 0, 0, 0, 0, -1, 0, 0)]
    [InlineData("PT1D", 0, 0, 0, 1, 0, 0, 0)]
    [InlineData("PT1H1H", 0, 0, 0, 0, 2, 0, 0)]
    [InlineData("PT-5S", 0, 0, 0, 0, 0, 0, -5)]
    public void Durations_are_read_in_parts(string text, int years, int months, int weeks, int days, int hours, int minutes, int seconds)
    {
        Assert.True(CibDuration.TryParse(text, out var duration));
        Assert.Equal(new CibDuration(years, months, weeks, days, hours, minutes, seconds), duration);
    }

    [Theory]
    [InlineData("P")]
    [InlineData("PT")]
    [InlineData("P5")]
    [InlineData("P1.5D")]
    [InlineData("P1X")]
    [InlineData("P1YM")]
    [InlineData("1D")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(CibDuration.TryParse(text, out _));

    [Fact]
    public void Adding_a_month_clamps_the_day()
    {
        Assert.True(CibDateTime.TryParse("2024-01-31", Samples.Now, out var start));
        Assert.Equal("2024-02-29 00:00:00Z", start.Add(new CibDuration(0, 1, 0, 0, 0, 0, 0)).ToString());
        Assert.Equal("2023-12-31 00:00:00Z", start.Subtract(new CibDuration(0, 1, 0, 0, 0, 0, 0)).ToString());
    }

    [Theory]
    [InlineData("2024-03-15", 1, "2025-03-16 00:00:00Z")]
    [InlineData("2024-12-31", 1, "2025-12-31 00:00:00Z")]
    [InlineData("2020-02-29", -1, "2019-03-01 00:00:00Z")]
    public void Adding_a_year_keeps_the_day_of_the_year_as_the_reference_does(string from, int years, string expected)
    {
        Assert.True(CibDateTime.TryParse(from, Samples.Now, out var start));
        Assert.Equal(expected, start.Add(new CibDuration(years, 0, 0, 0, 0, 0, 0)).ToString());
    }

    [Fact]
    public void Periods_have_a_start_and_an_end_in_this_order()
    {
        Assert.True(CibPeriod.TryParse("2005-01-01/P1M", Samples.Now, out var period));
        Assert.Equal("2005-02-01 00:00:00Z", period.End.ToString());
        Assert.True(CibPeriod.TryParse("P1M/2005-02-01", Samples.Now, out period));
        Assert.Equal("2005-01-01 00:00:00Z", period.Start.ToString());
        Assert.False(CibPeriod.TryParse("2005-02-01/2005-01-01", Samples.Now, out _));
    }
}
