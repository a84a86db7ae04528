using System.Diagnostics;
using Mainstay.Client;

namespace Mainstay.Cli.Demo;

/// <summary>A node of the demo: two real daemons with folders and a loopback address of their own.</summary>
internal sealed class DemoNode(DemoLayout layout, DemoNodePlace place, string programs)
{
    /// <summary>Runs <c>$2 ...</c> with its output appended to <c>$1</c>, in a session of its own where the machine can.</summary>
    private const string DetachedCommand = """
        exec >>"$1" 2>&1
        shift
        if command -v setsid >/dev/null; then exec setsid "$@"; else exec "$@"; fi
        """;

    private readonly List<Process> _children = [];

    /// <summary>Name, address and folders.</summary>
    public DemoNodePlace Place { get; } = place;

    /// <summary>The node's name.</summary>
    public string Name => Place.Name;

    /// <summary>Client of the node's manager.</summary>
    public ManagerClient Client { get; } = new(place.ManagerSocket);

    /// <summary>Powers the node on: its daemons start as they do at a boot.</summary>
    public void PowerOn()
    {
        // A host's run directory is empty after a boot.
        foreach (var entry in Directory.EnumerateFileSystemEntries(Place.RunDirectory))
        {
            Delete(entry);
        }

        Start("mainstay-ring");
        Start("mainstay-manager");
    }

    /// <summary>Cuts the node's power: SIGKILL to everything that runs on it.</summary>
    public void CutPower()
    {
        NodeProcesses.CutPower(Place);
        foreach (var child in _children)
        {
            child.WaitForExit();
            child.Dispose();
        }

        _children.Clear();
    }

    private void Start(string program)
    {
        // The shell only redirects: a pipe to the demo would kill the daemons when the demo ends (--keep).
        var start = new ProcessStartInfo("/bin/sh")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            WorkingDirectory = Place.Folder,
        };
        string[] arguments =
        [
            "-c", DetachedCommand, "sh",
            Path.Combine(Place.Folder, program + ".log"),
            Path.Combine(programs, program),
            "--foreground", "--config", layout.ConfigurationFile, "--node", Place.Name,
            "--state-dir", Place.StateDirectory, "--run-dir", Place.RunDirectory,
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[ManagerClient.SocketVariable] = Place.ManagerSocket;
        start.Environment["MAINSTAY_RING_SOCKET"] = Place.RingSocket;
        start.Environment["MAINSTAY_DEMO_NODE"] = Place.Folder;
        start.Environment["MAINSTAY_COMMAND"] = Path.Combine(programs, "mainstay");
        _children.Add(Process.Start(start)!);
    }

    private static void Delete(string entry)
    {
        if (Directory.Exists(entry))
        {
            Directory.Delete(entry, recursive: true);
        }
        else
        {
            File.Delete(entry);
        }
    }
}
