using System.Diagnostics;
using System.Runtime.InteropServices;
using Mainstay.Ring.Client;

namespace Mainstay.Ring.Tests;

/// <summary>A ring of real daemons on loopback addresses of this test process's own, without privileges.</summary>
internal sealed partial class DaemonCluster : IDisposable
{
    private const int HangUp = 1;
    private const int Kill = 9;
    private const int Term = 15;

    private static int s_number;

    private readonly string _folder = Directory.CreateTempSubdirectory("mainstay-ring-").FullName;
    private readonly SortedDictionary<int, Process> _processes = [];
    private readonly SortedDictionary<int, List<string>> _logs = [];
    private readonly List<(int Node, string Text, int Times, TaskCompletionSource Appeared)> _awaited = [];
    private readonly int _block = Interlocked.Increment(ref s_number);
    private readonly int _nodes;

    public DaemonCluster(int nodes, string totem = "", string quorum = "")
    {
        _nodes = nodes;
        Configure(totem, quorum);
    }

    public string ConfigFile => Path.Combine(_folder, "corosync.conf");

    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(30);

    public string Address(int node) => $"127.{100 + (Environment.ProcessId % 100)}.{_block}.{node}";

    public string RunFolder(int node) => Path.Combine(_folder, $"run{node}");

    public string StateFolder(int node) => Path.Combine(_folder, $"state{node}");

    public string SocketPath(int node) => Path.Combine(RunFolder(node), "ring.sock");

    /// <summary>What the daemon wrote to standard error so far.</summary>
    public string Log(int node)
    {
        lock (_logs) return _logs.TryGetValue(node, out var lines) ? string.Join('\n', lines) : string.Empty;
    }

    public void Configure(string totem = "", string quorum = "", string nodes = "", string transport = "udpu")
    {
        if (nodes.Length == 0)
        {
            nodes = string.Concat(Enumerable.Range(1, _nodes).Select(
                i => $"    node {{\n        ring0_addr: {Address(i)}\n        name: node{i}\n        nodeid: {i}\n    }}\n"));
        }

        File.WriteAllText(
            ConfigFile,
            $"totem {{\n    version: 2\n    cluster_name: test\n    transport: {transport}\n    token: 1000\n{totem}}}\nnodelist "
                + $"{{\n{nodes}}}\n"
            + $"quorum {{\n    provider: corosync_votequorum\n{quorum}}}\nlogging {{\n    to_syslog: no\n}}\nsystem {{\n    sched_rr: "
                + $"no\n}}\n");
    }

    /// <summary>Writes an authentication key; returns the file.</summary>
    public string WriteKey(int number)
    {
        var path = Path.Combine(_folder, $"authkey{number}");
        File.WriteAllBytes(path, [.. Enumerable.Range(0, 256).Select(i => (byte)((37 * i) + number))]);
        return path;
    }

    /// <summary>Lets every user reach the cluster's folders.</summary>
    public void Open() => File.SetUnixFileMode(
        _folder, (UnixFileMode)Convert.ToInt32("755", 8));

    /// <summary>Starts a daemon.</summary>
    /// <param name="node">Which.</param>
    /// <param name="runFolder">Another run folder than the node's own.</param>
    /// <param name="isLimitIgnored">Writing beyond a limit of file sizes fails, rather than to end the process.</param>
    /// <param name="preparation">A shell command before it: limits of the process, signals that it ignores.</param>
    /// <param name="findsItself">It is not told which node it is.</param>
    public Process Start(
        int node, string? runFolder = null, bool isLimitIgnored = false, string? preparation = null, bool findsItself = false)
    {
        string[] command =
        [
            Path.Combine(AppContext.BaseDirectory, "mainstay-ring"),
            "--config",
            ConfigFile,
            "--state-dir",
            StateFolder(node),
            "--run-dir",
            runFolder ?? RunFolder(node),
            .. findsItself ? (string[])[] : ["--nodeid", $"{node}"],
        ];
        if (preparation is not null) command = ["/bin/sh", "-c", preparation + "; exec \"$@\"", "sh", .. command];
        if (isLimitIgnored) command = ["/bin/sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh", .. command];
        var info = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };

        // The compiler's own memory is a file to the kernel.
        if (isLimitIgnored) info.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        var process = new Process { StartInfo = info };
        process.ErrorDataReceived += (_, line) => Keep(node, line.Data);
        process.OutputDataReceived += (_, line) => Keep(node, line.Data);
        process.Start();
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        if (runFolder is null) _processes[node] = process;
        return process;
    }

    /// <summary>Runs a daemon that is expected to refuse; returns its exit status.</summary>
    public async Task<int> StartAndEndAsync(int node, string? runFolder = null)
    {
        using var process = Start(node, runFolder ?? RunFolder(node) + "-refused");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        return process.ExitCode;
    }

    /// <summary>Connects as soon as the daemon listens: it says that it starts after it opened its socket.</summary>
    public async Task<RingClient> ConnectAsync(int node)
    {
        await UntilLoggedAsync(node, " starts on ");
        return await RingClient.ConnectAsync(SocketPath(node), TestContext.Current.CancellationToken);
    }

    /// <summary>Reads events until one matches.</summary>
    public static async Task<T> UntilAsync<T>(IRing ring, Predicate<T> match)
        where T : RingEvent
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        await foreach (var happened in ring.Events.ReadAllAsync(limit.Token))
        {
            if (happened is T wanted && match(wanted)) return wanted;
            if (happened is RingDisconnected end) Assert.Fail(end.Reason);
        }

        throw new InvalidOperationException("the events ended");
    }

    /// <summary>Reads events until the connection ends.</summary>
    public static async Task<RingDisconnected> UntilEndAsync(IRing ring)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        RingDisconnected? end = null;
        await foreach (var happened in ring.Events.ReadAllAsync(limit.Token)) end = happened as RingDisconnected ?? end;
        return end ?? throw new InvalidOperationException("the events ended without a word");
    }

    /// <summary>Waits until a log line appears, and so many of them.</summary>
    public async Task UntilLoggedAsync(int node, string text, int times = 1)
    {
        var appeared = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_logs)
        {
            if (IsLogged(node, text, times)) return;
            _awaited.Add((node, text, times, appeared));
        }

        try
        {
            await appeared.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"node {node} did not log \"{text}\":\n{Log(node)}");
        }
    }

    public void KillHard(int node)
    {
        Signal(node, Kill);
        _processes[node].WaitForExit();
    }

    public void HangUpSignal(int node) => Signal(node, HangUp);

    public int Terminate(int node)
    {
        Signal(node, Term);
        Assert.True(_processes[node].WaitForExit((int)Patience.TotalMilliseconds), Log(node));
        return _processes[node].ExitCode;
    }

    public void Dispose()
    {
        foreach (var process in _processes.Values)
        {
            if (!process.HasExited) process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private void Signal(int node, int signal) => Assert.Equal(0, SendSignal(_processes[node].Id, signal));

    private bool IsLogged(int node, string text, int times) =>
        _logs.TryGetValue(node, out var lines) && lines.Count(l => l.Contains(text, StringComparison.Ordinal)) >= times;

    private void Keep(int node, string? line)
    {
        if (line is null) return;
        lock (_logs)
        {
            if (!_logs.TryGetValue(node, out var lines)) _logs[node] = lines = [];
            lines.Add(line);
            foreach (var (awaitedNode, text, times, appeared) in _awaited)
            {
                if (awaitedNode != node || !line.Contains(text, StringComparison.Ordinal)) continue;
                if (IsLogged(node, text, times)) appeared.TrySetResult();
            }
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}
