using System.Globalization;
using Mainstay.Cib;
using Mainstay.Cli.CibTools;
using Mainstay.Cli.Configuration;
using Mainstay.Client;

namespace Mainstay.Cli.ClusterTools;

/// <summary><c>crm_failcount</c>: how often a resource has failed on a node (spec/cli-crm.md section 6).</summary>
internal sealed class CrmFailCountTool : ClusterTool
{
    private const string Infinity = "INFINITY";

    /// <inheritdoc/>
    protected override string Name => "crm_failcount";

    /// <inheritdoc/>
    protected override string Summary => "Query and delete fail counts";

    /// <inheritdoc/>
    protected override IReadOnlyList<NativeOption> Options { get; } =
    [
        new('G', "query", null, "Show the fail count (default)"),
        new('D', "delete", null, "Delete the recorded failures"),
        new('r', "resource", "RESOURCE", "The resource (default: OCF_RESOURCE_INSTANCE)"),
        new('n', "operation", "OPERATION", "Only failures of this operation"),
        new('I', "interval", "INTERVAL", "With --operation: only of this interval"),
        new('N', "node", "NODE", "The node (default: this one)"),
        new('q', "quiet", null, "Print only the value"),
        new('Q', "quiet-old", null, string.Empty, "quiet"),
        new('U', "uname", "NODE", string.Empty, "node"),
        new('h', "help-short", null, string.Empty, "help"),
        new('v', "update", "VALUE", string.Empty),
        new('l', "lifetime", "LIFETIME", string.Empty),
        new('\0', "get-value", null, string.Empty, "query"),
        new('\0', "delete-attr", null, string.Empty, "delete"),
    ];

    /// <inheritdoc/>
    protected override int Execute(ToolContext context, NativeOptions options, NativeOutput output)
    {
        var resource = options["resource"] ?? context.Environment("OCF_RESOURCE_INSTANCE");
        if (string.IsNullOrEmpty(resource))
        {
            return output.Usage("You must supply a resource name to use");
        }

        if (options["update"] is { } update && update != "0")
        {
            return output.Usage("fail counts are counted by the cluster: they can only be queried and deleted");
        }

        var node = NodeNames.Target(context, options["node"]);
        if (options.Has("delete") || options.Has("update"))
        {
            return Delete(context, options, output, resource, node);
        }

        var counts = Counts(context, node)
            .Where(count => Base(count.Resource) == Base(resource))
            .Where(count => options["operation"] is not { } operation
                || (count.Operation == operation && count.IntervalMs == Interval.Parse(options["interval"])))
            .ToList();
        var sum = counts.Any(count => count.Value == Infinity)
            ? Infinity
            : counts.Sum(count => Number(count.Value)).ToString(CultureInfo.InvariantCulture);
        AttributeCommands.Print(output, "status", new NvPair("", "", $"fail-count-{resource}", sum), options.Has("quiet"));
        return output.Finish(NativeExit.Ok);
    }

    private static IEnumerable<FailCount> Counts(ToolContext context, string node) =>
        FailCounts.Read(CibEditor.Open(context).Document.Xml).Where(count => count.Node.Equals(node, StringComparison.OrdinalIgnoreCase));

    private static int Delete(ToolContext context, NativeOptions options, NativeOutput output, string resource, string node)
    {
        if (!CibEditor.IsFile(context))
        {
            return ResourceUpkeepCommands.Forget(
                context,
                output,
                new CleanupRequest
                {
                    Resource = resource,
                    Node = node,
                    Operation = options["operation"],
                    IntervalMs = options.Has("operation") ? Interval.Parse(options["interval"]) : null,
                    Client = context.InvokedName,
                },
                isRefresh: false);
        }

        var pattern = $"^(fail-count|last-failure)-{System.Text.RegularExpressions.Regex.Escape(resource)}(:[0-9]+)?(#.*)?$";
        return AttributeCommands.Delete(
            context, output, new AttributeTarget { Section = "status", Node = node, Pattern = AttributeTarget.ReadPattern(pattern) });
    }

    private static long Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static string Base(string resource) => resource.Split(':')[0];
}
