using System.Globalization;
using System.Text;
using Mainstay.Cli.CibTools;
using Mainstay.Cli.Planning;
using Mainstay.Scheduler;

namespace Mainstay.Cli.Explain;

/// <summary><c>mainstay explain</c>: why is it there, why is it not running, what would have to change?</summary>
internal sealed class ExplainTool : ITool
{
    private const string Usage = """
        Usage: mainstay explain RESOURCE [on NODE] [OPTIONS]
               mainstay explain action ACTION [OPTIONS]
               mainstay explain node NODE [OPTIONS]

        Says in a few sentences, with numbers, why the cluster does what it does:

          mainstay explain web                 why web runs where it runs, or does not run
          mainstay explain web on node2        why (not) there, and what would have to change
          mainstay explain node node2          why a node is fenced, or runs nothing
          mainstay explain action "stop web on node1"
          mainstay explain action web_stop_0   why an action is done, or not

          -f, --file FILE           a CIB file instead of the running cluster (so does CIB_file)
          -t, --set-datetime DATE   take DATE as the present time
              --no-changes          do not try what would have to change (faster on large clusters)
              --output-format text|json

        Exit status: 0 answered, 64 wrong arguments, 65 not well-formed, 66 no such file, 78 the configuration is not valid,
        102 the cluster does not answer, 105 no such resource, node or action.

        """;

    /// <inheritdoc/>
    public int Run(ToolContext context, IReadOnlyList<string> args)
    {
        if (ExplainOptions.Parse(args, out var problem) is not { } options)
        {
            context.Error.WriteLine($"Error: {problem}");
            context.Error.Write(Usage);
            return NativeExit.Usage;
        }

        if (options.Help)
        {
            context.Out.Write(Usage);
            return NativeExit.Ok;
        }

        try
        {
            var answer = Answer(context, options);
            context.Out.Write(options.IsJson ? AnswerJson.Print(answer) : Print(answer));
            return NativeExit.Ok;
        }
        catch (CommandFailure failure)
        {
            foreach (var message in failure.Messages) context.Error.WriteLine($"Error: {message}");
            return failure.ExitCode;
        }
    }

    private static Answer Answer(ToolContext context, ExplainOptions options)
    {
        var cluster = Load(context, options);
        return options.Subject switch
        {
            ExplainSubject.Node => new NodeAnswers(cluster).Explain(Node(cluster, options.Name), options.TriesChanges),
            ExplainSubject.Action => new ActionAnswers(cluster).Explain(options.Name),
            _ => Resource(cluster, options),
        };
    }

    private static Answer Resource(PlannedCluster cluster, ExplainOptions options)
    {
        var resource = cluster.Find(options.Name) ?? throw new CommandFailure(
            $"there is no resource '{options.Name}'{Suggestion.For(options.Name, cluster.ResourceNames)}", NativeExit.NoSuchObject);
        var node = options.OnNode is { } name ? Node(cluster, name) : null;
        return new ResourceAnswers(cluster).Explain(resource, node, options.TriesChanges);
    }

    private static ClusterNode Node(PlannedCluster cluster, string name) => cluster.State.FindNode(name) ?? throw new CommandFailure(
        $"there is no node '{name}'{Suggestion.For(name, cluster.State.Nodes.Select(n => n.Name))}", NativeExit.NoSuchObject);

    private static PlannedCluster Load(ToolContext context, ExplainOptions options)
    {
        context.DeferCollections();
        var input = PlanningInput.Load(context, options.File, options.Date);
        return new PlannedCluster(input.Document, input.Options, showsLines: input.IsFile);
    }

    /// <summary>The answer as plain text.</summary>
    internal static string Print(Answer answer)
    {
        var text = new StringBuilder();
        foreach (string sentence in answer.Summary) text.Append(sentence).Append('\n');
        Section(text, "Why", answer.Why);
        Section(text, "What would have to change", answer.Changes);
        foreach (var scores in answer.Scores.Where(s => s.Nodes.Count > 0)) ScoreTables.Print(text, scores);
        return text.ToString();
    }

    private static void Section(StringBuilder text, string title, List<string> sentences)
    {
        if (sentences.Count == 0) return;
        text.Append(CultureInfo.InvariantCulture, $"\n{title}\n");
        foreach (string sentence in sentences) text.Append("  ").Append(sentence).Append('\n');
    }
}
