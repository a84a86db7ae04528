using Mainstay.Cli.CibTools;

namespace Mainstay.Cli.ClusterTools;

/// <summary><c>crm_failcount</c>.</summary>
internal sealed class CrmFailCountTool : ClusterTool
{
    /// <inheritdoc/>
    protected override string Name => "crm_failcount";

    /// <inheritdoc/>
    protected override string Summary => "Query and delete fail counts";

    /// <inheritdoc/>
    protected override IReadOnlyList<NativeOption> Options { get; } = [];

    /// <inheritdoc/>
    protected override int Execute(ToolContext context, NativeOptions options, NativeOutput output) =>
        output.Fail(NativeExit.Unimplemented, "crm_failcount: not available in this build");
}
