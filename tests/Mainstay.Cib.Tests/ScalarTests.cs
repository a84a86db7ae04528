using FsCheck;
using FsCheck.Fluent;

namespace Mainstay.Cib.Tests;

public sealed class ScalarTests
{
    [Theory]
    [InlineData("INFINITY", 1000000)]
    [InlineData("+INFINITY", 1000000)]
    [InlineData("-INFINITY", -1000000)]
    [InlineData("12abc", 12)]
    [InlineData("  -5", -5)]
    [InlineData("2000000", 1000000)]
    [InlineData("-99999999999999999999999", -1000000)]
    [InlineData("RED", 0)]
    public void Scores_are_read_as_the_reference_does(string text, int expected)
    {
        Assert.True(Score.TryParse(text, out var score));
        Assert.Equal(expected, score.Value);
    }

    [Theory]
    [InlineData("infinity")]
    [InlineData("")]
    [InlineData("x1")]
    [InlineData(null)]
    public void Text_without_a_leading_integer_is_no_score(string? text)
    {
        Assert.False(Score.TryParse(text, out _));
        Assert.Equal(7, Score.Parse(text, new Score(7)).Value);
    }

    [Fact]
    public void Health_colours_are_worth_what_is_in_force()
    {
        Assert.True(Score.TryParse("red", new HealthScores(Score.MinusInfinity, new Score(5), new Score(9)), out var red));
        Assert.True(red.IsMinusInfinity);
    }

    [Fact]
    public void Score_sums_saturate_commute_and_minus_infinity_absorbs()
    {
        Prop.ForAll<int, int>((x, y) =>
        {
            var left = new Score(x);
            var right = new Score(y);
            var sum = left + right;
            return sum == right + left && Math.Abs(sum.Value) <= Score.InfinityValue
                && (left + Score.MinusInfinity).IsMinusInfinity
                && (left.IsMinusInfinity || (left + Score.Infinity).IsInfinity);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Printed_scores_read_back()
        => Prop.ForAll<int>(value => Score.TryParse(new Score(value).ToString(), out var score)
            && score == new Score(value)).QuickCheckThrowOnFailure();

    [Fact]
    public void The_order_of_a_saturating_sum_matters()
    {
        Assert.Equal(1000000, (new Score(999999) + new Score(5) + new Score(-5)).Value);
        Assert.Equal(999999, (new Score(999999) + new Score(-5) + new Score(5)).Value);
    }

    [Theory]
    [InlineData("10s", 10_000)]
    [InlineData("10", 10_000)]
    [InlineData("1.5s", 1_000)]
    [InlineData("10min", 600_000)]
    [InlineData("10minutes", 600_000)]
    [InlineData("2hr", 7_200_000)]
    [InlineData("500ms", 500)]
    [InlineData("1500us", 1)]
    [InlineData("5 m", 300_000)]
    [InlineData("P1Y", 4294967295)]
    [InlineData("PT1H", 3_600_000)]
    [InlineData("PT1M30S", 90_000)]
    [InlineData("99999999999999h", 4294967295)]
    public void Intervals_are_milliseconds(string text, long expected)
    {
        Assert.True(Interval.TryParse(text, out var milliseconds));
        Assert.Equal(expected, milliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("-5s")]
    [InlineData("5 parsecs")]
    [InlineData("P")]
    [InlineData("soon")]
    public void What_is_no_interval_counts_as_0(string? text)
    {
        Assert.False(Interval.TryParse(text, out var milliseconds));
        Assert.Equal(0, milliseconds);
    }

    [Theory]
    [InlineData("30s", 30_000)]
    [InlineData("0", 20_000)]
    [InlineData("PT1H", 20_000)]
    [InlineData("junk", 20_000)]
    [InlineData("999999h", int.MaxValue)]
    public void Timeouts_fall_back_to_20_seconds(string text, int expected) => Assert.Equal(expected, Interval.ParseTimeout(text));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(999, 1)]
    [InlineData(1499, 1)]
    [InlineData(1500, 2)]
    public void Milliseconds_round_to_seconds_half_up(long milliseconds, long seconds)
        => Assert.Equal(seconds, Interval.ToSeconds(milliseconds));

    [Theory]
    [InlineData("YES", true)]
    [InlineData("1", true)]
    [InlineData("off", false)]
    [InlineData("maybe", null)]
    [InlineData(null, null)]
    public void Booleans_have_ten_spellings(string? text, bool? expected) => Assert.Equal(expected, CibBoolean.Parse(text));

    [Theory]
    [InlineData("5", 5, true)]
    [InlineData("5", 6, false)]
    [InlineData("5-", 99, true)]
    [InlineData("-5", 5, true)]
    [InlineData("-5", 6, false)]
    [InlineData("5-7", 7, true)]
    [InlineData("5-7", 8, false)]
    public void Ranges_contain_their_ends(string text, long value, bool expected)
    {
        Assert.True(IntegerRange.TryParse(text, out var range));
        Assert.Equal(expected, range.Contains(value));
    }

    [Theory]
    [InlineData("5x")]
    [InlineData("-")]
    [InlineData("a-b")]
    [InlineData("")]
    public void Ranges_with_anything_but_integers_are_invalid(string text) => Assert.False(IntegerRange.TryParse(text, out _));

    [Theory]
    [InlineData("node2", "node10", -1)]
    [InlineData("7", "007", -1)]
    [InlineData("Alpha", "alpha", 0)]
    [InlineData("a", "ab", -1)]
    [InlineData("n99999999999999999999", "n100000000000000000000", -1)]
    public void Names_sort_naturally(string left, string right, int expected)
    {
        Assert.Equal(expected, Math.Sign(NaturalOrder.Comparer.Compare(left, right)));
        Assert.Equal(-expected, Math.Sign(NaturalOrder.Comparer.Compare(right, left)));
    }

    [Theory]
    [InlineData("1.2", "1.10", -1)]
    [InlineData("1.2", "1.2.0", 0)]
    [InlineData(" 3.0~rc1", "3", 0)]
    [InlineData("", "0.1", -1)]
    public void Versions_compare_by_their_numbers(string left, string right, int expected)
        => Assert.Equal(expected, Math.Sign(VersionText.Compare(left, right)));
}
