namespace Mainstay.Cli.Pcs;

/// <summary><c>mainstay</c> itself: the grammar of pcs (spec/cli-pcs.md), also under the name <c>pcs</c>.</summary>
internal sealed class PcsTool : ITool
{
    /// <inheritdoc/>
    public int Run(ToolContext context, IReadOnlyList<string> args)
    {
        if (args is ["--version", ..])
        {
            context.Out.WriteLine($"Mainstay {ProductVersion.Text}");
            return 0;
        }

        context.Error.WriteLine($"Usage: {context.InvokedName} [-f file] [-h] [commands]...");
        return 1;
    }
}
