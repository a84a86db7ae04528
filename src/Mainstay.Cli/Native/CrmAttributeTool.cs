using Mainstay.Cli.CibTools;

namespace Mainstay.Cli.ClusterTools;

/// <summary><c>crm_attribute</c>: node attributes, cluster options and defaults.</summary>
internal sealed class CrmAttributeTool : ClusterTool
{
    /// <inheritdoc/>
    protected override string Name => "crm_attribute";

    /// <inheritdoc/>
    protected override string Summary => "Query and change node attributes and cluster options";

    /// <inheritdoc/>
    protected override IReadOnlyList<NativeOption> Options { get; } =
    [
        new('n', "name", "NAME", "The attribute or option"),
        new('P', "pattern", "PATTERN", "All whose names match this regular expression"),
        new('p', "promotion", "RESOURCE", "The promotion score of this resource (default: that of OCF_RESOURCE_INSTANCE)",
            IsOptional: true),
        new('i', "id", "XML_ID", "The attribute of this XML ID"),
        new('s', "set-name", "NAME", "The attribute in this set"),
        new('D', "delete", null, "Delete the attribute or option"),
        new('G', "query", null, "Show its value (default)"),
        new('v', "update", "VALUE", "Set its value; value++ and value+=N count"),
        new('d', "default", "VALUE", "With a query: what to show where nothing is set"),
        new('l', "lifetime", "LIFETIME", "reboot (until the node leaves) or forever"),
        new('N', "node", "NODE", "The node (default: this one)"),
        new('t', "type", "SECTION", "crm_config, rsc_defaults, op_defaults, nodes or status"),
        new('z', "utilization", null, "The node's utilization"),
        new('q', "quiet", null, "Print only the value"),
        new('\0', "list-options", "TYPE", "Describe the options of a type: cluster"),
        new('\0', "all", null, "With --list-options: advanced ones too"),
        new('h', "help-short", null, string.Empty, "help"),
        new('Q', "quiet-old", null, string.Empty, "quiet"),
        new('\0', "score", null, string.Empty),
        new('!', "inhibit-policy-engine", null, string.Empty),
        new('U', "uname", "NODE", string.Empty, "node"),
        new('u', "node-uname", "NODE", string.Empty, "node"),
        new('\0', "get-value", null, string.Empty, "query"),
        new('\0', "attr-value", "VALUE", string.Empty, "update"),
        new('\0', "attr-name", "NAME", string.Empty, "name"),
        new('\0', "attr-id", "XML_ID", string.Empty, "id"),
        new('\0', "delete-attr", null, string.Empty, "delete"),
    ];

    /// <inheritdoc/>
    protected override int Execute(ToolContext context, NativeOptions options, NativeOutput output)
    {
        if (options["list-options"] is { } type)
        {
            return OptionListing.Print(output, Name, type, ["cluster"], options.Has("all"));
        }

        var target = AttributeTarget.Read(context, options);
        if (options["update"] is { } value)
        {
            RequireSelection(target);
            return AttributeCommands.Update(context, output, target, value);
        }

        if (options.Has("delete"))
        {
            RequireSelection(target);
            return AttributeCommands.Delete(context, output, target);
        }

        return Query(context, options, output, target);
    }

    private static int Query(ToolContext context, NativeOptions options, NativeOutput output, AttributeTarget target)
    {
        var found = AttributeCommands.Read(context, target);
        if (found.Count == 0 && options["default"] is { } fallback)
        {
            found = [new NvPair("", "", target.Name ?? "", fallback)];
        }

        if (found.Count == 0)
        {
            return output.Fail(NativeExit.NoSuchObject, "crm_attribute: Error performing operation: No such device or address");
        }

        foreach (var pair in found)
        {
            AttributeCommands.Print(output, target.Section, pair, options.Has("quiet"));
        }

        return output.Finish(NativeExit.Ok);
    }

    private static void RequireSelection(AttributeTarget target)
    {
        if (target is { Name: null, Pattern: null, PairId: null })
        {
            throw new CommandFailure("Must specify one of --name, --pattern or --promotion", NativeExit.Usage);
        }
    }
}
