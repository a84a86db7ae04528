namespace Mainstay.Agents;

/// <summary>Finds an agent's own words in its standard error (spec/agents.md section 5).</summary>
internal static class ExitReason
{
    public const string Prefix = "ocf-exit-reason:";

    /// <summary>The rest of the line after the last prefix; empty where there is none.</summary>
    public static string Find(string standardError)
    {
        var at = standardError.LastIndexOf(Prefix, StringComparison.Ordinal);
        if (at < 0) return string.Empty;
        var start = at + Prefix.Length;
        var end = standardError.IndexOf('\n', start);
        return (end < 0 ? standardError[start..] : standardError[start..end]).Trim();
    }

    /// <summary>The reason of an agent that a signal ended.</summary>
    public static string Interrupted(string noun, int signal) => $"{noun} interrupted by {SignalName(signal)} signal";

    private static string SignalName(int signal) => signal switch
    {
        1 => "Hangup",
        2 => "Interrupt",
        3 => "Quit",
        4 => "Illegal instruction",
        6 => "Aborted",
        7 => "Bus error",
        8 => "Floating point exception",
        9 => "Killed",
        11 => "Segmentation fault",
        13 => "Broken pipe",
        14 => "Alarm clock",
        15 => "Terminated",
        _ => signal.ToString(),
    };
}
