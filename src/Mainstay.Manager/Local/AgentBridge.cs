using System.Globalization;
using Mainstay.Agents;
using Mainstay.Agents.Fencing;
using Mainstay.Manager.Core;
using CoreCancel = Mainstay.Manager.Core.CancelAction;

namespace Mainstay.Manager.Local;

/// <summary>Runs the core's actions and devices with this node's agents and brings the results back to the loop.</summary>
internal sealed class AgentBridge(AgentRuntime runtime, LocalFencer fencer, Executor executor, ManagerLoop loop)
{
    private static readonly TimeSpan MetadataWait = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Task<AgentMetadata?>> _metadata = new(StringComparer.Ordinal);
    private HashSet<string> _registered = new(StringComparer.Ordinal);

    public void Run(RunAction action, CancellationToken stopping)
    {
        var agent = AgentId.FromAttributes(action.Class, action.Provider, action.Type);

        // Meta-data tell which changes need a restart; they are fetched while the action runs, not before it.
        if (agent.Standard is AgentStandard.Ocf && NeedsMetadata(action.Name))
        {
            _metadata[agent.ToString()] = runtime.Catalog.GetMetadataAsync(agent, refresh: false, stopping);
        }

        executor.Submit(new ResourceAction
        {
            CallId = action.CallId,
            ResourceId = action.ResourceId,
            Agent = agent,
            Name = action.Name,
            IntervalMs = action.IntervalMs,
            TimeoutMs = action.TimeoutMs,
            StartDelayMs = action.StartDelayMs,
            Parameters = action.Parameters,
            OnFailBlock = action.OnFailBlock,
            Tag = action.TransitionKey,
        });
    }

    public void Cancel(CoreCancel cancel) => _ = executor.CancelAsync(cancel.ResourceId, cancel.Name, cancel.IntervalMs);

    public void Forget(ForgetResource forget) => _ = executor.ForgetAsync(forget.ResourceId);

    /// <summary>Brings results to the loop until the executor is disposed.</summary>
    public async Task PumpResultsAsync(CancellationToken stopping)
    {
        await foreach (var result in executor.Results.ReadAllAsync(stopping).ConfigureAwait(false))
        {
            var metadata = await MetadataOfAsync(result.Action.Agent).ConfigureAwait(false);
            var outcome = new ActionOutcome
            {
                TransitionKey = result.Action.Tag,
                ExitCode = result.ExitCode,
                Status = (int)result.Status,
                ExitReason = result.ExitReason,
                LastChange = result.ResultChangeTime,
                ExecTimeMs = result.ExecTimeMs,
                QueueTimeMs = result.QueueTimeMs,
                RestartParameters = RestartParameters(metadata),
                PrivateParameters = metadata is null ? null : [.. metadata.PrivateParameters],
            };
            loop.Post((core, now, outbox) => core.HandleActionResult(now, outcome, outbox));
        }
    }

    public void Register(RegisterDevices devices)
    {
        var ids = devices.Devices.Select(device => device.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _registered.Where(id => !ids.Contains(id))) fencer.Unregister(gone, FenceDeviceOrigin.Configuration);
        foreach (var device in devices.Devices) fencer.Register(
            device.Id, device.Agent, device.Parameters, FenceDeviceOrigin.Configuration);
        _registered = ids;
    }

    public async Task FindAsync(FindDevices find, CancellationToken stopping)
    {
        var offers = await fencer.FindAsync(find.Target, find.Action, find.TimeoutMs, find.AllowSelf, stopping).ConfigureAwait(false);
        List<DeviceOffer> answer = [.. offers.Select(offer => new DeviceOffer(
            offer.DeviceId, offer.IsVerified, offer.IsRequiredForOn, offer.TimeoutMs, offer.DelayMaxMs, offer.Actions))];
        loop.Post((core, now, outbox) => core.HandleFenceOffers(now, find.FenceId, answer, outbox));
    }

    public async Task FenceAsync(RunFence fence, CancellationToken stopping)
    {
        var result = await fencer.RunAsync(
            new FenceRequest
            {
                DeviceId = fence.Device,
                Action = fence.Action,
                Target = fence.Target,
                TimeoutMs = fence.TimeoutMs,
                DelayMs = fence.DelayMs,
            },
            stopping).ConfigureAwait(false);
        var reason = result.Reason.Length > 0 ? result.Reason : $"exit status {result.ExitStatus.ToString(CultureInfo.InvariantCulture)}";
        var outcome = new FenceOutcome(result.IsSuccess, result.IsSuccess ? "" : reason);
        loop.Post((core, now, outbox) => core.HandleFenceResult(now, fence.FenceId, fence.Attempt, outcome, outbox));
    }

    private static bool NeedsMetadata(string action) =>
        action is "start" or "monitor" or "promote" or "demote" or "reload" or "reload-agent" or "migrate_to" or "migrate_from";

    private static List<string>? RestartParameters(AgentMetadata? metadata)
    {
        if (metadata?.ReloadAction is null) return null;
        var reloadable = metadata.ReloadableParameters.ToHashSet(StringComparer.Ordinal);
        return [.. metadata.Parameters.Select(parameter => parameter.Name).Where(name => !reloadable.Contains(name)).Reverse()];
    }

    private async Task<AgentMetadata?> MetadataOfAsync(AgentId agent)
    {
        if (!_metadata.TryGetValue(agent.ToString(), out var fetching)) return null;
        try
        {
            return await fetching.WaitAsync(MetadataWait).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            return null;
        }
    }
}
