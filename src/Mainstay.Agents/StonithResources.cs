using System.Collections.Concurrent;
using Mainstay.Agents.Fencing;
using Mainstay.Agents.Queueing;

namespace Mainstay.Agents;

/// <summary>
/// Actions of <c>stonith</c> resources: the executor never runs fence agents itself, it asks the fencer (spec/agents.md section
/// 10).
/// </summary>
internal sealed class StonithResources(LocalFencer fencer)
{
    private readonly ConcurrentDictionary<string, bool> _started = new(StringComparer.Ordinal);

    public async Task<RunOutcome> RunAsync(
        ResourceAction action, IReadOnlyDictionary<string, string> parameters, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        switch (action.Name)
        {
            case "monitor" when !action.IsRecurring:
                return RunOutcome.Done(_started.ContainsKey(action.ResourceId) ? OcfExitCode.Success : OcfExitCode.NotRunning);
            case "start":
                fencer.Register(action.ResourceId, action.Agent.Type, InstanceParameters(parameters), FenceDeviceOrigin.Api);
                var started = await MonitorAsync(action, timeout, cancellationToken);
                if (started.ExitCode == OcfExitCode.Success) _started[action.ResourceId] = true;
                return started;
            case "monitor":
                return await MonitorAsync(action, timeout, cancellationToken);
            case "stop":
                fencer.Unregister(action.ResourceId, FenceDeviceOrigin.Api);
                _started.TryRemove(action.ResourceId, out _);
                return RunOutcome.Done(OcfExitCode.Success);
            default:
                return RunOutcome.Failed(
                    OcfExitCode.Unimplemented, ExecutionStatus.NotSupported, $"Fence devices have no action {action.Name}");
        }
    }

    private async Task<RunOutcome> MonitorAsync(ResourceAction action, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var result = await fencer.RunAsync(
            new FenceRequest
            {
                DeviceId = action.ResourceId,
                Action = "monitor",
                TimeoutMs = timeout is { } limit ? (int)limit.TotalMilliseconds : int.MaxValue,
            },
            cancellationToken);
        if (result.IsSuccess) return RunOutcome.Done(OcfExitCode.Success);
        return result.Status switch
        {
            ExecutionStatus.NoFenceDevice => RunOutcome.Done(
                action.Name == "monitor" ? OcfExitCode.NotRunning : OcfExitCode.NotInstalled, result.Reason),
            ExecutionStatus.NotInstalled => RunOutcome.Failed(OcfExitCode.NotInstalled, ExecutionStatus.NotInstalled, result.Reason),
            var status => RunOutcome.Failed(OcfExitCode.Generic, status, result.Reason),
        };
    }

    private static Dictionary<string, string> InstanceParameters(IReadOnlyDictionary<string, string> parameters) => parameters
        .Where(static p => !p.Key.StartsWith("CRM_meta_", StringComparison.Ordinal) && p.Key != "crm_feature_set")
        .ToDictionary(StringComparer.Ordinal);
}
