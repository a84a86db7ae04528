using System.Text;

namespace Mainstay.Cli.CibTools;

/// <summary>What the native tools of this area share: reading options, help and version.</summary>
internal abstract class NativeTool : ITool
{
    /// <summary>The tool's name.</summary>
    protected abstract string Name { get; }

    /// <summary>One line about the tool.</summary>
    protected abstract string Summary { get; }

    /// <summary>The tool's own options.</summary>
    protected abstract IReadOnlyList<NativeOption> Options { get; }

    /// <inheritdoc/>
    public int Run(ToolContext context, IReadOnlyList<string> args)
    {
        // The tool's own letters win: -Q is "query" for one tool and "quiet" for the others.
        List<NativeOption> known = [.. Options, .. NativeOutput.Options];
        var options = NativeOptions.Parse(known, args);
        var output = NativeOutput.Create(context, Name, args, options);
        if (options.Error is not null)
        {
            return output.Usage(options.Error);
        }

        if (options["output-as"] is not (null or "text" or "xml" or "none") and { } format)
        {
            return output.Usage($"Invalid value for --output-as: {format} (give text or xml)");
        }

        if (options.Has("help") || options.Has("help-all"))
        {
            context.Out.Write(Help(known));
            return NativeExit.Ok;
        }

        if (options.Has("version"))
        {
            context.Out.Write($"Mainstay {ProductVersion.Text}\nCompatible with the tools of Pacemaker 3.0\n");
            return NativeExit.Ok;
        }

        return Run(context, options, output);
    }

    /// <summary>Does the tool's work.</summary>
    protected abstract int Run(ToolContext context, NativeOptions options, NativeOutput output);

    private string Help(IReadOnlyList<NativeOption> known)
    {
        const int Column = 30;
        var text = new StringBuilder($"Usage:\n  {Name} [OPTION...]\n\n{Summary}\n\nOptions:\n");
        foreach (var option in known.Where(option => option.Help.Length > 0))
        {
            var letter = option.Short == '\0' ? "    " : $"-{option.Short}, ";
            var name = $"  {letter}--{option.Long}{(option.Argument is null ? string.Empty : $"={option.Argument}")}";
            text.Append(name.Length < Column ? name.PadRight(Column) : name + "\n" + new string(' ', Column)).Append(option.Help)
                .Append('\n');
        }

        return text.ToString();
    }
}
