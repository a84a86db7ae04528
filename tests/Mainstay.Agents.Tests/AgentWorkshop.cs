using Mainstay.Agents.Fencing;

namespace Mainstay.Agents.Tests;

/// <summary>A temporary OCF root with agents written by the test, and an executor over it. Real processes; everything waits for events.</summary>
public sealed class AgentWorkshop : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<string> _log = [];
    private readonly Lazy<Executor> _executor;
    private int _callId;

    public AgentWorkshop() : this(static options => options)
    {
    }

    public AgentWorkshop(Func<AgentOptions, AgentOptions> adjust)
    {
        Folder = Directory.CreateTempSubdirectory("mainstay-agents-").FullName;
        foreach (var part in (string[])["ocf/resource.d/test", "init.d", "sbin", "work", "state"]) Directory.CreateDirectory(Path.Combine(Folder, part));
        Runtime = new AgentRuntime(adjust(new AgentOptions
        {
            NodeName = "n1",
            OcfRoot = Path.Combine(Folder, "ocf"),
            InitDirectory = Path.Combine(Folder, "init.d"),
            FenceDirectories = [Path.Combine(Folder, "sbin")],
            WorkingDirectory = Path.Combine(Folder, "work"),
            StateDirectory = Path.Combine(Folder, "state"),
            SecretsDirectory = Path.Combine(Folder, "secrets"),
            EnvironmentFiles = [],
            Log = entry =>
            {
                lock (_log) _log.Add($"{entry.Level} {entry.Subject}: {entry.Message}");
            },
        }));
        Fencer = new LocalFencer(Runtime);
        _executor = new Lazy<Executor>(() => new Executor(Runtime, Fencer));
    }

    public string Folder { get; }

    public AgentRuntime Runtime { get; }

    public LocalFencer Fencer { get; }

    public Executor Executor => _executor.Value;

    public IReadOnlyList<string> Log
    {
        get
        {
            lock (_log) return [.. _log];
        }
    }

    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>An OCF agent. Its <c>meta-data</c> fails quietly unless the body speaks of it.</summary>
    public AgentId Ocf(string type, string body) => Write(
        $"ocf/resource.d/test/{type}",
        body.Contains("meta-data", StringComparison.Ordinal) ? body : $"[ \"$1\" = meta-data ] && exit 3\n{body}",
        new AgentId(AgentStandard.Ocf, "test", type));

    public AgentId Lsb(string type, string body) => Write($"init.d/{type}", body, new AgentId(AgentStandard.Lsb, string.Empty, type));

    public AgentId Fence(string type, string body) => Write($"sbin/{type}", body, new AgentId(AgentStandard.Stonith, string.Empty, type));

    public ResourceAction Action(AgentId agent, string name, int timeoutMs = 20_000, int intervalMs = 0, string id = "r1") => new()
    {
        CallId = Interlocked.Increment(ref _callId),
        ResourceId = id,
        Agent = agent,
        Name = name,
        TimeoutMs = timeoutMs,
        IntervalMs = intervalMs,
    };

    public Task<ActionResult> RunAsync(AgentId agent, string name, int timeoutMs = 20_000) => RunAsync(Action(agent, name, timeoutMs));

    public async Task<ActionResult> RunAsync(ResourceAction action)
    {
        Executor.Submit(action);
        return await NextAsync();
    }

    public async Task<ActionResult> NextAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        return await Executor.Results.ReadAsync(limit.Token);
    }

    /// <summary>Waits for a condition of the outside world (a file, a process); fails with the words given when it never comes.</summary>
    public static async Task WaitForAsync(Func<bool> condition, string what)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var pulse = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
        {
            try
            {
                await pulse.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"waited {Patience.TotalSeconds} s in vain for: {what}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_executor.IsValueCreated) await Executor.DisposeAsync();
        await Runtime.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private AgentId Write(string path, string body, AgentId agent)
    {
        var file = PathOf(path);
        File.WriteAllText(file, "#!/bin/sh\n" + body);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return agent;
    }
}
