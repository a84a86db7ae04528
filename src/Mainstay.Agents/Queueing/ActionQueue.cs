namespace Mainstay.Agents.Queueing;

/// <summary>
/// The executor's rules as a pure state machine (spec/agents.md section 6): per-resource order, start delays, recurring actions, merging,
/// cancellation, timeouts and what is reported. It starts nothing itself; every method appends what is to be done to a list of effects.
/// </summary>
/// <remarks>
/// Single-threaded. The caller passes the time to every method and calls <see cref="HandleTimeout"/> at
/// <see cref="NextDeadline"/>.
/// </remarks>
internal sealed partial class ActionQueue(ParameterMemory memory, TimeSpan killGrace)
{
    /// <summary>How long after SIGKILL a process may take to vanish before the log hears of it.</summary>
    public static readonly TimeSpan UnkillableWarning = TimeSpan.FromSeconds(5);

    private readonly SortedDictionary<string, ResourceLane> _lanes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, QueueEntry> _runs = [];
    private readonly PriorityQueue<QueueEntry, (TimeSpan At, long Sequence)> _deadlines = new();
    private long _deadlineSequence;
    private int _lastRunId;
    private bool _isClosed;

    /// <summary>When <see cref="HandleTimeout"/> is due; null: nothing is.</summary>
    public TimeSpan? NextDeadline
    {
        get
        {
            while (_deadlines.TryPeek(out var entry, out var key) && entry.Deadline != key.At)
            {
                _deadlines.Dequeue();
            }

            return _deadlines.TryPeek(out _, out var next) ? next.At : null;
        }
    }

    /// <summary>Recurring actions that were not cancelled, by resource id, then in order of arrival.</summary>
    public IEnumerable<ResourceAction> Recurring => _lanes.Values.SelectMany(RecurringOf).Select(e => e.Action);

    /// <summary>Takes an action.</summary>
    public void Submit(Moment now, ResourceAction action, List<QueueEffect> effects)
    {
        if (_isClosed)
        {
            var refused = Unrun(action, now, OcfExitCode.Generic, ExecutionStatus.Invalid, "The executor is shutting down");
            effects.Add(new ReportResult(refused));
            return;
        }

        var lane = LaneOf(action.ResourceId);
        if (action.Name == "stop")
        {
            foreach (var entry in RecurringOf(lane).ToList()) CancelEntry(now, lane, entry, effects);
        }

        if (!action.IsRecurring || !TryMerge(now, lane, action)) Enqueue(now, lane, new QueueEntry(action));
        Advance(now, action.ResourceId, effects);
    }

    /// <summary>Cancels one action (spec/agents.md section 6.5).</summary>
    public CancelOutcome Cancel(Moment now, string resourceId, string name, int intervalMs, List<QueueEffect> effects)
    {
        if (!_lanes.TryGetValue(resourceId, out var lane)) return CancelOutcome.Unknown;
        var entry = lane.Waiting.Concat(lane.Idle).FirstOrDefault(e => e.Matches(name, intervalMs));
        if (entry is null && lane.Running is { IsCancelled: false, Action.IsRecurring: true } running && running.Matches(name, intervalMs))
        {
            entry = running;
        }

        if (entry is null) return CancelOutcome.Unknown;
        var outcome = CancelEntry(now, lane, entry, effects);
        Advance(now, resourceId, effects);
        return outcome;
    }

    /// <summary>Forgets a resource: everything recurring or waiting is cancelled, its remembered parameters are dropped.</summary>
    public void Forget(Moment now, string resourceId, List<QueueEffect> effects)
    {
        memory.Forget(resourceId);
        if (!_lanes.TryGetValue(resourceId, out var lane)) return;
        CancelAll(now, lane, effects);
        Advance(now, resourceId, effects);
    }

    /// <summary>Cancels everything that can be, and refuses what comes later. One-shot agents that run are left to end.</summary>
    public void Close(Moment now, List<QueueEffect> effects)
    {
        _isClosed = true;
        foreach (var lane in _lanes.Values) CancelAll(now, lane, effects);
    }

    /// <summary>A run begun by <see cref="BeginRun"/> has ended.</summary>
    public void Complete(Moment now, int runId, RunOutcome outcome, List<QueueEffect> effects)
    {
        if (!_runs.Remove(runId, out var entry)) throw new ArgumentException($"run {runId} is not in flight", nameof(runId));
        var action = entry.Action;
        var lane = LaneOf(action.ResourceId);
        lane.Running = null;
        if (entry.IsCancelled)
        {
            Retire(entry);
            effects.Add(new ReportResult(Cancelled(entry, now)));
        }
        else
        {
            Judge(now, lane, entry, outcome, effects);
        }

        Advance(now, action.ResourceId, effects);
    }

