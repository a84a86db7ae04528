namespace Mainstay.Agents;

/// <summary>Installed agents and their meta-data.</summary>
public sealed class AgentCatalog
{
    private readonly AgentRuntime _runtime;

    internal AgentCatalog(AgentRuntime runtime) => _runtime = runtime;

    /// <summary>The classes this node can run, in the order tools list them: <c>lsb</c>, <c>ocf</c>, <c>service</c>, <c>stonith</c>, <c>systemd</c>.</summary>
    public IReadOnlyList<string> ListStandards() => throw new NotSupportedException(_runtime.Options.NodeName);

    /// <summary>OCF providers, sorted.</summary>
    public IReadOnlyList<string> ListProviders() => throw new NotSupportedException(_runtime.Options.NodeName);

    /// <summary>Agent types of a class (and provider, for OCF), sorted.</summary>
    public Task<IReadOnlyList<string>> ListAgentsAsync(AgentStandard standard, string provider, CancellationToken cancellationToken) =>
        throw new NotSupportedException(_runtime.Options.NodeName);

    /// <summary>
    /// The agent's meta-data, from the cache or by running it; null where the agent is missing or its answer cannot be read (never throws for that).
    /// </summary>
    /// <param name="agent">The agent.</param>
    /// <param name="refresh">Ask the agent even if the answer is cached.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public Task<AgentMetadata?> GetMetadataAsync(AgentId agent, bool refresh, CancellationToken cancellationToken) =>
        throw new NotSupportedException(_runtime.Options.NodeName);
}
