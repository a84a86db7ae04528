using Mainstay.Cli.CibTools;
using Mainstay.Cli.Planning;
using Mainstay.Scheduler;

namespace Mainstay.Cli.Resilience;

/// <summary><c>mainstay check resilience</c>: which services would the loss of a node stop?</summary>
internal sealed class ResilienceTool : ITool
{
    private const string Usage = """
        Usage: mainstay check resilience [OPTIONS]

        Plays the loss of every single node through (cluster, remote and guest nodes): fencing, recovery, and what would
        not run any more, and why.

          -f, --file FILE           a CIB file instead of the running cluster
              --pairs               every pair of nodes too
              --lose NODE[,NODE...] only this loss; may be given several times
              --quorum majority|kept|lost
                                    whether the nodes that are left keep quorum: by majority of the cluster's nodes
                                    (of two nodes, one is enough), always (a quorum device, last_man_standing), or never
              --full                say for harmless losses too what was played through
              --output-format text|json

        Exit status: 0 every service survives every loss, 1 some do not (or a node or fence device is overtaxed),
        64 wrong arguments, 65 not well-formed or no node is online, 66 no such file, 78 the configuration is not valid,
        102 the cluster does not answer.

        """;

    /// <inheritdoc/>
    public int Run(ToolContext context, IReadOnlyList<string> args)
    {
        if (args is not ["resilience", ..])
        {
            bool isHelp = args is ["--help" or "-h"];
            if (!isHelp) context.Error.WriteLine("Error: say what to check: mainstay check resilience");
            (isHelp ? context.Out : context.Error).Write(Usage);
            return isHelp ? 0 : NativeExit.Usage;
        }

        if (ResilienceOptions.Parse([.. args.Skip(1)], out var problem) is not { } options)
        {
            context.Error.WriteLine($"Error: {problem}");
            context.Error.Write(Usage);
            return NativeExit.Usage;
        }

        if (options.Help)
        {
            context.Out.Write(Usage);
            return 0;
        }

        try
        {
            return Check(context, options);
        }
        catch (CommandFailure failure)
        {
            foreach (var message in failure.Messages) context.Error.WriteLine($"Error: {message}");
            return failure.ExitCode;
        }
    }

    private static int Check(ToolContext context, ResilienceOptions options)
    {
        var input = PlanningInput.Load(context, options.File, date: null);
        var check = new ResilienceCheck(input.Document, input.Options, options.Quorum);
        var scenarios = Scenarios(check, options);
        var outcomes = new ScenarioRunner(check, scenarios).Run();
        context.Out.Write(options.IsJson ? ResilienceJson.Print(check, outcomes) : ResilienceText.Print(check, outcomes, options.Full));
        return outcomes.All(o => o.IsHarmless) ? 0 : 1;
    }

    private static List<IReadOnlyList<string>> Scenarios(ResilienceCheck check, ResilienceOptions options)
    {
        if (check.Nodes.Count == 0)
        {
            throw new CommandFailure("no node of the cluster is online, so none can be lost: give a CIB with the status of a running "
                + "cluster ('mainstay cluster cib' writes one)", NativeExit.Data);
        }

        foreach (var node in options.Sets.SelectMany(s => s))
        {
            if (!check.Nodes.Contains(node, StringComparer.OrdinalIgnoreCase))
            {
                throw new CommandFailure($"'{node}' is no node that is online{Suggestion.For(node, check.Nodes)}", NativeExit.Usage);
            }
        }

        if (options.Sets.Count > 0) return options.Sets;
        var scenarios = new List<IReadOnlyList<string>>();
        foreach (var node in check.Nodes) scenarios.Add([node]);
        if (!options.Pairs) return scenarios;
        for (int i = 0; i < check.Nodes.Count; i++)
        {
            for (int j = i + 1; j < check.Nodes.Count; j++) scenarios.Add([check.Nodes[i], check.Nodes[j]]);
        }

        return scenarios;
    }
}
