namespace Mainstay.Cli;

/// <summary>What is known of the terminal behind standard output.</summary>
/// <param name="IsInteractive">Standard output is a terminal, so tables, progress and redrawing make sense.</param>
/// <param name="HasColour">Colour is wanted: a terminal, and neither <c>NO_COLOR</c> nor <c>TERM=dumb</c> (https://no-color.org).</param>
internal sealed record TerminalFacts(bool IsInteractive, bool HasColour)
{
    /// <summary>A pipe or a file: plain text.</summary>
    public static TerminalFacts Plain { get; } = new(IsInteractive: false, HasColour: false);

    /// <summary>The facts of this process.</summary>
    public static TerminalFacts OfProcess(Func<string, string?> environment)
    {
        var interactive = !Console.IsOutputRedirected && environment("TERM") is not "dumb";
        return new TerminalFacts(interactive, interactive && string.IsNullOrEmpty(environment("NO_COLOR")));
    }
}
