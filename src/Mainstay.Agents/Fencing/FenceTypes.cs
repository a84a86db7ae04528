namespace Mainstay.Agents.Fencing;

/// <summary>Who put a device into the table (spec/fencing.md section 3.1). It stays while either holds it.</summary>
[Flags]
public enum FenceDeviceOrigin
{
    /// <summary>Nobody.</summary>
    None = 0,

    /// <summary>The configuration: every device this node may use.</summary>
    Configuration = 1,

    /// <summary>A start of the resource on this node, or a tool.</summary>
    Api = 2,
}

/// <summary>How a device's targets are found out (<c>pcmk_host_check</c>).</summary>
public enum FenceTargetCheck
{
    /// <summary>Every node is a target.</summary>
    None,

    /// <summary>By <c>pcmk_host_list</c> and <c>pcmk_host_map</c>.</summary>
    StaticList,

    /// <summary>By the agent's <c>list</c>.</summary>
    DynamicList,

    /// <summary>By the agent's <c>status</c> of the target.</summary>
    Status,
}

/// <summary>An order to run a device.</summary>
public sealed record FenceRequest
{
    /// <summary>The device.</summary>
    public required string DeviceId { get; init; }

    /// <summary><c>off</c>, <c>reboot</c>, <c>on</c>, <c>status</c>, <c>monitor</c>, <c>list</c> or <c>validate-all</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The node to act on; empty for <c>monitor</c>, <c>list</c> and <c>validate-all</c>.</summary>
    public string Target { get; init; } = string.Empty;

    /// <summary>Milliseconds for all attempts together, unless the device has its own (<c>pcmk_ACTION_timeout</c>).</summary>
    public int TimeoutMs { get; init; } = 60_000;

    /// <summary>Milliseconds to wait before acting, added to the device's own delay; -1 switches that off as well.</summary>
    public int DelayMs { get; init; }
}

/// <summary>What came of a <see cref="FenceRequest"/>.</summary>
public sealed record FenceResult
{
    /// <summary>How the execution went. A failed agent is <see cref="ExecutionStatus.Error"/>.</summary>
    public required ExecutionStatus Status { get; init; }

    /// <summary>The agent's exit status as it was (0 success; <c>status</c>: 0 on, 2 off); 1 where it did not end by itself.</summary>
    public required int ExitStatus { get; init; }

    /// <summary>Why it failed; empty on success.</summary>
    public string Reason { get; init; } = string.Empty;

    /// <summary>The agent's standard output.</summary>
    public string Output { get; init; } = string.Empty;

    /// <summary>Agent runs made.</summary>
    public int Attempts { get; init; }

    /// <summary>Milliseconds from the first run's start to the end.</summary>
    public int ExecTimeMs { get; init; }

    /// <summary>Whether the action succeeded.</summary>
    public bool IsSuccess => Status == ExecutionStatus.Done && ExitStatus == 0;
}

/// <summary>
/// A device that can do an action on a target from this node: one line of a fencer's answer to a query (spec/fencing.md section
/// 5).
/// </summary>
public sealed record FenceOffer
{
    /// <summary>The device.</summary>
    public required string DeviceId { get; init; }

    /// <summary>It was seen working on this node (list, status or monitor succeeded).</summary>
    public bool IsVerified { get; init; }

    /// <summary>It unfences automatically: an <c>on</c> must run it.</summary>
    public bool IsRequiredForOn { get; init; }

    /// <summary>Milliseconds an attempt on this device may take for the asked action (device timeout, else the request's).</summary>
    public int TimeoutMs { get; init; }

    /// <summary>The longest delay the device may add, milliseconds.</summary>
    public int DelayMaxMs { get; init; }

    /// <summary>Actions the device can do on this target from here.</summary>
    public IReadOnlyList<string> Actions { get; init; } = [];
}
