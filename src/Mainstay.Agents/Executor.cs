using System.Threading.Channels;
using Mainstay.Agents.Fencing;
using Mainstay.Agents.Queueing;

namespace Mainstay.Agents;

/// <summary>
/// Runs resource actions on this node: at most one at a time per resource, in arrival order; recurring actions; cancellation
/// (spec/agents.md section 6). Methods may be called from any thread and never block on an agent.
/// </summary>
/// <remarks>
/// The rules are in <see cref="ActionQueue"/>; this class gives it time, starts and signals agents, and passes results on. One
/// task owns the
/// queue; everything else reaches it through a channel, so requests are taken in the order of the calls.
/// </remarks>
public sealed class Executor : IAsyncDisposable
{
    private const int LoggedLinesMax = 100;

    /// <summary>How long a short action's result waits for meta-data that was asked for beside it.</summary>
    private static readonly TimeSpan MetadataPatience = TimeSpan.FromSeconds(1);

    private readonly Channel<Action<Moment, List<QueueEffect>>> _inputs =
        Channel.CreateUnbounded<Action<Moment, List<QueueEffect>>>(new UnboundedChannelOptions { SingleReader = true });

    private readonly Channel<ActionResult> _results = Channel.CreateUnbounded<ActionResult>();
    private readonly Dictionary<int, IAgentRun> _runs = [];
    private readonly ParameterStore _store;
    private readonly ActionQueue _queue;
    private readonly AgentRunner _runner;
    private readonly ITimer _timer;
    private readonly Task _loop;
    private int _isDisposed;

    /// <summary>Starts an executor.</summary>
    /// <param name="runtime">Runs the agents; not disposed by the executor.</param>
    /// <param name="fencer">Runs actions of <c>stonith</c> resources.</param>
    public Executor(AgentRuntime runtime, LocalFencer fencer)
    {
        Runtime = runtime;
        Fencer = fencer;
        _store = new ParameterStore(runtime.Options.ParameterFile, message => runtime.Log(AgentLogLevel.Warning, "executor", message));
        _queue = new ActionQueue(_store.Memory, runtime.Options.KillGrace);
        _runner = new AgentRunner(runtime, fencer);
        _timer = runtime.Time.CreateTimer(
            _ => _inputs.Writer.TryWrite((now, effects) => _queue.HandleTimeout(now, effects)),
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>
    /// Results in the order they became known: every one-shot action once; a recurring action its first result and each change; cancelled
    /// actions once with <see cref="ExecutionStatus.Cancelled"/>. Completes after <see cref="DisposeAsync"/>.
    /// </summary>
    public ChannelReader<ActionResult> Results => _results.Reader;

    /// <summary>The runtime given.</summary>
    public AgentRuntime Runtime { get; }

    /// <summary>The fencer given.</summary>
    public LocalFencer Fencer { get; }

    /// <summary>
    /// Takes an action. A <c>stop</c> cancels the resource's recurring actions first; a duplicate recurring action is merged. After
    /// <see cref="DisposeAsync"/> nothing is taken and nothing reported.
    /// </summary>
    public void Submit(ResourceAction action) => _inputs.Writer.TryWrite((now, effects) => _queue.Submit(now, action, effects));

    /// <summary>Cancels the action of this resource, name and interval.</summary>
    /// <param name="resourceId">The resource.</param>
    /// <param name="action">Action name.</param>
    /// <param name="intervalMs">Its interval in milliseconds; 0 for a one-shot action that still waits.</param>
    /// <returns>What became of it.</returns>
    public Task<CancelOutcome> CancelAsync(string resourceId, string action, int intervalMs) =>
        AskAsync((now, effects) => _queue.Cancel(now, resourceId, action, intervalMs, effects), CancelOutcome.Unknown);

    /// <summary>Forgets a resource: cancels its recurring and waiting actions, and drops the parameters remembered for its stop.</summary>
    public Task ForgetAsync(string resourceId) => AskAsync(
        (now, effects) =>
        {
            _queue.Forget(now, resourceId, effects);
            return true;
        },
        false);

    /// <summary>The recurring actions now known, by resource id, then in order of arrival.</summary>
    public Task<IReadOnlyList<ResourceAction>> GetRecurringAsync() =>
        AskAsync<IReadOnlyList<ResourceAction>>((_, _) => [.. _queue.Recurring], []);

    /// <summary>
    /// Cancels all recurring actions, drops what waits, and completes <see cref="Results"/>. Running one-shot agents are left
    /// alone.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        _inputs.Writer.TryWrite((now, effects) => _queue.Close(now, effects));
        _inputs.Writer.TryComplete();
        await _loop;
        await _timer.DisposeAsync();
        _results.Writer.TryComplete();
    }

    private Task<T> AskAsync<T>(Func<Moment, List<QueueEffect>, T> question, T afterDisposal)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        return _inputs.Writer.TryWrite((now, effects) => answer.TrySetResult(question(now, effects)))
            ? answer.Task
            : Task.FromResult(afterDisposal);
    }

