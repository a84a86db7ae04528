using System.Xml.Linq;
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

/// <summary>One <c>lrm_rsc_op</c>, decoded once.</summary>
internal sealed class HistoryEntry
{
    public required string Id { get; init; }

    public required string Key { get; init; }

    public required string Operation { get; init; }

    public required TaskKind Task { get; init; }

    public required uint IntervalMs { get; init; }

    public required int CallId { get; init; }

    /// <summary>Exit status, or -1 if missing or out of range.</summary>
    public required int ExitStatus { get; init; }

    /// <summary>Execution status, or null if missing or out of range.</summary>
    public required ExecutionStatus? Status { get; init; }

    /// <summary>The exit status that would have been success, -1 if not known.</summary>
    public int TargetResult { get; private init; } = -1;

    public int TransitionNumber { get; private init; } = -1;

    public string? TransitionUuid { get; private init; }

    public bool HasMagic { get; private init; }

    public long? LastChange { get; init; }

    public string? ExitReason { get; init; }

    public string? Digest { get; init; }

    public string? RestartDigest { get; set; }

    public string? ForceRestart { get; init; }

    public string? SecureParameters { get; init; }

    public string? SecureDigest { get; init; }

    public string? FeatureSet { get; init; }

    public string? MigrateSource { get; init; }

    public string? MigrateTarget { get; init; }

    public string? OnNode { get; init; }

    public string? Magic { get; init; }

    public string? ExecTime { get; init; }

    public string? QueueTime { get; init; }

    public bool IsProbe => Task == TaskKind.Monitor && IntervalMs == 0;

    public bool IsLastFailure => Id.EndsWith("_last_failure_0", StringComparison.Ordinal);

    public static HistoryEntry? Read(XElement element, TaskNames tasks)
    {
        if (element.Id() is not { } id || element.Value("operation") is not { } operation) return null;
        string? key = element.Value("operation_key");
        var transition = Decode(element.Value("transition-key"));
        string? magic = element.Value("transition-magic");
        var fromMagic = DecodeMagic(magic);
        return new HistoryEntry
        {
            Id = id,
            Key = string.IsNullOrEmpty(key) ? id : key,
            Operation = operation,
            Task = tasks.Parse(operation),
            IntervalMs = (uint)Math.Clamp(ReadInteger(element.Value("interval"), 0), 0, uint.MaxValue),
            CallId = (int)ReadInteger(element.Value("call-id"), 0),
            ExitStatus = ReadExitStatus(element.Value("rc-code")),
            Status = ReadStatus(element.Value("op-status")),
            TargetResult = transition?.Target ?? -1,
            TransitionNumber = fromMagic?.Transition ?? -1,
            TransitionUuid = fromMagic?.Uuid,
            HasMagic = fromMagic is not null,
            LastChange = IntegerText.TryReadLeading(element.Value("last-rc-change"), out long change) ? change : null,
            ExitReason = element.Value("exit-reason"),
            Digest = element.Value("op-digest"),
            RestartDigest = element.Value("op-restart-digest"),
            ForceRestart = element.Value("op-force-restart"),
            SecureParameters = element.Value("op-secure-params"),
            SecureDigest = element.Value("op-secure-digest"),
            FeatureSet = element.Value("crm_feature_set"),
            MigrateSource = element.Value("migrate_source"),
            MigrateTarget = element.Value("migrate_target"),
            OnNode = element.Value("on_node"),
            Magic = magic,
            ExecTime = element.Value("exec-time"),
            QueueTime = element.Value("queue-time"),
        };
    }

    /// <summary>Which entry is older: negative if <paramref name="a"/> is (spec/scheduler-history.md section 7).</summary>
    public static int Compare(HistoryEntry a, HistoryEntry b)
    {
        bool sameNode = string.Equals(a.OnNode, b.OnNode, StringComparison.OrdinalIgnoreCase);
        if (sameNode && a.Id == b.Id) return 0;
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

        if (!a.HasMagic || !b.HasMagic) return 0;
        if (!string.Equals(a.TransitionUuid, b.TransitionUuid, StringComparison.OrdinalIgnoreCase)
            || a.TransitionNumber == b.TransitionNumber)
        {
            if (b.CallId == -1) return -1;
            return a.CallId == -1 ? 1 : 0;
        }

        if ((a.TransitionNumber >= 0 && a.TransitionNumber < b.TransitionNumber) || b.TransitionNumber == -1) return -1;
        return (b.TransitionNumber >= 0 && a.TransitionNumber > b.TransitionNumber) || a.TransitionNumber == -1 ? 1 : 0;
    }

    private static long ReadInteger(string? text, long fallback) => IntegerText.TryReadLeading(text, out long value) ? value : fallback;

    private static int ReadExitStatus(string? text) =>
        IntegerText.TryReadLeading(text, out long value) && value is >= 0 and <= 255 ? (int)value : -1;

    private static ExecutionStatus? ReadStatus(string? text) =>
        IntegerText.TryReadLeading(text, out long value) && value is >= -1 and <= 11 ? (ExecutionStatus)value : null;

    private static (int Target, int Transition, string Uuid)? Decode(string? text)
    {
        var parts = text?.Split(':', 4);
        if (parts is not { Length: 4 } || parts[3].Length == 0) return null;
        if (!int.TryParse(parts[0], out _) || !int.TryParse(parts[1], out int transition) || !int.TryParse(parts[2], out int target))
        {
            return null;
        }

        return (target, transition, parts[3]);
    }

    private static (int Target, int Transition, string Uuid)? DecodeMagic(string? text)
    {
        int separator = text?.IndexOf(';', StringComparison.Ordinal) ?? -1;
        return separator < 0 ? null : Decode(text![(separator + 1)..]);
    }
}

/// <summary>One <c>lrm_resource</c> of a node.</summary>
internal sealed class ResourceHistory
{
    public required string Id { get; init; }

    public required XElement Xml { get; init; }

    public required ClusterNode Node { get; init; }

    /// <summary>Entries in document order.</summary>
    public required List<HistoryEntry> Entries { get; init; }

    /// <summary>Entries from the oldest to the newest.</summary>
    public required List<HistoryEntry> Sorted { get; init; }

    public string? AgentClass => Xml.Value("class");

    public string? Provider => Xml.Value("provider");

    public string? AgentType => Xml.Value("type");

    public static ResourceHistory? Read(XElement element, ClusterNode node, TaskNames tasks)
    {
        if (element.Id() is not { } id) return null;
        var entries = element.Elements("lrm_rsc_op").Select(e => HistoryEntry.Read(e, tasks)).OfType<HistoryEntry>().ToList();
        var reversed = Enumerable.Reverse(entries).ToList();
        return new ResourceHistory
        {
            Id = id,
            Xml = element,
            Node = node,
            Entries = entries,
            Sorted = entries.Count < 2 ? reversed : MergeSort.Sort(reversed, HistoryEntry.Compare),
        };
    }
}
