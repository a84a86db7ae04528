using Mainstay.Agents.Queueing;

namespace Mainstay.Agents.BuiltIn;

/// <summary>What a built-in agent is asked to do.</summary>
/// <param name="Runtime">The node's runtime.</param>
/// <param name="ResourceId">Resource instance.</param>
/// <param name="Action">Action name.</param>
/// <param name="Parameters">Instance parameters and meta variables.</param>
internal sealed record BuiltInCall(
    AgentRuntime Runtime, string ResourceId, string Action, IReadOnlyDictionary<string, string> Parameters)
{
    /// <summary>A parameter's value, or its default.</summary>
    public string Get(string name, string fallback) => Parameters.TryGetValue(name, out var value) && value.Length > 0 ? value : fallback;

    /// <summary>The action's own limit as the agent is told (<c>CRM_meta_timeout</c>), else 20 s.</summary>
    public TimeSpan Timeout => int.TryParse(Get("CRM_meta_timeout", string.Empty), out var milliseconds) && milliseconds > 0
        ? TimeSpan.FromMilliseconds(milliseconds)
        : TimeSpan.FromSeconds(20);
}

/// <summary>A resource agent of the provider <c>mainstay</c>: runs inside the executor, its service outside of it.</summary>
internal interface IBuiltInAgent
{
    string Type { get; }

    string Metadata { get; }

    Task<RunOutcome> RunAsync(BuiltInCall call, CancellationToken cancellationToken);
}

/// <summary>A built-in fence agent.</summary>
internal interface IBuiltInFenceAgent
{
    string Type { get; }

    string Metadata { get; }

    /// <summary>Does what the lines say (spec/fencing.md section 1.1).</summary>
    Task<FenceAgentAnswer> RunAsync(IReadOnlyDictionary<string, string> lines, CancellationToken cancellationToken);
}

/// <summary>What a fence agent answered.</summary>
internal sealed record FenceAgentAnswer(int ExitStatus, string StandardOutput, string StandardError);

/// <summary>The agents that come with Mainstay.</summary>
internal static class BuiltInAgents
{
    public const string Provider = "mainstay";

    private static readonly IBuiltInAgent[] Agents = [new DummyAgent(), new HttpServerAgent()];
    private static readonly IBuiltInFenceAgent[] FenceAgents = [new ProcessFenceAgent()];

    public static IEnumerable<string> Types => Agents.Select(a => a.Type);

    public static IEnumerable<string> FenceTypes => FenceAgents.Select(a => a.Type);

    public static IBuiltInAgent? Find(AgentId agent) => agent is { Standard: AgentStandard.Ocf, Provider: Provider }
        ? Array.Find(Agents, a => a.Type == agent.Type)
        : null;

    public static IBuiltInFenceAgent? FindFence(string type) => Array.Find(FenceAgents, a => a.Type == type);
}
