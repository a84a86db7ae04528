using System.Xml.Linq;
using Mainstay.Cib;
using Mainstay.Cli.CibTools;

namespace Mainstay.Cli.ClusterTools;

/// <summary>A node of the configuration.</summary>
/// <param name="Kind"><c>cluster</c>, <c>guest</c> or <c>remote</c>.</param>
/// <param name="Id">Id in the CIB; that of guests and remote nodes is their name.</param>
/// <param name="Name">Name.</param>
internal sealed record NamedNode(string Kind, string Id, string Name);

/// <summary>Which node a command means, and which nodes there are.</summary>
internal static class NodeNames
{
    /// <summary>
    /// The node that a command works on. Without a name (also for <c>localhost</c> and <c>auto</c>) the one that the agent was told of:
    /// the physical host where the container's attributes belong to it, else the node the resource runs on, else this one
    /// (spec/agents.md section 14.2).
    /// </summary>
    public static string Target(ToolContext context, string? given)
    {
        if (given is { Length: > 0 } and not ("localhost" or "auto"))
        {
            return given;
        }

        return context.Environment("OCF_RESKEY_CRM_meta_container_attribute_target") == "host"
            && context.Environment("OCF_RESKEY_CRM_meta_physical_host") is { Length: > 0 } host
                ? host
                : Configuration.LocalNode.Name(context);
    }

    /// <summary>A node by name or id.</summary>
    /// <exception cref="CommandFailure">The CIB does not know it.</exception>
    public static NamedNode Resolve(CibDocument cib, string wanted)
    {
        var states = (cib.Status?.Elements("node_state") ?? [])
            .Select(state => new NamedNode("cluster", state.Id() ?? "", state.Value("uname") ?? ""));
        return All(cib).Concat(states).FirstOrDefault(node => node.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase))
            ?? All(cib).FirstOrDefault(node => node.Id == wanted)
            ?? throw new CommandFailure($"Could not map name={wanted} to a UUID", NativeExit.NoSuchObject);
    }

    /// <summary>All configured nodes: members, then guests, then remote nodes, each in document order.</summary>
    public static IEnumerable<NamedNode> All(CibDocument cib)
    {
        var members = (cib.Section("nodes")?.Elements("node") ?? [])
            .Where(node => node.Value("type") is null or "member")
            .Select(node => new NamedNode("cluster", node.Id() ?? "", node.Value("uname") ?? ""));
        var primitives = (cib.Section("resources")?.Descendants("primitive") ?? []).ToList();
        var guests = primitives
            .Select(primitive => Pair(primitive, "meta_attributes", "remote-node"))
            .OfType<string>()
            .Select(name => new NamedNode("guest", name, name));
        var remotes = primitives
            .Where(primitive => primitive.Value("type") == "remote" && primitive.Value("provider") == "pacemaker")
            .Select(primitive => new NamedNode("remote", primitive.Id() ?? "", primitive.Id() ?? ""));
        return members.Concat(guests).Concat(remotes);
    }

    private static string? Pair(XElement owner, string kind, string name) => Configuration.NvSetEditor.Value(owner, kind, name);
}
