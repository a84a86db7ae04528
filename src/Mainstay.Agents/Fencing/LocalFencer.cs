using System.Security.Cryptography;

namespace Mainstay.Agents.Fencing;

/// <summary>
/// This node's fence devices: the table, who can be fenced, and running the agents (spec/fencing.md sections 1 to 3 and 5.3).
/// Which node and
/// device a request goes to (topology, peers, de-duplication) is decided above, in the manager. Safe for use from any thread.
/// </summary>
public sealed class LocalFencer
{
    private static readonly TimeSpan ListLifetime = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long a list that names the target is believed while it is read anew in the background. Safe, because the list only
    /// says which device to try: a
    /// device that no longer knows the node fails, and the next one is tried. The reference asks again each time, in the middle
    /// of the recovery.
    /// </summary>
    private static readonly TimeSpan ListTrust = TimeSpan.FromHours(1);

    /// <summary>
    /// When a new device is asked for its list, so that it is known before a node fails; late enough not to slow down a start.
    /// </summary>
    private static readonly TimeSpan WarmUpDelay = TimeSpan.FromSeconds(10);

    private readonly AgentRuntime _runtime;
    private readonly FenceAgentRunner _agents;
    private readonly Lock _gate = new();
    private readonly List<RegisteredDevice> _devices = [];

    /// <summary>Starts with an empty table.</summary>
    /// <param name="runtime">Runs the agents.</param>
    public LocalFencer(AgentRuntime runtime)
    {
        _runtime = runtime;
        _agents = new FenceAgentRunner(runtime);
    }

