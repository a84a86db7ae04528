using Mainstay.Cli.Pcs.Status;

namespace Mainstay.Cli.Pcs.Resources;

/// <summary><c>resource ...</c> (spec/cli-pcs.md section 6).</summary>
internal static class ResourceCommands
{
    private const string Edit = "wait dry-run";

    /// <summary>The commands of the group.</summary>
    public static PcsCommand[] All() =>
    [
        new("resource", "[status]", "hide-inactive", ResourceStatus.Run, IsGroup: true),
        new("resource status", "[RESOURCE | TAG] [node=NODE] [--hide-inactive]", "hide-inactive", ResourceStatus.Run),
        new("resource config", "[RESOURCE...] [--output-format text|cmd|json]", "output-format show-secrets", ResourceConfig.Run),
        new("resource list", "[FILTER] [--nodesc]", "nodesc", AgentListing.List),
        new("resource describe", "[STANDARD:[PROVIDER:]]TYPE [--full]", "", AgentListing.Describe),
        new("resource standards", "", "", AgentListing.Standards),
        new("resource providers", "", "", AgentListing.Providers),
        new("resource agents", "[STANDARD[:PROVIDER]]", "", AgentListing.Agents),
        new(
            "resource create",
            "ID [STANDARD:[PROVIDER:]]TYPE [OPTION=VALUE]... [op ACTION OPTION=VALUE...]... [meta NAME=VALUE...] "
            + "[clone [ID] [NAME=VALUE...] | promotable [ID] [NAME=VALUE...] | --group ID [--before ID | --after ID] | bundle ID] "
            + "[--disabled] [--no-default-ops] [--agent-validation] [--wait[=N]]",
            Edit + " group before after disabled no-default-ops agent-validation",
            ResourceCreate.Run),
        new("resource update", "ID [OPTION=VALUE]... [op ACTION OPTION=VALUE...]... [meta NAME=VALUE...]", Edit
            + " agent-validation", ResourceUpdate.Run),
        new("resource delete|remove", "ID... [--no-stop]", Edit + " no-stop", ResourceDelete.Run),
        new("resource enable", "ID|TAG... [--wait[=N]]", Edit, ResourceState.Enable),
        new("resource disable", "ID|TAG... [--wait[=N]]", Edit, ResourceState.Disable),
        new("resource manage", "ID|TAG... [--monitor]", Edit + " monitor", ResourceState.Manage),
        new("resource unmanage", "ID|TAG... [--monitor]", Edit + " monitor", ResourceState.Unmanage),
        new("resource restart", "ID [--wait=N]", "wait", ResourceUpkeep.Restart),
        new("resource move", "ID [NODE] [--promoted] [--wait[=N]]", "wait promoted master strict", ResourceMove.Move),
        new("resource move-with-constraint", "ID [NODE] [lifetime=DURATION] [--promoted]", Edit
            + " promoted master", ResourceMove.MoveWithConstraint),
        new("resource ban", "ID [NODE] [lifetime=DURATION] [--promoted]", Edit + " promoted master", ResourceMove.Ban),
        new("resource clear", "ID [NODE] [--promoted] [--expired]", Edit + " promoted master expired", ResourceMove.Clear),
        new("resource op add", "ID ACTION OPTION=VALUE...", Edit, ResourceOperations.Add),
        new("resource op delete|remove", "ID ACTION [OPTION=VALUE...] | OPERATION-ID", Edit, ResourceOperations.Delete),
        new("resource meta", "ID NAME=VALUE...", Edit, ResourceUpdate.Meta),
        new("resource utilization", "[ID [NAME=VALUE...]]", Edit + " name", ResourceUpdate.Utilization),
        new("resource group add", "GROUP ID... [--before ID | --after ID] [--wait[=N]]", Edit + " before after", ResourceGroups.Add),
        new("resource group list", "", "", ResourceGroups.List),
        new("resource group delete|remove", "GROUP [ID...]", Edit, ResourceGroups.Ungroup),
        new("resource ungroup", "GROUP [ID...]", Edit, ResourceGroups.Ungroup),
        new("resource clone", "ID [CLONE-ID] [meta NAME=VALUE...]", Edit, ResourceClones.Clone),
        new("resource promotable", "ID [CLONE-ID] [meta NAME=VALUE...]", Edit, ResourceClones.Promotable),
        new("resource unclone", "ID", Edit, ResourceClones.Unclone),
        new(
            "resource bundle create",
            "ID container docker|podman OPTION=VALUE... [network OPTION=VALUE...] [port-map OPTION=VALUE...]... [storage-map "
                + "OPTION=VALUE...]... [meta NAME=VALUE...]",
            Edit + " disabled",
            ResourceBundles.Create),
        new(
            "resource bundle update",
            "ID [container OPTION=VALUE...] [network OPTION=VALUE...] [port-map add ...|delete ID...]... [storage-map add ...|delete "
                + "ID...]... [meta ...]",
            Edit,
            ResourceBundles.Update),
        new("resource cleanup", "[ID] [node=NODE] [operation=ACTION [interval=TIME]]", "wait strict", ResourceUpkeep.Cleanup),
        new("resource refresh", "[ID] [node=NODE]", "wait strict", ResourceUpkeep.Refresh),
        new("resource failcount", "[show [ID] [node=NODE] [operation=ACTION [interval=TIME]]] [--full]", "", ResourceUpkeep.FailCount),
        .. DefaultsCommands.For("resource"),
    ];
}
