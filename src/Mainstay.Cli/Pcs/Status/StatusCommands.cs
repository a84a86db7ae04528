namespace Mainstay.Cli.Pcs.Status;

/// <summary><c>status ...</c> (spec/cli-pcs.md section 14).</summary>
internal static class StatusCommands
{
    /// <summary>The commands of the group.</summary>
    public static PcsCommand[] All() => [];
}
