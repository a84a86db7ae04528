namespace Mainstay.Lab.Tests.Ring.Matrix;

/// <summary>The checker of the matrix finds what it is there to find.</summary>
public sealed class OrderCheckTests
{
    private const string Both = "members 1/10 2/20 joined 2/20:1";

    [Fact]
    public void Equal_records_have_no_problems()
    {
        Assert.Empty(OrderCheck.Problems([First("a-0", "b-0", "a-1"), Second("a-0", "b-0", "a-1")]));
    }

    [Theory]
    [InlineData("in different places", "b-0", "a-0", "a-1")]
    [InlineData("stayed together and saw the same 2 of 4 and 3", "a-0", "a-1")]
    [InlineData("stayed together", "a-0", "b-0")]
    [InlineData("came twice", "a-0", "b-0", "a-0", "a-1")]
    [InlineData("who was a member all the time", "a-0", "b-0", "a-2")]
    public void A_record_that_differs_is_named(string problem, params string[] second)
    {
        Assert.Contains(
            OrderCheck.Problems([First("a-0", "b-0", "a-1"), Second(second)]), p => p.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public void Long_texts_are_compared_by_length_and_sum_whichever_client_printed_them()
    {
        var text = "a-0".PadRight(300, '.');
        var sum = text.Aggregate(0u, (s, c) => (s * 31) + c);
        Assert.Empty(OrderCheck.Problems([First(text), Second($"a-0 length 300 sum {sum}")]));
        Assert.NotEmpty(OrderCheck.Problems([First(text), Second($"a-0 length 300 sum {sum + 1}")]));
    }

    [Fact]
    public void Who_parted_may_have_seen_other_messages_but_not_in_another_order()
    {
        string[] start = ["members 1/10 joined 1/10:1", Both, "message 1/10 a-0"];
        string[] together = ["members 1/10 2/20 joined 2/20:4", "message 1/10 a-3"];
        var first = Record("n1", [.. start, "message 1/10 a-1", "members 1/10 left 2/20:3", "message 1/10 a-2", .. together]);
        var second = Record("n2", [Both, "message 1/10 a-0", "members 2/20 left 1/10:3", "message 2/20 b-0", .. together]);
        Assert.Empty(OrderCheck.Problems([first, second]));
        var late = Record("n2", [Both, "message 1/10 a-0", "members 2/20 left 1/10:3", .. together, "message 2/20 b-1"]);
        Assert.Single(OrderCheck.Problems([first, late]));
    }

    [Fact]
    public void A_gap_after_the_sender_was_away_is_none()
    {
        var record = Record(
            "n1", ["members 1/10 joined 1/10:1", Both, "message 2/20 b-0", "members 1/10 left 2/20:3", "members 1/10 2/20 joined 2/20:4",
                "message 2/20 b-7"]);
        Assert.Empty(OrderCheck.Problems([record]));
    }

    private static GroupRecord First(params string[] texts) => Record("n1", ["members 1/10 joined 1/10:1", Both, .. Messages(texts)]);

    private static GroupRecord Second(params string[] texts) => Record("n2", [Both, .. Messages(texts)]);

    private static IEnumerable<string> Messages(IEnumerable<string> texts) =>
        texts.Select(t => $"message {(t[0] == 'a' ? "1/10" : "2/20")} {t}");

    private static GroupRecord Record(string name, string[] lines) => GroupRecord.Parse(name, isWhole: true, lines);
}
