using System.Globalization;
using Mainstay.Cib;
using Mainstay.Scheduler;

namespace Mainstay.Cli.Simulate;

/// <summary><c>crm_simulate</c> and <c>mainstay simulate</c>: shows what the cluster would do (spec/scheduler-output.md).</summary>
internal sealed class SimulateTool : ITool
{
    private const int ExitUsage = 64;
    private const int ExitData = 65;
    private const int ExitNoInput = 66;

    private const string Usage = """
        usage: crm_simulate [-x FILE] [-R|-S] [-s] [-Q] [-G GRAPH] [-D DOT] [-a] [-t DATE]
               mainstay simulate --batch LISTFILE

        Shows the cluster's state, what would change, and how the changes would be carried out.

          -x, --xml-file FILE       read the CIB from FILE (default: standard input)
          -R, --run                 show what would change
          -S, --simulate            carry the changes out on a copy and show the result
          -s, --show-scores         show placement scores
          -Q, --quiet               show less
          -G, --save-graph FILE     write the transition graph
          -D, --save-dotfile FILE   write a drawing of all actions for Graphviz
          -a, --all-actions         draw optional actions too
          -t, --set-datetime DATE   take DATE as the present time
              --batch LISTFILE      process many inputs: lines of name, input, output folder, arguments (tab separated)

        """;

    public int Run(ToolContext context, IReadOnlyList<string> args)
    {
        var options = SimulateOptions.Parse(args, out string? error);
        if (options is null)
        {
            context.Error.WriteLine($"{context.InvokedName}: {error}");
            context.Error.Write(Usage);
            return ExitUsage;
        }

        if (options.Help)
        {
            context.Out.Write(Usage);
            return 0;
        }

        if (options.BatchFile is { } list) return SimulateBatch.Run(context, list);
        return RunOne(context, options);
    }

    private static int RunOne(ToolContext context, SimulateOptions options)
    {
        CibParseResult parsed;
        try
        {
            if (options.XmlFile is { } file and not "-") parsed = CibDocument.ParseForPlanning(File.ReadAllBytes(file), file);
            else parsed = CibDocument.Parse(context.In.ReadToEnd(), "standard input");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            context.Error.WriteLine($"{context.InvokedName}: cannot read {options.XmlFile}: {e.Message}");
            return ExitNoInput;
        }

        if (parsed.Document is not { } document)
        {
            foreach (var problem in parsed.Problems) context.Error.WriteLine($"{context.InvokedName}: {problem}");
            return ExitData;
        }

        var session = new SimulateSession(document, options);
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        int status = session.Run(output, context.Error);
        context.Out.Write(output.ToString());
        if (status != 0) return status;
        if (options.GraphFile is { } graphFile && session.Plan is { } plan)
        {
            File.WriteAllText(graphFile, TransitionGraphXml.ToText(plan.Graph));
        }
        if (options.DotFile is { } dotFile && session.Plan is { } drawn)
        {
            using var dot = new StreamWriter(dotFile);
            TransitionDot.Write(drawn, dot, options.AllActions);
        }

        return 0;
    }
}
