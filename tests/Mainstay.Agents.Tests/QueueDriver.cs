using Mainstay.Agents.Queueing;

namespace Mainstay.Agents.Tests;

/// <summary>Drives an <see cref="ActionQueue"/> in virtual time and keeps what it wanted done.</summary>
internal sealed class QueueDriver(TimeSpan? grace = null)
{
    private readonly List<QueueEffect> _effects = [];
    private TimeSpan _now;
    private int _callId;

    public ParameterMemory Memory { get; } = new();

    public ActionQueue Queue => _queue ??= new ActionQueue(Memory, grace ?? TimeSpan.Zero);

    private ActionQueue? _queue;

    /// <summary>Runs begun and not completed, by action key.</summary>
    public Dictionary<string, int> Running { get; } = new(StringComparer.Ordinal);

    public List<BeginRun> Begun { get; } = [];

    public List<SignalRun> Signals { get; } = [];

    public List<ActionResult> Results { get; } = [];

    public List<Warn> Warnings { get; } = [];

    public IEnumerable<string> Started => Begun.Select(b => b.Action.Key);

    public static ResourceAction Action(string resource, string name, int intervalMs = 0, int timeoutMs = 20_000) => new()
    {
        CallId = 0,
        ResourceId = resource,
        Agent = new AgentId(AgentStandard.Ocf, "test", "Agent"),
        Name = name,
        IntervalMs = intervalMs,
        TimeoutMs = timeoutMs,
    };

    public ResourceAction Submit(ResourceAction action)
    {
        var numbered = action with { CallId = ++_callId };
        Step(() => Queue.Submit(Now, numbered, _effects));
        return numbered;
    }

    public ResourceAction Submit(string resource, string name, int intervalMs = 0) => Submit(Action(resource, name, intervalMs));

    public CancelOutcome Cancel(string resource, string name, int intervalMs = 0)
    {
        var outcome = CancelOutcome.Unknown;
        Step(() => outcome = Queue.Cancel(Now, resource, name, intervalMs, _effects));
        return outcome;
    }

    public void Complete(string key, int exitCode = 0, ExecutionStatus status = ExecutionStatus.Done, string reason = "")
    {
        Assert.True(Running.Remove(key, out var run), $"{key} is not running");
        Step(() => Queue.Complete(Now, run, new RunOutcome(exitCode, status, reason, string.Empty, string.Empty), _effects));
    }

    public void Close() => Step(() => Queue.Close(Now, _effects));

    public void Forget(string resource) => Step(() => Queue.Forget(Now, resource, _effects));

    /// <summary>Lets time pass; every deadline is handled at its own moment.</summary>
    public void Advance(double seconds)
    {
        var target = _now + TimeSpan.FromSeconds(seconds);
        while (Queue.NextDeadline is { } due && due <= target)
        {
            _now = due > _now ? due : _now;
            Step(() => Queue.HandleTimeout(Now, _effects));
        }

        _now = target;
    }

    private Moment Now => new(_now, 1_700_000_000 + (long)_now.TotalSeconds);

    private void Step(Action act)
    {
        act();
        foreach (var effect in _effects)
        {
            switch (effect)
            {
                case BeginRun begin:
                    Begun.Add(begin);
                    Running.Add(begin.Action.Key, begin.RunId);
                    break;
                case SignalRun signal:
                    Signals.Add(signal);
                    break;
                case ReportResult report:
                    Results.Add(report.Result);
                    break;
                case Warn warning:
                    Warnings.Add(warning);
                    break;
            }
        }

        _effects.Clear();
    }
}
