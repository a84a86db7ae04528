using Spectre.Console;

namespace Mainstay.Cli.Rendering;

/// <summary>Draws listings on a terminal.</summary>
internal static class ListingWriter
{
    private const int Gap = 2;
    private const int NarrowestText = 12;

    /// <summary>
    /// Whether a command shows listings: <c>mainstay</c> on a terminal. Under the reference's names (<c>pcs</c>, <c>crm_mon</c>) and in
    /// pipes and files the text is the reference's, for scripts read it.
    /// </summary>
    public static bool IsWanted(ToolContext context) => context.Terminal.IsInteractive && context.InvokedName == "mainstay";

    /// <summary>Draws listings one below the other; those without rows and without words for that are left out.</summary>
    public static void Write(ToolContext context, IEnumerable<Listing> listings)
    {
        var console = Console(context);
        foreach (var listing in listings)
        {
            Write(console, listing, context.Terminal);
        }
    }

    /// <summary>Draws a line of text between listings.</summary>
    public static void WriteLine(ToolContext context, string text, Tone tone) =>
        Console(context).Write(new Text(text + "\n", StyleOf(tone)));

    /// <summary>A console over the tool's output that keeps to the facts of its terminal.</summary>
    public static IAnsiConsole Console(ToolContext context)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = context.Terminal.HasColour ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = context.Terminal.HasColour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new TerminalOutput(context.Out, context.Terminal),
        });
        console.Profile.Capabilities.Unicode = context.Terminal.HasUnicode;
        return console;
    }

    private static void Write(IAnsiConsole console, Listing listing, TerminalFacts terminal)
    {
        if (listing.Rows.Count == 0 && listing.WhenEmpty is null)
        {
            return;
        }

        if (listing.Title is { } title)
        {
            console.Write(new Text(title + "\n", new Style(decoration: Decoration.Bold)));
        }

        if (listing.Rows.Count == 0)
        {
            console.Write(new Padder(new Text(listing.WhenEmpty!)).Padding(Gap, 0, 0, 0));
        }
        else if (Fits(listing, terminal.Width))
        {
            console.Write(Draw(listing, terminal));
        }
        else
        {
            console.Write(DrawRecords(listing));
        }
    }

    // A border and a blank on each side of every column, and a border at the end.
    private static bool Fits(Listing listing, int width) => width > listing.Columns
        .Select((heading, index) =>
        {
            var widest = listing.Rows.SelectMany(r => r[index].Text.Split('\n')).Append(heading).Max(line => line.Length);
            return 3 + (listing.TextColumns.Contains(index) ? Math.Min(widest, NarrowestText) : widest);
        })
        .Sum();

    // Where a table does not fit: a block of lines per row. Nothing is cut off, and names stay whole as long as they fit at all.
    private static Table DrawRecords(Listing listing)
    {
        var lines = new Table { Border = TableBorder.None, ShowHeaders = false };
        lines.AddColumn(new TableColumn("").Padding(Gap, Gap).NoWrap()).AddColumn(new TableColumn("").Padding(0, 0));
        foreach (var row in listing.Rows)
        {
            foreach (var (index, cell) in row.Index().Where(c => c.Item.Text.Length > 0))
            {
                lines.AddRow(new Text(listing.Columns[index], StyleOf(Tone.Faint)), new Text(cell.Text, StyleOf(cell.Tone)));
            }

            lines.AddEmptyRow();
        }

        return lines;
    }

    private static Table Draw(Listing listing, TerminalFacts terminal)
    {
        var hasHead = listing.Columns.Any(c => c.Length > 0);
        var table = new Table
        {
            Border = !hasHead ? TableBorder.None : terminal.HasUnicode ? TableBorder.Rounded : TableBorder.Ascii,
            BorderStyle = StyleOf(Tone.Faint),
            ShowHeaders = hasHead,
        };
        foreach (var (index, heading) in listing.Columns.Index())
        {
            var column = new TableColumn(new Text(heading, StyleOf(Tone.Strong)));
            if (!hasHead)
            {
                column.Padding(index == 0 ? Gap : 0, Gap);
            }

            if (!listing.TextColumns.Contains(index))
            {
                column.NoWrap();
            }

            table.AddColumn(column);
        }

        foreach (var row in listing.Rows)
        {
            table.AddRow(row.Select(cell => new Text(cell.Text, StyleOf(cell.Tone))));
        }

        return table;
    }

    private static Style StyleOf(Tone tone) => tone switch
    {
        Tone.Good => new Style(Color.Green),
        Tone.Warning => new Style(Color.Yellow),
        Tone.Bad => new Style(Color.Red),
        Tone.Alarm => new Style(Color.Red, decoration: Decoration.Bold),
        Tone.Faint => new Style(Color.Grey),
        Tone.Strong => new Style(decoration: Decoration.Bold),
        _ => Style.Plain,
    };
}
