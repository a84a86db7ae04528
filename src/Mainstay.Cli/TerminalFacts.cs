namespace Mainstay.Cli;

/// <summary>What is known of the terminal behind standard output.</summary>
/// <param name="IsInteractive">Standard output is a terminal, so tables, progress and redrawing make sense.</param>
/// <param name="HasColour">Colour is wanted: a terminal, and neither <c>NO_COLOR</c> nor <c>TERM=dumb</c> (https://no-color.org).</param>
internal sealed record TerminalFacts(bool IsInteractive, bool HasColour)
{
    private const int DefaultWidth = 80;

    /// <summary>A pipe or a file: plain text.</summary>
    public static TerminalFacts Plain { get; } = new(IsInteractive: false, HasColour: false);

    /// <summary>Columns of the terminal.</summary>
    public int Width { get; init; } = DefaultWidth;

    /// <summary>Whether the locale's character set has box-drawing characters.</summary>
    public bool HasUnicode { get; init; }

    /// <summary>The facts of this process.</summary>
    public static TerminalFacts OfProcess(Func<string, string?> environment)
    {
        var interactive = !Console.IsOutputRedirected && environment("TERM") is not "dumb";
        return !interactive ? Plain : new TerminalFacts(interactive, string.IsNullOrEmpty(environment("NO_COLOR")))
        {
            Width = TerminalSize.Columns ?? DefaultWidth,
            HasUnicode = IsUtf8(environment),
        };
    }

    /// <summary>Whether the locale says UTF-8: the first of these variables that is set decides (locale(7)).</summary>
    internal static bool IsUtf8(Func<string, string?> environment)
    {
        var locale = new[] { "LC_ALL", "LC_CTYPE", "LANG" }.Select(environment).FirstOrDefault(v => !string.IsNullOrEmpty(v)) ?? "";
        return locale.Replace("-", "", StringComparison.Ordinal).Contains("utf8", StringComparison.OrdinalIgnoreCase);
    }
}