    /// <summary>Ids of registered devices, in ordinal order.</summary>
    public IReadOnlyList<string> Devices
    {
        get
        {
            lock (_gate) return [.. _devices.Select(d => d.Device.Id).Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>Puts a device into the table, or replaces it if agent or parameters differ. Equal: only the origin is added.</summary>
    /// <param name="id">Device (resource) id.</param>
    /// <param name="agent">Fence agent type, for example <c>fence_ipmilan</c>.</param>
    /// <param name="parameters">Instance attributes.</param>
    /// <param name="origin">Who registers it.</param>
    /// <returns>Warnings about the parameters; the device is registered nevertheless.</returns>
    public IReadOnlyList<string> Register(
        string id, string agent, IReadOnlyDictionary<string, string> parameters, FenceDeviceOrigin origin)
    {
        var warnings = new List<string>();
        var device = FenceDevice.Parse(id, agent, parameters, warnings);
        lock (_gate)
        {
            var index = _devices.FindIndex(d => d.Device.Id == id);
            if (index < 0)
            {
                _devices.Add(new RegisteredDevice(device) { Origin = origin });
            }
            else if (IsSame(_devices[index].Device, device))
            {
                _devices[index].Origin |= origin;
                return warnings;
            }
            else
            {
                _devices[index] = new RegisteredDevice(device) { Origin = _devices[index].Origin | origin };
            }
        }

        foreach (var warning in warnings) _runtime.Log(AgentLogLevel.Warning, id, warning);

        _ = WarmUpAsync(device);
        return warnings;
    }

    /// <summary>Takes one origin away; the device goes with the last one.</summary>
    /// <param name="id">Device id.</param>
    /// <param name="origin">Who lets go of it.</param>
    /// <returns>Whether the device was held by that origin.</returns>
    public bool Unregister(string id, FenceDeviceOrigin origin)
    {
        lock (_gate)
        {
            var found = _devices.Find(d => d.Device.Id == id);
            if (found is null || (found.Origin & origin) == FenceDeviceOrigin.None) return false;
            found.Origin &= ~origin;
            if (origin.HasFlag(FenceDeviceOrigin.Api)) found.IsVerified = false;
            if (found.Origin == FenceDeviceOrigin.None) _devices.Remove(found);
            return true;
        }
    }

    /// <summary>
    /// Which devices can do <paramref name="action"/> on <paramref name="target"/> from this node. Runs <c>list</c> and
    /// <c>status</c> where needed.
    /// </summary>
    /// <param name="target">Node to act on.</param>
    /// <param name="action"><c>off</c>, <c>reboot</c> or <c>on</c>.</param>
    /// <param name="timeoutMs">The request's timeout.</param>
    /// <param name="allowSelf">This node may act on itself.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Offers in registration order.</returns>
    public async Task<IReadOnlyList<FenceOffer>> FindAsync(
        string target, string action, int timeoutMs, bool allowSelf, CancellationToken cancellationToken)
    {
        List<RegisteredDevice> devices;
        lock (_gate) devices = [.. _devices];
        var offers = await Task.WhenAll(devices.Select(d => OfferAsync(d, target, action, timeoutMs, allowSelf, cancellationToken)));
        return [.. offers.OfType<FenceOffer>()];
    }

    /// <summary>
    /// Runs a device: delay, agent, retries within the timeout. A reboot is done as <c>off</c> where the agent has no reboot.
    /// </summary>
    /// <param name="request">What to do.</param>
    /// <param name="cancellationToken">Kills the agent; the result says so.</param>
    public async Task<FenceResult> RunAsync(FenceRequest request, CancellationToken cancellationToken)
    {
        RegisteredDevice? entry;
        lock (_gate) entry = _devices.Find(d => d.Device.Id == request.DeviceId);
        if (entry is null)
        {
            return new FenceResult
            {
                Status = ExecutionStatus.NoFenceDevice,
                ExitStatus = 1,
                Reason = $"No such device: {request.DeviceId} is not registered on this node",
            };
        }

        var device = entry.Device;
        var metadata = await MetadataAsync(device, cancellationToken);
        var command = CommandFor(device, request.Action, metadata);
        if (request.Action is "off" or "reboot") await DelayAsync(device, request, cancellationToken);
        var timeout = device.TimeoutFor(request.Action, TimeSpan.FromMilliseconds(request.TimeoutMs));
        await entry.EnterAsync(cancellationToken);
        try
        {
            var result = await RunAttemptsAsync(device, request, command, metadata, timeout, cancellationToken);
            if (request.Action is "monitor" or "list" or "status" && result.Status == ExecutionStatus.Done) entry.IsVerified = true;
            return result;
        }
        finally
        {
            entry.Leave();
        }
    }

    /// <summary>Asks a new device what it can do, and then whom it can fence, so that neither costs time when a node has failed.</summary>
    private async Task WarmUpAsync(FenceDevice device)
    {
        var metadata = await MetadataAsync(device, CancellationToken.None);
        if (device.CheckWith(metadata) != FenceTargetCheck.DynamicList) return;
        await Task.Delay(WarmUpDelay, _runtime.Time);
        RegisteredDevice? entry;
        lock (_gate) entry = _devices.Find(d => ReferenceEquals(d.Device, device));
        if (entry is not null) await ListTargetsAsync(entry, (int)ListLifetime.TotalMilliseconds);
    }

    private static bool IsSame(FenceDevice left, FenceDevice right) =>
        left.Agent == right.Agent && left.Parameters.Count == right.Parameters.Count
        && left.Parameters.All(p => right.Parameters.TryGetValue(p.Key, out var value) && value == p.Value);

    private string CommandFor(FenceDevice device, string action, AgentMetadata? metadata)
    {
        if (action != "reboot" || device.HasSubstitute(action) || metadata is null || metadata.Supports("reboot"))
        {
            return device.CommandFor(action);
        }

        _runtime.Log(AgentLogLevel.Information, device.Id, $"{device.Agent} has no reboot; off is used");
        return device.CommandFor("off");
    }

    private Task<AgentMetadata?> MetadataAsync(FenceDevice device, CancellationToken cancellationToken) =>
        _runtime.Catalog.GetMetadataAsync(
        new AgentId(AgentStandard.Stonith, string.Empty, device.Agent), refresh: false, cancellationToken);

    private async Task DelayAsync(FenceDevice device, FenceRequest request, CancellationToken cancellationToken)
    {
        if (request.DelayMs < 0) return;
        var (floor, ceiling) = device.DelayFor(request.Target);
        var random = (int)(ceiling - floor).TotalSeconds;
        var delay = TimeSpan.FromMilliseconds(request.DelayMs) + floor
                    + TimeSpan.FromSeconds(random > 0 ? RandomNumberGenerator.GetInt32(random + 1) : 0);
        if (delay > TimeSpan.Zero) await Task.Delay(delay, _runtime.Time, cancellationToken);
    }

    private async Task<FenceResult> RunAttemptsAsync(
        FenceDevice device,
        FenceRequest request,
        string command,
        AgentMetadata? metadata,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        var begin = _runtime.Elapsed();
        var lines = device.LinesFor(command, request.Target, metadata);
        for (var attempts = 1; ; attempts++)
        {
            var remaining = timeout - (_runtime.Elapsed() - begin);
            var result = await _agents.RunAsync(device.Agent, request.Action, lines, remaining, timeout, cancellationToken);
            var elapsed = _runtime.Elapsed() - begin;
            var isRetryable = result.Status is ExecutionStatus.Error && !cancellationToken.IsCancellationRequested;
            if (!isRetryable || !FenceRetry.IsDue(attempts, device.AttemptsFor(request.Action), result.Status, elapsed, timeout))
            {
                return result with { Attempts = attempts, ExecTimeMs = (int)elapsed.TotalMilliseconds };
            }

            _runtime.Log(AgentLogLevel.Warning, device.Id, $"{command} of {request.Target} failed ({result.Reason}); trying again");
            await Task.Delay(FenceRetry.Pause, _runtime.Time, cancellationToken);
        }
    }

    private async Task<FenceOffer?> OfferAsync(
        RegisteredDevice entry, string target, string action, int timeoutMs, bool allowSelf, CancellationToken cancellationToken)
    {
        var device = entry.Device;
        var metadata = await MetadataAsync(device, cancellationToken);
        var isSelf = string.Equals(target, _runtime.Options.NodeName, StringComparison.OrdinalIgnoreCase);
        var actions = new List<string>();
        foreach (var candidate in (ReadOnlySpan<string>)["off", "reboot", "on"])
        {
            var isOnTarget = metadata?.Actions.Any(a => a.Name == candidate && a.IsOnTarget) == true;
            var isAllowed = isOnTarget ? isSelf : !isSelf || (allowSelf && candidate != "on");
            var isSupported = candidate switch
            {
                "on" => metadata?.Supports("on") == true,
                "reboot" => true,
                _ => metadata is null || metadata.Supports("off"),
            };
            if (isAllowed && isSupported) actions.Add(candidate);
        }

        // A reboot may have to be done as off and on, so a device that can do either is of use.
        var isUseful = actions.Contains(action, StringComparer.Ordinal) || (action == "reboot" && actions.Count > 0);
        if (!isUseful || !await IsTargetAsync(entry, metadata, target, timeoutMs, cancellationToken)) return null;
        var (_, delayMax) = device.DelayFor(target);
        return new FenceOffer
        {
            DeviceId = device.Id,
            IsVerified = entry.IsVerified,
            IsRequiredForOn = device.ProvidesUnfencing || metadata?.Actions.Any(a => a is { Name: "on", IsAutomatic: true }) == true,
            TimeoutMs = (int)device.TimeoutFor(action, TimeSpan.FromMilliseconds(timeoutMs)).TotalMilliseconds,
            DelayMaxMs = (int)delayMax.TotalMilliseconds,
            Actions = actions,
        };
    }

    private async Task<bool> IsTargetAsync(
        RegisteredDevice entry, AgentMetadata? metadata, string target, int timeoutMs, CancellationToken cancellationToken)
    {
        var device = entry.Device;
        var check = device.ConfiguredCheck is null && entry.HasListFailed ? FenceTargetCheck.Status : device.CheckWith(metadata);
        switch (check)
        {
            case FenceTargetCheck.None:
                return true;
            case FenceTargetCheck.StaticList:
                return device.IsStaticTarget(target);
            case FenceTargetCheck.Status:
                return await HasStatusAsync(device, target, timeoutMs, cancellationToken);
        }

        if (entry.Targets is { } known && IsIn(known, device, target) && _runtime.Elapsed() - entry.TargetsAt < ListTrust)
        {
            if (_runtime.Elapsed() - entry.TargetsAt >= ListLifetime) _ = ListTargetsAsync(entry, timeoutMs);
            return true;
        }

        var targets = await ListTargetsAsync(entry, timeoutMs).WaitAsync(cancellationToken);
        if (targets is not null) return IsIn(targets, device, target);

        if (device.ConfiguredCheck is not null) return false;
        entry.HasListFailed = true;
        return await HasStatusAsync(device, target, timeoutMs, cancellationToken);
    }

    private async Task<bool> HasStatusAsync(FenceDevice device, string target, int timeoutMs, CancellationToken cancellationToken)
    {
        var result = await RunAsync(
            new FenceRequest { DeviceId = device.Id, Action = "status", Target = target, TimeoutMs = timeoutMs }, cancellationToken);
        if (result.Status == ExecutionStatus.Done) return true;
        if (result.ExitStatus != 1)
        {
            _runtime.Log(
                AgentLogLevel.Warning, device.Id, $"status of {target} answered {result.ExitStatus} ({result.Reason}); not a target");
        }

        return false;
    }

    private static bool IsIn(IReadOnlyList<string> targets, FenceDevice device, string target) =>
        targets.Contains(device.AliasOf(target), StringComparer.OrdinalIgnoreCase)
        || targets.Contains(target, StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The agent's list, at most a minute old; the previous one where it fails; null where it never worked. Whoever asks while
    /// the agent runs gets
    /// that run's answer.
    /// </summary>
    private Task<IReadOnlyList<string>?> ListTargetsAsync(RegisteredDevice entry, int timeoutMs)
    {
        lock (_gate)
        {
            if (entry.Targets is not null && _runtime.Elapsed() - entry.TargetsAt < ListLifetime)
            {
                return Task.FromResult<IReadOnlyList<string>?>(entry.Targets);
            }

            if (entry.Listing is not { IsCompleted: false }) entry.Listing = FetchTargetsAsync(entry, timeoutMs);
            return entry.Listing;
        }
    }

    private async Task<IReadOnlyList<string>?> FetchTargetsAsync(RegisteredDevice entry, int timeoutMs)
    {
        // The caller holds the table's lock: nothing of this runs under it.
        await Task.Yield();
        var result = await RunAsync(
            new FenceRequest { DeviceId = entry.Device.Id, Action = "list", TimeoutMs = timeoutMs }, CancellationToken.None);
        if (!result.IsSuccess) return entry.Targets;
        entry.SetTargets(FenceDevice.ParseTargets(result.Output), _runtime.Elapsed());
        return entry.Targets;
    }
}
