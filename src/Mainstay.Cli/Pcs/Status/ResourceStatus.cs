namespace Mainstay.Cli.Pcs.Status;

/// <summary><c>resource status</c>.</summary>
internal static class ResourceStatus
{
    /// <summary><c>resource [status]</c>.</summary>
    public static int Run(PcsSession session, IReadOnlyList<string> args) => throw new CommandFailure("status is not part of this build yet");

    /// <summary><c>stonith [status]</c>.</summary>
    public static int RunFence(PcsSession session, IReadOnlyList<string> args) => Run(session, args);
}
