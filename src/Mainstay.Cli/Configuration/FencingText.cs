using Mainstay.Client;

namespace Mainstay.Cli.Configuration;

/// <summary>Entries of the fencing history in the words of stonith_admin (spec/cli-crm.md section 4.1).</summary>
internal static class FencingText
{
    /// <summary>One entry, in the detailed form.</summary>
    public static string Line(FencingEvent entry)
    {
        var action = entry.Action switch { "on" => "unfencing", "off" => "turning off", var other => other };
        var head = $"{action} of {entry.Target} {Word(entry)}: ";
        var by = entry.Delegate is { } node && entry.State != "pending" ? $"delegate={node}, " : "";
        var completed = entry.State == "pending" ? "" : $", completed='{Time(entry.Completed)}'";
        return $"{head}{by}client={entry.Client}, origin={entry.Origin}{completed}";
    }

    /// <summary>A point of time as the history shows it.</summary>
    public static string Time(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss") + "Z";

    private static string Word(FencingEvent entry) => entry.State switch
    {
        "success" => "successful",
        "failed" when entry.ExitReason is { Length: > 0 } reason => $"failed ({reason})",
        var other => other,
    };
}
