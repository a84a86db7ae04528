using Mainstay.Cli.CibTools;

namespace Mainstay.Cli.ClusterTools;

/// <summary><c>crm_node</c>.</summary>
internal sealed class CrmNodeTool : ClusterTool
{
    /// <inheritdoc/>
    protected override string Name => "crm_node";

    /// <inheritdoc/>
    protected override string Summary => "Show this node, its peers and the quorum";

    /// <inheritdoc/>
    protected override IReadOnlyList<NativeOption> Options { get; } = [];

    /// <inheritdoc/>
    protected override int Execute(ToolContext context, NativeOptions options, NativeOutput output) =>
        output.Fail(NativeExit.Unimplemented, "crm_node: not available in this build");
}
