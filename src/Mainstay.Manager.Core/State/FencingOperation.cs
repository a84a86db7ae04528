namespace Mainstay.Manager.Core;

/// <summary>A fencing operation that has not ended (spec/fencing.md section 5).</summary>
internal sealed class FencingOperation
{
    public string Id { get; set; } = "";

    public string Target { get; set; } = "";

    /// <summary><c>reboot</c>, <c>off</c> or <c>on</c>.</summary>
    public string Action { get; set; } = "";

    public string Origin { get; set; } = "";

    public string Client { get; set; } = "";

    public int TimeoutMs { get; set; }

    public int DelayMs { get; set; }

    /// <summary>Seconds since 1970.</summary>
    public long Requested { get; set; }

    /// <summary>Requests of API users that wait for the end.</summary>
    public List<string> Waiting { get; set; } = [];

    /// <summary>Members asked for their devices, and not heard of.</summary>
    public List<uint> Asked { get; set; } = [];

    /// <summary>Offers by node.</summary>
    public SortedDictionary<uint, List<DeviceOffer>> Offers { get; set; } = [];

    /// <summary>The query took too long: decide with what there is.</summary>
    public bool IsQueryOver { get; set; }

    /// <summary>Attempts in order; the last one may be running.</summary>
    public List<FenceAttempt> Attempts { get; set; } = [];

    public FenceAttempt? Running => Attempts is [.., { IsDone: false } last] ? last : null;
}

/// <summary>One run of a device on a node.</summary>
internal sealed record FenceAttempt
{
    public int Number { get; init; }

    /// <summary>Topology level, 0 without topology.</summary>
    public int Level { get; init; }

    public uint NodeId { get; init; }

    public string Device { get; init; } = "";

    public string Action { get; init; } = "";

    public int TimeoutMs { get; init; }

    public int DelayMs { get; init; }

    public bool IsDone { get; init; }

    public bool IsSuccess { get; init; }

    /// <summary>The executing node went away or did not answer in time.</summary>
    public bool IsUnanswered { get; init; }

    public string Reason { get; init; } = "";
}

/// <summary>An entry of the fencing history.</summary>
public sealed record FencingEntry
{
    /// <summary>Unique id.</summary>
    public string Id { get; init; } = "";

    /// <summary>Node name.</summary>
    public string Target { get; init; } = "";

    /// <summary><c>reboot</c>, <c>off</c> or <c>on</c>.</summary>
    public string Action { get; init; } = "";

    /// <summary>Node the request came from.</summary>
    public string Origin { get; init; } = "";

    /// <summary>Program that asked.</summary>
    public string Client { get; init; } = "";

    /// <summary><c>pending</c>, <c>success</c> or <c>failed</c>.</summary>
    public string State { get; init; } = "";

    /// <summary>Node that ran the device, or <c>a human</c>.</summary>
    public string? Delegate { get; init; }

    /// <summary>Device used last.</summary>
    public string? Device { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Reason { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public long Requested { get; init; }

    /// <summary>Seconds since 1970; 0 while pending.</summary>
    public long Completed { get; init; }
}
