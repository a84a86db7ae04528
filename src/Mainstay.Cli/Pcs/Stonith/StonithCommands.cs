using Mainstay.Cli.Pcs.Resources;
using Mainstay.Cli.Pcs.Status;

namespace Mainstay.Cli.Pcs.Stonith;

/// <summary><c>stonith ...</c> (spec/cli-pcs.md section 7).</summary>
internal static class StonithCommands
{
    private const string Edit = "wait dry-run";

    /// <summary>The commands of the group.</summary>
    public static PcsCommand[] All() =>
    [
        new("stonith", "[status]", "hide-inactive", ResourceStatus.RunFence, IsGroup: true),
        new("stonith status", "[DEVICE] [node=NODE] [--hide-inactive]", "hide-inactive", ResourceStatus.RunFence),
        new("stonith config", "[DEVICE...] [--output-format text|cmd|json]", "output-format show-secrets", ResourceConfig.RunFence),
        new("stonith list", "[FILTER] [--nodesc]", "nodesc", AgentListing.FenceList),
        new("stonith describe", "AGENT [--full]", "", AgentListing.FenceDescribe),
        new(
            "stonith create",
            "ID AGENT [OPTION=VALUE]... [op ACTION OPTION=VALUE...]... [meta NAME=VALUE...] [--disabled] [--no-default-ops] [--wait[=N]]",
            Edit + " disabled no-default-ops agent-validation",
            ResourceCreate.RunFence),
        new("stonith update", "ID [OPTION=VALUE]... [op ACTION OPTION=VALUE...]... [meta NAME=VALUE...]", Edit
            + " agent-validation", ResourceUpdate.Run),
        new("stonith delete|remove", "ID...", Edit + " no-stop", ResourceDelete.RunFence),
        new("stonith enable", "ID...", Edit, ResourceState.Enable),
        new("stonith disable", "ID...", Edit, ResourceState.Disable),
        new("stonith meta", "ID NAME=VALUE...", Edit, ResourceUpdate.Meta),
        new("stonith op add", "ID ACTION OPTION=VALUE...", Edit, ResourceOperations.Add),
        new("stonith op delete|remove", "ID ACTION [OPTION=VALUE...] | OPERATION-ID", Edit, ResourceOperations.Delete),
        new("stonith cleanup", "[ID] [node=NODE]", "wait strict", ResourceUpkeep.Cleanup),
        new("stonith refresh", "[ID] [node=NODE]", "wait strict", ResourceUpkeep.Refresh),
        new("stonith failcount", "[show [ID] [node=NODE]] [--full]", "", ResourceUpkeep.FailCount),
        new("stonith level", "[config]", "output-format", FencingLevels.Config, IsGroup: true),
        new("stonith level config", "[--output-format text|cmd|json]", "output-format", FencingLevels.Config),
        new("stonith level add", "LEVEL TARGET DEVICE... [id=ID]", Edit, FencingLevels.Add),
        new("stonith level delete|remove", "LEVEL [target TARGET] [stonith DEVICE...]", Edit, FencingLevels.Delete),
        new("stonith level clear", "[target TARGET | stonith DEVICE...]", Edit, FencingLevels.Clear),
        new("stonith level verify", "", "", FencingLevels.Verify),
        new("stonith fence", "NODE [--off]", "off", FenceActions.Fence),
        new("stonith confirm", "NODE [--yes]", "", FenceActions.Confirm),
        new("stonith history", "[show [NODE]]", "output-format", FenceActions.History, IsGroup: true),
        new("stonith history show", "[NODE] [--output-format text|json]", "output-format", FenceActions.History),
        .. DefaultsCommands.For("stonith"),
    ];
}
