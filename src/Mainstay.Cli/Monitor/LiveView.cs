using Spectre.Console;

namespace Mainstay.Cli.Monitor;

/// <summary>The status again and again, on one screen.</summary>
internal static class LiveView
{
    /// <summary>Redraws until interrupted. A cluster that does not answer is shown as such, and asked again.</summary>
    public static int Run(ToolContext context, string? file, MonitorOptions options, TimeSpan interval)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = context.Terminal.IsInteractive ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = context.Terminal.HasColour ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(context.Out),
        });
        do
        {
            var now = DateTimeOffset.Now;
            string text;
            try
            {
                text = StatusText.Print(SnapshotSource.Read(context, file, now), options, now);
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
        }
        while (!context.Cancellation.WaitHandle.WaitOne(interval));
        return 0;
    }
}
