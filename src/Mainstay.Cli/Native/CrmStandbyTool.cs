using Mainstay.Cli.CibTools;

namespace Mainstay.Cli.ClusterTools;

/// <summary><c>crm_standby</c>: the standby mode of a node, that is its attribute <c>standby</c> (spec/cli-crm.md section 6).</summary>
internal sealed class CrmStandbyTool : ClusterTool
{
    private const string Attribute = "standby";

    /// <inheritdoc/>
    protected override string Name => "crm_standby";

    /// <inheritdoc/>
    protected override string Summary => "Query and change the standby mode of a node, in which it runs no resources";

    /// <inheritdoc/>
    protected override IReadOnlyList<NativeOption> Options { get; } =
    [
        new('G', "query", null, "Show the standby mode (on or off; default)"),
        new('v', "update", "VALUE", "Set the standby mode: on or off"),
        new('D', "delete", null, "Leave the standby mode to its default"),
        new('N', "node", "NODE", "The node (default: this one)"),
        new('l', "lifetime", "LIFETIME", "reboot or forever (default)"),
        new('i', "id", "XML_ID", "The XML ID of the attribute"),
        new('q', "quiet", null, "Print only the value"),
        new('Q', "quiet-old", null, string.Empty, "quiet"),
        new('U', "uname", "NODE", string.Empty, "node"),
        new('h', "help-short", null, string.Empty, "help"),
        new('\0', "get-value", null, string.Empty, "query"),
        new('\0', "attr-value", "VALUE", string.Empty, "update"),
        new('\0', "delete-attr", null, string.Empty, "delete"),
    ];

    /// <inheritdoc/>
    protected override int Execute(ToolContext context, NativeOptions options, NativeOutput output)
    {
        var sections = options["lifetime"] switch
        {
            null => new[] { "nodes", "status" },
            "forever" => ["nodes"],
            "reboot" => ["status"],
            var other => throw new CommandFailure($"Unknown value for --lifetime: {other} (give reboot or forever)", NativeExit.Usage),
        };
        var targets = sections.Select(section => new AttributeTarget
        {
            Section = section,
            Node = NodeNames.Target(context, options["node"]),
            Name = Attribute,
            PairId = options["id"],
        }).ToList();
        if (options["update"] is { } value)
        {
            return AttributeCommands.Update(context, output, targets[0], value);
        }

        // Without a lifetime the permanent attribute comes first; a node without any is not in standby.
        var found = targets
            .Select(target => (Target: target, Pairs: AttributeCommands.Read(context, target)))
            .FirstOrDefault(candidate => candidate.Pairs.Count > 0);
        if (options.Has("delete"))
        {
            return found.Pairs is null ? output.Finish(NativeExit.Ok) : AttributeCommands.Delete(context, output, found.Target);
        }

        var shown = found.Pairs?[0] ?? new NvPair("", "", Attribute, "off");
        AttributeCommands.Print(output, found.Target?.Section ?? sections[^1], shown, options.Has("quiet"));
        return output.Finish(NativeExit.Ok);
    }
}
