using Mainstay.Agents;
using Mainstay.Agents.Fencing;
using Mainstay.Cli.CibTools;

namespace Mainstay.Cli.ClusterTools;

/// <summary><c>stonith_admin --query DEVICE</c>: the device's monitor action, run on this host.</summary>
internal static class FenceDeviceCheck
{
    private const int TimeoutMs = 60_000;

    /// <summary>Runs the check.</summary>
    public static int Run(ToolContext context, NativeOutput output, FenceDevice device)
    {
        var result = MonitorAsync(context, device).GetAwaiter().GetResult();
        if (result.ExitCode == OcfExitCode.Success)
        {
            return output.Finish(NativeExit.Ok);
        }

        var reason = result.ExitReason.Length > 0 ? $": {result.ExitReason}" : string.Empty;
        return output.Fail(
            NativeExit.Error, $"stonith_admin: the monitor action of {device.Id} ended with {result.ExitCode} ({result.Status}){reason}");
    }

    private static async Task<ActionResult> MonitorAsync(ToolContext context, FenceDevice device)
    {
        await using var runtime = new AgentRuntime(new AgentOptions { NodeName = HostName.Local(context) });
        await using var executor = new Executor(runtime, new LocalFencer(runtime));
        executor.Submit(new ResourceAction
        {
            CallId = 1,
            ResourceId = device.Id,
            Agent = new AgentId(AgentStandard.Stonith, string.Empty, device.Agent),
            Name = "monitor",
            TimeoutMs = TimeoutMs,
            Parameters = device.Parameters,
        });
        return await executor.Results.ReadAsync(context.Cancellation).ConfigureAwait(false);
    }
}
