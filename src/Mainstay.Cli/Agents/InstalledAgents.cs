using Mainstay.Agents;

namespace Mainstay.Cli.Agents;

/// <summary>The agents of this host.</summary>
internal sealed class InstalledAgents : IAgentCatalog
{
    private const int AskedAtOnce = 4;
    private static readonly TimeSpan s_listLimit = TimeSpan.FromSeconds(15);

    private readonly AgentCatalog _catalog;
    private readonly ToolContext _context;

    private InstalledAgents(ToolContext context)
    {
        _context = context;
        _catalog = new AgentRuntime(new AgentOptions { NodeName = HostName.Local(context) }).Catalog;
    }

    /// <summary>The catalog of this host; agents are looked for when they are asked for.</summary>
    public static IAgentCatalog Open(ToolContext context) => context.Agents ?? new InstalledAgents(context);

    /// <inheritdoc/>
    public IReadOnlyList<string> Standards() => _catalog.ListStandards();

    /// <inheritdoc/>
    public IReadOnlyList<string> Providers() => _catalog.ListProviders();

    /// <inheritdoc/>
    public IReadOnlyList<string> Types(AgentStandard standard, string provider) =>
        _catalog.ListAgentsAsync(standard, provider, _context.Cancellation).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public IReadOnlyDictionary<AgentId, string> ShortDescriptions(IReadOnlyList<AgentId> agents) =>
        AskAllAsync(agents).GetAwaiter().GetResult();

    private async Task<IReadOnlyDictionary<AgentId, string>> AskAllAsync(IReadOnlyList<AgentId> agents)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_context.Cancellation);
        limit.CancelAfter(s_listLimit);
        var found = new System.Collections.Concurrent.ConcurrentDictionary<AgentId, string>();
        try
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = AskedAtOnce, CancellationToken = limit.Token };
            await Parallel.ForEachAsync(agents, options, async (agent, token) =>
            {
                found[agent] = (await _catalog.GetMetadataAsync(agent, refresh: false, token).ConfigureAwait(false))?.ShortDescription
                    ?? "";
            }).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!_context.Cancellation.IsCancellationRequested)
        {
            // Out of time: the list shows what is known.
        }

        return found;
    }

    /// <inheritdoc/>
    public AgentMetadata? Describe(AgentId agent) =>
        _catalog.GetMetadataAsync(agent, refresh: false, _context.Cancellation).GetAwaiter().GetResult();
}
