using Mainstay.Cli.CibTools;

namespace Mainstay.Cli.ClusterTools;

/// <summary><c>crm_master</c>: the promotion score of the resource whose agent calls it; an older form of <c>crm_attribute
/// --promotion</c>.</summary>
internal sealed class CrmMasterTool : ClusterTool
{
    /// <inheritdoc/>
    protected override string Name => "crm_master";

    /// <inheritdoc/>
    protected override string Summary => "Query and change a promotion score (deprecated: use crm_attribute --promotion)";

    /// <inheritdoc/>
    protected override IReadOnlyList<NativeOption> Options { get; } =
    [
        new('G', "query", null, "Show the score (default)"),
        new('v', "update", "VALUE", "Set the score"),
        new('D', "delete", null, "Delete the score"),
        new('r', "resource", "RESOURCE", "The resource (default: OCF_RESOURCE_INSTANCE)"),
        new('N', "node", "NODE", "The node (default: this one)"),
        new('l', "lifetime", "LIFETIME", "reboot (default) or forever"),
        new('q', "quiet", null, "Print only the value"),
        new('Q', "quiet-old", null, string.Empty, "quiet"),
        new('U', "uname", "NODE", string.Empty, "node"),
        new('h', "help-short", null, string.Empty, "help"),
        new('i', "id", "XML_ID", string.Empty),
        new('\0', "get-value", null, string.Empty, "query"),
        new('\0', "attr-value", "VALUE", string.Empty, "update"),
        new('\0', "delete-attr", null, string.Empty, "delete"),
    ];

    /// <inheritdoc/>
    protected override int Execute(ToolContext context, NativeOptions options, NativeOutput output)
    {
        var resource = options["resource"] ?? context.Environment("OCF_RESOURCE_INSTANCE");
        if (string.IsNullOrEmpty(resource))
        {
            return output.Fail(NativeExit.Error, "error: No resource specified");
        }

        var arguments = new List<string> { $"--promotion={resource}" };
        arguments.AddRange(options.Given
            .Where(option => option.Name is "node" or "lifetime" or "update" or "id" or "query" or "delete" or "quiet")
            .Select(option => option.Name is "query" or "delete" or "quiet" ? $"--{option.Name}" : $"--{option.Name}={option.Value}"));
        return new CrmAttributeTool().Run(context.WithName("crm_attribute"), arguments);
    }
}
