using System.Text;
using Mainstay.Cli.Monitor;
using Mainstay.Cli.Pcs.Cluster;
using Mainstay.Scheduler;

namespace Mainstay.Cli.Pcs.Status;

/// <summary><c>status nodes</c> (spec/cli-pcs.md section 17).</summary>
internal static class NodeStatusCommand
{
    /// <summary><c>status nodes [both | config]</c>.</summary>
    public static int Run(PcsSession session, IReadOnlyList<string> args)
    {
        if (args is ["config"])
        {
            var nodes = ClusterConfig.Read(session).Require("nodelist").Sections.Select(n => n["name"] ?? n["ring0_addr"]);
            session.Out.Write($"Corosync Nodes:\n {string.Join(' ', nodes)}\n");
            return 0;
        }

        if (args is not ([] or ["both"] or ["corosync"]))
        {
            throw new UsageFailure();
        }

        var snapshot = SnapshotSource.Read(session.Context, session.Options.CibFile, session.Context.Now);
        var text = new StringBuilder();
        Block(text, "Pacemaker Nodes:", [.. snapshot.State.Nodes.Where(n => n.Kind == NodeKind.Cluster)]);
        Block(text, "Pacemaker Remote Nodes:", [.. snapshot.State.Nodes.Where(n => n.Kind != NodeKind.Cluster)]);
        session.Out.Write(text.ToString());
        return 0;
    }

    private static void Block(StringBuilder text, string heading, List<ClusterNode> nodes)
    {
        text.Append(heading).Append('\n');
        foreach (var (label, belongs) in new (string, Func<ClusterNode, bool>)[]
        {
            ("Online", n => n is { Online: true, Standby: false, Maintenance: false }),
            ("Standby", n => n is { Online: true, Standby: true } && n.ActiveResources.Count == 0),
            ("Standby with resource(s) running", n => n is { Online: true, Standby: true } && n.ActiveResources.Count > 0),
            ("Maintenance", n => n is { Online: true, Standby: false, Maintenance: true }),
            ("Offline", n => !n.Online),
        })
        {
            text.Append($" {label}:{string.Concat(nodes.Where(belongs).Select(n => " " + n.Name))}\n");
        }
    }
}
