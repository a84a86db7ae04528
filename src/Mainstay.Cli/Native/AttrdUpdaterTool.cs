using System.Xml.Linq;
using Mainstay.Cib;
using Mainstay.Cli.CibTools;
using Mainstay.Cli.Configuration;
using Mainstay.Client;

namespace Mainstay.Cli.ClusterTools;

/// <summary><c>attrd_updater</c>: transient and private node attributes of the running cluster (spec/agents.md section 14.1).</summary>
internal sealed class AttrdUpdaterTool : ClusterTool
{
    /// <inheritdoc/>
    protected override string Name => "attrd_updater";

    /// <inheritdoc/>
    protected override string Summary => "Query and change transient node attributes";

    /// <inheritdoc/>
    protected override IReadOnlyList<NativeOption> Options { get; } =
    [
        new('n', "name", "NAME", "The attribute"),
        new('P', "pattern", "PATTERN", "With an update or delete: all whose names match this regular expression"),
        new('U', "update", "VALUE", "Set the value; value++ and value+=N count"),
        new('v', "update-old", "VALUE", string.Empty, "update"),
        new('B', "update-both", "VALUE", "Set the value and the dampening"),
        new('Y', "update-delay", null, "Set the dampening only"),
        new('Q', "query", null, "Show the value"),
        new('D', "delete", null, "Delete the attribute"),
        new('R', "refresh", null, "Write all values again (values are always written: accepted)"),
        new('d', "delay", "SECONDS", "Dampening: how long to wait for further changes"),
        new('s', "set", "SET", "Accepted"),
        new('N', "node", "NODE", "The node (default: this one)"),
        new('A', "all", null, "With a query: all nodes"),
        new('l', "lifetime", "LIFETIME", "reboot"),
        new('S', "section", "LIFETIME", string.Empty, "lifetime"),
        new('p', "private", null, "The attribute is never written to the CIB"),
        new('W', "wait", "UNTIL", "no, local or cluster: accepted, updates are always complete on this node"),
        new('z', "utilization", null, string.Empty),
        new('q', "quiet", null, string.Empty),
        new('h', "help-short", null, string.Empty, "help"),
        new('\0', "attr-value", "VALUE", string.Empty, "update"),
    ];

    /// <inheritdoc/>
    protected override int Execute(ToolContext context, NativeOptions options, NativeOutput output)
    {
        // Four agents say "state" where they mean "status" when they stop: their attribute goes too (spec/agents.md section 14.1).
        if (options["lifetime"] is not (null or "reboot" or "status" or "state") and { } lifetime)
        {
            return output.Usage($"Unknown value for --lifetime: {lifetime}");
        }

        if (options["wait"] is not (null or "no" or "local" or "cluster") and { } wait)
        {
            return output.Usage($"Invalid value for --wait: {wait} (give no, local or cluster)");
        }

        if (options.Has("utilization"))
        {
            return output.Usage("utilization is permanent: use crm_attribute --utilization");
        }

        if (options.Has("refresh"))
        {
            return output.Finish(NativeExit.Ok);
        }

        if (options["name"] is null && options["pattern"] is null)
        {
            return output.Usage("Command requires --name or --pattern argument");
        }

        var value = options["update-both"] ?? options["update"];
        if (value is not null || options.Has("delete") || options.Has("update-delay"))
        {
            return Change(context, options, output, value);
        }

        return options["name"] is { } name ? Query(context, options, output, name) : output.Usage("--pattern cannot be used with a query");
    }

    private static int Change(ToolContext context, NativeOptions options, NativeOutput output, string? value)
    {
        long? dampening = null;
        if (options["delay"] is { } delay)
        {
            if (!Interval.TryParse(delay, out var milliseconds))
            {
                return output.Usage($"'{delay}' is no time: give seconds, or a number with a unit such as 500ms or 2min");
            }

            dampening = milliseconds;
        }

        var isDelayOnly = value is null && !options.Has("delete");
        if ((isDelayOnly || options.Has("update-both")) && dampening is null)
        {
            return output.Usage("--update-both and --update-delay need --delay");
        }

        var node = options.Has("all") && options["node"] is null ? null : NodeNames.Target(context, options["node"]);
        if (isDelayOnly)
        {
            value = Values(context, options["name"] ?? "").FirstOrDefault(v => IsOn(v, node))?.Value
                ?? throw new CommandFailure(
                    $"Could not change the dampening of {options["name"]}: attribute does not exist", NativeExit.Configuration);
        }

        var update = new AttributeUpdate
        {
            Name = options["name"] ?? options["pattern"]!,
            IsPattern = options["name"] is null,
            Node = node,
            AllNodes = node is null,
            Value = value,
            Lifetime = options.Has("private") ? AttributeLifetime.Private : AttributeLifetime.Transient,
            DampeningMs = dampening,
            Client = context.InvokedName,
        };
        Manager.Tell(context, (client, token) => client.SetAttributeAsync(update, token));
        return output.Finish(NativeExit.Ok);
    }

    private static int Query(ToolContext context, NativeOptions options, NativeOutput output, string name)
    {
        var values = Values(context, name);
        if (values.Count == 0)
        {
            return output.Fail(NativeExit.Configuration, $"attrd_updater: Could not query value of {name}: attribute does not exist");
        }

        var node = options.Has("all") ? null : NodeNames.Target(context, options["node"]);
        var shown = values.Where(value => IsOn(value, node)).Select(value => (Host: value.Node, value.Value)).ToList();
        if (shown.Count == 0)
        {
            shown.Add((node!, string.Empty)); // known, but not set on this node
        }

        foreach (var (host, value) in shown)
        {
            output.Line($"name=\"{name}\" host=\"{host}\" value=\"{value}\"");
            output.Element(
                new XElement("attribute", new XAttribute("name", name), new XAttribute("host", host), new XAttribute("value", value)));
        }

        return output.Finish(NativeExit.Ok);
    }

    private static IReadOnlyList<AttributeValue> Values(ToolContext context, string name) =>
        Manager.Ask(context, (client, token) => client.GetAttributesAsync(name, null, null, token));

    private static bool IsOn(AttributeValue value, string? node) =>
        node is null || value.Node.Equals(node, StringComparison.OrdinalIgnoreCase);
}
