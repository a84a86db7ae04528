namespace Mainstay.Cli.Pcs;

/// <summary>One command of the pcs grammar.</summary>
/// <param name="Words">Its words; <c>delete|remove</c> are synonyms.</param>
/// <param name="Usage">Its arguments, for the usage text.</param>
/// <param name="Options">The long options that it knows beside the global ones, separated by blanks.</param>
/// <param name="Run">Carries it out: the arguments after the words; returns the exit code.</param>
/// <param name="IsGroup">
/// A group's default: it takes no arguments of its own, so a word after it is an unknown sub-command.
/// </param>
internal sealed record PcsCommand(
    string Words,
    string Usage,
    string Options,
    Func<PcsSession, IReadOnlyList<string>, int> Run,
    bool IsGroup = false)
{
    /// <summary>The words, with their synonyms.</summary>
    public string[][] Pattern { get; } = [.. Words.Split(' ').Select(w => w.Split('|'))];

    /// <summary>The first spelling of the words.</summary>
    public string Name => string.Join(' ', Pattern.Select(p => p[0]));

    /// <summary>Whether the words begin a command line.</summary>
    public bool Matches(IReadOnlyList<string> line) =>
        line.Count >= Pattern.Length && Pattern.Index().All(p => p.Item.Contains(line[p.Index], StringComparer.Ordinal));
}

/// <summary>The command line was not understood; the usage of the command is printed after the message.</summary>
internal sealed class UsageFailure(string? message = null) : Exception(message ?? "")
{
    /// <summary>Whether there is something to say besides the usage.</summary>
    public bool HasMessage => Message.Length > 0;
}
