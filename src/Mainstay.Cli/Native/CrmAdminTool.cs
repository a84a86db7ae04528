using Mainstay.Cli.CibTools;

namespace Mainstay.Cli.ClusterTools;

/// <summary><c>crmadmin</c>.</summary>
internal sealed class CrmAdminTool : ClusterTool
{
    /// <inheritdoc/>
    protected override string Name => "crmadmin";

    /// <inheritdoc/>
    protected override string Summary => "Query the cluster manager";

    /// <inheritdoc/>
    protected override IReadOnlyList<NativeOption> Options { get; } = [];

    /// <inheritdoc/>
    protected override int Execute(ToolContext context, NativeOptions options, NativeOutput output) =>
        output.Fail(NativeExit.Unimplemented, "crmadmin: not available in this build");
}
