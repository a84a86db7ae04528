using System.Globalization;
using Mainstay.Cib;
using Mainstay.Scheduler;

namespace Mainstay.Cli.Simulate;

/// <summary>Processes a list of inputs in one process; a case that cannot be processed leaves NAME.err and the rest goes on.</summary>
internal static class SimulateBatch
{
    private const int ExitNoInput = 66;

    public static int Run(ToolContext context, string listFile)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(listFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            context.Error.WriteLine($"{context.InvokedName}: cannot read {listFile}: {e.Message}");
            return ExitNoInput;
        }

        foreach (string line in lines)
        {
            var fields = line.Split('\t');
            if (fields.Length < 3) continue;
            context.Cancellation.ThrowIfCancellationRequested();
            RunCase(fields[0], fields[1], fields[2], fields.Length > 3 ? SplitShell(fields[3]) : []);
        }

        return 0;
    }

    // A batch must go on after any failure of one of its cases, so this is an outermost edge.
    private static void RunCase(string name, string input, string folder, List<string> extra)
    {
        string Path(string extension) => System.IO.Path.Combine(folder, $"{name}.{extension}");
        try
        {
            var document = CibDocument.ParseForPlanning(File.ReadAllBytes(input), input).DocumentOrThrow();
            using var summary = new StringWriter(CultureInfo.InvariantCulture);
            Session(document, ["-S", .. extra]).Run(summary, summary);
            File.WriteAllText(Path("summary"), summary.ToString());

            using var scores = new StringWriter(CultureInfo.InvariantCulture);
            using var ignored = new StringWriter(CultureInfo.InvariantCulture);
            var session = Session(document, ["-sSQ", .. extra]);
            session.Run(scores, ignored);
            File.WriteAllText(Path("scores"), scores.ToString());
            if (session.Plan is not { } plan) return;
            File.WriteAllText(Path("exp"), TransitionGraphXml.ToText(plan.Graph));
            using var dot = new StreamWriter(Path("dot"));
            TransitionDot.Write(plan, dot);
        }
        catch (Exception e)
        {
            File.WriteAllText(Path("err"), e.ToString());
        }
    }

    private static SimulateSession Session(CibDocument document, List<string> args) =>
        new(document, SimulateOptions.Parse(args, out string? error) ?? throw new InvalidDataException(error));

    /// <summary>Splits words as a shell does: quotes and backslashes.</summary>
    private static List<string> SplitShell(string text)
    {
        var words = new List<string>();
        var word = new System.Text.StringBuilder();
        bool inWord = false;
        char quote = '\0';
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quote != '\0')
            {
                if (c == quote) quote = '\0';
                else word.Append(c);
            }
            else if (c is '\'' or '"')
            {
                quote = c;
                inWord = true;
            }
            else if (c == '\\' && i + 1 < text.Length)
            {
                word.Append(text[++i]);
                inWord = true;
            }
            else if (char.IsWhiteSpace(c))
            {
                if (inWord) words.Add(word.ToString());
                word.Clear();
                inWord = false;
            }
            else
            {
                word.Append(c);
                inWord = true;
            }
        }

        if (inWord) words.Add(word.ToString());
        return words;
    }
}
