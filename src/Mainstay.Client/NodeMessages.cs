namespace Mainstay.Client;

/// <summary>How long a node attribute lives.</summary>
public enum AttributeLifetime
{
    /// <summary>Until the node leaves the cluster (<c>reboot</c>, <c>status</c>).</summary>
    Transient,

    /// <summary>Part of the configuration (<c>forever</c>).</summary>
    Permanent,

    /// <summary>As transient, but never shown in the CIB.</summary>
    Private,
}

/// <summary>The value of an attribute on a node.</summary>
/// <param name="Name">Attribute name.</param>
/// <param name="Node">Node name.</param>
/// <param name="Value">Its value; empty is a value.</param>
/// <param name="Lifetime">How long it lives.</param>
public sealed record AttributeValue(string Name, string Node, string Value, AttributeLifetime Lifetime);

/// <summary>Sets or deletes a node attribute.</summary>
public sealed record AttributeUpdate
{
    /// <summary>Attribute name, or a POSIX extended regular expression where <see cref="IsPattern"/>.</summary>
    public required string Name { get; init; }

    /// <summary>Node name; null: the node that answers.</summary>
    public string? Node { get; init; }

    /// <summary>
    /// New value; null deletes. <c>value++</c> and <c>value+=N</c> count from the current value (spec/manager.md section 10).
    /// </summary>
    public string? Value { get; init; }

    /// <summary>How long it lives.</summary>
    public AttributeLifetime Lifetime { get; init; }

    /// <summary>Dampening in milliseconds; null keeps what the attribute has (0 for a new one).</summary>
    public long? DampeningMs { get; init; }

    /// <summary><see cref="Name"/> is a pattern that selects existing attributes.</summary>
    public bool IsPattern { get; init; }

    /// <summary>Applies to all nodes that have the attribute.</summary>
    public bool AllNodes { get; init; }

    /// <summary>Program that asks.</summary>
    public string Client { get; init; } = "mainstay";
}

/// <summary>Forgets failures (cleanup) or the whole history (refresh) of resources on nodes.</summary>
public sealed record CleanupRequest
{
    /// <summary>Resource (primitive, group, clone, bundle); null: all.</summary>
    public string? Resource { get; init; }

    /// <summary>Node name; null: all.</summary>
    public string? Node { get; init; }

    /// <summary>Only failures of this operation (cleanup only).</summary>
    public string? Operation { get; init; }

    /// <summary>With <see cref="Operation"/>: only of this interval in milliseconds.</summary>
    public long? IntervalMs { get; init; }

    /// <summary>Program that asks.</summary>
    public string Client { get; init; } = "mainstay";
}

/// <summary>What was forgotten.</summary>
/// <param name="Items">One per resource and node, by resource, then node.</param>
public sealed record CleanupResult(IReadOnlyList<CleanedResource> Items);

/// <summary>A resource whose record on a node was forgotten.</summary>
public sealed record CleanedResource(string Resource, string Node);

/// <summary>Asks for fencing of a node.</summary>
public sealed record FenceRequest
{
    /// <summary><c>reboot</c>, <c>off</c> or <c>on</c>.</summary>
    public string Action { get; init; } = "reboot";

    /// <summary>Milliseconds per device; default 120 s as of the tools (spec/fencing.md section 5).</summary>
    public long TimeoutMs { get; init; } = 120_000;

    /// <summary>Milliseconds: a success of the same action on the same target within this time answers at once.</summary>
    public long ToleranceMs { get; init; }

    /// <summary>Milliseconds added before the first device; -1 switches all delays off.</summary>
    public long DelayMs { get; init; }

    /// <summary>Program that asks.</summary>
    public string Client { get; init; } = "mainstay";
}

/// <summary>Says that a person has verified that a node is down.</summary>
public sealed record ConfirmFencedRequest
{
    /// <summary>Must be true: a wrong confirmation corrupts data.</summary>
    public bool Force { get; init; }

    /// <summary>Program that asks.</summary>
    public string Client { get; init; } = "mainstay";
}

/// <summary>An entry of the fencing history (spec/fencing.md section 10).</summary>
public sealed record FencingEvent
{
    /// <summary>Unique id.</summary>
    public required string Id { get; init; }

    /// <summary>Node fenced.</summary>
    public required string Target { get; init; }

    /// <summary><c>reboot</c>, <c>off</c> or <c>on</c>.</summary>
    public required string Action { get; init; }

    /// <summary>Node that the request came from.</summary>
    public required string Origin { get; init; }

    /// <summary>Program that asked.</summary>
    public required string Client { get; init; }

    /// <summary><c>pending</c>, <c>success</c> or <c>failed</c>.</summary>
    public required string State { get; init; }

    /// <summary>Node that ran the device, <c>a human</c> for a confirmation; null while unknown.</summary>
    public string? Delegate { get; init; }

    /// <summary>Device that was used; null where none.</summary>
    public string? Device { get; init; }

    /// <summary>Why it failed; null otherwise.</summary>
    public string? ExitReason { get; init; }

    /// <summary>When it was requested (seconds since the epoch).</summary>
    public long Requested { get; init; }

    /// <summary>When it ended (seconds since the epoch); 0 while pending.</summary>
    public long Completed { get; init; }
}
