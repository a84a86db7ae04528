using Mainstay.Cli.CibTools;

namespace Mainstay.Cli.ClusterTools;

/// <summary><c>stonith_admin</c>.</summary>
internal sealed class StonithAdminTool : ClusterTool
{
    /// <inheritdoc/>
    protected override string Name => "stonith_admin";

    /// <inheritdoc/>
    protected override string Summary => "Query and use the fence devices";

    /// <inheritdoc/>
    protected override IReadOnlyList<NativeOption> Options { get; } = [];

    /// <inheritdoc/>
    protected override int Execute(ToolContext context, NativeOptions options, NativeOutput output) =>
        output.Fail(NativeExit.Unimplemented, "stonith_admin: not available in this build");
}
