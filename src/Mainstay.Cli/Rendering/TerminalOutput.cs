using System.Text;
using Spectre.Console;

namespace Mainstay.Cli.Rendering;

/// <summary>
/// A terminal behind a tool's output, with the facts already known. Spectre's own asks the console class, which writes control sequences
/// to find out.
/// </summary>
internal sealed class TerminalOutput(TextWriter writer, TerminalFacts terminal) : IAnsiConsoleOutput
{
    private const int UnknownHeight = 24;

    /// <inheritdoc/>
    public TextWriter Writer => writer;

    /// <inheritdoc/>
    public bool IsTerminal => terminal.IsInteractive;

    /// <inheritdoc/>
    public int Width => terminal.Width;

    /// <inheritdoc/>
    public int Height => UnknownHeight;

    /// <inheritdoc/>
    public void SetEncoding(Encoding encoding)
    {
        // The writer's encoding is the tool's business.
    }
}
