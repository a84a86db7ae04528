using System.Globalization;
using System.Xml.Linq;
using Mainstay.Cli.CibTools;
using Mainstay.Cli.Configuration;
using Mainstay.Client;

namespace Mainstay.Cli.ClusterTools;

/// <summary><c>crmadmin</c>: coordinator, state of the manager, and the nodes (spec/cli-crm.md section 7).</summary>
internal sealed class CrmAdminTool : ClusterTool
{
    private static readonly string[] s_kinds = ["cluster", "guest", "remote"];

    /// <inheritdoc/>
    protected override string Name => "crmadmin";

    /// <inheritdoc/>
    protected override string Summary => "Query the cluster manager";

    /// <inheritdoc/>
    protected override IReadOnlyList<NativeOption> Options { get; } =
    [
        new('D', "dc_lookup", null, "Show the node that coordinates the cluster"),
        new('S', "status", "NODE", "Show the state of the manager of a node"),
        new('P', "pacemakerd", null, "Show the state of the manager of this node"),
        new('N', "nodes", "TYPE", "Show the nodes: all, or of these types (cluster, guest, remote; separated by commas)", IsOptional: true),
        new('B', "bash-export", null, "Show nodes as shell commands of the form 'export NAME=ID'"),
        new('t', "timeout", "TIME", "Accepted"),
        new('i', "ipc-name", "NAME", "Accepted"),
        new('q', "quiet", null, "Show only the essential"),
        new('h', "help-short", null, string.Empty, "help"),
    ];

    /// <inheritdoc/>
    protected override int Execute(ToolContext context, NativeOptions options, NativeOutput output)
    {
        if (options["nodes"] is { } kinds)
        {
            return Nodes(context, options, output, kinds);
        }

        if (options.Has("dc_lookup"))
        {
            return Coordinator(output, Status(context), options.Has("quiet"));
        }

        if (options["status"] is { } node)
        {
            return State(output, Status(context), node, options.Has("quiet"));
        }

        return options.Has("pacemakerd")
            ? Daemon(context, output, options.Has("quiet"))
            : output.Usage("Must specify a command: -D, -S NODE, -P or -N");
    }

    private static ManagerStatus Status(ToolContext context) =>
        Manager.Ask(context, static (client, token) => client.GetStatusAsync(token));

    private static int Nodes(ToolContext context, NativeOptions options, NativeOutput output, string kinds)
    {
        var wanted = kinds is "" or "all" ? s_kinds : kinds.Split(',');
        if (wanted.FirstOrDefault(kind => !s_kinds.Contains(kind)) is { } unknown)
        {
            return output.Usage($"Invalid node type '{unknown}' (give {string.Join(", ", s_kinds)})");
        }

        var nodes = NodeNames.All(CibEditor.Open(context).Document).Where(node => wanted.Contains(node.Kind)).ToList();
        foreach (var node in nodes)
        {
            output.Line(options.Has("bash-export") ? $"export {node.Name}={node.Id}"
                : options.Has("quiet") ? node.Name : $"{node.Kind} node: {node.Name} ({node.Id})");
        }

        output.Element(new XElement("nodes", nodes.Select(node => new XElement(
            "node", new XAttribute("type", node.Kind), new XAttribute("name", node.Name), new XAttribute("id", node.Id)))));
        return output.Finish(NativeExit.Ok);
    }

    private static int Coordinator(NativeOutput output, ManagerStatus status, bool isQuiet)
    {
        if (status.Coordinator is not { } name)
        {
            return output.Fail(NativeExit.Ok, "error: No DC found");
        }

        output.Line(isQuiet ? name : $"Designated Controller is: {name}");
        output.Element(new XElement("dc", new XAttribute("node_name", name)));
        return output.Finish(NativeExit.Ok);
    }

    private static int State(NativeOutput output, ManagerStatus status, string wanted, bool isQuiet)
    {
        var node = status.Nodes.FirstOrDefault(node => node.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase))
            ?? throw new CommandFailure($"Node {wanted} is not known to the cluster", NativeExit.NoSuchObject);
        if (!node.Online)
        {
            throw new CommandFailure($"The manager on {node.Name} is not a member of the cluster", NativeExit.Disconnected);
        }

        var state = !node.IsCoordinator ? "S_NOT_DC" : status.Transition.IsRunning ? "S_TRANSITION_ENGINE" : "S_IDLE";
        output.Line(isQuiet ? state : $"Controller on {node.Name} in state {state}: ok");
        output.Element(new XElement(
            "crmd", new XAttribute("node_name", node.Name), new XAttribute("state", state), new XAttribute("result", "ok")));
        return output.Finish(NativeExit.Ok);
    }

    private static int Daemon(ToolContext context, NativeOutput output, bool isQuiet)
    {
        var (state, text) = Status(context).Replica switch
        {
            "member" => ("running", "Pacemaker is running"),
            "joining" => ("starting_daemons", "Starting pacemaker daemons"),
            _ => ("wait_for_ping", "Waiting for startup-trigger from SBD"),
        };
        var now = context.Now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        output.Line(isQuiet ? state : $"Status of pacemakerd: '{text}' (last updated {now})");
        output.Element(new XElement("pacemakerd", new XAttribute("state", state), new XAttribute("last_updated", now)));
        return output.Finish(NativeExit.Ok);
    }
}
