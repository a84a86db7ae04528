using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Mainstay.Cli.Demo;

/// <summary>
/// The processes of a demo node, as the machine sees them: those whose command line or environment names the node's folder. This is the
/// demo's
/// ground truth; it asks nobody of the cluster.
/// </summary>
internal static partial class NodeProcesses
{
    private const int SigKill = 9;

    /// <summary>Process ids of a node, ascending.</summary>
    public static List<int> Find(DemoNodePlace node) =>
        Find(folder => Mentions(Read(folder, "cmdline"), node.Folder) || Mentions(Read(folder, "environ"), node.Folder));

    /// <summary>Web servers of all nodes: what must never be two.</summary>
    public static List<int> FindServers(DemoLayout layout) =>
        Find(folder => Read(folder, "cmdline") is var line
            && line.Contains("agent-service", StringComparison.Ordinal)
            && (Mentions(line, layout.Root) || Mentions(Read(folder, "environ"), layout.Root)));

    /// <summary>What a power cut does: every process of the node gets SIGKILL, until none is left.</summary>
    public static void CutPower(DemoNodePlace node)
    {
        for (var pass = 0; pass < 50; pass++)
        {
            var processes = Find(node);
            if (processes.Count == 0)
            {
                return;
            }

            foreach (var process in processes)
            {
                _ = Kill(process, SigKill);
            }
        }
    }

    /// <summary>Kills a node's manager and leaves the rest of the node alone.</summary>
    public static void KillManager(DemoNodePlace node)
    {
        foreach (var process in Find(folder =>
            Read(folder, "cmdline") is var line && line.Contains("mainstay-manager", StringComparison.Ordinal)
                && Mentions(line, node.RunDirectory)))
        {
            _ = Kill(process, SigKill);
        }
    }

    /// <summary>Kills all web servers of the demo.</summary>
    public static void KillServers(DemoLayout layout)
    {
        foreach (var process in FindServers(layout))
        {
            _ = Kill(process, SigKill);
        }
    }

    private static List<int> Find(Func<string, bool> isWanted)
    {
        var found = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var process)
                && process != Environment.ProcessId
                && isWanted(folder)
                && !IsZombie(folder))
            {
                found.Add(process);
            }
        }

        found.Sort();
        return found;
    }

    private static bool Mentions(string text, string folder)
    {
        for (var at = text.IndexOf(folder, StringComparison.Ordinal); at >= 0; at = text.IndexOf(folder, at + 1, StringComparison.Ordinal))
        {
            var end = at + folder.Length;
            if (end == text.Length || text[end] is '/' or '\0')
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsZombie(string folder)
    {
        var status = Read(folder, "stat");
        var afterName = status.LastIndexOf(')') + 2;
        return afterName < status.Length && status[afterName] is 'Z' or 'X';
    }

    private static string Read(string folder, string name)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(folder, name)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return ""; // ended meanwhile, or another user's
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
