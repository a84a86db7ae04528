using System.Text;
using System.Xml.Linq;
using Mainstay.Cli.Configuration;
using Mainstay.Cli.Rendering;

namespace Mainstay.Cli.Pcs.Constraints;

/// <summary>The listings of constraints.</summary>
internal static class ConstraintListing
{
    /// <summary><c>constraint [config]</c>: all kinds.</summary>
    public static int ConfigAll(PcsSession session, IReadOnlyList<string> args)
    {
        RequireNone(args);
        return Print(session, null);
    }

    /// <summary><c>constraint KIND [config]</c>.</summary>
    public static int ConfigKind(PcsSession session, IReadOnlyList<string> args, string kind)
    {
        RequireNone(args);
        return Print(session, kind);
    }

    /// <summary><c>constraint location config [resources [R...] | nodes [N...]]</c>.</summary>
    public static int ConfigLocation(PcsSession session, IReadOnlyList<string> args)
    {
        switch (args)
        {
            case []:
                return Print(session, "rsc_location");
            case ["resources", ..]:
                return Grouped(session, [.. args.Skip(1)], ByResource);
            case ["nodes", ..]:
                return Grouped(session, [.. args.Skip(1)], ByNode);
            default:
                throw new UsageFailure();
        }
    }

    /// <summary>The constraints of a CIB.</summary>
    public static IEnumerable<XElement> All(XDocument cib) => CibTree.FindSection(cib, "constraints")?.Elements() ?? [];

    private static void RequireNone(IReadOnlyList<string> args)
    {
        if (args.Count > 0)
        {
            throw new UsageFailure($"unexpected '{args[0]}'");
        }
    }

    private static int Print(PcsSession session, string? kind)
    {
        var constraints = All(session.Cib).Where(e => kind is null || e.Name == kind);
        if (session.ShowsTables)
        {
            return session.Show(ConstraintListings.All(constraints));
        }

        switch (session.OutputFormat)
        {
            case "json":
                session.Out.WriteLine(ConstraintJson.Document(constraints));
                break;
            case "cmd":
                session.Out.Write(ConstraintScript.Commands(constraints));
                break;
            default:
                var text = new StringBuilder();
                foreach (var line in ConstraintText.Blocks(constraints, session.Options.Has("full"), kind))
                {
                    text.Append(line).Append('\n');
                }

                session.Out.Write(text.ToString());
                break;
        }

        return 0;
    }

    private static int Grouped(PcsSession session, List<string> wanted, Action<List<XElement>, List<string>, bool, StringBuilder> write)
    {
        var text = new StringBuilder();
        var locations = All(session.Cib).Where(e => e.Name == "rsc_location" && e.Element("resource_set") is null).ToList();
        write(locations, wanted, session.Options.Has("full"), text);
        if (text.Length > 0)
        {
            session.Out.Write("Location Constraints:\n" + text);
        }

        return 0;
    }

    private static void ByResource(List<XElement> locations, List<string> wanted, bool withIds, StringBuilder text)
    {
        foreach (var group in locations.GroupBy(e => e.Text("rsc") ?? e.Text("rsc-pattern") ?? "", StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            if (wanted.Count > 0 && !wanted.Contains(group.Key))
            {
                continue;
            }

            text.Append(group.First().Attribute("rsc") is null ? $"  Resource pattern: {group.Key}\n" : $"  Resource: {group.Key}\n");
            foreach (var (heading, negative) in new[] { ("Prefers", false), ("Avoids", true) })
            {
                var members = group.Where(e => e.Element("rule") is null && ConstraintText.Score(e).IsNegative == negative).ToList();
                Append(text, heading, members, e => $"node '{e.Text("node")}' with score {ConstraintText.Score(e).Magnitude}", withIds);
            }

            var rules = group.Where(e => e.Element("rule") is not null).ToList();
            foreach (var constraint in rules)
            {
                text.Append($"    Constraint: {constraint.Id()}\n");
                foreach (var line in constraint.Elements("rule").SelectMany(r => Rules.RuleText.Lines(r, withIds)))
                {
                    text.Append($"      {line}\n");
                }
            }
        }
    }

    private static void ByNode(List<XElement> locations, List<string> wanted, bool withIds, StringBuilder text)
    {
        foreach (var group in locations.Where(e => e.Text("node") is not null).GroupBy(e => e.Text("node")!, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            if (wanted.Count > 0 && !wanted.Contains(group.Key))
            {
                continue;
            }

            text.Append($"  Node: {group.Key}\n");
            foreach (var (heading, negative) in new[] { ("Preferred by", false), ("Avoided by", true) })
            {
                var members = group.Where(e => ConstraintText.Score(e).IsNegative == negative).ToList();
                Append(text, heading, members, e => $"{ConstraintText.Target(e)} with score {ConstraintText.Score(e).Magnitude}", withIds);
            }
        }
    }

    private static void Append(StringBuilder text, string heading, List<XElement> members, Func<XElement, string> line, bool withIds)
    {
        if (members.Count == 0)
        {
            return;
        }

        text.Append($"    {heading}:\n");
        foreach (var member in members)
        {
            text.Append($"      {line(member)}{ConstraintText.Id(member, withIds)}\n");
        }
    }
}
