using Mainstay.Agents.Processes;
using Mainstay.Agents.Queueing;

namespace Mainstay.Agents;

/// <summary>A run of an agent that can be signalled while it lasts.</summary>
internal interface IAgentRun
{
    /// <summary>How it ended. Never faults.</summary>
    Task<RunOutcome> Outcome { get; }

    /// <summary>SIGKILL or SIGTERM, to the process group or to the agent alone; work inside this process is cancelled by either.</summary>
    void Signal(bool isKill, bool isAgentOnly);
}

/// <summary>A run that is a child process.</summary>
internal sealed class ProcessRun(ChildProcess child, Func<ProcessExit, RunOutcome> judge) : IAgentRun
{
    public Task<RunOutcome> Outcome { get; } = JudgeAsync(child, judge);

    public void Signal(bool isKill, bool isAgentOnly) =>
        child.Signal(isKill ? NativeMethods.SIGKILL : NativeMethods.SIGTERM, isAgentOnly);

    private static async Task<RunOutcome> JudgeAsync(ChildProcess child, Func<ProcessExit, RunOutcome> judge) => judge(await child.Exited);
}

/// <summary>A run inside this process: built-in agents, systemd units, fence devices.</summary>
internal sealed class TaskRun : IAgentRun
{
    private readonly Action _cancel;

    public TaskRun(Func<CancellationToken, Task<RunOutcome>> work)
    {
        var cancellation = new CancellationTokenSource();
        _cancel = cancellation.Cancel;
        Outcome = RunAsync(work, cancellation);
    }

    public Task<RunOutcome> Outcome { get; }

    public void Signal(bool isKill, bool isAgentOnly)
    {
        try
        {
            _cancel();
        }
        catch (ObjectDisposedException)
        {
            // Ended meanwhile; there is nothing left to stop.
        }
    }

    private static async Task<RunOutcome> RunAsync(Func<CancellationToken, Task<RunOutcome>> work, CancellationTokenSource cancellation)
    {
        // The caller's loop must not run the agent's code, not even its first synchronous part.
        await Task.Yield();
        try
        {
            return await work(cancellation.Token);
        }
        catch (OperationCanceledException)
        {
            return RunOutcome.Failed(OcfExitCode.Generic, ExecutionStatus.Error, "interrupted");
        }
        catch (Exception e)
        {
            // The outer edge of an action: whatever an agent in this process does wrong is its failure, and its resource's queue goes on.
            return RunOutcome.Failed(OcfExitCode.Generic, ExecutionStatus.Error, e.Message);
        }
        finally
        {
            cancellation.Dispose();
        }
    }
}
