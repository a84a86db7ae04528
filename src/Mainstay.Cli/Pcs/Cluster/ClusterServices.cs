using System.Diagnostics;
using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.Pcs.Cluster;

/// <summary>Starting and stopping of the daemons of this host: by systemd where it runs, else as detached processes.</summary>
internal static class ClusterServices
{
    private static readonly string[] s_units = ["mainstay-ring.service", "mainstay-manager.service"];
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_stopLimit = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(100);

    /// <summary><c>cluster start [--all | NODE...] [--wait[=N]]</c>.</summary>
    public static int Start(PcsSession session, IReadOnlyList<string> nodes)
    {
        session.RequireLive();
        var paths = ClusterPaths.Of(session.Context);
        if (!File.Exists(paths.CorosyncConf))
        {
            throw new CommandFailure(
                $"cluster is not currently configured on this node: '{paths.CorosyncConf}' does not exist; use 'cluster setup' first");
        }

        if (!ConcernsThisHost(session, paths, nodes, "started"))
        {
            return 1;
        }

        session.Info("Starting Cluster...");
        if (UsesSystemd(paths))
        {
            Run(session, "systemctl", ["start", .. s_units]);
        }
        else
        {
            StartDetached(session, paths, "mainstay-ring");
            StartDetached(session, paths, "mainstay-manager");
        }

        WaitForManager(session, paths);
        if (session.Options.Has("wait"))
        {
            WaitForMembership(session, paths);
        }

        return 0;
    }

    /// <summary><c>cluster stop [--all | NODE...]</c>: resources move away, then the manager ends, then the ring.</summary>
    public static int Stop(PcsSession session, IReadOnlyList<string> nodes)
    {
        session.RequireLive();
        var paths = ClusterPaths.Of(session.Context);
        if (!ConcernsThisHost(session, paths, nodes, "stopped"))
        {
            return 1;
        }

        session.Info("Stopping Cluster (manager)...");
        if (UsesSystemd(paths))
        {
            Run(session, "systemctl", ["stop", "mainstay-manager.service"]);
            session.Info("Stopping Cluster (ring)...");
            Run(session, "systemctl", ["stop", "mainstay-ring.service"]);
            return 0;
        }

        if (ReadPid(paths, "mainstay-manager") is { } manager)
        {
            Terminate(session, paths, "mainstay-manager", manager);
        }

        session.Info("Stopping Cluster (ring)...");
        if (ReadPid(paths, "mainstay-ring") is { } ring)
        {
            Terminate(session, paths, "mainstay-ring", ring);
        }

        return 0;
    }

    /// <summary><c>cluster enable [--all | NODE...]</c>.</summary>
    public static int Enable(PcsSession session, IReadOnlyList<string> nodes) => Switch(session, nodes, "enable", "enabled");

    /// <summary><c>cluster disable [--all | NODE...]</c>.</summary>
    public static int Disable(PcsSession session, IReadOnlyList<string> nodes) => Switch(session, nodes, "disable", "disabled");

    /// <summary><c>cluster kill</c>: ends the daemons at once.</summary>
    public static int Kill(PcsSession session, IReadOnlyList<string> args)
    {
        session.RequireLive();
        var paths = ClusterPaths.Of(session.Context);
        foreach (var daemon in new[] { "mainstay-manager", "mainstay-ring" })
        {
            if (UsesSystemd(paths))
            {
                Run(session, "systemctl", ["kill", "--signal=SIGKILL", daemon + ".service"]);
            }
            else if (ReadPid(paths, daemon) is { } pid)
            {
                Signal("KILL", pid);
                File.Delete(PidFile(paths, daemon));
            }
        }

        return 0;
    }

