namespace Mainstay.Cli.Pcs.Status;

/// <summary><c>status</c>.</summary>
internal static class StatusCommand
{
    /// <summary><c>cluster status</c>.</summary>
    public static int Cluster(PcsSession session, IReadOnlyList<string> args) => throw new CommandFailure("status is not part of this build yet");
}
