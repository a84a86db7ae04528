namespace Mainstay.Cli.Pcs;

/// <summary><c>mainstay</c> itself: the grammar of pcs (spec/cli-pcs.md), also under the name <c>pcs</c>.</summary>
internal sealed class PcsTool : ITool
{
    /// <inheritdoc/>
    public int Run(ToolContext context, IReadOnlyList<string> args)
    {
        try
        {
            var options = PcsOptions.Parse(args);
            return options.Has("version") ? PrintVersion(context, options) : Dispatch(context, options);
        }
        catch (CommandFailure failure)
        {
            foreach (var message in failure.Messages)
            {
                context.Error.WriteLine("Error: " + message);
            }

            if (failure.Messages.Count > 1)
            {
                context.Error.WriteLine("Error: Errors have occurred, therefore pcs is unable to continue");
            }

            return failure.ExitCode;
        }
    }

    private static int PrintVersion(ToolContext context, PcsOptions options)
    {
        context.Out.WriteLine(context.InvokedName == "pcs" ? $"0.12.3 (Mainstay {ProductVersion.Text})"
            : $"Mainstay {ProductVersion.Text}");
        if (options.Has("full"))
        {
            context.Out.WriteLine(PcsCapabilities.Text);
        }

        return 0;
    }

    private static int Dispatch(ToolContext context, PcsOptions options)
    {
        var words = options.Words;
        if (words.Count == 0 || words[0] == "help")
        {
            (words.Count == 0 && !options.Has("help") ? context.Error : context.Out).Write(PcsUsage.Overview(context.InvokedName));
            return words.Count == 0 && !options.Has("help") ? 1 : 0;
        }

        var table = PcsCommandTable.Group(words[0]);
        if (table is null)
        {
            throw new CommandFailure(
                $"unknown command '{words[0]}'{Suggestion.For(words[0], PcsCommandTable.GroupNames)}; "
                + $"'{context.InvokedName} --help' lists the commands");
        }

        if (options.Has("help") || (words.Count > 1 && words[1] == "help"))
        {
            context.Out.Write(PcsUsage.Of(context.InvokedName, table, [.. words.Where(w => w != "help")]));
            return 0;
        }

        var command = PcsCommandTable.Find(table, words);
        var rest = command is null ? words : words[command.Pattern.Length..];
        if (command is null || (command.IsGroup && rest.Count > 0))
        {
            return Unknown(context, table, words, command);
        }

        options.CheckAgainst(command.Options);
        try
        {
            return command.Run(new PcsSession(context, options), rest);
        }
        catch (UsageFailure failure)
        {
            if (failure.HasMessage)
            {
                context.Error.WriteLine("Error: " + failure.Message);
            }

            context.Error.Write(PcsUsage.Of(context.InvokedName, [command]));
            return 1;
        }
    }

    private static int Unknown(ToolContext context, IReadOnlyList<PcsCommand> table, List<string> words, PcsCommand? group)
    {
        if (PcsRemovedCommands.ReplacementOf(words) is { } replacement)
        {
            throw new CommandFailure(
                $"This command has been removed. Please use '{context.InvokedName} {replacement}' instead.");
        }

        var depth = group?.Pattern.Length ?? 1;
        if (words.Count <= depth)
        {
            context.Error.Write(PcsUsage.Of(context.InvokedName, table));
            return 1;
        }

        var known = table.Where(c => c.Pattern.Length > depth && c.Pattern[..depth].Index().All(p => p.Item.Contains(words[p.Index])))
            .SelectMany(c => c.Pattern[depth]);
        context.Error.WriteLine(
            $"Error: unknown sub-command '{words[depth]}' of '{string.Join(' ', words[..depth])}'{Suggestion.For(words[depth], known)}");
        context.Error.Write(PcsUsage.Of(context.InvokedName, table, words[..depth]));
        return 1;
    }
}