    /// <summary><c>cluster destroy</c>: stops this host and removes its configuration and state.</summary>
    public static int Destroy(PcsSession session, IReadOnlyList<string> args)
    {
        session.RequireLive();
        var paths = ClusterPaths.Of(session.Context);
        Confirmation.Require(session, "All cluster configuration and state of this host will be removed: it leaves the cluster for good");
        if (session.Options.Has("all"))
        {
            session.Warn("only this host is destroyed: run 'cluster destroy' on every node");
        }

        Stop(session, []);
        session.Info("Removing all cluster configuration files...");
        File.Delete(paths.CorosyncConf);
        if (Directory.Exists(paths.StateDir))
        {
            foreach (var entry in Directory.EnumerateFileSystemEntries(paths.StateDir))
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

        return 0;
    }

    /// <summary>Whether the units of the package are what runs the daemons.</summary>
    public static bool UsesSystemd(ClusterPaths paths) => paths.AreUsual && Directory.Exists("/run/systemd/system");

    /// <summary>The process of a daemon started by <see cref="Start"/>, or <see langword="null"/> where it does not run.</summary>
    public static int? ReadPid(ClusterPaths paths, string daemon)
    {
        var file = PidFile(paths, daemon);
        return File.Exists(file) && int.TryParse(File.ReadAllText(file), out var pid) && IsDaemon(pid, daemon) ? pid : null;
    }

    // Until a remote agent exists (docs/adr), other nodes are started by hand; the user is told which.
    private static bool ConcernsThisHost(PcsSession session, ClusterPaths paths, IReadOnlyList<string> nodes, string done)
    {
        var wanted = session.Options.Has("all") ? ConfiguredNodes(paths) : nodes;
        var others = wanted.Where(n => !ClusterSetup.IsThisHost(n)).ToList();
        if (others.Count > 0)
        {
            session.Warn($"only this host is {done}: run the same command on {string.Join(", ", others)}");
        }

        return wanted.Count == 0 || session.Options.Has("all") || others.Count < wanted.Count;
    }

    private static List<string> ConfiguredNodes(ClusterPaths paths)
    {
        if (!File.Exists(paths.CorosyncConf))
        {
            return [];
        }

        var conf = CorosyncConf.Parse(File.ReadAllText(paths.CorosyncConf), paths.CorosyncConf);
        return [.. conf.Sections.Where(s => s.Name == "nodelist").SelectMany(s => s.Sections)
            .Select(n => n["name"] ?? n["ring0_addr"] ?? "")];
    }

    private static int Switch(PcsSession session, IReadOnlyList<string> nodes, string verb, string done)
    {
        session.RequireLive();
        var paths = ClusterPaths.Of(session.Context);
        if (!ConcernsThisHost(session, paths, nodes, done))
        {
            return 1;
        }

        if (!UsesSystemd(paths))
        {
            throw new CommandFailure(
                $"systemd does not run on this host: start the cluster with 'mainstay cluster start' from the host's own start-up");
        }

        Run(session, "systemctl", [verb, .. s_units]);
        return 0;
    }

    private static void StartDetached(PcsSession session, ClusterPaths paths, string daemon)
    {
        if (ReadPid(paths, daemon) is not null)
        {
            return;
        }

        Directory.CreateDirectory(paths.RunDir);
        Directory.CreateDirectory(paths.StateDir);
        var log = Path.Combine(paths.RunDir, daemon + ".log");
        var output = Run(
            session,
            "/bin/sh",
            [
                "-c", "log=$1; shift; setsid \"$@\" >>\"$log\" 2>&1 </dev/null & echo $!", "sh", log, Program(daemon),
                "--config", paths.CorosyncConf, "--state-dir", paths.StateDir, "--run-dir", paths.RunDir, "--foreground",
            ]);
        File.WriteAllText(PidFile(paths, daemon), output.Trim() + "\n");
    }

    private static string Program(string daemon)
    {
        var beside = Path.Combine(AppContext.BaseDirectory, daemon);
        return File.Exists(beside) ? beside : daemon;
    }

    private static void WaitForManager(PcsSession session, ClusterPaths paths)
    {
        var answered = Poll(session, s_startLimit, () =>
        {
            foreach (var daemon in UsesSystemd(paths) ? [] : new[] { "mainstay-ring", "mainstay-manager" })
            {
                if (ReadPid(paths, daemon) is null)
                {
                    var log = Path.Combine(paths.RunDir, daemon + ".log");
                    throw new CommandFailure($"{daemon} has ended: {LastLine(log)} (whole log: {log})");
                }
            }

            return Status(session) is not null;
        });
        if (!answered)
        {
            throw new CommandFailure(
                $"the manager does not answer at {Manager.SocketPath(session.Context)} after {s_startLimit.TotalSeconds:0} s; "
                + $"'journalctl -u mainstay-manager' or the log in {paths.RunDir} says why");
        }
    }

    private static void WaitForMembership(PcsSession session, ClusterPaths paths)
    {
        session.Info("Waiting for node to start...");
        var limit = ClusterWait.Limit(session.Options["wait"]);
        if (!Poll(session, limit, () => Status(session) is { Replica: "member", Coordinator: not null }))
        {
            throw new CommandFailure("unable to verify that this node has joined the cluster in time; 'status' shows what it sees");
        }
    }

    private static Client.ManagerStatus? Status(PcsSession session)
    {
        try
        {
            return Manager.Ask(session.Context, static (client, token) => client.GetStatusAsync(token));
        }
        catch (CommandFailure)
        {
            return null;
        }
    }

    private static bool Poll(PcsSession session, TimeSpan limit, Func<bool> done)
    {
        var started = Stopwatch.StartNew();
        while (!done())
        {
            if (started.Elapsed > limit)
            {
                return false;
            }

            if (session.Context.Cancellation.WaitHandle.WaitOne(s_poll))
            {
                throw new CommandFailure("interrupted", 130);
            }
        }

        return true;
    }

    private static void Terminate(PcsSession session, ClusterPaths paths, string daemon, int pid)
    {
        Signal("TERM", pid);
        if (!Poll(session, s_stopLimit, () => !IsDaemon(pid, daemon)))
        {
            throw new CommandFailure(
                $"{daemon} (pid {pid}) has not ended after {s_stopLimit.TotalMinutes:0} min; 'cluster kill' ends it at once");
        }

        File.Delete(PidFile(paths, daemon));
    }

    private static void Signal(string name, int pid)
    {
        using var kill = Process.Start(
            new ProcessStartInfo("/bin/kill", [$"-{name}", pid.ToString()]) { RedirectStandardError = true, UseShellExecute = false });
        kill?.WaitForExit();
    }

    private static bool IsDaemon(int pid, string daemon)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Contains(daemon, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string PidFile(ClusterPaths paths, string daemon) => Path.Combine(paths.RunDir, daemon + ".pid");

    private static string LastLine(string log) => File.Exists(log) ? File.ReadLines(log).LastOrDefault() ?? "no message" : "no message";

    private static string Run(PcsSession session, string program, IReadOnlyList<string> arguments)
    {
        if (session.Options.Has("debug"))
        {
            session.Info($"Running: {program} {string.Join(' ', arguments)}");
        }

        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, arguments)
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                    UseShellExecute = false
                })!;
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0
                ? output
                : throw new CommandFailure($"'{program} {string.Join(' ', arguments)}' failed: {error.GetAwaiter().GetResult().Trim()}");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new CommandFailure($"cannot run '{program}': {e.Message}");
        }
    }
}
