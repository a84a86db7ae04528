using System.Text;

namespace Mainstay.Cli.Pcs;

/// <summary>Usage texts, made from the command tables.</summary>
internal static class PcsUsage
{
    /// <summary>The list of command groups.</summary>
    public static string Overview(string name)
    {
        var text = new StringBuilder();
        text.Append($"Usage: {name} [options] GROUP [SUB-COMMAND] [arguments]\n\nControl and configure a Mainstay cluster.\n\nOptions:\n");
        foreach (var (option, meaning) in s_options)
        {
            text.Append($"  {option,-30}{meaning}\n");
        }

        text.Append("\nGroups:\n");
        foreach (var group in PcsCommandTable.GroupNames)
        {
            text.Append($"  {group,-14}{PcsCommandTable.Summary(group)}\n");
        }

        text.Append("\nOther commands:\n");
        foreach (var (word, meaning) in ToolRegistry.Words)
        {
            text.Append($"  {word,-14}{meaning}\n");
        }

        return text.Append($"\n'{name} GROUP help' lists the sub-commands of a group.\n").ToString();
    }

    /// <summary>The usage lines of commands, of those that begin with the given words where there are any.</summary>
    public static string Of(string name, IReadOnlyList<PcsCommand> commands, IReadOnlyList<string>? words = null)
    {
        var shown = words is null ? commands : [.. commands.Where(c => Begins(c, words))];
        var text = new StringBuilder("\nUsage:\n");
        foreach (var command in shown.Count > 0 ? shown : commands)
        {
            text.Append($"  {name} {command.Words}{(command.Usage.Length > 0 ? " " : "")}{command.Usage}\n");
        }

        return text.ToString();
    }

    private static bool Begins(PcsCommand command, IReadOnlyList<string> words) =>
        words.Count <= command.Pattern.Length && words.Index().All(w => command.Pattern[w.Index].Contains(w.Item, StringComparer.Ordinal));

    private static readonly (string Option, string Meaning)[] s_options =
    [
        ("-f FILE", "work on that CIB file instead of the running cluster"),
        ("--corosync_conf FILE", "work on that corosync.conf instead of the live one"),
        ("--force", "go on in spite of problems that can be overridden"),
        ("--wait[=SECONDS]", "wait until the cluster has settled"),
        ("--output-format text|json|cmd", "format of 'config' commands"),
        ("--dry-run", "print the change of the CIB instead of making it"),
        ("--full", "more detail"),
        ("--yes", "answer the confirmation prompt"),
        ("--debug", "show what is done"),
        ("--version, --help", "print the version, print help"),
    ];
}
