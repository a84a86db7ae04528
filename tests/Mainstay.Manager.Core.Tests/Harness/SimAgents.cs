namespace Mainstay.Manager.Core.Tests.Harness;

/// <summary>Agents of one node and the ground truth of what they did: one action at a time per resource, recurring monitors, failures on demand.</summary>
internal sealed class SimAgents(SimCluster cluster, SimNode node)
{
    private readonly HashSet<string> _active = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Queue<RunAction>> _queues = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Recurring> _recurring = new(StringComparer.Ordinal);
    private int _power;

    /// <summary>Exit code of the next action with this key (<c>RSC_ACTION</c>), once.</summary>
    public Dictionary<string, int> FailOnce { get; } = new(StringComparer.Ordinal);

    /// <summary>Exit code of every action with this key.</summary>
    public Dictionary<string, int> FailAlways { get; } = new(StringComparer.Ordinal);

    public int DurationMs { get; set; } = 20;

    public List<string> History { get; } = [];

    public bool IsActive(string resource) => node.IsPowered && _active.Contains(resource);

    /// <summary>The service dies by itself.</summary>
    public void Crash(string resource) => _active.Remove(resource);

    public void PowerOff()
    {
        _power++;
        _active.Clear();
        ManagerGone();
    }

    public void ManagerGone()
    {
        _queues.Clear();
        _recurring.Clear();
    }

    public void Submit(RunAction action)
    {
        if (action.Name == "stop") CancelAll(action.ResourceId);
        if (action.IntervalMs > 0)
        {
            var recurring = new Recurring(action);
            _recurring[Key(action.ResourceId, action.Name, action.IntervalMs)] = recurring;
            cluster.At(1, () => Monitor(recurring, node.Run));
            return;
        }

        if (!_queues.TryGetValue(action.ResourceId, out var queue)) _queues[action.ResourceId] = queue = new Queue<RunAction>();
        queue.Enqueue(action);
        if (queue.Count == 1) Begin(queue);
    }

    public void Cancel(string resource, string name, int intervalMs) => _recurring.Remove(Key(resource, name, intervalMs));

    public void Forget(string resource) => CancelAll(resource);

    private static string Key(string resource, string name, int interval) => $"{resource}_{name}_{interval}";

    private void CancelAll(string resource)
    {
        foreach (var key in _recurring.Where(pair => pair.Value.Action.ResourceId == resource).Select(pair => pair.Key).ToList())
        {
            var recurring = _recurring[key];
            _recurring.Remove(key);
            if (recurring.LastResult is not null) continue;
            var run = node.Run;
            cluster.At(1, () => Report(run, recurring.Action, exitCode: 0, status: 1));
        }
    }

    private void Begin(Queue<RunAction> queue)
    {
        var action = queue.Peek();
        var run = node.Run;
        var power = _power;
        var limit = action.TimeoutMs > 0 ? action.TimeoutMs : int.MaxValue;
        var duration = cluster.Random.Next((DurationMs / 2) + 1, DurationMs + 1);
        cluster.At(Math.Min(duration, limit), () =>
        {
            if (!node.IsPowered || _power != power) return;
            var code = Act(action);
            if (node.Run != run || !node.IsRunning) return;
            if (duration > limit) Report(run, action, 1, 2);
            else Report(run, action, code, 0);
            if (!_queues.TryGetValue(action.ResourceId, out var current) || current != queue) return;
            queue.Dequeue();
            if (queue.Count > 0) Begin(queue);
        });
    }

    private int Act(RunAction action)
    {
        var key = $"{action.ResourceId}_{action.Name}";
        History.Add($"{action.Name} {action.ResourceId}");
        if (FailOnce.Remove(key, out var once)) return once;
        if (FailAlways.TryGetValue(key, out var always)) return always;
        switch (action.Name)
        {
            case "start":
                // A fence device is no service: it needs no fencing before it starts, and may be known to several nodes.
                foreach (var other in cluster.Nodes.Where(other =>
                    other != node && action.Class != "stonith" && other.Agents.IsActive(action.ResourceId)))
                {
                    cluster.Violations.Add($"RES-1: {action.ResourceId} is started on {node.Name} while it runs on {other.Name} at {cluster.Now}");
                }

                _active.Add(action.ResourceId);
                return 0;
            case "stop":
                _active.Remove(action.ResourceId);
                return 0;
            case "monitor":
                return _active.Contains(action.ResourceId) ? 0 : 7;
            default:
                return 3;
        }
    }

    private void Monitor(Recurring recurring, int run)
    {
        var key = Key(recurring.Action.ResourceId, recurring.Action.Name, recurring.Action.IntervalMs);
        if (!node.IsRunning || node.Run != run || !_recurring.TryGetValue(key, out var current) || current != recurring) return;
        var code = Act(recurring.Action);
        if (recurring.LastResult != code)
        {
            recurring.LastResult = code;
            Report(run, recurring.Action, code, 0);
        }

        cluster.At(recurring.Action.IntervalMs, () => Monitor(recurring, run));
    }

    private void Report(int run, RunAction action, int exitCode, int status) => node.Input(run, (core, outbox) => core.HandleActionResult(
        cluster.Time,
        new ActionOutcome
        {
            TransitionKey = action.TransitionKey,
            ExitCode = exitCode,
            Status = status,
            LastChange = cluster.Time.EpochSeconds,
            ExecTimeMs = 1,
        },
        outbox));

    private sealed class Recurring(RunAction action)
    {
        public RunAction Action { get; } = action;

        public int? LastResult { get; set; }
    }
}
