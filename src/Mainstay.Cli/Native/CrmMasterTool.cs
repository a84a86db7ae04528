using Mainstay.Cli.CibTools;

namespace Mainstay.Cli.ClusterTools;

/// <summary><c>crm_master</c>.</summary>
internal sealed class CrmMasterTool : ClusterTool
{
    /// <inheritdoc/>
    protected override string Name => "crm_master";

    /// <inheritdoc/>
    protected override string Summary => "Query and change a promotion score";

    /// <inheritdoc/>
    protected override IReadOnlyList<NativeOption> Options { get; } = [];

    /// <inheritdoc/>
    protected override int Execute(ToolContext context, NativeOptions options, NativeOutput output) =>
        output.Fail(NativeExit.Unimplemented, "crm_master: not available in this build");
}
