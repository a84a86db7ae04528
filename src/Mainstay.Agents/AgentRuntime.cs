using Mainstay.Agents.Processes;
using Mainstay.Agents.Systemd;

namespace Mainstay.Agents;

/// <summary>
/// What running agents takes on one node: child processes, the connection to systemd, the meta-data cache. One per process; shared by
/// <see cref="Executor"/> and <see cref="Fencing.LocalFencer"/>. Safe for use from any thread.
/// </summary>
public sealed class AgentRuntime : IAsyncDisposable
{
    private readonly SystemdManager _systemd;

    /// <summary>Prepares to run agents; starts nothing yet.</summary>
    /// <param name="options">Where agents are and how to run them.</param>
    public AgentRuntime(AgentOptions options)
    {
        Options = options;
        Environment = new AgentEnvironment(options);
        Processes = new ProcessHost(options.WorkingDirectory, message => Log(AgentLogLevel.Warning, "agents", message));
        _systemd = new SystemdManager(message => Log(AgentLogLevel.Debug, "systemd", message));
        Catalog = new AgentCatalog(this);
    }

    /// <summary>The options given.</summary>
    public AgentOptions Options { get; }

    /// <summary>Installed agents and their meta-data.</summary>
    public AgentCatalog Catalog { get; }

    internal AgentEnvironment Environment { get; }

    internal ProcessHost Processes { get; }

    internal SystemdManager Systemd => _systemd;

    internal TimeProvider Time { get; } = TimeProvider.System;

    /// <summary>Stops the helper threads. Agents still running are left alone.</summary>
    public async ValueTask DisposeAsync()
    {
        Processes.Dispose();
        await _systemd.DisposeAsync();
    }

    internal void Log(AgentLogLevel level, string subject, string message) => Options.Log(new AgentLogEntry(level, subject, message));

    /// <summary>Monotonic time since the first use of the clock.</summary>
    internal TimeSpan Elapsed() => Time.GetElapsedTime(0);

    /// <summary>
    /// The <c>mainstay</c> executable and its leading arguments, for service processes of built-in agents; null: none found.
    /// </summary>
    internal IReadOnlyList<string>? FindMainstayCommand()
    {
        if (Options.MainstayCommand is { Count: > 0 } given) return given;
        if (System.Environment.GetEnvironmentVariable("MAINSTAY_COMMAND") is { Length: > 0 } named) return [named];
        var folders = (System.Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':', StringSplitOptions.RemoveEmptyEntries);
        return folders.Prepend(AppContext.BaseDirectory)
            .Select(folder => Path.Combine(folder, "mainstay"))
            .Where(File.Exists)
            .Select(path => new[] { path })
            .FirstOrDefault();
    }
}
