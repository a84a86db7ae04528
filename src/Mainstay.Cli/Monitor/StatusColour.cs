namespace Mainstay.Cli.Monitor;

/// <summary>Colours the words of the status that matter; without colour the text stays as it is.</summary>
internal static class StatusColour
{
    private const string Reset = "\u001b[0m";

    private static readonly string[] s_bad = ["FAILED", "UNCLEAN", "OFFLINE", "WITHOUT quorum", "ORPHANED", "DISABLED ***", "NONE"];
    private static readonly string[] s_warn = ["Stopped", "standby", "maintenance", "pending", "blocked", "unmanaged", "Starting",
        "Stopping", "Migrating"];
    private static readonly string[] s_good = ["Started", "Promoted:", "Promoted ", "Online:", "online"];

    /// <summary>Writes a status text.</summary>
    public static void Write(ToolContext context, string text)
    {
        if (!context.Terminal.HasColour)
        {
            context.Out.Write(text);
            return;
        }

        context.Out.Write(string.Concat(text.TrimEnd('\n').Split('\n')
            .Select(l => (Style(l) is { } style ? style + l + Reset : l) + "\n")));
    }

    private static string? Style(string line) =>
        !line.StartsWith("  ", StringComparison.Ordinal) && line.EndsWith(':') ? "\u001b[1m"
        : s_bad.Any(w => line.Contains(w, StringComparison.Ordinal)) ? "\u001b[31m"
        : s_warn.Any(w => line.Contains(w, StringComparison.Ordinal)) ? "\u001b[33m"
        : s_good.Any(w => line.Contains(w, StringComparison.Ordinal)) ? "\u001b[32m"
        : null;
}
