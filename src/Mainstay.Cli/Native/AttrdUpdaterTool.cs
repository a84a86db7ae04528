using Mainstay.Cli.CibTools;

namespace Mainstay.Cli.ClusterTools;

/// <summary><c>attrd_updater</c>.</summary>
internal sealed class AttrdUpdaterTool : ClusterTool
{
    /// <inheritdoc/>
    protected override string Name => "attrd_updater";

    /// <inheritdoc/>
    protected override string Summary => "Query and change transient node attributes";

    /// <inheritdoc/>
    protected override IReadOnlyList<NativeOption> Options { get; } = [];

    /// <inheritdoc/>
    protected override int Execute(ToolContext context, NativeOptions options, NativeOutput output) =>
        output.Fail(NativeExit.Unimplemented, "attrd_updater: not available in this build");
}
