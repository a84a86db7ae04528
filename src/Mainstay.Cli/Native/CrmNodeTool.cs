using System.Globalization;
using System.Xml.Linq;
using Mainstay.Cli.CibTools;
using Mainstay.Cli.Configuration;
using Mainstay.Client;

namespace Mainstay.Cli.ClusterTools;

/// <summary><c>crm_node</c>: this node, its peers and the quorum (spec/agents.md section 14.3).</summary>
internal sealed class CrmNodeTool : ClusterTool
{
    private const int NoHost = 68;

    private static readonly string[] s_commands = ["name", "cluster-id", "list", "partition", "quorum", "name-for-id", "remove"];

    /// <inheritdoc/>
    protected override string Name => "crm_node";

    /// <inheritdoc/>
    protected override string Summary => "Show this node, its peers and the quorum";

    /// <inheritdoc/>
    protected override IReadOnlyList<NativeOption> Options { get; } =
    [
        new('n', "name", null, "Show the name of this node"),
        new('i', "cluster-id", null, "Show the id of this node"),
        new('l', "list", null, "Show all known members, past and present"),
        new('p', "partition", null, "Show the members of this partition"),
        new('q', "quorum", null, "Show 1 if this partition has quorum, otherwise 0"),
        new('N', "name-for-id", "ID", "Show the name of the node with this id"),
        new('R', "remove", "NAME", "Remove a stopped node from the cluster's memory"),
        new('f', "force", null, "With --remove: required"),
        new('h', "help-short", null, string.Empty, "help"),
    ];

    /// <inheritdoc/>
    protected override int Execute(ToolContext context, NativeOptions options, NativeOutput output)
    {
        var command = options.Given.LastOrDefault(option => s_commands.Contains(option.Name));
        if (command.Name is null)
        {
            return output.Usage("give one of -n, -i, -l, -p, -q, -N ID or -R NAME; --help describes them");
        }

        // An agent on a remote node knows its name only from its environment.
        if (command.Name == "name" && context.Environment("OCF_RESKEY_CRM_meta_on_node") is { Length: > 0 } told)
        {
            output.Line(told);
            output.Element(new XElement("node-info", new XAttribute("nodeid", 0), new XAttribute("uname", told)));
            return output.Finish(NativeExit.Ok);
        }

        var status = Manager.Ask(context, static (client, token) => client.GetStatusAsync(token));
        switch (command.Name)
        {
            case "name":
                return Info(output, status.NodeId, status.Node, status.Node);
            case "cluster-id":
                return Info(output, status.NodeId, status.Node, Number(status.NodeId));
            case "name-for-id":
                return NameFor(output, status, command.Value);
            case "remove":
                return Remove(context, options, output, status, command.Value);
            case "quorum":
                output.Line(status.HaveQuorum ? "1" : "0");
                output.Element(new XElement("cluster-info", new XAttribute("quorum", status.HaveQuorum)));
                return output.Finish(NativeExit.Ok);
            case "partition":
                var present = status.Nodes.Where(IsMember).ToList();
                output.Line(string.Join(' ', present.Select(node => node.Name)));
                return List(output, present);
            default:
                foreach (var node in status.Nodes)
                {
                    output.Line($"{Number(node.Id)} {node.Name} {State(node)}");
                }

                return List(output, status.Nodes);
        }
    }

    private static bool IsMember(NodeStatus node) => node.Online || node.Pending;

    private static string State(NodeStatus node) => IsMember(node) ? "member" : "lost";

    private static string Number(uint id) => id.ToString(CultureInfo.InvariantCulture);

    private static int Info(NativeOutput output, uint id, string name, string shown)
    {
        output.Line(shown);
        output.Element(new XElement("node-info", new XAttribute("nodeid", id), new XAttribute("uname", name)));
        return output.Finish(NativeExit.Ok);
    }

    private static int List(NativeOutput output, IEnumerable<NodeStatus> nodes)
    {
        output.Element(new XElement("nodes", nodes.Select(node => new XElement(
            "node", new XAttribute("id", node.Id), new XAttribute("name", node.Name), new XAttribute("state", State(node))))));
        return output.Finish(NativeExit.Ok);
    }

    private static int NameFor(NativeOutput output, ManagerStatus status, string id)
    {
        if (!uint.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return output.Usage($"'{id}' is no node id: give a number");
        }

        return status.Nodes.FirstOrDefault(node => node.Id == number) is { } found
            ? Info(output, found.Id, found.Name, found.Name)
            : output.Fail(NoHost, $"crm_node: Node {id} is not known to the cluster");
    }

    private static int Remove(ToolContext context, NativeOptions options, NativeOutput output, ManagerStatus status, string name)
    {
        if (!options.Has("force"))
        {
            return output.Usage(
                "The supplied command is considered dangerous. To prevent accidental destruction of the cluster, "
                + "the --force flag is required in order to proceed.");
        }

        if (status.Nodes.FirstOrDefault(node => node.Name == name || Number(node.Id) == name) is { } known && IsMember(known))
        {
            return output.Fail(NativeExit.Error, $"crm_node: Node {known.Name} is a member of the cluster: stop the cluster there first");
        }

        var editor = CibEditor.Open(context);
        var node = NodeNames.Resolve(editor.Document, name);
        editor.Delete("status", "node_state", node.Id);
        editor.Delete("nodes", "node", node.Id);
        return output.Finish(NativeExit.Ok);
    }
}
