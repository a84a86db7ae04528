using Mainstay.Cli.CibTools;

namespace Mainstay.Cli.ClusterTools;

/// <summary><c>crm_attribute</c>.</summary>
internal sealed class CrmAttributeTool : ClusterTool
{
    /// <inheritdoc/>
    protected override string Name => "crm_attribute";

    /// <inheritdoc/>
    protected override string Summary => "Query and change node attributes and cluster options";

    /// <inheritdoc/>
    protected override IReadOnlyList<NativeOption> Options { get; } = [];

    /// <inheritdoc/>
    protected override int Execute(ToolContext context, NativeOptions options, NativeOutput output) =>
        output.Fail(NativeExit.Unimplemented, "crm_attribute: not available in this build");
}
