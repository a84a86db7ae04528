using System.Xml.Linq;
using Mainstay.Cli.CibTools;
using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.Monitor;

/// <summary><c>crm_mon</c>: the status, once or again and again (spec/cli-crm.md section 4).</summary>
internal sealed class MonitorTool : ITool
{
    private static readonly NativeOption[] s_options =
    [
        new('1', "one-shot", null, "Print the status once"),
        new('X', "as-xml", null, "Old form of --output-as=xml"),
        new('i', "interval", "TIME", "Time between updates (5s)"),
        new('d', "daemonize", null, "Print again and again without a terminal"),
        new('p', "pid-file", "FILE", ""),
        new('x', "xml-file", "FILE", "Use a CIB file"),
        new('I', "include", "SECTIONS", "Sections to show"),
        new('U', "exclude", "SECTIONS", "Sections to hide"),
        new('\0', "node", "NAME", "Only this node or tag"),
        new('\0', "resource", "ID", "Only this resource or tag"),
        new('n', "group-by-node", null, "Resources under their nodes"),
        new('r', "inactive", null, "Inactive resources too"),
        new('f', "failcounts", null, "Fail counts"),
        new('o', "operations", null, "History of operations"),
        new('t', "timing-details", null, "History with times"),
        new('c', "tickets", null, "Tickets"),
        new('m', "fence-history", "LEVEL", "Fencing history: 0 none, 1 failed and pending, 2 successful too", IsOptional: true),
        new('L', "neg-locations", "PREFIX", "Negative location constraints", IsOptional: true),
        new('A', "show-node-attributes", null, "Node attributes"),
        new('D', "hide-headers", null, "No headings"),
        new('R', "show-detail", null, "Details: node ids, instances"),
        new('\0', "show-description", null, "Descriptions of resources"),
        new('b', "brief", null, "Numbers instead of names"),
        new('j', "pending", null, ""),
    ];

    /// <inheritdoc/>
    public int Run(ToolContext context, IReadOnlyList<string> args)
    {
        var options = NativeOptions.Parse([.. s_options, .. NativeOutput.Options], args);
        var output = NativeOutput.Create(context, "crm_mon", args, options);
        try
        {
            if ((options.Error ?? (options.Rest.Count > 0 ? $"unexpected argument '{options.Rest[0]}'" : null)) is { } problem)
            {
                return output.Usage(problem);
            }

            if (options.Has("version"))
            {
                context.Out.Write($"Mainstay {ProductVersion.Text}\nCompatible with the tools of Pacemaker 3.0\n");
                return 0;
            }

            return options.Has("help") || options.Has("help-all") ? PrintHelp(context) : Show(context, options, output);
        }
        catch (CommandFailure failure)
        {
            foreach (var message in failure.Messages)
            {
                output.Error($"crm_mon: {message}");
            }

            return output.Finish(failure.ExitCode);
        }
    }

    private static int PrintHelp(ToolContext context)
    {
        context.Out.Write("Usage:\n  crm_mon [OPTION...]\n\nShow the status of the cluster\n\nOptions:\n" + string.Concat(
            s_options.Where(o => o.Help.Length > 0).Select(o =>
                $"  {(o.Short == '\0' ? "    " : $"-{o.Short}, ")}--{o.Long + (o.Argument is null ? "" : "=" + o.Argument),-24}  "
                    + $"{o.Help}\n")));
        return 0;
    }

    private static int Show(ToolContext context, NativeOptions options, NativeOutput output)
    {
        var format = options.Has("as-xml") ? "old-xml" : options["output-as"] ?? "console";
        if (format is not ("old-xml" or "xml" or "text" or "console" or "none"))
        {
            throw new CommandFailure($"output format '{format}' is not available: use text or xml", NativeExit.Usage);
        }

        var wanted = MonitorArguments.Read(options, isXml: format is "xml" or "old-xml");
        var isLive = format == "console" && !options.Has("one-shot") && !options.Has("xml-file") && context.Terminal.IsInteractive;
        if (options.Has("daemonize") || isLive)
        {
            return LiveView.Run(context, options["xml-file"], wanted, Interval(options["interval"]));
        }

        var now = context.Now;
        var snapshot = SnapshotSource.Read(context, options["xml-file"], now);
        switch (format)
        {
            case "none":
                break;
            case "xml":
                foreach (var element in StatusXml.Elements(snapshot, wanted, now))
                {
                    output.Element(element);
                }

                return output.Finish(0);
            case "old-xml":
                context.Out.Write(CibXml.Print(
                    new XElement("crm_mon", new XAttribute("version", "3.0.2"), StatusXml.Elements(snapshot, wanted, now))));
                break;
            default:
                context.Out.Write(StatusText.Print(snapshot, wanted, now));
                break;
        }

        return 0;
    }

    private static TimeSpan Interval(string? text) => text is null
        ? TimeSpan.FromSeconds(5)
        : TimeSpan.FromMilliseconds(Pcs.Resources.PcsTime.Milliseconds(text)
            ?? throw new CommandFailure($"'{text}' is not a valid interval", NativeExit.Usage));
}
