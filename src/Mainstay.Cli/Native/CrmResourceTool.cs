using Mainstay.Cib;
using Mainstay.Cli.CibTools;
using Mainstay.Client;

namespace Mainstay.Cli.ClusterTools;

/// <summary><c>crm_resource</c>: queries and controls resources (spec/cli-crm.md section 5).</summary>
internal sealed class CrmResourceTool : ClusterTool
{
    private static readonly HashSet<string> s_commands = new(StringComparer.Ordinal)
    {
        "list", "list-raw", "list-operations", "list-all-operations", "list-standards", "list-ocf-providers", "list-agents",
        "list-ocf-alternatives",
        "show-metadata", "list-options", "query-xml", "query-xml-raw", "get-parameter", "locate", "constraints", "stack", "why",
        "validate", "cleanup",
        "refresh", "set-parameter", "delete-parameter", "move", "ban", "clear", "delete", "fail", "restart", "wait", "digests",
        "force-demote",
        "force-stop", "force-start", "force-promote", "force-check",
    };

    /// <inheritdoc/>
    protected override string Name => "crm_resource";

    /// <inheritdoc/>
    protected override string Summary => "Query and control resources";

    /// <inheritdoc/>
    protected override IReadOnlyList<NativeOption> Options { get; } = CrmResourceOptions.All;

    /// <inheritdoc/>
    protected override int Execute(ToolContext context, NativeOptions options, NativeOutput output)
    {
        if (options.Rest.Count > 0 && !options.Has("digests"))
        {
            return output.Usage($"non-option ARGV-elements: {string.Join(' ', options.Rest)}");
        }

        var command = options.Given.LastOrDefault(option => s_commands.Contains(option.Name));
        return command.Name switch
        {
            "list-options" => OptionListing.Print(output, Name, command.Value, ["primitive", "fencing"], options.Has("all")),
            "list-standards" or "list-ocf-providers" or "list-agents" or "list-ocf-alternatives" or "show-metadata" =>
                AgentQueries.Run(context, output, command.Name, command.Value),
            "cleanup" or "refresh" => Forget(context, options, output, command.Name == "refresh"),
            "wait" => ResourceUpkeepCommands.Wait(context, output, Timeout(options)),
            "move" or "ban" => MoveCommands.Move(ResourceCall.Open(context, options, output), command.Name == "ban"),
            "clear" => MoveCommands.Clear(ResourceCall.Open(context, options, output, needsResource: !options.Has("expired"))),
            "set-parameter" => ParameterCommands.Set(ResourceCall.Open(context, options, output), command.Value),
            "delete-parameter" => ParameterCommands.Delete(ResourceCall.Open(context, options, output), command.Value),
            "get-parameter" => ParameterCommands.Get(ResourceCall.Open(context, options, output), command.Value),
            "delete" => ResourceEdits.Delete(context, options, output),
            "restart" => ResourceEdits.Restart(ResourceCall.Open(context, options, output), Timeout(options)),
            "locate" => ResourceQueries.Locate(ResourceCall.Open(context, options, output)),
            "query-xml" or "query-xml-raw" => ResourceQueries.Xml(ResourceCall.Open(context, options, output)),
            "constraints" or "stack" => ConstraintListing.Print(
                ResourceCall.Open(context, options, output), command.Name == "stack" || options.Has("recursive")),
            "list-raw" => ResourceQueries.Raw(ResourceCall.Open(context, options, output, needsResource: false)),
            "list-operations" or "list-all-operations" => OperationListing.Print(
                ResourceCall.Open(context, options, output, needsResource: false)),
            "list" or null => ResourceQueries.List(ResourceCall.Open(context, options, output, needsResource: false)),
            _ => output.Fail(NativeExit.Unimplemented, $"crm_resource: --{command.Name} is not supported in this version"),
        };
    }

    private static int Forget(ToolContext context, NativeOptions options, NativeOutput output, bool isRefresh)
    {
        if (options.Has("resource"))
        {
            _ = ResourceCall.Open(context, options, output);
        }

        var request = new CleanupRequest
        {
            Resource = options["resource"],
            Node = options["node"],
            Operation = isRefresh ? null : options["operation"],
            IntervalMs = !isRefresh && options.Has("operation") ? Interval.Parse(options["interval"]) : null,
            Client = context.InvokedName,
        };
        return ResourceUpkeepCommands.Forget(context, output, request, isRefresh);
    }

    private static TimeSpan Timeout(NativeOptions options) => options["timeout"] is not { } text ? TimeSpan.FromHours(1)
        : Interval.TryParse(text, out var milliseconds) ? TimeSpan.FromMilliseconds(milliseconds)
        : throw new CommandFailure($"'{text}' is no time for --timeout", NativeExit.Usage);
}
