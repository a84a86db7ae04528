using Mainstay.Cli.Rendering;
using Spectre.Console;

namespace Mainstay.Cli.Monitor;

/// <summary>The status again and again, on one screen.</summary>
internal static class LiveView
{
    /// <summary>Redraws until interrupted. A cluster that does not answer is shown as such, and asked again.</summary>
    /// <param name="context">Where to draw.</param>
    /// <param name="file">A CIB file to watch; <see langword="null"/>: the cluster.</param>
    /// <param name="options">What is shown.</param>
    /// <param name="interval">Time between two drawings.</param>
    /// <param name="listings">Makes the tables to show instead of the text of crm_mon.</param>
    public static int Run(
        ToolContext context,
        string? file,
        MonitorOptions options,
        TimeSpan interval,
        Func<ClusterSnapshot, DateTimeOffset, IEnumerable<Listing>>? listings = null)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = context.Terminal.IsInteractive ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = context.Terminal.HasColour ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Out = new TerminalOutput(context.Out, context.Terminal),
        });
        do
        {
            var now = context.Now;
            ClusterSnapshot? snapshot = null;
            var text = "";
            try
            {
                snapshot = SnapshotSource.Read(context, file, now);
                text = listings is null ? StatusText.Print(snapshot, options, now) : "";
            }
            catch (CommandFailure failure)
            {
                text = $"Waiting for the cluster: {failure.Messages[0]}\n";
            }

            if (context.Terminal.IsInteractive)
            {
                console.Clear(home: true);
            }

            StatusColour.Write(context, text);
            if (snapshot is not null && listings is not null)
            {
                ListingWriter.Write(context, listings(snapshot, now));
            }
        }
        while (!context.Cancellation.WaitHandle.WaitOne(interval));
        return 0;
    }
}
