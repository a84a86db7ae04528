using System.Text;
using Mainstay.Cli.Configuration;
using Mainstay.Cli.Pcs.Alerts;
using Mainstay.Cli.Pcs.Cluster;
using Mainstay.Cli.Pcs.Constraints;
using Mainstay.Cli.Pcs.Properties;
using Mainstay.Cli.Pcs.Quorum;
using Mainstay.Cli.Pcs.Resources;
using Mainstay.Cli.Pcs.Stonith;
using Mainstay.Cli.Pcs.Tags;

namespace Mainstay.Cli.Pcs.Status;

/// <summary><c>config</c>: the whole configuration in text (spec/cli-pcs.md section 14).</summary>
internal static class ConfigCommands
{
    /// <summary>The commands of the group.</summary>
    public static PcsCommand[] All() =>
    [
        new("config", "[show]", "show-secrets", Show, IsGroup: true),
        new("config show", "", "show-secrets", Show),
    ];

    private static int Show(PcsSession session, IReadOnlyList<string> args)
    {
        var cib = session.Cib;
        var conf = File.Exists(ClusterConfig.PathOf(session)) ? ClusterConfig.Read(session) : null;
        var text = new StringBuilder(
            $"Cluster Name: {conf?.Require("totem")["cluster_name"] ?? ClusterProperties.Value(cib, "cluster-name") ?? ""}\n");
        if (conf is not null)
        {
            text.Append($"Corosync Nodes:\n {string.Join(' ', conf.Require("nodelist").Sections.Select(n => n["name"]))}\n");
        }

        text.Append($"Pacemaker Nodes:\n {string.Join(' ', CibTree.Nodes(cib).Select(n => n.Text("uname")))}\n");
        Block(text, "Resources:",
            ResourceConfigText.Indent(CibTree.TopResources(cib).Where(r => !CibTree.IsFenceDevice(r))
            .SelectMany(ResourceConfigText.Lines)));
        Block(text, "Stonith Devices:",
            ResourceConfigText.Indent(CibTree.TopResources(cib).Where(CibTree.IsFenceDevice).SelectMany(ResourceConfigText.Lines)));
        Block(text, "Fencing Levels:", ResourceConfigText.Indent(FencingLevels.Lines(cib)));
        Block(text, null, ConstraintText.Blocks(ConstraintListing.All(cib), withIds: true));
        Block(text, "Alerts:", ResourceConfigText.Indent(AlertCommands.Lines(cib)));
        Block(text, "Resources Defaults:", ResourceConfigText.Indent(DefaultsCommands.Lines(cib, "rsc_defaults", withIds: true)));
        Block(text, "Operations Defaults:", ResourceConfigText.Indent(DefaultsCommands.Lines(cib, "op_defaults", withIds: true)));
        Block(text, null, ClusterProperties.Lines(cib, []));
        Block(text, "Tags:", ResourceConfigText.Indent(TagCommands.Lines(CibTree.FindSection(cib, "tags")?.Elements("tag") ?? [])));
        if (conf is not null)
        {
            Block(text, "Quorum:", ResourceConfigText.Indent(QuorumCommands.Text(conf).TrimEnd('\n').Split('\n')));
        }

        session.Out.Write(text.ToString());
        return 0;
    }

    private static void Block(StringBuilder text, string? heading, IEnumerable<string> lines)
    {
        var all = lines.ToList();
        if (all.Count == 0)
        {
            return;
        }

        text.Append('\n').Append(heading is null ? "" : heading + "\n");
        all.ForEach(l => text.Append(l).Append('\n'));
    }
}
