using Mainstay.Agents.Fencing;

namespace Mainstay.Cli.Agents;

/// <summary>
/// <c>fence_mainstay_process</c> as a fence agent of its own: parameters on standard input, as any fence agent takes them.
/// </summary>
internal sealed class ProcessFenceTool : ITool
{
    private const int UsageError = 2;

    /// <inheritdoc/>
    public int Run(ToolContext context, IReadOnlyList<string> args)
    {
        if (args.Count > 0)
        {
            context.Error.Write($"{context.InvokedName} takes name=value lines on standard input and no arguments, not \"{args[0]}\"\n");
            return UsageError;
        }

        var lines = new Dictionary<string, string>(StringComparer.Ordinal);
        while (context.In.ReadLine() is { } line)
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && line[0] != '#') lines[line[..equals].Trim()] = line[(equals + 1)..].Trim();
        }

        var (exitStatus, output, error) = BuiltInFenceAgents
            .RunAsync("fence_mainstay_process", lines, context.Cancellation)
            .GetAwaiter().GetResult();
        context.Out.Write(output);
        context.Error.Write(error);
        return exitStatus;
    }
}
