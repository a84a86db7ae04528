using Mainstay.Cib;
using Mainstay.Cli.CibTools;
using Mainstay.Cli.Planning;
using Mainstay.Scheduler;

namespace Mainstay.Cli.Simulate;

/// <summary>Processes a list of inputs in one process; a case that cannot be processed leaves NAME.err and the rest goes on.</summary>
internal static class SimulateBatch
{
    private const int ExitNoInput = 66;

    public static int Run(ToolContext context, string listFile)
    {
        IEnumerable<string> lines;
        try
        {
            lines = File.ReadLines(listFile); // a pipe is served line by line
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
            RunCase(fields[0], fields[1], fields[2], fields.Length > 3 ? SplitShell(fields[3]) : [], context.Now);
        }

        return 0;
    }

    // A batch must go on after any failure of one of its cases, so this is an outermost edge.
    private static void RunCase(string name, string inputFile, string folder, List<string> extra, DateTimeOffset clock)
    {
        string Path(string extension) => System.IO.Path.Combine(folder, $"{name}.{extension}");
        try
        {
            var input = CibDocument.ParseForPlanning(File.ReadAllBytes(inputFile), inputFile).DocumentOrThrow();
            bool isUnchecked = string.Equals(input.SchemaName, CibSchema.NoneName, StringComparison.OrdinalIgnoreCase);
            var document = PlanningInput.Prepare(input, out var problems)
                ?? throw new InvalidDataException(string.Join("; ", problems));
            var request = Request([.. extra]);
            long now = PlanningInput.Time(document, request["set-datetime"], clock, out string problem)
                ?? throw new InvalidDataException(problem);
            string remark = isUnchecked ? Simulation.ValidationDisabled + "\n" : "";

            // One plan serves all outputs: recording the scores does not change it, and they are not part of the summary.
            var options = request.Simulation(now);
            options = options with { Plan = true, Execute = true, Planning = options.Planning with { RecordScores = true } };
            var result = Simulation.Run(document, options);
            File.WriteAllText(Path("summary"), remark + SimulationText.Of(result, request.Text(now)));
            if (result.Plan is not { } plan) return;
            File.WriteAllLines(Path("scores"), plan.Placement.Select(record => record.Text));
            File.WriteAllText(Path("exp"), TransitionGraphXml.ToText(plan.Graph));
            using var dot = new StreamWriter(Path("dot"));
            TransitionDot.Write(plan, dot);
        }
        catch (Exception e)
        {
            File.WriteAllText(Path("err"), e.ToString());
        }
    }

    private static SimulateRequest Request(IReadOnlyList<string> args)
    {
        var options = NativeOptions.Parse(SimulateRequest.Known, args);
        return options.Error is null ? new SimulateRequest(options) : throw new InvalidDataException(options.Error);
    }

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
