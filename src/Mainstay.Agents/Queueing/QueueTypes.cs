namespace Mainstay.Agents.Queueing;

/// <summary>A point in time as the queue sees it.</summary>
/// <param name="Elapsed">Monotonic time since an arbitrary origin; never decreases from call to call.</param>
/// <param name="UnixSeconds">Wall clock, seconds since 1970; only recorded, never compared.</param>
internal readonly record struct Moment(TimeSpan Elapsed, long UnixSeconds);

/// <summary>How one run of an agent ended, before the queue has judged it.</summary>
/// <param name="ExitCode">OCF exit code, normalised; <see cref="OcfExitCode.Pending"/> for a systemd unit that is changing state.</param>
/// <param name="Status">Execution status.</param>
/// <param name="ExitReason">The agent's exit reason, or the runner's.</param>
/// <param name="StandardOutput">Captured output.</param>
/// <param name="StandardError">Captured errors.</param>
internal sealed record RunOutcome(int ExitCode, ExecutionStatus Status, string ExitReason, string StandardOutput, string StandardError)
{
    public static RunOutcome Done(int exitCode, string reason = "") =>
        new(exitCode, ExecutionStatus.Done, reason, string.Empty, string.Empty);

    public static RunOutcome Failed(int exitCode, ExecutionStatus status, string reason) =>
        new(exitCode, status, reason, string.Empty, string.Empty);
}

/// <summary>Something the queue wants done.</summary>
internal abstract record QueueEffect;

/// <summary>Start the agent. Every begun run is answered by exactly one call of <see cref="ActionQueue.Complete"/>.</summary>
/// <param name="RunId">Identity of the run; never reused.</param>
/// <param name="Action">What to run.</param>
/// <param name="Parameters">With these parameters.</param>
/// <param name="Timeout">The limit the queue enforces; for information (agents are told). Null: none.</param>
internal sealed record BeginRun(
    int RunId, ResourceAction Action, IReadOnlyDictionary<string, string> Parameters, TimeSpan? Timeout) : QueueEffect;

/// <summary>Send a signal to a run that has not ended.</summary>
/// <param name="RunId">The run.</param>
/// <param name="IsKill">SIGKILL; else SIGTERM.</param>
/// <param name="IsAgentOnly">To the agent's own process; else to its process group.</param>
internal sealed record SignalRun(int RunId, bool IsKill, bool IsAgentOnly) : QueueEffect;

/// <summary>Hand a result to whoever submitted the action.</summary>
internal sealed record ReportResult(ActionResult Result) : QueueEffect;

/// <summary>Tell the log.</summary>
internal sealed record Warn(string Subject, string Message) : QueueEffect;
