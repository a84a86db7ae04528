namespace Mainstay.Agents;

/// <summary>How the execution of an action went, apart from the agent's exit code; numbers of the CIB's <c>op-status</c>.</summary>
public enum ExecutionStatus
{
    /// <summary>Not known.</summary>
    Unknown = -2,

    /// <summary>Not finished.</summary>
    Pending = -1,

    /// <summary>The agent ended by itself; its exit code counts.</summary>
    Done = 0,

    /// <summary>Cancelled before it finished.</summary>
    Cancelled = 1,

    /// <summary>Not finished within its timeout.</summary>
    Timeout = 2,

    /// <summary>The agent does not know the action.</summary>
    NotSupported = 3,

    /// <summary>The action could not be run, or the agent was killed.</summary>
    Error = 4,

    /// <summary>Failed in a way that forbids this node.</summary>
    ErrorHard = 5,

    /// <summary>Failed in a way that forbids every node.</summary>
    ErrorFatal = 6,

    /// <summary>The agent is not installed.</summary>
    NotInstalled = 7,

    /// <summary>There is no executor to run it.</summary>
    NotConnected = 8,

    /// <summary>Not attempted, for example because the executor is shutting down.</summary>
    Invalid = 9,

    /// <summary>No fence device can act on the target.</summary>
    NoFenceDevice = 10,

    /// <summary>The secrets of a parameter could not be read.</summary>
    NoSecrets = 11,
}

/// <summary>OCF exit codes (spec/agents.md section 2).</summary>
public static class OcfExitCode
{
    /// <summary>Success; for monitor: running, unpromoted.</summary>
    public const int Success = 0;

    /// <summary>Failed.</summary>
    public const int Generic = 1;

    /// <summary>A parameter is not valid on this node.</summary>
    public const int InvalidParameter = 2;

    /// <summary>The action is not supported.</summary>
    public const int Unimplemented = 3;

    /// <summary>Insufficient privileges.</summary>
    public const int InsufficientPrivileges = 4;

    /// <summary>Software is missing on this node.</summary>
    public const int NotInstalled = 5;

    /// <summary>The configuration is wrong everywhere.</summary>
    public const int NotConfigured = 6;

    /// <summary>Cleanly stopped.</summary>
    public const int NotRunning = 7;

    /// <summary>Running in the promoted role.</summary>
    public const int RunningPromoted = 8;

    /// <summary>Failed, and may still be promoted.</summary>
    public const int FailedPromoted = 9;

    /// <summary>Running, likely to fail soon.</summary>
    public const int Degraded = 190;

    /// <summary>Promoted, likely to fail soon.</summary>
    public const int DegradedPromoted = 191;

    /// <summary>Never returned by an agent: the action is pending.</summary>
    public const int Pending = 193;

    /// <summary>Any status an agent must not return becomes <see cref="Generic"/> before it is recorded.</summary>
    public static int Normalize(int exitStatus) =>
        exitStatus is >= Success and <= FailedPromoted or Degraded or DegradedPromoted ? exitStatus : Generic;
}

/// <summary>The result record of one action (spec/agents.md section 6.7).</summary>
public sealed record ActionResult
{
    /// <summary>The action as submitted (after a merge: with the newer call id and tag).</summary>
    public required ResourceAction Action { get; init; }

    /// <summary>OCF exit code, normalised.</summary>
    public required int ExitCode { get; init; }

    /// <summary>Execution status.</summary>
    public required ExecutionStatus Status { get; init; }

    /// <summary>The agent's exit reason, or the executor's own words for a timeout, a signal or a missing agent; empty if none.</summary>
    public string ExitReason { get; init; } = string.Empty;

    /// <summary>Captured standard output (bounded).</summary>
    public string StandardOutput { get; init; } = string.Empty;

    /// <summary>Captured standard error (bounded).</summary>
    public string StandardError { get; init; } = string.Empty;

    /// <summary>When the run began, seconds since 1970 (UTC).</summary>
    public long RunTime { get; init; }

    /// <summary>When the result last changed, seconds since 1970; equals <see cref="RunTime"/> for one-shot actions.</summary>
    public long ResultChangeTime { get; init; }

    /// <summary>Milliseconds from the start of the agent to its end.</summary>
    public int ExecTimeMs { get; init; }

    /// <summary>Milliseconds spent waiting behind other actions.</summary>
    public int QueueTimeMs { get; init; }

    /// <summary>
    /// The agent's meta-data, for the digests written with results (reloadable and private parameters); null where it is not
    /// known, or the action is not one
    /// of those that need it (spec/agents.md section 11).
    /// </summary>
    public AgentMetadata? Metadata { get; init; }

    /// <summary>The parameters the agent got; a stop may get those of the last start instead of the submitted ones.</summary>
    public required IReadOnlyDictionary<string, string> Parameters { get; init; }
}

/// <summary>What became of a request to cancel an action (spec/agents.md section 6.5).</summary>
public enum CancelOutcome
{
    /// <summary>No such action, or a running one-shot one: there is nothing to cancel.</summary>
    Unknown,

    /// <summary>It was waiting; it is gone, and a result with status cancelled was reported.</summary>
    Cancelled,

    /// <summary>It is running; it was killed and will be reported as cancelled when it has ended.</summary>
    Killed,
}
