namespace Mainstay.Cli;

/// <summary>A command cannot be carried out, for reasons that the user can act on: caught at the top, printed, turned into the exit
/// code.</summary>
internal sealed class CommandFailure : Exception
{
    /// <summary>One or more reasons, in the order they were found.</summary>
    /// <param name="messages">A sentence each: what is wrong, where, and what to do.</param>
    /// <param name="exitCode">Exit code of the process.</param>
    public CommandFailure(IReadOnlyList<string> messages, int exitCode = 1)
        : base(string.Join("; ", messages))
    {
        Messages = messages;
        ExitCode = exitCode;
    }

    /// <inheritdoc cref="CommandFailure(IReadOnlyList{string}, int)"/>
    public CommandFailure(string message, int exitCode = 1)
        : this([message], exitCode)
    {
    }

    /// <summary>The reasons.</summary>
    public IReadOnlyList<string> Messages { get; }

    /// <summary>Exit code of the process.</summary>
    public int ExitCode { get; }
}
