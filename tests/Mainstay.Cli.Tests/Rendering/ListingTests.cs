using Mainstay.Cli.Rendering;

namespace Mainstay.Cli.Tests.Rendering;

public sealed class ListingTests
{
    private const char Escape = '\u001b';

    public static TheoryData<string> Listings { get; } =
        ["status", "status --full", "resource", "stonith", "constraint", "constraint order", "property", "node attribute", "stonith level"];

    [Theory]
    [MemberData(nameof(Listings))]
    public void Pipes_and_the_name_pcs_get_the_text_of_the_reference(string line)
    {
        var words = line.Split(' ');
        var plain = WithoutTimes(TerminalConsole.Run(TerminalFacts.Plain, "pcs", words));

        Assert.Equal(plain, WithoutTimes(TerminalConsole.Run(TerminalFacts.Plain, "mainstay", words)));
        Assert.Equal(plain, WithoutTimes(TerminalConsole.Run(TerminalConsole.Colour, "pcs", words)));
        Assert.DoesNotContain(Escape, plain);
    }

    [Theory]
    [MemberData(nameof(Listings))]
    public void NO_COLOR_gets_tables_without_escape_codes(string line) =>
        Assert.DoesNotContain(Escape, TerminalConsole.Run(TerminalConsole.NoColour, "mainstay", line.Split(' ')));

    [Theory]
    [InlineData("constraint")]
    [InlineData("property")]
    [InlineData("node attribute")]
    public void Whoever_asks_for_text_gets_text_on_a_terminal_too(string line)
    {
        string[] words = [.. line.Split(' '), "--output-format", "text"];

        Assert.Equal(
            TerminalConsole.Run(TerminalFacts.Plain, "pcs", words), TerminalConsole.Run(TerminalConsole.Colour, "mainstay", words));
    }

    [Fact]
    public void The_status_tells_nodes_resources_and_failures_by_colour()
    {
        var text = TerminalConsole.Run(TerminalConsole.Colour, "mainstay", "status");

        Assert.Contains($"{Escape}[32monline{Escape}[0m", text);
        Assert.Contains($"{Escape}[1;91mUNCLEAN (offline){Escape}[0m", text);
        Assert.Contains($"{Escape}[32mStarted{Escape}[0m", text);
        Assert.Contains($"{Escape}[91mFAILED{Escape}[0m", text);
        Assert.Contains($"{Escape}[91mStopped{Escape}[0m", text);
        Assert.Contains($"{Escape}[93mStopped (disabled){Escape}[0m", text);
        Assert.Contains("no answer [80]", text);
    }

    [Fact]
    public void Members_stand_below_their_group()
    {
        var lines = Lines(TerminalConsole.Run(TerminalConsole.NoColour, "mainstay", "resource"));

        Assert.Equal(
            ["Resource Agent State Node", "web group", "address ocf:heartbeat:IPaddr2 Started node1", "server ocf:heartbeat:nginx FAILED node1"],
            lines.Take(4));
    }

    [Fact]
    public void Constraints_are_shown_by_kind_with_their_ids()
    {
        var lines = Lines(TerminalConsole.Run(TerminalConsole.NoColour, "mainstay", "constraint"));

        Assert.Equal(
            [
                "Location", "Resource Node or rule Score Id", "web node2 -INFINITY location-web-node2", "web rack eq 3 50 location-web-rack",
                "Colocation", "Resource With Score Id", "spare web -100 colocation-spare-web",
                "Order", "First Then Options Id", "start web start spare kind=Optional order-web-spare",
                "{ address spare } (sequential=false) order-set",
                "Tickets", "Ticket Resource Options Id", "site web loss-policy=stop ticket-web",
            ],
            lines);
    }

    [Fact]
    public void A_narrow_terminal_breaks_text_but_no_id()
    {
        var narrow = TerminalConsole.NoColour with { Width = 60 };

        var text = TerminalConsole.Run(narrow, "mainstay", "resource");

        Assert.Contains("Resource  database-of-the-warehouse-management-system", text);
        Assert.Contains("State     FAILED", text);
        Assert.All(text.Split('\n'), line => Assert.True(line.Length <= narrow.Width, line));
    }

    [Fact]
    public void A_locale_without_box_characters_gets_ascii() =>
        Assert.All(
            TerminalConsole.Run(TerminalConsole.NoColour with { HasUnicode = false }, "mainstay", "status", "--full"),
            c => Assert.True(c < 0x80, $"U+{(int)c:X4}"));

    [Fact]
    public void A_row_has_a_cell_per_column() => Assert.Throws<ArgumentException>(() => new Listing(null, "a", "b").Add("1"));

    private static string WithoutTimes(string text) =>
        string.Join('\n', text.Split('\n').Where(l => !l.Contains("Last updated", StringComparison.Ordinal)));

    // The words of each line, without the borders.
    private static List<string> Lines(string text) =>
    [
        .. text.Split('\n').Select(l => string.Join(' ', l.Split([' ', '│'], StringSplitOptions.RemoveEmptyEntries)))
            .Where(l => l.Length > 0 && l[0] is not ('╭' or '├' or '╰')),
    ];
}
