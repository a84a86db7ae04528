using Mainstay.Agents.Queueing;

namespace Mainstay.Agents;

/// <summary>What it means when an agent cannot be started (spec/agents.md section 1, error mapping).</summary>
internal static class SpawnFailure
{
    private const int EPERM = 1;
    private const int ENOENT = 2;
    private const int ENOEXEC = 8;
    private const int EACCES = 13;
    private const int ENOTDIR = 20;
    private const int EISDIR = 21;
    private const int EINVAL = 22;

    /// <summary>The outcome of an action whose agent failed to start with this errno.</summary>
    public static RunOutcome Outcome(AgentId agent, int errno) => errno switch
    {
        ENOENT or EISDIR or ENOTDIR or EINVAL or ENOEXEC => RunOutcome.Failed(
            OcfExitCode.NotInstalled, ExecutionStatus.NotInstalled, $"{agent} cannot be run: {Describe(errno)}"),
        EACCES or EPERM => RunOutcome.Failed(
            OcfExitCode.InsufficientPrivileges, ExecutionStatus.Error, $"{agent} cannot be run: {Describe(errno)}"),
        _ => RunOutcome.Failed(OcfExitCode.Generic, ExecutionStatus.Error, $"{agent} cannot be run: {Describe(errno)}"),
    };

    /// <summary>An errno in words.</summary>
    public static string Describe(int errno) => errno switch
    {
        ENOENT => "the file, or the interpreter it names, does not exist",
        ENOEXEC => "it is neither a program nor a script with an interpreter line",
        EACCES => "permission denied (is it executable?)",
        EPERM => "operation not permitted",
        EISDIR or ENOTDIR => "not a file",
        _ => $"error {errno}",
    };
}
