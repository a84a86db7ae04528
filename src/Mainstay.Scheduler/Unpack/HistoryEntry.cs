using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>Execution status of a recorded operation (spec/scheduler-history.md section 6).</summary>
internal enum ExecutionStatus
{
    Pending = -1,
    Done = 0,
    Cancelled = 1,
    Timeout = 2,
    NotSupported = 3,
    Error = 4,
    HardError = 5,
    FatalError = 6,
    NotInstalled = 7,
    NotConnected = 8,
    Invalid = 9,
    NoFenceDevice = 10,
    NoSecrets = 11,
}

/// <summary>One recorded operation, as the passes see it.</summary>
internal sealed class HistoryEntry(RecordedOperation record, TaskKind task, string? recordedOn = null)
{
    public TaskKind Task { get; } = task;

    public uint IntervalMs => record.IntervalMs;

    public int CallId => record.CallId;

    /// <summary>Exit status, or -1 if missing or out of range.</summary>
    public int ExitStatus => record.ExitStatus;

    /// <summary>Execution status, or null if missing or out of range.</summary>
    public ExecutionStatus? Status => (ExecutionStatus?)record.ExecutionStatus;

    /// <summary>The exit status that would have been success, -1 if not known.</summary>
    public int TargetResult => record.TargetResult;

    /// <summary>True once the digest on record is known to be of no use, because the failure it came with has expired.</summary>
    public bool HasStaleDigest { get; set; }

    public string Id => record.Id;

    public string Key => record.Text("operation_key") is { Length: > 0 } key ? key : record.Id;

    public string Operation => record.Operation;

    public long? LastChange => IntegerText.TryReadLeading(record.Text("last-rc-change"), out long change) ? change : null;

    public string? ExitReason => record.Text("exit-reason");

    public string? Digest => record.Text("op-digest");

    public string? RestartDigest => HasStaleDigest ? StaleDigest : record.Text("op-restart-digest");

    public string? ForceRestart => record.Text("op-force-restart");

    public string? SecureParameters => record.Text("op-secure-params");

    public string? SecureDigest => record.Text("op-secure-digest");

    public string? FeatureSet => record.Text("crm_feature_set");

    public string? MigrateSource => record.Text("migrate_source");

    public string? MigrateTarget => record.Text("migrate_target");

    /// <summary>The node that carried the operation out, if the entry says so.</summary>
    public string? OnNode => record.Text("on_node");

    /// <summary>
    /// The node in whose history the entry is. Where one of two entries does not say who carried it out, being in the same history
    /// counts, as observed of the reference.
    /// </summary>
    public string? RecordedOn { get; } = recordedOn;

    public string? Magic => record.Text("transition-magic");

    public string? ExecTime => record.Text("exec-time");

    public string? QueueTime => record.Text("queue-time");

    public bool IsProbe => Task == TaskKind.Monitor && IntervalMs == 0;

    public bool IsLastFailure => record.IsLastFailure;

    private RecordedOperation Record => record;

    private const string StaleDigest = "calculated-failure-timeout";

    /// <summary>Which entry is older: negative if <paramref name="a"/> is (spec/scheduler-history.md section 7).</summary>
    public static int Compare(HistoryEntry a, HistoryEntry b)
    {
        bool sameNode = IsSameNode(a, b);
        if (sameNode && a.HasSame("id", b)) return 0;
        if (a.CallId == -1 && b.CallId == -1) return 0;
        if (sameNode && a.CallId >= 0 && a.CallId < b.CallId) return -1;
        if (sameNode && b.CallId >= 0 && a.CallId > b.CallId) return 1;
        if (a.CallId >= 0 && b.CallId >= 0 && (!sameNode || a.CallId == b.CallId))
        {
            long first = a.LastChange ?? -1;
            long second = b.LastChange ?? -1;
            if (first >= 0 && first < second) return -1;
            return second >= 0 && first > second ? 1 : 0;
        }

        return CompareByTransition(a, b);
    }

    // Without making strings of the text: there are as many comparisons as operations on record.
    private bool HasSame(string attribute, HistoryEntry other) => record.HasSame(attribute, other.Record);

    private static bool IsSameNode(HistoryEntry a, HistoryEntry b)
    {
        if (a.HasSame("on_node", b)) return true;
        return a.OnNode is { } first && b.OnNode is { } second
            ? string.Equals(first, second, StringComparison.OrdinalIgnoreCase)
            : string.Equals(a.RecordedOn, b.RecordedOn, StringComparison.Ordinal);
    }

    private static int CompareByTransition(HistoryEntry a, HistoryEntry b)
    {
        if (!TransitionKey.TryReadMagic(a.Magic, out var first) || !TransitionKey.TryReadMagic(b.Magic, out var second)) return 0;
        if (!string.Equals(first.Uuid, second.Uuid, StringComparison.OrdinalIgnoreCase) || first.Transition == second.Transition)
        {
            if (b.CallId == -1) return -1;
            return a.CallId == -1 ? 1 : 0;
        }

        if ((first.Transition >= 0 && first.Transition < second.Transition) || second.Transition == -1) return -1;
        return (second.Transition >= 0 && first.Transition > second.Transition) || first.Transition == -1 ? 1 : 0;
    }
}

/// <summary>What one node recorded about one resource.</summary>
internal sealed class ResourceHistory(RecordedResource record, ClusterNode node, HistoryEntry[] entries)
{
    private HistoryEntry[]? _sorted;

    public string Id => Record.Id;

    public RecordedResource Record { get; } = record;

    public ClusterNode Node { get; } = node;

    /// <summary>Entries in document order.</summary>
    public HistoryEntry[] Entries { get; } = entries;

    /// <summary>Entries from the oldest to the newest.</summary>
    public HistoryEntry[] Sorted => _sorted ??= Sort();

    public static ResourceHistory Read(RecordedResource record, ClusterNode node, TaskNames tasks)
    {
        var operations = record.Operations;
        var entries = new HistoryEntry[operations.Count];
        for (int i = 0; i < entries.Length; i++)
        {
            entries[i] = new HistoryEntry(operations[i], tasks.Parse(operations[i].Operation), node.Id);
        }

        return new ResourceHistory(record, node, entries);
    }

    private HistoryEntry[] Sort()
    {
        if (Entries.Length < 2) return Entries;
        var reversed = (HistoryEntry[])Entries.Clone();
        Array.Reverse(reversed);
        MergeSort.SortInPlace(reversed, HistoryEntry.Compare);
        return reversed;
    }
}