    private async Task RunAsync()
    {
        var effects = new List<QueueEffect>();
        await foreach (var input in _inputs.Reader.ReadAllAsync())
        {
            input(Now(), effects);
            foreach (var effect in effects) Execute(effect);
            effects.Clear();
            _store.SaveIfChanged();
            ArmTimer();
        }
    }

    private Moment Now() => new(Runtime.Elapsed(), Runtime.Time.GetUtcNow().ToUnixTimeSeconds());

    private void ArmTimer()
    {
        var due = _queue.NextDeadline is { } at ? at - Runtime.Elapsed() : Timeout.InfiniteTimeSpan;

        // Rounded up: a timer that fires a little early would only be armed again.
        if (due != Timeout.InfiniteTimeSpan) due = TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(due.TotalMilliseconds, 0)));
        _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    private void Execute(QueueEffect effect)
    {
        switch (effect)
        {
            case BeginRun begin:
                var run = _runner.Begin(begin);
                _runs.Add(begin.RunId, run);
                _ = FinishAsync(begin, run);
                break;
            case SignalRun signal:
                if (_runs.TryGetValue(signal.RunId, out var signalled)) signalled.Signal(signal.IsKill, signal.IsAgentOnly);
                break;
            case ReportResult report:
                LogOutput(report.Result);
                _results.Writer.TryWrite(report.Result);
                break;
            case Warn warning:
                Runtime.Log(AgentLogLevel.Warning, warning.Subject, warning.Message);
                break;
        }
    }

    /// <summary>
    /// Waits for a run's end, and gives it to the queue together with the meta-data the manager will want for its digests.
    /// </summary>
    private async Task FinishAsync(BeginRun begin, IAgentRun run)
    {
        var fetch = FetchMetadata(begin.Action);
        var outcome = await run.Outcome;
        var metadata = await PatientlyAsync(fetch);
        _inputs.Writer.TryWrite((now, effects) =>
        {
            _runs.Remove(begin.RunId);
            var first = effects.Count;
            _queue.Complete(now, begin.RunId, outcome, effects);
            for (var i = first; i < effects.Count; i++)
            {
                if (effects[i] is ReportResult report) effects[i] = new ReportResult(report.Result with { Metadata = metadata });
            }
        });
    }

    private Task<AgentMetadata?> FetchMetadata(ResourceAction action)
    {
        var isWanted = action.Agent.Standard is AgentStandard.Ocf or AgentStandard.Stonith
                       && action.Name is "start" or "monitor" or "promote" or "demote" or "reload" or "reload-agent"
                           or "migrate_to" or "migrate_from" or "notify";
        return isWanted
            ? Runtime.Catalog.GetMetadataAsync(action.Agent, refresh: false, CancellationToken.None)
            : Task.FromResult<AgentMetadata?>(null);
    }

    /// <summary>A failed or slow meta-data call never holds up a result for long (spec/agents.md section 11).</summary>
    private async Task<AgentMetadata?> PatientlyAsync(Task<AgentMetadata?> fetch)
    {
        try
        {
            return await fetch.WaitAsync(MetadataPatience, Runtime.Time);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private void LogOutput(ActionResult result)
    {
        LogLines(AgentLogLevel.Information, result.Action.Key, result.StandardError);
        LogLines(AgentLogLevel.Debug, result.Action.Key, result.StandardOutput);
    }

    private void LogLines(AgentLogLevel level, string subject, string text)
    {
        var count = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.IsWhiteSpace()) continue;
            if (++count > LoggedLinesMax)
            {
                Runtime.Log(level, subject, "(more output was left out)");
                return;
            }

            Runtime.Log(level, subject, line.ToString());
        }
    }
}
