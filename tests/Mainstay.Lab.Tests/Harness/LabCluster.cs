using System.Diagnostics;
using System.Text.Json;
using Mainstay.Testing;

namespace Mainstay.Lab.Tests.Harness;

/// <summary>
/// Several hosts on this machine, in their own namespaces (../shared/lab). Every instance has its own state directory, so
/// several may live side by side; it is always taken down, at the latest with the test process.
/// </summary>
internal sealed class LabCluster : IDisposable
{
    private static readonly string[] Tools = ["ip", "nft", "nsenter", "unshare", "python3"];
    private static int s_number;

    private readonly string _directory;
    private readonly List<LabProcess> _processes = [];
    private readonly EventHandler _onExit;
    private bool _isUp;

    private LabCluster(string name)
    {
        _directory = $"/srv/lab-{name}-{Environment.ProcessId}-{Interlocked.Increment(ref s_number)}";
        _onExit = (_, _) => Down();
        AppDomain.CurrentDomain.ProcessExit += _onExit;
    }

    /// <summary>Why labs cannot run here, or <see langword="null"/>.</summary>
    /// <param name="programs">Further programs that the test needs.</param>
    public static string? Obstacle(params string[] programs)
    {
        if (Environment.UserName != "root") return "the lab needs root";
        if (Repository.Shared is null || !File.Exists(Path.Combine(Repository.Shared, "lab", "lab")))
        {
            return "the lab (../shared/lab) is not here";
        }

        var missing = Tools.Concat(programs).FirstOrDefault(p => Programs.Find(p) is null);
        return missing is null ? null : $"the lab needs the program {missing} (eng/install-lab-packages.sh)";
    }

    /// <summary>Skips the calling test where labs cannot run.</summary>
    public static void SkipWhereImpossible(params string[] programs) =>
        Assert.SkipWhen(Obstacle(programs) is not null, Obstacle(programs) ?? "");

    /// <summary>Brings up hosts n1 to nN.</summary>
    /// <param name="name">Part of the state directory's name.</param>
    /// <param name="hosts">How many.</param>
    /// <param name="options">Further options of <c>lab up</c>: <c>--init systemd</c>, <c>--links 2</c> ...</param>
    public static LabCluster Up(string name, int hosts, params string[] options)
    {
        var cluster = new LabCluster(name);
        cluster._isUp = true;
        try
        {
            cluster.Lab(["up", $"{hosts}", .. options]);
        }
        catch
        {
            cluster.Dispose();
            throw;
        }

        return cluster;
    }

    /// <summary>Runs a command in a host and returns its output; fails the test where it does not end with 0 within the time.</summary>
    public string Exec(string node, params string[] command) => Lab(["exec", node, .. command]);

    /// <summary>Runs a shell script in a host.</summary>
    public string Shell(string node, string script) => Exec(node, "sh", "-c", script);

    /// <summary>Runs a command in a host and returns exit code, output and errors.</summary>
    public CommandResult Try(string node, params string[] command) => Run(["exec", node, .. command]);

    /// <summary>Starts a command in a host and keeps its output lines; ends with the cluster.</summary>
    public LabProcess Start(string node, params string[] command)
    {
        var process = new LabProcess(StartInfo(["exec", node, .. command]), $"{node}: {string.Join(' ', command)}");
        _processes.Add(process);
        return process;
    }

    /// <summary>A path in a running host as this process can open it.</summary>
    public string PathIn(string node, string path) =>
        $"/proc/{File.ReadAllText(Path.Combine(_directory, node, "pid")).Trim()}/root{path}";

    /// <summary>Writes a file in a host.</summary>
    public void Write(string node, string path, string content, bool isExecutable = false)
    {
        var info = StartInfo(
            ["exec", node, "sh", "-c", $"mkdir -p $(dirname {path}) && cat > {path} && chmod {(isExecutable ? "755" : "644")} {path}"]);
        info.RedirectStandardInput = true;
        using var process = Process.Start(info)!;
        process.StandardInput.Write(content);
        process.StandardInput.Close();
        Assert.True(process.WaitForExit(30_000) && process.ExitCode == 0, $"writing {path} in {node} failed");
    }

    /// <summary>Cuts a host's power: every process in it is gone at once.</summary>
    public void PowerOff(string node) => Lab(["poweroff", node]);

    /// <summary>Boots a host again, with the same disk; runs its <c>/etc/lab/boot</c>.</summary>
    public void PowerOn(string node) => Lab(["poweron", node]);

    /// <summary>Drops all packets of a host, or those to and from one other.</summary>
    public void Cut(string node, string? peer = null) => Lab(peer is null ? ["cut", node] : ["cut", node, peer]);

    /// <summary>Stops all processes of a host from running.</summary>
    public void Freeze(string node) => Lab(["freeze", node]);

    /// <summary>Lets them run again.</summary>
    public void Thaw(string node) => Lab(["thaw", node]);

    /// <summary>Undoes all network faults.</summary>
    public void Heal() => Lab(["heal"]);

    /// <summary>Any other command of the lab tool.</summary>
    public string Lab(params string[] arguments)
    {
        var result = Run(arguments);
        Assert.True(result.ExitCode == 0, $"lab {string.Join(' ', arguments)} ended with {result.ExitCode}: {result.Error}{result.Output}");
        return result.Output;
    }

    /// <summary>Waits until something holds; fails the test with what was seen last where it does not within the time.</summary>
    public static async Task UntilAsync(string what, TimeSpan limit, Func<(bool Holds, string Seen)> look)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var (holds, seen) = look();
            if (holds) return;
            Assert.True(watch.Elapsed < limit, $"not within {limit.TotalSeconds:0.#} s: {what}; last seen:\n{seen}");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Ends the hosts with everything in them and removes their files.</summary>
    public void Down()
    {
        if (!_isUp) return;
        _isUp = false;
        foreach (var process in _processes) process.Dispose();
        Run(["down"]);
        if (Directory.Exists(_directory)) Directory.Delete(_directory, recursive: true);
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= _onExit;
        Down();
    }

    private CommandResult Run(IReadOnlyList<string> arguments)
    {
        using var process = new LabProcess(StartInfo(arguments), string.Join(' ', arguments));
        return process.WaitForEnd(TimeSpan.FromSeconds(90));
    }

    private ProcessStartInfo StartInfo(IReadOnlyList<string> arguments)
    {
        var info = new ProcessStartInfo(Path.Combine(Repository.Shared!, "lab", "lab"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        info.Environment["LAB_DIR"] = _directory;
        info.Environment["LC_ALL"] = "C";
        return info;
    }
}

/// <summary>How a command ended.</summary>
internal readonly record struct CommandResult(int ExitCode, string Output, string Error)
{
    /// <summary>The output as JSON.</summary>
    public JsonElement Json() => JsonDocument.Parse(Output).RootElement;
}
