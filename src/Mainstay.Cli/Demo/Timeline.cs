using System.Diagnostics;
using System.Globalization;

namespace Mainstay.Cli.Demo;

/// <summary>Prints what happens with the seconds since the demo began, from any thread, one line each.</summary>
internal sealed class Timeline(ToolContext context)
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Lock _gate = new();

    /// <summary>Time since the demo began.</summary>
    public TimeSpan Now => _watch.Elapsed;

    /// <summary>Prints an ordinary line.</summary>
    public void Say(string text) => Print(text, colour: null);

    /// <summary>Prints a line about something bad that was done on purpose, or went wrong.</summary>
    public void Alarm(string text) => Print(text, "31;1");

    /// <summary>Prints a line about something that went well.</summary>
    public void Good(string text) => Print(text, "32");

    /// <summary>Prints a heading.</summary>
    public void Heading(string text)
    {
        lock (_gate)
        {
            context.Out.Write($"\n{Paint(text, "1")}\n");
        }
    }

    private void Print(string text, string? colour)
    {
        var seconds = _watch.Elapsed.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture).PadLeft(7);
        lock (_gate)
        {
            context.Out.Write($"{Paint(seconds + " s", "2")}  {(colour is null ? text : Paint(text, colour))}\n");
        }
    }

    private string Paint(string text, string code) => context.Terminal.HasColour ? $"\e[{code}m{text}\e[0m" : text;
}
