using Mainstay.Cli.CibTools;

namespace Mainstay.Cli.ClusterTools;

/// <summary>A native tool that talks to the cluster: failures become messages and exit codes in one place.</summary>
internal abstract class ClusterTool : NativeTool
{
    /// <inheritdoc/>
    protected sealed override int Run(ToolContext context, NativeOptions options, NativeOutput output)
    {
        try
        {
            return Execute(context, options, output);
        }
        catch (CommandFailure failure)
        {
            foreach (var message in failure.Messages)
            {
                output.Error($"{Name}: {message}");
            }

            return output.Finish(failure.ExitCode);
        }
    }

    /// <summary>Does the tool's work.</summary>
    /// <exception cref="CommandFailure">It cannot be done.</exception>
    protected abstract int Execute(ToolContext context, NativeOptions options, NativeOutput output);
}
