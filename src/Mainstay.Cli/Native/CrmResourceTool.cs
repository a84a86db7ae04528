using Mainstay.Cli.CibTools;

namespace Mainstay.Cli.ClusterTools;

/// <summary><c>crm_resource</c>.</summary>
internal sealed class CrmResourceTool : ClusterTool
{
    /// <inheritdoc/>
    protected override string Name => "crm_resource";

    /// <inheritdoc/>
    protected override string Summary => "Query and control resources";

    /// <inheritdoc/>
    protected override IReadOnlyList<NativeOption> Options { get; } = [];

    /// <inheritdoc/>
    protected override int Execute(ToolContext context, NativeOptions options, NativeOutput output) =>
        output.Fail(NativeExit.Unimplemented, "crm_resource: not available in this build");
}
