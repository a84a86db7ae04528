using System.Globalization;
using System.Text;
using Mainstay.Agents.Processes;

namespace Mainstay.Agents.BuiltIn;

/// <summary>A process, safe against its pid being used again.</summary>
/// <param name="Pid">Process id.</param>
/// <param name="StartTime">Start in clock ticks since boot (<c>/proc/PID/stat</c> field 22).</param>
internal readonly record struct ProcessIdentity(int Pid, long StartTime)
{
    /// <summary>Reads <c>PID START</c>.</summary>
    public static bool TryParse(string text, out ProcessIdentity identity)
    {
        identity = default;
        var parts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 2 || !int.TryParse(parts[0], NumberStyles.None, null, out var pid)
            || !long.TryParse(parts[1], NumberStyles.None, null, out var start))
        {
            return false;
        }

        identity = new ProcessIdentity(pid, start);
        return pid > 1;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Pid} {StartTime}";
}

/// <summary>What <c>/proc</c> says of processes.</summary>
internal static class ProcessTable
{
    private const int FieldsAfterName = 20;

    /// <summary>Ids of all processes now there, ascending.</summary>
    public static List<int> List() => [.. Directory.EnumerateDirectories("/proc")
        .Select(static path => int.TryParse(Path.GetFileName(path), NumberStyles.None, null, out var pid) ? pid : 0)
        .Where(static pid => pid > 0)
        .Order()];

    /// <summary>The identity of a process; null where it is gone or a zombie, which runs nothing any more.</summary>
    public static ProcessIdentity? Identify(int pid)
    {
        var stat = ReadText($"/proc/{pid}/stat");
        var close = stat.LastIndexOf(')');
        if (close < 0) return null;
        var fields = stat[(close + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < FieldsAfterName || fields[0] is "Z" or "X") return null;
        return long.TryParse(fields[FieldsAfterName - 1], NumberStyles.None, null, out var start) ? new ProcessIdentity(pid, start) : null;
    }

    /// <summary>Whether that very process still runs.</summary>
    public static bool IsAlive(ProcessIdentity identity) => Identify(identity.Pid) == identity;

    /// <summary>Sends a signal if that very process still runs. (A pid cannot be reused within the microseconds between the two.)</summary>
    public static bool Signal(ProcessIdentity identity, int signal) => IsAlive(identity) && NativeMethods.kill(identity.Pid, signal) == 0;

    /// <summary>The command line, one item per argument; empty where it cannot be read.</summary>
    public static string[] CommandLine(int pid) => Split(ReadText($"/proc/{pid}/cmdline"));

    /// <summary>The environment a process was started with, as <c>NAME=value</c>; empty where it cannot be read.</summary>
    public static string[] StartEnvironment(int pid) => Split(ReadText($"/proc/{pid}/environ"));

    private static string[] Split(string text) => text.Split('\0', StringSplitOptions.RemoveEmptyEntries);

    private static string ReadText(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }
}
