namespace Mainstay.Manager.Core;

/// <content>Fencing as facts that all members share (spec/fencing.md sections 5, 8, 10 and 11).</content>
internal sealed partial class ReplicatedState
{
    /// <summary>Whether the target was fenced in vain too often (spec/fencing.md section 8).</summary>
    public bool IsGivenUp(string target, int attemptsMax) =>
        Data.FencingFailures.TryGetValue(target, out var failures) && failures >= attemptsMax;

    private void ApplyFenceStart(FenceStartCommand command, List<Effect> effects)
    {
        if (command.ToleranceMs > 0 && RecentSuccess(command) is { } recent)
        {
            if (command.Request is not null) Answer(command.Request, new FencingEnded(recent), effects);
            return;
        }

        foreach (var running in Data.Fencing.Values)
        {
            if (!running.Target.Equals(command.Target, StringComparison.OrdinalIgnoreCase) || running.Action != command.Action) continue;
            if (command.Request is not null) running.Waiting.Add(command.Request);
            return;
        }

        var operation = new FencingOperation
        {
            Id = command.Id,
            Target = FindNode(command.Target)?.Name ?? command.Target,
            Action = command.Action,
            Origin = command.Origin,
            Client = command.Client,
            TimeoutMs = command.TimeoutMs,
            DelayMs = command.DelayMs,
            Requested = command.Seconds,
            Asked = [.. Data.MemberOrder.Order()],
        };
        if (command.Request is not null) operation.Waiting.Add(command.Request);
        Data.Fencing[operation.Id] = operation;
        effects.Add(new FenceQueried(operation));
        effects.Add(new Noted(
            TraceKind.Fencing,
            $"Requesting fencing ({operation.Action}) of {operation.Target} for {operation.Client}@{operation.Origin}",
            operation.Target));
    }

    private FencingEntry? RecentSuccess(FenceStartCommand command)
    {
        for (var i = Data.FencingHistory.Count - 1; i >= 0; i--)
        {
            var entry = Data.FencingHistory[i];
            if (entry.State == "success"
                && entry.Target.Equals(command.Target, StringComparison.OrdinalIgnoreCase)
                && entry.Action == command.Action
                && command.Seconds - entry.Completed <= command.ToleranceMs / 1000)
            {
                return entry;
            }
        }

        return null;
    }

    private void ApplyFenceOffers(FenceOffersCommand command)
    {
        if (!Data.Fencing.TryGetValue(command.Id, out var operation) || !operation.Asked.Remove(command.NodeId)) return;
        operation.Offers[command.NodeId] = command.Offers;
    }

    private void ApplyFenceQueryOver(FenceQueryOverCommand command)
    {
        if (Data.Fencing.TryGetValue(command.Id, out var operation)) operation.IsQueryOver = true;
    }

    private void ApplyFenceRun(FenceRunCommand command, List<Effect> effects)
    {
        if (!Data.Fencing.TryGetValue(command.Id, out var operation) || operation.Running is not null) return;
        var attempt = command.Attempt with { Number = operation.Attempts.Count + 1, IsDone = false };
        if (!IsMember(attempt.NodeId))
        {
            attempt = attempt with { IsDone = true, IsUnanswered = true, Reason = $"{NodeName(attempt.NodeId)} is gone" };
        }

        operation.Attempts.Add(attempt);
        if (!attempt.IsDone) effects.Add(new FenceOrdered(operation, attempt));
    }

    private void ApplyFenceDone(FenceDoneCommand command)
    {
        if (!Data.Fencing.TryGetValue(command.Id, out var operation) || operation.Running is not { } running) return;
        if (running.Number != command.Attempt) return;
        operation.Attempts[^1] = running with
        {
            IsDone = true,
            IsSuccess = command.IsSuccess,
            IsUnanswered = command.IsUnanswered,
            Reason = command.Reason,
        };
    }

