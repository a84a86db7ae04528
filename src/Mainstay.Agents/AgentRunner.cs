using Mainstay.Agents.BuiltIn;
using Mainstay.Agents.Fencing;
using Mainstay.Agents.Processes;
using Mainstay.Agents.Queueing;
using Mainstay.Agents.Systemd;

namespace Mainstay.Agents;

/// <summary>Begins one run of an agent, whatever its class.</summary>
internal sealed class AgentRunner(AgentRuntime runtime, LocalFencer fencer)
{
    private readonly StonithResources _stonith = new(fencer);

    /// <summary>Starts the agent. Failures to start come out of the run's outcome.</summary>
    public IAgentRun Begin(BeginRun begin)
    {
        var action = begin.Action;
        var hasSecrets = Secrets.TryResolve(runtime.Options.SecretsDirectory, action.ResourceId, begin.Parameters, out var parameters);
        if (!hasSecrets && action.Name != "stop")
        {
            return Ended(RunOutcome.Failed(OcfExitCode.InvalidParameter, ExecutionStatus.NoSecrets, "Unable to load CIB secrets"));
        }

        switch (action.Agent.Standard)
        {
            case AgentStandard.Ocf:
                return BeginOcf(action, parameters);
            case AgentStandard.Lsb:
                return BeginLsb(action);
            case AgentStandard.Systemd:
                return BeginSystemd(action);
            case AgentStandard.Service:
                return BeginService(action);
            case AgentStandard.Stonith:
                return new TaskRun(token => _stonith.RunAsync(action, parameters, begin.Timeout, token));
            default:
                return Ended(RunOutcome.Failed(
                    OcfExitCode.NotInstalled, ExecutionStatus.NotInstalled, $"The agent standard of {action.Agent} is not known"));
        }
    }

    private static TaskRun Ended(RunOutcome outcome) => new(_ => Task.FromResult(outcome));

    private IAgentRun BeginOcf(ResourceAction action, IReadOnlyDictionary<string, string> parameters)
    {
        if (BuiltInAgents.Find(action.Agent) is { } builtIn)
        {
            var call = new BuiltInCall(runtime, action.ResourceId, action.Name, parameters);
            return new TaskRun(token => builtIn.RunAsync(call, token));
        }

        var path = runtime.Catalog.FindOcf(action.Agent);
        if (path is null)
        {
            return Ended(RunOutcome.Failed(
                OcfExitCode.NotInstalled,
                ExecutionStatus.NotInstalled,
                $"{action.Agent} is not installed: no {runtime.Catalog.OcfPath(action.Agent)}"));
        }

        var child = runtime.Processes.Start(new ProcessSpec
        {
            Path = path,
            Arguments = [action.Name],
            Environment = runtime.Environment.ForOcf(action, parameters),
            OutputLimit = runtime.Options.OutputLimit,
        });
        return new ProcessRun(child, exit => Judge(action, exit, OcfExitCode.Normalize));
    }

    private IAgentRun BeginLsb(ResourceAction action)
    {
        var path = runtime.Catalog.FindLsb(action.Agent.Type);
        if (path is null)
        {
            return Ended(RunOutcome.Failed(
                OcfExitCode.NotInstalled,
                ExecutionStatus.NotInstalled,
                $"{action.Agent} is not installed: no {runtime.Catalog.LsbPath(action.Agent.Type)}"));
        }

        var isStatus = action.Name is "monitor" or "status";
        var child = runtime.Processes.Start(new ProcessSpec
        {
            Path = path,
            Arguments = [isStatus ? "status" : action.Name],
            Environment = runtime.Environment.Base,
            OutputLimit = runtime.Options.OutputLimit,
        });
        return new ProcessRun(child, exit => Judge(action, exit, isStatus ? LsbExitCode.FromStatus : LsbExitCode.FromAction));
    }

    private TaskRun BeginSystemd(ResourceAction action) => new(token => SystemdActions.RunAsync(runtime.Systemd, action, token));

    private IAgentRun BeginService(ResourceAction action)
    {
        if (runtime.Catalog.FindLsb(action.Agent.Type) is not null) return BeginLsb(action);
        return new TaskRun(async token =>
        {
            if (await runtime.Systemd.ExistsAsync(action.Agent.Type, token))
            {
                return await SystemdActions.RunAsync(runtime.Systemd, action, token);
            }

            return RunOutcome.Failed(
                OcfExitCode.NotInstalled,
                ExecutionStatus.NotInstalled,
                $"{action.Agent} is not installed: neither {runtime.Catalog.LsbPath(action.Agent.Type)} nor a systemd unit of that name");
        });
    }

    private RunOutcome Judge(ResourceAction action, ProcessExit exit, Func<int, int> map)
    {
        if (exit.SpawnError != 0) return SpawnFailure.Outcome(action.Agent, exit.SpawnError);
        if (exit.DroppedBytes > 0)
        {
            runtime.Log(
                AgentLogLevel.Warning, action.Key, $"{exit.DroppedBytes} bytes of the agent's output were over the limit and dropped");
        }

        if (exit.ExitStatus is { } status)
        {
            var reason = action.Agent.Standard == AgentStandard.Ocf ? ExitReason.Find(exit.StandardError) : string.Empty;
            return new RunOutcome(map(status), ExecutionStatus.Done, reason, exit.StandardOutput, exit.StandardError);
        }

        var interrupted = exit.Signal == 0
            ? "The exit status of the resource agent was lost"
            : ExitReason.Interrupted("Resource agent", exit.Signal);
        return new RunOutcome(OcfExitCode.Generic, ExecutionStatus.Error, interrupted, exit.StandardOutput, exit.StandardError);
    }
}
