namespace Mainstay.Agents.Fencing;

/// <summary>A device of the table and what is known of it at run time.</summary>
internal sealed class RegisteredDevice(FenceDevice device)
{
    private readonly SemaphoreSlim? _slots = device.ActionLimit == int.MaxValue ? null : new SemaphoreSlim(device.ActionLimit);

    public FenceDevice Device { get; } = device;

    public FenceDeviceOrigin Origin { get; set; }

    /// <summary>It worked on this node.</summary>
    public volatile bool IsVerified;

    /// <summary>Its <c>list</c> failed and was only the default: <c>status</c> is used from now on.</summary>
    public volatile bool HasListFailed;

    private volatile TargetList? _targets;

    /// <summary>The last good <c>list</c>.</summary>
    public IReadOnlyList<string>? Targets => _targets?.Names;

    /// <summary>When it was taken.</summary>
    public TimeSpan TargetsAt => _targets?.TakenAt ?? TimeSpan.Zero;

    /// <summary>The <c>list</c> in progress, or the last one.</summary>
    public Task<IReadOnlyList<string>?>? Listing { get; set; }

    /// <summary>Waits until another run is allowed (<c>pcmk_action_limit</c>), in order of arrival.</summary>
    public Task EnterAsync(CancellationToken cancellationToken) => _slots?.WaitAsync(cancellationToken) ?? Task.CompletedTask;

    public void Leave() => _slots?.Release();

    /// <summary>Takes a new list.</summary>
    public void SetTargets(IReadOnlyList<string> names, TimeSpan now) => _targets = new TargetList(names, now);

    private sealed record TargetList(IReadOnlyList<string> Names, TimeSpan TakenAt);
}
