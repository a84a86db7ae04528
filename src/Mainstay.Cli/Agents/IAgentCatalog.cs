using Mainstay.Agents;

namespace Mainstay.Cli.Agents;

/// <summary>The resource and fence agents that commands know of: those of this host, or a test's own.</summary>
internal interface IAgentCatalog
{
    /// <summary>Classes of agents that this host can run.</summary>
    IReadOnlyList<string> Standards();

    /// <summary>OCF providers, sorted.</summary>
    IReadOnlyList<string> Providers();

    /// <summary>Types of a class (and provider, for OCF), sorted.</summary>
    IReadOnlyList<string> Types(AgentStandard standard, string provider);

    /// <summary>What the agent says of itself; <see langword="null"/> where it is not installed or says nothing readable.</summary>
    AgentMetadata? Describe(AgentId agent);

    /// <summary>
    /// One-line descriptions of many agents, as far as they answer in time: a list must not wait for the slowest of a hundred programs.
    /// </summary>
    IReadOnlyDictionary<AgentId, string> ShortDescriptions(IReadOnlyList<AgentId> agents);
}
