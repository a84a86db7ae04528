namespace Mainstay.Manager.Core;

/// <summary>One entry of the operation history (spec/manager.md section 8.2).</summary>
internal sealed record OperationRecord
{
    public string Id { get; init; } = "";

    public string Key { get; init; } = "";

    public string Operation { get; init; } = "";

    public long IntervalMs { get; init; }

    public string TransitionKey { get; init; } = "";

    public int CallId { get; init; } = -1;

    public int ExitCode { get; init; }

    public int Status { get; init; }

    public string ExitReason { get; init; } = "";

    public string Node { get; init; } = "";

    public long LastChange { get; init; }

    public int ExecTimeMs { get; init; }

    public int QueueTimeMs { get; init; }

    public string? MigrateSource { get; init; }

    public string? MigrateTarget { get; init; }

    public string? Digest { get; init; }

    public string? ForceRestart { get; init; }

    public string? RestartDigest { get; init; }

    public string? SecureParameters { get; init; }

    public string? SecureDigest { get; init; }
}

/// <summary>History of one resource on one node.</summary>
internal sealed class ResourceHistory
{
    public string? Class { get; set; }

    public string? Provider { get; set; }

    public string? Type { get; set; }

    public string? Container { get; set; }

    public long? ShutdownLock { get; set; }

    /// <summary>Finished entries by id. What is in flight is in <see cref="StateSnapshot.InFlight"/>.</summary>
    public OrdinalMap<OperationRecord> Entries { get; set; } = [];
}

/// <summary>A transient attribute.</summary>
internal sealed record NodeAttribute(string Value, bool IsPrivate);

/// <summary>An action sent to a node and not answered: a pending fact for every plan (spec/manager.md section 9.2).</summary>
internal sealed record InFlightAction
{
    public string TransitionKey { get; init; } = "";

    public uint NodeId { get; init; }

    public string Key { get; init; } = "";

    public string ResourceId { get; init; } = "";

    public string? Class { get; init; }

    public string? Provider { get; init; }

    public string? Type { get; init; }

    public string Task { get; init; } = "";

    public long IntervalMs { get; init; }

    public long TimeoutMs { get; init; }

    public long StartDelayMs { get; init; }

    public long? ShutdownLock { get; init; }

    /// <summary>Wall time of the dispatch, seconds since 1970.</summary>
    public long Since { get; init; }

    public OrdinalMap<string> Attributes { get; init; } = [];

    public string? Attribute(string name) => Attributes.TryGetValue(name, out var value) ? value : null;
}
