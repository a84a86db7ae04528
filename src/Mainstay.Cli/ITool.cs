namespace Mainstay.Cli;

/// <summary>
/// A command of the multi-call executable: a native tool name (<c>crm_simulate</c>, by <c>argv[0]</c>) or a first word (<c>mainstay
/// ring</c>).
/// </summary>
internal interface ITool
{
    /// <summary>Runs the command to its end.</summary>
    /// <param name="context">Streams, environment and cancellation; a tool touches nothing of the process but through it.</param>
    /// <param name="args">The arguments after the tool's own name.</param>
    /// <returns>The exit code of the process, as the specification of the tool documents it (0 to 255).</returns>
    int Run(ToolContext context, IReadOnlyList<string> args);
}
