using Mainstay.Cli.Pcs.Quorum;

namespace Mainstay.Cli.Pcs.Status;

/// <summary><c>status ...</c> (spec/cli-pcs.md section 14).</summary>
internal static class StatusCommands
{
    /// <summary>The commands of the group.</summary>
    public static PcsCommand[] All() =>
    [
        new("status", "[--full] [--hide-inactive] [--watch] [--output-format text|json]", "hide-inactive watch output-format",
            StatusCommand.Run, IsGroup: true),
        new("status status", "[--full] [--hide-inactive] [--watch] [--output-format text|json]", "hide-inactive watch output-format",
            StatusCommand.Run),
        new("status resources", "[RESOURCE | TAG] [node=NODE] [--hide-inactive]", "hide-inactive", ResourceStatus.Run),
        new("status cluster", "", "", StatusCommand.Cluster),
        new("status nodes", "[both | config]", "", NodeStatusCommand.Run),
        new("status corosync", "", "output-format", QuorumStatus.Run),
        new("status quorum", "", "output-format", QuorumStatus.Run),
        new("status xml", "", "", StatusCommand.Xml),
        new("status wait", "[SECONDS]", "", StatusCommand.Wait),
    ];
}