    /// <summary>Handles every deadline up to now.</summary>
    public void HandleTimeout(Moment now, List<QueueEffect> effects)
    {
        while (NextDeadline is { } due && due <= now.Elapsed)
        {
            var entry = _deadlines.Dequeue();
            entry.Deadline = null;
            switch (entry.State)
            {
                case EntryState.Waiting:
                    entry.IsDelayOver = true;
                    break;
                case EntryState.Idle:
                    LaneOf(entry.Action.ResourceId).Idle.Remove(entry);
                    Enqueue(now, LaneOf(entry.Action.ResourceId), entry);
                    break;
                case EntryState.Running:
                    Escalate(now, entry, effects);
                    break;
                case EntryState.Retired:
                    break;
            }

            Advance(now, entry.Action.ResourceId, effects);
        }
    }

    private ResourceLane LaneOf(string resourceId)
    {
        if (!_lanes.TryGetValue(resourceId, out var lane)) _lanes[resourceId] = lane = new ResourceLane();
        return lane;
    }

    private static IEnumerable<QueueEntry> RecurringOf(ResourceLane lane)
    {
        IEnumerable<QueueEntry> running = lane.Running is { IsCancelled: false } one ? [one] : [];
        return running.Concat(lane.Waiting).Concat(lane.Idle).Where(e => e.Action.IsRecurring);
    }

    private static void Enqueue(Moment now, ResourceLane lane, QueueEntry entry)
    {
        entry.State = EntryState.Waiting;
        entry.QueuedAt = now.Elapsed;
        lane.Waiting.Add(entry);
    }

    /// <summary>A recurring action that is already known takes the new request's identity instead of running twice.</summary>
    private bool TryMerge(Moment now, ResourceLane lane, ResourceAction action)
    {
        var existing = RecurringOf(lane).FirstOrDefault(e => e.Matches(action.Name, action.IntervalMs));
        if (existing is null) return false;
        existing.Action = action;
        existing.MustReport = true;
        if (existing.State == EntryState.Idle)
        {
            lane.Idle.Remove(existing);
            SetDeadline(existing, null);
            Enqueue(now, lane, existing);
        }

        return true;
    }

    private void CancelAll(Moment now, ResourceLane lane, List<QueueEffect> effects)
    {
        foreach (var entry in lane.Waiting.Concat(RecurringOf(lane)).Distinct().ToList()) CancelEntry(now, lane, entry, effects);
    }

    private CancelOutcome CancelEntry(Moment now, ResourceLane lane, QueueEntry entry, List<QueueEffect> effects)
    {
        if (entry.State == EntryState.Running)
        {
            entry.IsCancelled = true;
            if (entry.Kill < KillStage.Killed) Kill(now, entry, effects);
            return CancelOutcome.Killed;
        }

        lane.Waiting.Remove(entry);
        lane.Idle.Remove(entry);
        Retire(entry);
        effects.Add(new ReportResult(Cancelled(entry, now)));
        return CancelOutcome.Cancelled;
    }

    /// <summary>Starts what is at the head of a free resource's queue, unless its start delay still runs.</summary>
    private void Advance(Moment now, string resourceId, List<QueueEffect> effects)
    {
        if (!_lanes.TryGetValue(resourceId, out var lane)) return;
        if (lane.IsEmpty)
        {
            _lanes.Remove(resourceId);
            return;
        }

        if (lane.Running is not null || lane.Waiting.Count == 0) return;
        var head = lane.Waiting[0];
        if (!head.IsDelayOver)
        {
            if (head.Deadline is null) SetDeadline(head, now.Elapsed + TimeSpan.FromMilliseconds(head.Action.StartDelayMs));
            return;
        }

        lane.Waiting.RemoveAt(0);
        Begin(now, lane, head, effects);
    }

    private void Begin(Moment now, ResourceLane lane, QueueEntry entry, List<QueueEffect> effects)
    {
        lane.Running = entry;
        entry.State = EntryState.Running;
        entry.RunId = ++_lastRunId;
        entry.StartedAt = now;
        entry.QueueTimeMs = Milliseconds(now.Elapsed - entry.QueuedAt);
        entry.Kill = KillStage.None;
        entry.IsTimedOut = false;
        entry.RunParameters = memory.For(entry.Action);
        _runs.Add(entry.RunId, entry);
        var timeout = EffectiveTimeout(entry.Action, entry.RunParameters);
        SetDeadline(entry, timeout is null ? null : now.Elapsed + timeout);
        effects.Add(new BeginRun(entry.RunId, entry.Action, entry.RunParameters, timeout));
    }

    private void Retire(QueueEntry entry)
    {
        entry.State = EntryState.Retired;
        SetDeadline(entry, null);
    }

    private void SetDeadline(QueueEntry entry, TimeSpan? at)
    {
        entry.Deadline = at;
        if (at is { } value) _deadlines.Enqueue(entry, (value, ++_deadlineSequence));
    }

    private static int Milliseconds(TimeSpan duration) => (int)Math.Clamp(duration.TotalMilliseconds, 0, int.MaxValue);
}
