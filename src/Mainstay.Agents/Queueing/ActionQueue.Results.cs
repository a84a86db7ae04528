using System.Globalization;

namespace Mainstay.Agents.Queueing;

/// <summary>How runs end: timeouts, what a result means, what is reported.</summary>
internal sealed partial class ActionQueue
{
    /// <summary>The limit of one run; null: none (spec/agents.md section 6.2).</summary>
    internal static TimeSpan? EffectiveTimeout(ResourceAction action, IReadOnlyDictionary<string, string> parameters)
    {
        var milliseconds = action.TimeoutMs;
        if (action is { IsRecurring: true, Name: "monitor", Agent.Standard: AgentStandard.Stonith }
            && parameters.TryGetValue("pcmk_monitor_timeout", out var own)
            && Fencing.FenceTime.TryParse(own, out var duration))
        {
            milliseconds = Milliseconds(duration);
        }

        if (milliseconds <= 0) milliseconds = action.IntervalMs;
        return milliseconds > 0 ? TimeSpan.FromMilliseconds(milliseconds) : null;
    }

    /// <summary>A duration in the reference's words: <c>20s</c>, <c>1m30s</c>, <c>250ms</c>, <c>1.500s</c>.</summary>
    internal static string Readable(TimeSpan duration)
    {
        var milliseconds = (long)duration.TotalMilliseconds;
        if (milliseconds < 1000) return $"{milliseconds}ms";
        var text = string.Empty;
        if (duration.Days > 0) text += $"{duration.Days}d";
        if (duration.Hours > 0) text += $"{duration.Hours}h";
        if (duration.Minutes > 0) text += $"{duration.Minutes}m";
        if (duration.Milliseconds > 0)
        {
            text += string.Create(CultureInfo.InvariantCulture, $"{duration.Seconds}.{duration.Milliseconds:000}s");
        }
        else if (duration.Seconds > 0)
        {
            text += $"{duration.Seconds}s";
        }

        return text;
    }

    /// <summary>The next step against a run that overran its time or does not die.</summary>
    private void Escalate(Moment now, QueueEntry entry, List<QueueEffect> effects)
    {
        switch (entry.Kill)
        {
            case KillStage.None:
                entry.IsTimedOut = true;
                if (killGrace > TimeSpan.Zero && entry.Action.Agent.Standard != AgentStandard.Stonith)
                {
                    entry.Kill = KillStage.Terminated;
                    effects.Add(new SignalRun(entry.RunId, IsKill: false, entry.Action.OnFailBlock));
                    SetDeadline(entry, now.Elapsed + killGrace);
                    return;
                }

                Kill(now, entry, effects);
                break;
            case KillStage.Terminated:
                Kill(now, entry, effects);
                break;
            case KillStage.Killed:
                entry.Kill = KillStage.Reported;
                effects.Add(new Warn(
                    entry.Action.Key, "the agent's process does not end after SIGKILL; its resource's queue stays blocked"));
                break;
            case KillStage.Reported:
                break;
        }
    }

    private void Kill(Moment now, QueueEntry entry, List<QueueEffect> effects)
    {
        entry.Kill = KillStage.Killed;
        effects.Add(new SignalRun(entry.RunId, IsKill: true, entry is { IsTimedOut: true, Action.OnFailBlock: true }));
        SetDeadline(entry, now.Elapsed + UnkillableWarning);
    }

    /// <summary>Turns the end of a run into a result, reports it where it is news, and plans the next run.</summary>
    private void Judge(Moment now, ResourceLane lane, QueueEntry entry, RunOutcome outcome, List<QueueEffect> effects)
    {
        var action = entry.Action;
        var timeout = EffectiveTimeout(action, entry.RunParameters);
        var (exitCode, status, reason) = (outcome.ExitCode, outcome.Status, outcome.ExitReason);
        if (entry.IsTimedOut)
        {
            (exitCode, status, reason) = (OcfExitCode.Generic, ExecutionStatus.Timeout, TimeoutReason(action, timeout));
        }
        else if (status == ExecutionStatus.Error && exitCode is OcfExitCode.NotRunning or OcfExitCode.RunningPromoted
                     or OcfExitCode.Degraded or OcfExitCode.DegradedPromoted)
        {
            status = ExecutionStatus.Done;
        }

        if (IsPendingTooLong(now, entry, status, timeout))
        {
            (exitCode, status, reason) = (OcfExitCode.Generic, ExecutionStatus.Timeout, TimeoutReason(action, timeout));
        }

        if (action.Name == "notify") (exitCode, status, reason) = (OcfExitCode.Success, ExecutionStatus.Done, string.Empty);
        memory.Observe(action, entry.RunParameters, exitCode, status);
        if (entry.LastResult != (exitCode, status)) entry.ResultChangeTime = entry.StartedAt.UnixSeconds;
        if (entry.MustReport || entry.LastResult != (exitCode, status))
        {
            effects.Add(new ReportResult(new ActionResult
            {
                Action = action,
                ExitCode = exitCode,
                Status = status,
                ExitReason = reason,
                StandardOutput = outcome.StandardOutput,
                StandardError = outcome.StandardError,
                RunTime = entry.StartedAt.UnixSeconds,
                ResultChangeTime = entry.ResultChangeTime,
                ExecTimeMs = Milliseconds(now.Elapsed - entry.StartedAt.Elapsed),
                QueueTimeMs = entry.QueueTimeMs,
                Parameters = entry.RunParameters,
            }));
        }

        entry.LastResult = (exitCode, status);
        entry.MustReport = false;
        if (!action.IsRecurring || _isClosed)
        {
            Retire(entry);
            return;
        }

        entry.State = EntryState.Idle;
        lane.Idle.Add(entry);
        SetDeadline(entry, now.Elapsed + TimeSpan.FromMilliseconds(action.IntervalMs));
    }

    private static bool IsPendingTooLong(Moment now, QueueEntry entry, ExecutionStatus status, TimeSpan? timeout)
    {
        if (status != ExecutionStatus.Pending)
        {
            entry.PendingSince = null;
            return false;
        }

        entry.PendingSince ??= now.Elapsed;
        return timeout is { } limit && now.Elapsed - entry.PendingSince >= limit;
    }

    private static string TimeoutReason(ResourceAction action, TimeSpan? timeout) => action.Agent.Standard switch
    {
        AgentStandard.Systemd =>
            $"{action.Name} action for systemd unit {Systemd.SystemdManager.UnitName(action.Agent.Type)} did not complete in time",
        AgentStandard.Stonith => $"Fence agent did not complete within {Readable(timeout ?? TimeSpan.Zero)}",
        _ => $"Resource agent did not complete within {Readable(timeout ?? TimeSpan.Zero)}",
    };

    private static ActionResult Cancelled(QueueEntry entry, Moment now) =>
        Unrun(entry.Action, now, OcfExitCode.Success, ExecutionStatus.Cancelled, string.Empty);

    private static ActionResult Unrun(ResourceAction action, Moment now, int exitCode, ExecutionStatus status, string reason) => new()
    {
        Action = action,
        ExitCode = exitCode,
        Status = status,
        ExitReason = reason,
        RunTime = now.UnixSeconds,
        ResultChangeTime = now.UnixSeconds,
        Parameters = action.Parameters,
    };
}