    /// <summary>A member is gone: it offers nothing and finishes nothing.</summary>
    private void ForgetFencer(uint nodeId)
    {
        foreach (var operation in Data.Fencing.Values)
        {
            operation.Asked.Remove(nodeId);
            operation.Offers.Remove(nodeId);
            if (operation.Running is { } running && running.NodeId == nodeId)
            {
                operation.Attempts[^1] = running with { IsDone = true, IsUnanswered = true, Reason = $"{NodeName(nodeId)} is gone" };
            }
        }
    }

    private void ApplyFenceEnd(FenceEndCommand command, List<Effect> effects)
    {
        if (!Data.Fencing.Remove(command.Id, out var operation)) return;
        var entry = new FencingEntry
        {
            Id = operation.Id,
            Target = operation.Target,
            Action = operation.Action,
            Origin = operation.Origin,
            Client = operation.Client,
            State = command.IsSuccess ? "success" : "failed",
            Delegate = command.Delegate,
            Device = command.Device,
            Reason = command.Reason,
            Requested = operation.Requested,
            Completed = command.Seconds,
        };
        if (command.IsSuccess)
        {
            MarkFenced(operation.Target, operation.Action);
        }
        else
        {
            Data.FencingFailures[operation.Target] = Data.FencingFailures.GetValueOrDefault(operation.Target) + 1;
            if (!command.IsNoDevice) Trigger();
        }

        Remember(entry, effects);
        foreach (var request in operation.Waiting) Answer(request, new FencingEnded(entry), effects);
    }

    private void ApplyFenceConfirm(FenceConfirmCommand command, List<Effect> effects)
    {
        var target = FindNode(command.Target);
        if (target is { IsMember: true })
        {
            var refusal = new Refused(
                AnswerCodes.Unsafe, $"Node {target.Name} is a live member of the cluster: confirming that it is down would corrupt data.");
            Answer(command.Request, refusal, effects);
            return;
        }

        var name = target?.Name ?? command.Target;
        var entry = new FencingEntry
        {
            Id = command.Id,
            Target = name,
            Action = "off",
            Origin = command.Origin,
            Client = command.Client,
            State = "success",
            Delegate = "a human",
            Requested = command.Seconds,
            Completed = command.Seconds,
        };
        foreach (var running in Data.Fencing.Values.Where(operation => operation.Target == name && operation.Action != "on").ToList())
        {
            Data.Fencing.Remove(running.Id);
            foreach (var request in running.Waiting) Answer(request, new FencingEnded(entry), effects);
        }

        MarkFenced(name, "off");
        Remember(entry, effects);
        Answer(command.Request, new FencingEnded(entry), effects);
    }

    /// <summary>What was known of the node is void: its resources are stopped, whatever was in flight on it is over.</summary>
    private void MarkFenced(string target, string action)
    {
        Data.FencingFailures.Remove(target);
        StatusChanged();
        Trigger();
        if (FindNode(target) is not { } node)
        {
            // Never seen since the state began (start-up fencing): from now on it is known to be down.
            var known = Directory.Values.FirstOrDefault(candidate => candidate.Name.Equals(target, StringComparison.OrdinalIgnoreCase));
            if (known is null) return;
            node = NodeFor(known.NodeId);
        }

        if (action == "on") return;
        node.IsExpectedDown = true;
        node.IsManagerLost = false;
        node.Attributes.Clear();
        node.History.Clear();
        DropInFlight(node.Id);
    }

    private void Remember(FencingEntry entry, List<Effect> effects)
    {
        Data.FencingHistory.Add(entry);
        if (Data.FencingHistory.Count > Limits.FencingHistoryMax)
        {
            Data.FencingHistory.RemoveRange(0, Data.FencingHistory.Count - Limits.FencingHistoryTrimmed);
        }

        effects.Add(new FenceFinished(entry));
        var outcome = entry.State == "success" ? "OK" : entry.Reason;
        var by = entry.Delegate ?? "unknown node";
        effects.Add(new Noted(
            TraceKind.Fencing,
            $"Operation {entry.Action} of {entry.Target} by {by} for {entry.Client}@{entry.Origin}: {outcome}",
            entry.Target));
    }
}
