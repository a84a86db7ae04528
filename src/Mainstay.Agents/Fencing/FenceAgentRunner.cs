using System.Text;
using Mainstay.Agents.BuiltIn;
using Mainstay.Agents.Processes;

namespace Mainstay.Agents.Fencing;

/// <summary>
/// One run of a fence agent: lines on its standard input, SIGKILL to its group when its time is over (spec/fencing.md section
/// 1).
/// </summary>
internal sealed class FenceAgentRunner(AgentRuntime runtime)
{
    /// <summary>Runs the agent once.</summary>
    /// <param name="agent">Agent type.</param>
    /// <param name="action">The action asked for.</param>
    /// <param name="lines">What it gets on its standard input.</param>
    /// <param name="remaining">What is left of the request's time.</param>
    /// <param name="timeout">The request's whole time, for the words of a timeout.</param>
    /// <param name="cancellationToken">Kills the agent.</param>
    public async Task<FenceResult> RunAsync(
        string agent,
        string action,
        IReadOnlyList<KeyValuePair<string, string>> lines,
        TimeSpan remaining,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        if (remaining <= TimeSpan.Zero) return TimedOut(timeout);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(remaining);
        if (BuiltInAgents.FindFence(agent) is { } builtIn)
        {
            return await RunBuiltInAsync(builtIn, action, lines, timeout, limit.Token, cancellationToken);
        }

        if (runtime.Catalog.FindFence(agent) is not { } path)
        {
            return new FenceResult
            {
                Status = ExecutionStatus.NotInstalled,
                ExitStatus = 1,
                Reason = $"{agent} is not installed: not found in {string.Join(", ", runtime.Options.FenceDirectories)}",
            };
        }

        var child = runtime.Processes.Start(new ProcessSpec
        {
            Path = path,
            Environment = runtime.Environment.Base,
            StandardInput = Encoding.UTF8.GetBytes(string.Concat(lines.Select(static l => $"{l.Key}={l.Value}\n"))),
            OutputLimit = runtime.Options.OutputLimit,
        });
        await using var killer = limit.Token.Register(() => child.Signal(NativeMethods.SIGKILL, isAgentOnly: false));
        var exit = await child.Exited;
        if (exit.ExitStatus is { } status) return Judge(action, status, exit.StandardOutput, exit.StandardError);
        if (exit.SpawnError != 0)
        {
            return new FenceResult
            {
                Status = ExecutionStatus.NotInstalled,
                ExitStatus = 1,
                Reason = $"{path} cannot be run: {SpawnFailure.Describe(exit.SpawnError)}",
            };
        }

        return limit.IsCancellationRequested
            ? Interrupted(timeout, cancellationToken)
            : new FenceResult
            {
                Status = ExecutionStatus.Error,
                ExitStatus = 1,
                Reason = ExitReason.Interrupted("Fence agent", exit.Signal),
            };
    }

    private static async Task<FenceResult> RunBuiltInAsync(
        IBuiltInFenceAgent agent,
        string action,
        IReadOnlyList<KeyValuePair<string, string>> lines,
        TimeSpan timeout,
        CancellationToken limit,
        CancellationToken caller)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in lines) given[name] = value;
        try
        {
            // Off the caller's thread: looking through all processes is synchronous work.
            var answer = await Task.Run(() => agent.RunAsync(given, limit), limit);
            return Judge(action, answer.ExitStatus, answer.StandardOutput, answer.StandardError);
        }
        catch (OperationCanceledException)
        {
            return Interrupted(timeout, caller);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new FenceResult { Status = ExecutionStatus.Error, ExitStatus = 1, Reason = e.Message };
        }
    }

    private static FenceResult Judge(string action, int exitStatus, string output, string error)
    {
        const int off = 2;
        var (status, reason) = action == "status" && exitStatus == off
            ? (ExecutionStatus.Done, string.Empty)
            : FenceOutcome.Judge(exitStatus, error);
        return new FenceResult { Status = status, ExitStatus = exitStatus, Reason = reason, Output = output };
    }

    private static FenceResult Interrupted(TimeSpan timeout, CancellationToken caller) => caller.IsCancellationRequested
        ? new FenceResult { Status = ExecutionStatus.Cancelled, ExitStatus = 1, Reason = "Fence agent was cancelled" }
        : TimedOut(timeout);

    private static FenceResult TimedOut(TimeSpan timeout) => new()
    {
        Status = ExecutionStatus.Timeout,
        ExitStatus = 1,
        Reason = $"Fence agent did not complete within {Queueing.ActionQueue.Readable(timeout)}",
    };
}
