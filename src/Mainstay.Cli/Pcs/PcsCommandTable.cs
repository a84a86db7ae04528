namespace Mainstay.Cli.Pcs;

/// <summary>All commands of the pcs grammar, by group; a group's table is made when the group is used.</summary>
internal static class PcsCommandTable
{
    private static readonly (string Name, string Summary, Func<PcsCommand[]> Commands)[] s_groups =
    [
        ("acl", "access control lists", Acls.AclCommands.All),
        ("alert", "programs that are run on events", Alerts.AlertCommands.All),
        ("cib", "elements of the configuration", Cluster.CibCommands.All),
        ("cluster", "set up, start, stop the cluster; its configuration", Cluster.ClusterCommands.All),
        ("config", "the whole configuration", Status.ConfigCommands.All),
        ("constraint", "where, with whom and after whom resources run", Constraints.ConstraintCommands.All),
        ("host", "hosts that this one may talk to", Cluster.HostCommands.All),
        ("node", "nodes: standby, maintenance, attributes, utilization", Nodes.NodeCommands.All),
        ("property", "options of the cluster", Properties.PropertyCommands.All),
        ("quorum", "votes and quorum", Quorum.QuorumCommands.All),
        ("resource", "resources: create, change, move, group, clone", Resources.ResourceCommands.All),
        ("status", "what runs where", Status.StatusCommands.All),
        ("stonith", "fence devices and fencing", Stonith.StonithCommands.All),
        ("tag", "names for sets of resources", Tags.TagCommands.All),
    ];

    /// <summary>The groups, sorted.</summary>
    public static IEnumerable<string> GroupNames => s_groups.Select(g => g.Name);

    /// <summary>A few words about a group.</summary>
    public static string Summary(string group) => s_groups.First(g => g.Name == group).Summary;

    /// <summary>The commands of a group, or <see langword="null"/> where there is no such group.</summary>
    public static PcsCommand[]? Group(string name) =>
        Array.Find(s_groups, g => g.Name == name) is { Commands: { } commands } ? commands() : null;

    /// <summary>The command with the most words that begin the line.</summary>
    public static PcsCommand? Find(IReadOnlyList<PcsCommand> table, IReadOnlyList<string> line) =>
        table.Where(c => c.Matches(line)).MaxBy(c => c.Pattern.Length);
}
