namespace Mainstay.Agents.Queueing;

/// <summary>Where an action stands.</summary>
internal enum EntryState
{
    /// <summary>In its resource's queue.</summary>
    Waiting,

    /// <summary>Its agent runs.</summary>
    Running,

    /// <summary>Recurring, between two runs.</summary>
    Idle,

    /// <summary>Gone; only a stale deadline may still name it.</summary>
    Retired,
}

/// <summary>How far the end of an overdue or unwanted run has been enforced.</summary>
internal enum KillStage
{
    None,
    Terminated,
    Killed,
    Reported,
}

/// <summary>One submitted action and its runs.</summary>
internal sealed class QueueEntry(ResourceAction action)
{
    /// <summary>The action; replaced when a duplicate is merged.</summary>
    public ResourceAction Action { get; set; } = action;

    public EntryState State { get; set; } = EntryState.Waiting;

    /// <summary>The one deadline that matters in the present state; null: none.</summary>
    public TimeSpan? Deadline { get; set; }

    /// <summary>When it entered the queue for its next run.</summary>
    public TimeSpan QueuedAt { get; set; }

    /// <summary>The start delay has run out, or there is none.</summary>
    public bool IsDelayOver { get; set; } = action.StartDelayMs <= 0;

    public int RunId { get; set; }

    public Moment StartedAt { get; set; }

    public int QueueTimeMs { get; set; }

    public IReadOnlyDictionary<string, string> RunParameters { get; set; } = action.Parameters;

    public KillStage Kill { get; set; }

    public bool IsTimedOut { get; set; }

    public bool IsCancelled { get; set; }

    /// <summary>The next result is reported even if it equals the last one.</summary>
    public bool MustReport { get; set; } = true;

    public (int ExitCode, ExecutionStatus Status)? LastResult { get; set; }

    public long ResultChangeTime { get; set; }

    /// <summary>Since when a recurring monitor has answered "pending".</summary>
    public TimeSpan? PendingSince { get; set; }

    public bool Matches(string name, int intervalMs) =>
        Action.IntervalMs == intervalMs && string.Equals(Action.Name, name, StringComparison.Ordinal);
}

/// <summary>The actions of one resource.</summary>
internal sealed class ResourceLane
{
    /// <summary>Waiting for the resource to be free, in arrival order.</summary>
    public List<QueueEntry> Waiting { get; } = [];

    /// <summary>Recurring actions between two runs, in order of arrival.</summary>
    public List<QueueEntry> Idle { get; } = [];

    /// <summary>The one action in flight.</summary>
    public QueueEntry? Running { get; set; }

    public bool IsEmpty => Running is null && Waiting.Count == 0 && Idle.Count == 0;
}
