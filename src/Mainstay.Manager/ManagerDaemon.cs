using Mainstay.Agents;
using Mainstay.Agents.Fencing;
using Mainstay.Client;
using Mainstay.Manager.Api;
using Mainstay.Manager.Core;
using Mainstay.Manager.Local;
using Mainstay.Manager.Storage;
using Mainstay.Ring.Client;
using Microsoft.Extensions.Logging;
using CoreCancel = Mainstay.Manager.Core.CancelAction;

namespace Mainstay.Manager;

/// <summary>
/// One node's manager: composes loop, ring, agents, disk and API, and carries out what the core wants. Essential tasks: if one of them
/// fails the process ends with its reason, and the node is treated as failed.
/// </summary>
internal sealed class ManagerDaemon : IOutputSink, IAsyncDisposable
{
    private readonly ILogger _logger;
    private readonly ConfigurationStore _store;
    private readonly StoreQueue _storing;
    private readonly AgentRuntime _runtime;
    private readonly Executor _executor;
    private readonly AgentBridge _agents;
    private readonly RingSession _ring;
    private readonly EventFeed _events = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<EndProcess> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ManagerDaemon(
        ManagerIdentity identity,
        IReadOnlyList<ConfiguredNode> nodes,
        ManagerArguments arguments,
        StoredConfiguration? stored,
        ConfigurationStore store,
        Func<CancellationToken, Task<IRing>> connect,
        AgentOptions agentOptions,
        ILogger logger)
    {
        _logger = logger;
        _store = store;
        Identity = identity;
        Arguments = arguments;
        Loop = new ManagerLoop(new ManagerCore(identity, nodes, stored, new SchedulerPlanner()));
        _storing = new StoreQueue(store, Loop);
        _runtime = new AgentRuntime(agentOptions);
        var fencer = new LocalFencer(_runtime);
        _executor = new Executor(_runtime, fencer);
        _agents = new AgentBridge(_runtime, fencer, _executor, Loop);
        _ring = new RingSession(connect, arguments.RunDirectory, Loop, logger);
    }

    public ManagerIdentity Identity { get; }

    public ManagerArguments Arguments { get; }

    public ManagerLoop Loop { get; }

    public EventFeed Events => _events;

    public ConfigurationStore Store => _store;

    /// <summary>Runs until the core ends the process, an essential task fails or the process is told to end at once.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(IRing ring)
    {
        await using var api = new ApiServer(this, _logger);
        await api.StartAsync(Path.Combine(Arguments.RunDirectory, "manager.sock")).ConfigureAwait(false);
        Task[] essential =
        [
            Task.Run(() => Loop.RunAsync(this, _stopping.Token)),
            Task.Run(() => _ring.RunAsync(ring, _stopping.Token)),
            Task.Run(() => _storing.RunAsync(_stopping.Token)),
            Task.Run(() => _agents.PumpResultsAsync(_stopping.Token)),
        ];
        var first = await Task.WhenAny([_end.Task, .. essential]).ConfigureAwait(false);
        var end = first == _end.Task
            ? await _end.Task.ConfigureAwait(false)
            : new EndProcess(ExitCodes.Failed, first.Exception?.GetBaseException().ToString() ?? "an essential task ended");
        if (end.ExitCode == ExitCodes.Failed) _logger.Failing(end.Reason);
        _logger.Ending(end.ExitCode, end.Reason);

        // Leaving first: the others go on at once, and take the leave for what it is.
        await _ring.LeaveAsync().ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(essential.Select(AwaitEndAsync)).ConfigureAwait(false);
        return end.ExitCode;
    }

    /// <summary>Asks for an orderly shutdown; the second time the process ends at once, with resources running.</summary>
    public void RequestShutdown(bool isImpatient)
    {
        if (isImpatient)
        {
            _end.TrySetResult(new EndProcess(0, "told twice to end: leaving with resources running"));
            return;
        }

        Loop.Post((core, now, outbox) => core.HandleRequest(now, new ShutDown(0), outbox));
    }

    /// <inheritdoc/>
    public void CarryOut(Output output)
    {
        switch (output)
        {
            case Multicast multicast: _ring.Multicast(multicast.Payload); break;
            case StoreRevision store: _storing.Enqueue(store); break;
            case RunAction action: _agents.Run(action, _stopping.Token); break;
            case CoreCancel cancel: _agents.Cancel(cancel); break;
            case ForgetResource forget: _agents.Forget(forget); break;
            case RegisterDevices devices: _agents.Register(devices); break;
            case FindDevices find: Supervise(_agents.FindAsync(find, _stopping.Token)); break;
            case RunFence fence: Supervise(_agents.FenceAsync(fence, _stopping.Token)); break;
            case Respond respond: Loop.Answer(respond); break;
            case Trace trace: Report(trace); break;
            case EndProcess end: _end.TrySetResult(end); break;
            default: throw new InvalidOperationException($"no way to carry out {output.GetType().Name}");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _executor.DisposeAsync().ConfigureAwait(false);
        await _runtime.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>Where agents are and what they inherit.</summary>
    public static AgentOptions AgentOptionsFor(ManagerArguments arguments, string node, ILogger logger) => new()
    {
        NodeName = node,
        StateDirectory = Path.Combine(arguments.RunDirectory, "agents"),
        ParameterFile = Path.Combine(arguments.RunDirectory, "parameters.json"),
        WorkingDirectory = Path.Combine(arguments.StateDirectory, "cores"),
        ExtraEnvironment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [ManagerClient.SocketVariable] = Path.Combine(arguments.RunDirectory, "manager.sock"),
            [RingClient.SocketVariable] = Path.Combine(arguments.RunDirectory, "ring.sock"),
        },
        Log = entry =>
        {
            if (entry.Level >= AgentLogLevel.Information) logger.AgentSays(entry.Subject, entry.Message);
        },
    };

    private static async Task AwaitEndAsync(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The expected end.
        }
        catch (Exception) when (task.IsFaulted)
        {
            // Reported by the supervisor as the reason of the end.
        }
    }

    private void Supervise(Task task) => _ = task.ContinueWith(
        failed =>
            _end.TrySetResult(new EndProcess(ExitCodes.Failed, failed.Exception?.GetBaseException().ToString() ?? "a fencing task failed")),
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted,
        TaskScheduler.Default);

    private void Report(Trace trace)
    {
        var kind = trace.Kind.ToString().ToLowerInvariant();
        if (trace.Kind is TraceKind.Storage or TraceKind.Replication) _logger.Degraded(kind, trace.Text);
        else _logger.Happened(kind, trace.Text);
        _events.Publish(new ManagerEvent(kind, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), trace.Text, trace.Node, trace.Subject));
    }
}
