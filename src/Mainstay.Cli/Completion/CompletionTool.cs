using System.Xml.Linq;
using Mainstay.Cli.Configuration;
using Mainstay.Cli.Pcs;

namespace Mainstay.Cli.Completion;

/// <summary><c>mainstay completion bash</c> prints the shell's part; <c>mainstay completion words ...</c> answers it.</summary>
internal sealed class CompletionTool : ITool
{
    /// <summary>The shell's part: asks for the words that may follow.</summary>
    public const string BashScript = """
        # bash completion for mainstay and pcs; made by 'mainstay completion bash'
        _mainstay() {
            local IFS=$'\n'
            local words=$(mainstay completion words "${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)
            COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -F _mainstay mainstay pcs
        """;

    /// <inheritdoc/>
    public int Run(ToolContext context, IReadOnlyList<string> args)
    {
        switch (args)
        {
            case ["bash"]:
                context.Out.WriteLine(BashScript);
                return 0;
            case ["words", ..]:
                context.Out.Write(string.Concat(Words(context, [.. args.Skip(1)]).Select(w => w + "\n")));
                return 0;
            default:
                context.Error.WriteLine("Usage: mainstay completion bash");
                return 1;
        }
    }

    /// <summary>The words that may follow, sorted: sub-commands, then the ids of resources and names of nodes where no sub-command
    /// fits.</summary>
    internal static IEnumerable<string> Words(ToolContext context, IReadOnlyList<string> given)
    {
        var words = given.Where(g => !g.StartsWith('-')).ToList();
        if (words.Count == 0)
        {
            return PcsCommandTable.GroupNames.Concat(ToolRegistry.Words.Select(w => w.Word)).Order(StringComparer.Ordinal);
        }

        if (words[0] == "explain")
        {
            return ExplainWords(context, words);
        }

        if (PcsCommandTable.Group(words[0]) is not { } table)
        {
            return [];
        }

        var next = table.Where(c =>
            c.Pattern.Length > words.Count && words.Index().All(w => c.Pattern[w.Index].Contains(w.Item, StringComparer.Ordinal)))
            .SelectMany(c => c.Pattern[words.Count]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return next.Count > 0 ? next : Names(context);
    }

    private static IEnumerable<string> ExplainWords(ToolContext context, List<string> words) => words switch
    {
        ["explain"] => ResourceNames(context).Concat(["action", "node"]).Order(StringComparer.Ordinal),
        ["explain", "node"] or [.., "on"] => NodeNames(context).Order(StringComparer.Ordinal),
        ["explain", "action"] => [],
        ["explain", _] => ["on"],
        _ => [],
    };

    private static IEnumerable<string> Names(ToolContext context) =>
        ResourceNames(context).Concat(NodeNames(context)).Order(StringComparer.Ordinal);

    private static IEnumerable<string> ResourceNames(ToolContext context) => Read(context, CibTree.Resources, r => r.Id() ?? "");

    private static IEnumerable<string> NodeNames(ToolContext context) => Read(context, CibTree.Nodes, n => n.Text("uname") ?? "");

    private static IEnumerable<string> Read(
        ToolContext context, Func<XDocument, IEnumerable<XElement>> elements, Func<XElement, string> name)
    {
        try
        {
            return [.. elements(CibStores.Open(context, null).Read()).Select(name)];
        }
        catch (CommandFailure)
        {
            return [];
        }
    }
}
