using Mainstay.Cli.CibTools;

namespace Mainstay.Cli.ClusterTools;

/// <summary><c>crm_standby</c>.</summary>
internal sealed class CrmStandbyTool : ClusterTool
{
    /// <inheritdoc/>
    protected override string Name => "crm_standby";

    /// <inheritdoc/>
    protected override string Summary => "Query and change the standby mode of a node";

    /// <inheritdoc/>
    protected override IReadOnlyList<NativeOption> Options { get; } = [];

    /// <inheritdoc/>
    protected override int Execute(ToolContext context, NativeOptions options, NativeOutput output) =>
        output.Fail(NativeExit.Unimplemented, "crm_standby: not available in this build");
}
