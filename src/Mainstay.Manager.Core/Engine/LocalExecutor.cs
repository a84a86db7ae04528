using System.Globalization;
using Mainstay.Cib;

namespace Mainstay.Manager.Core;

/// <summary>
/// This node's side of the agreed order: what it was told to run, and what it knows of its own resources. Survives the loss of the
/// replicated state (a merge, a ring daemon that restarted); gone with the process.
/// </summary>
internal sealed class LocalExecutor(string nodeName, uint nodeId)
{
    private readonly NodeRecord _own = new() { Id = nodeId, Name = nodeName };
    private readonly OrdinalMap<InFlightAction> _known = [];
    private readonly OrdinalMap<int> _callIds = [];
    private readonly SortedSet<string> _unanswered = new(StringComparer.Ordinal);
    private int _lastCallId;

    /// <summary>History of this node's resources as of the results this node has seen itself.</summary>
    public OrdinalMap<ResourceHistory> History => _own.History;

    /// <summary>Actions that run and have given no result yet.</summary>
    public IEnumerable<InFlightAction> Pending => _unanswered.Select(key => _known[key]);

    /// <summary>Carries out a dispatched action. Returns the result where it is known at once.</summary>
    public ResultCommand? Start(InFlightAction action, long wallMs, Outbox outbox)
    {
        if (action.Task == "cancel") return Cancel(action, wallMs, outbox);
        if (action.IntervalMs == 0 && action.Task is not ("monitor" or "notify")) CancelRecurring(action.ResourceId, outbox);
        _known[action.TransitionKey] = action;
        _unanswered.Add(action.TransitionKey);
        _callIds[action.TransitionKey] = ++_lastCallId;
        outbox.Add(new RunAction
        {
            CallId = _lastCallId,
            TransitionKey = action.TransitionKey,
            ResourceId = action.ResourceId,
            Class = action.Class ?? "",
            Provider = action.Provider,
            Type = action.Type ?? "",
            Name = action.Task,
            IntervalMs = Clamp(action.IntervalMs),
            TimeoutMs = Clamp(action.TimeoutMs),
            StartDelayMs = Clamp(action.StartDelayMs),
            Parameters = action.Attributes,
            OnFailBlock = string.Equals(action.Attribute("CRM_meta_on_fail"), "block", StringComparison.OrdinalIgnoreCase),
        });
        return null;
    }

    /// <summary>Turns an outcome into the ordered result; null where it is nobody's business any more.</summary>
    public ResultCommand? Finish(ActionOutcome outcome, long wallMs)
    {
        if (!_known.TryGetValue(outcome.TransitionKey, out var action)) return null;
        var isFirst = _unanswered.Remove(outcome.TransitionKey);
        if (outcome.Status == 1 && !isFirst) return null;
        var command = new ResultCommand
        {
            Time = wallMs,
            NodeId = nodeId,
            ResourceId = action.ResourceId,
            Class = action.Class,
            Provider = action.Provider,
            Type = action.Type,
            OnFail = action.Attribute("CRM_meta_on_fail") ?? "",
            ShutdownLock = action.ShutdownLock,
            Record = Describe(action, outcome),
        };
        ReplicatedState.Record(_own, command, ReplicatedState.IsFailed(command.Record));
        if (action.IntervalMs == 0 || outcome.Status == 1) Drop(outcome.TransitionKey);
        return command;
    }

    /// <summary>Forgets a resource.</summary>
    public void Forget(string resource, Outbox outbox)
    {
        _own.History.Remove(resource);
        foreach (var action in _known.Values.Where(action => action.ResourceId == resource && action.IntervalMs > 0).ToList())
        {
            Drop(action.TransitionKey);
        }

        outbox.Add(new ForgetResource(resource));
    }

    private void Drop(string transitionKey)
    {
        _known.Remove(transitionKey);
        _callIds.Remove(transitionKey);
        _unanswered.Remove(transitionKey);
    }

    private static int Clamp(long value) => (int)Math.Clamp(value, 0, int.MaxValue);

    private static long Number(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;

    private ResultCommand Cancel(InFlightAction action, long wallMs, Outbox outbox)
    {
        var operation = action.Attribute("CRM_meta_operation") ?? "monitor";
        var interval = Number(action.Attribute("CRM_meta_interval"));
        foreach (var recurring in _known.Values.Where(known => IsRecurring(known, action.ResourceId, operation, interval)).ToList())
        {
            Drop(recurring.TransitionKey);
        }

        ReplicatedState.RemoveRecurring(_own, action.ResourceId, operation, interval);
        outbox.Add(new CancelAction(action.ResourceId, operation, Clamp(interval)));
        return new ResultCommand
        {
            Time = wallMs,
            NodeId = nodeId,
            ResourceId = action.ResourceId,
            IsCancelled = true,
            Record = new OperationRecord { TransitionKey = action.TransitionKey, Operation = operation, IntervalMs = interval },
        };
    }

    private static bool IsRecurring(InFlightAction known, string resource, string operation, long interval) =>
        known.IntervalMs > 0 && known.ResourceId == resource && known.Task == operation && known.IntervalMs == interval;

    /// <summary>Recurring actions end before anything changes the resource (spec/agents.md section 6.1).</summary>
    private void CancelRecurring(string resource, Outbox outbox)
    {
        foreach (var action in _known.Values.Where(action => action.IntervalMs > 0 && action.ResourceId == resource).ToList())
        {
            // One that has not answered yet must: its result (cancelled) ends its synapse.
            if (!_unanswered.Contains(action.TransitionKey)) Drop(action.TransitionKey);
            outbox.Add(new CancelAction(resource, action.Task, Clamp(action.IntervalMs)));
        }
    }

    private OperationRecord Describe(InFlightAction action, ActionOutcome outcome)
    {
        var interval = action.IntervalMs;
        var isReloading = interval == 0 && outcome.RestartParameters is not null && action.Task is not ("stop" or "notify");
        var secrets = outcome.PrivateParameters is { Count: > 0 } names && names.Any(action.Attributes.ContainsKey) ? names : null;
        return new OperationRecord
        {
            Key = $"{action.ResourceId}_{action.Task}_{interval.ToString(CultureInfo.InvariantCulture)}",
            Operation = action.Task,
            IntervalMs = interval,
            TransitionKey = action.TransitionKey,
            CallId = _callIds[action.TransitionKey],
            ExitCode = outcome.ExitCode,
            Status = outcome.Status,
            ExitReason = outcome.ExitReason,
            Node = nodeName,
            LastChange = outcome.LastChange,
            ExecTimeMs = outcome.ExecTimeMs,
            QueueTimeMs = outcome.QueueTimeMs,
            MigrateSource = action.Task is "migrate_to" or "migrate_from" ? action.Attribute("CRM_meta_migrate_source") : null,
            MigrateTarget = action.Task is "migrate_to" or "migrate_from" ? action.Attribute("CRM_meta_migrate_target") : null,
            Digest = OperationDigest.All(action.Attributes, interval),
            ForceRestart = isReloading ? OperationDigest.NameList(outcome.RestartParameters ?? []) : null,
            RestartDigest = isReloading
                ? OperationDigest.Restart(
                    action.Attributes, name => outcome.RestartParameters?.Contains(name, StringComparer.Ordinal) == true)
                : null,
            SecureParameters = secrets is null ? null : OperationDigest.NameList(secrets),
            SecureDigest = secrets is null
                ? null
                : OperationDigest.Secure(action.Attributes, interval, name => secrets.Contains(name, StringComparer.Ordinal)),
        };
    }
}
