using System.Threading.Channels;

namespace Mainstay.Agents;

/// <summary>
/// Runs resource actions on this node: at most one at a time per resource, in arrival order; recurring actions; cancellation
/// (spec/agents.md section 6). Methods may be called from any thread and never block on an agent.
/// </summary>
public sealed class Executor : IAsyncDisposable
{
    private readonly Channel<ActionResult> _results = Channel.CreateUnbounded<ActionResult>();

    /// <summary>Starts an executor.</summary>
    /// <param name="runtime">Runs the agents; not disposed by the executor.</param>
    /// <param name="fencer">Runs actions of <c>stonith</c> resources.</param>
    public Executor(AgentRuntime runtime, Fencing.LocalFencer fencer)
    {
        Runtime = runtime;
        Fencer = fencer;
    }

    /// <summary>
    /// Results in the order they became known: every one-shot action once; a recurring action its first result and each change; cancelled
    /// actions once with <see cref="ExecutionStatus.Cancelled"/>. Completes after <see cref="DisposeAsync"/>.
    /// </summary>
    public ChannelReader<ActionResult> Results => _results.Reader;

    /// <summary>The runtime given.</summary>
    public AgentRuntime Runtime { get; }

    /// <summary>The fencer given.</summary>
    public Fencing.LocalFencer Fencer { get; }

    /// <summary>Takes an action. A <c>stop</c> cancels the resource's recurring actions first; a duplicate recurring action is merged.</summary>
    public void Submit(ResourceAction action) => throw new NotSupportedException();

    /// <summary>Cancels the action of this resource, name and interval.</summary>
    /// <returns>What became of it.</returns>
    public Task<CancelOutcome> CancelAsync(string resourceId, string action, int intervalMs) => throw new NotSupportedException();

    /// <summary>Forgets a resource: cancels its recurring and waiting actions, and drops the parameters remembered for its stop.</summary>
    public Task ForgetAsync(string resourceId) => throw new NotSupportedException();

    /// <summary>The recurring actions now known, by resource id, then name and interval.</summary>
    public Task<IReadOnlyList<ResourceAction>> GetRecurringAsync() => throw new NotSupportedException();

    /// <summary>Cancels all recurring actions, drops what waits, and completes <see cref="Results"/>. Running one-shot agents are left alone.</summary>
    public ValueTask DisposeAsync()
    {
        _results.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }
}
