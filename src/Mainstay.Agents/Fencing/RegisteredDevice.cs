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

    /// <summary>The last good <c>list</c>.</summary>
    public IReadOnlyList<string>? Targets { get; set; }

    public TimeSpan TargetsAt { get; set; }

    /// <summary>Waits until another run is allowed (<c>pcmk_action_limit</c>), in order of arrival.</summary>
    public Task EnterAsync(CancellationToken cancellationToken) => _slots?.WaitAsync(cancellationToken) ?? Task.CompletedTask;

    public void Leave() => _slots?.Release();
}
