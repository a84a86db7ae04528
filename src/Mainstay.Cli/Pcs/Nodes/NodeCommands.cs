using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Mainstay.Cli.Configuration;
using Mainstay.Cli.Pcs.Resources;
using Mainstay.Cli.Rendering;

namespace Mainstay.Cli.Pcs.Nodes;

/// <summary><c>node ...</c> (spec/cli-pcs.md section 10).</summary>
internal static class NodeCommands
{
    private const string State = "all wait dry-run";

    /// <summary>The commands of the group.</summary>
    public static PcsCommand[] All() =>
    [
        new("node attribute", "[[NODE] [--name NAME] | NODE NAME=VALUE...] [--output-format text|cmd|json]",
            "name output-format wait dry-run", Attribute),
        new("node utilization", "[[NODE] [--name NAME] | NODE NAME=VALUE...] [--output-format text|cmd|json]",
            "name output-format wait dry-run", Utilization),
        new("node standby", "[--all | NODE...] [--wait[=N]]", State, (s, a) => Switch(s, a, "standby", "on")),
        new("node unstandby", "[--all | NODE...] [--wait[=N]]", State, (s, a) => Switch(s, a, "standby", "")),
        new("node maintenance", "[--all | NODE...] [--wait[=N]]", State, (s, a) => Switch(s, a, "maintenance", "on")),
        new("node unmaintenance", "[--all | NODE...] [--wait[=N]]", State, (s, a) => Switch(s, a, "maintenance", "")),
    ];

    private static int Attribute(PcsSession session, IReadOnlyList<string> args) =>
        args.Count < 2 ? List(session, args, "instance_attributes", "Attributes", "attribute") : Set(session, args, "instance_attributes");

    private static int Utilization(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count < 2)
        {
            return List(session, args, "utilization", "Utilization", "utilization");
        }

        ResourceUpdate.CheckIntegers(PcsArguments.Pairs(args.Skip(1)));
        return Set(session, args, "utilization");
    }

    private static int Set(PcsSession session, IReadOnlyList<string> args, string kind)
    {
        Change(session, session.Node(args[0]), kind, PcsArguments.Pairs(args.Skip(1)));
        session.Push();
        return 0;
    }

    private static int Switch(PcsSession session, IReadOnlyList<string> names, string attribute, string value)
    {
        if (session.Options.Has("all") && names.Count > 0)
        {
            throw new CommandFailure("Cannot specify both --all and a list of nodes.");
        }

        foreach (var node in Nodes(session, names))
        {
            Change(session, node, "instance_attributes", new(StringComparer.Ordinal) { [attribute] = value });
        }

        session.Push();
        return 0;
    }

    private static List<XElement> Nodes(PcsSession session, IReadOnlyList<string> names)
    {
        if (session.Options.Has("all"))
        {
            return [.. CibTree.Nodes(session.Cib)];
        }

        if (names.Count > 0)
        {
            var known = CibTree.Nodes(session.Cib).Select(n => n.Text("uname") ?? "").ToList();
            var missing = names.Where(n => !known.Contains(n))
                .Select(n => $"Node '{n}' does not appear to exist in configuration{Suggestion.For(n, known)}").ToList();
            return missing.Count > 0 ? throw new CommandFailure(missing) : [.. names.Select(session.Node)];
        }

        if (!session.IsLive)
        {
            throw new CommandFailure("Node(s) must be specified if -f is used");
        }

        return [session.Node(LocalNode.Name(session.Context))];
    }

    // The id of a node is a number, which no XML id may be: the set is named after the section.
    private static void Change(PcsSession session, XElement node, string kind, Dictionary<string, string> pairs) => NvSetEditor.Set(
        node,
        kind,
        pairs,
        session.Ids,
        kind == "utilization" ? $"nodes-{CibTree.CleanId("x" + node.Id())[1..]}-utilization"
            : $"nodes-{CibTree.CleanId("x" + node.Id())[1..]}");

    private static int List(PcsSession session, IReadOnlyList<string> args, string kind, string heading, string word)
    {
        var nodes = args.Count > 0 ? [session.Node(args[0])] : CibTree.Nodes(session.Cib).ToList();
        var name = session.Options["name"];
        if (session.ShowsTables)
        {
            return session.Show([OptionListings.OfNodes(nodes, kind, heading, name)]);
        }

        switch (session.OutputFormat)
        {
            case "json":
                session.Out.WriteLine(Json.Print(Json.Object(("nodes", Json.Array(nodes.Select(Entry))))));
                return 0;
            case "cmd":
                session.Out.Write(ShellScript.Join(nodes.Where(n => n.Elements(kind).Elements("nvpair").Any())
                    .Select(n => $"pcs -- node {word} {n.Text("uname")} "
                        + $"{ShellScript.Pairs(n.Elements(kind).SelectMany(NvSetEditor.Pairs))}")));
                return 0;
        }

        var text = new StringBuilder();
        foreach (var node in nodes.OrderBy(n => n.Text("uname"), StringComparer.Ordinal))
        {
            var blocks = node.Elements(kind)
                .Select(b => (Block: b,
                    Pairs: NvSetEditor.Pairs(b).Where(p => name is null || p.Key == name).OrderBy(p => p.Key, StringComparer.Ordinal)
                    .ToList()))
                .Where(b => b.Pairs.Count > 0)
                .ToList();
            if (blocks.Count == 0)
            {
                continue;
            }

            text.Append($"Node: {node.Text("uname")}\n");
            foreach (var (block, pairs) in blocks)
            {
                text.Append($"  {heading}: {block.Id()}\n");
                pairs.ForEach(p => text.Append($"    {p.Key}={p.Value}\n"));
            }
        }

        session.Out.Write(text.ToString());
        return 0;
    }

    private static JsonObject Entry(XElement node) => Json.Object(
        ("id", node.Id()),
        ("uname", node.Text("uname")),
        ("description", node.Text("description")),
        ("score", node.Text("score")),
        ("type", node.Text("type")),
        ("instance_attributes", ResourceConfigJson.NvSets(node, "instance_attributes")),
        ("utilization", ResourceConfigJson.NvSets(node, "utilization")));
}
