namespace Mainstay.Agents;

/// <summary>
/// What running agents takes on one node: child processes, the connection to systemd, the meta-data cache. One per process; shared by
/// <see cref="Executor"/> and <see cref="Fencing.LocalFencer"/>. Safe for use from any thread.
/// </summary>
public sealed class AgentRuntime : IAsyncDisposable
{
    /// <summary>Prepares to run agents; starts nothing yet.</summary>
    /// <param name="options">Where agents are and how to run them.</param>
    public AgentRuntime(AgentOptions options)
    {
        Options = options;
        Catalog = new AgentCatalog(this);
    }

    /// <summary>The options given.</summary>
    public AgentOptions Options { get; }

    /// <summary>Installed agents and their meta-data.</summary>
    public AgentCatalog Catalog { get; }

    /// <summary>Stops the helper threads. Agents still running are left alone.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
