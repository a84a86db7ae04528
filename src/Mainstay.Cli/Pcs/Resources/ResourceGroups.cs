using System.Xml.Linq;
using Mainstay.Cli.Configuration;
using Mainstay.Cli.Pcs.Constraints;

namespace Mainstay.Cli.Pcs.Resources;

/// <summary><c>resource group</c> and <c>resource ungroup</c>.</summary>
internal static class ResourceGroups
{
    /// <summary><c>resource group list</c>.</summary>
    public static int List(PcsSession session, IReadOnlyList<string> args)
    {
        foreach (var group in CibTree.Resources(session.Cib).Where(r => r.Name == "group"))
        {
            session.Out.WriteLine($"{group.Id()}: {string.Join(' ', group.Elements("primitive").Select(p => p.Id()))}");
        }

        return 0;
    }

    /// <summary><c>resource group add GROUP RESOURCE... [--before R | --after R]</c>.</summary>
    public static int Add(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count < 2)
        {
            throw new UsageFailure();
        }

        session.Options.CheckExclusive("before", "after");
        var members = args.Skip(1).Select(id => Member(session, id)).ToList();
        if (members.Distinct().Count() != members.Count)
        {
            var twice = args.Skip(1).GroupBy(a => a, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key);
            throw new CommandFailure($"resources specified more than once: {PcsArguments.Quoted(twice)}");
        }

        var anchor = session.Options["before"] ?? session.Options["after"];
        if (anchor is not null && members.Any(m => m.Id() == anchor))
        {
            throw new CommandFailure($"Cannot put resource '{anchor}' next to itself");
        }

        var left = members.Select(CibTree.Parent).OfType<XElement>().Where(p => p.Name == "group" && p.Id() != args[0]).Distinct().ToList();
        members.ForEach(m => m.Remove());
        Insert(session, args[0], members, session.Options["before"], session.Options["after"]);
        foreach (var group in left.Where(g => !g.Elements("primitive").Any()))
        {
            RemoveEmpty(session, group);
        }

        session.Push();
        return 0;
    }

    /// <summary><c>resource group delete GROUP [RESOURCE...]</c>, <c>resource ungroup</c>.</summary>
    public static int Ungroup(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count == 0)
        {
            throw new UsageFailure();
        }

        var group = Group(session, args[0]);
        var members = group.Elements("primitive").ToList();
        var leaving = new List<XElement>();
        foreach (var id in args.Skip(1))
        {
            leaving.Add(members.FirstOrDefault(m => m.Id() == id)
                ?? throw new CommandFailure(
                    $"'{id}' is not a member of group '{args[0]}'{Suggestion.For(id, members.Select(m => m.Id()))}"));
        }

        leaving = leaving.Count == 0 ? members : leaving;
        var outer = CibTree.Outermost(group);
        if (outer != group && leaving.Count > 1 && leaving.Count == members.Count)
        {
            throw new CommandFailure(
                $"Cannot remove all resources from a cloned group '{args[0]}': a clone holds one resource; use 'resource unclone' first");
        }

        foreach (var member in Enumerable.Reverse(leaving))
        {
            member.Remove();
            outer.AddAfterSelf(member);
        }

        if (!group.Elements("primitive").Any())
        {
            RemoveEmpty(session, group);
        }

        session.Push();
        return 0;
    }

    /// <summary>Puts primitives into a group, which is made where it does not exist.</summary>
    public static void Insert(PcsSession session, string id, IReadOnlyList<XElement> members, string? before, string? after)
    {
        var existing = CibTree.FindResource(session.Cib, id);
        if (existing is null)
        {
            if (before is not null || after is not null)
            {
                throw new CommandFailure($"there is no resource '{before ?? after}' in the group '{id}'");
            }

            session.Ids.TakeNamed(id, "group name");
            CibTree.Section(session.Cib, "resources").Add(new XElement("group", new XAttribute("id", id), members));
            return;
        }

        if (existing.Name != "group")
        {
            throw new CommandFailure($"'{id}' is not a group");
        }

        if ((before ?? after) is { } anchorId)
        {
            var anchor = existing.Elements("primitive").FirstOrDefault(p => p.Id() == anchorId)
                ?? throw new CommandFailure(
                    $"there is no resource '{anchorId}' in the group "
                        + $"'{id}'{Suggestion.For(anchorId, existing.Elements("primitive").Select(p => p.Id()))}");
            if (before is not null)
            {
                anchor.AddBeforeSelf(members);
            }
            else
            {
                anchor.AddAfterSelf(members);
            }

            return;
        }

        var last = existing.Elements("primitive").LastOrDefault();
        if (last is null)
        {
            existing.Add(members);
        }
        else
        {
            last.AddAfterSelf(members);
        }
    }

    /// <summary>A group by id.</summary>
    public static XElement Group(PcsSession session, string id)
    {
        var found = session.Resource(id);
        return found.Name == "group" ? found : throw new CommandFailure($"'{id}' is not a group");
    }

    private static XElement Member(PcsSession session, string id)
    {
        var resource = session.Resource(id);
        if (resource.Name != "primitive")
        {
            throw new CommandFailure($"'{id}' is not a primitive: only primitives can be members of a group");
        }

        if (CibTree.IsFenceDevice(resource))
        {
            throw new CommandFailure($"'{id}' is a stonith resource, it cannot be put into a group");
        }

        if (CibTree.Parent(resource) is { } parent && (CibTree.IsClone(parent) || parent.Name == "bundle"))
        {
            throw new CommandFailure($"'{id}' cannot be put into a group because its parent is a {parent.Name.LocalName} resource");
        }

        return resource;
    }

    private static void RemoveEmpty(PcsSession session, XElement group)
    {
        var constraints = ConstraintRemoval.Mentioning(session, group.Id()).Select(c => c.Id()).ToList();
        if (constraints.Count > 0)
        {
            throw new CommandFailure(
                $"Cannot remove group '{group.Id()}', which becomes empty, because constraints refer to it: "
                    + $"{PcsArguments.Quoted(constraints)}; "
                + "remove them with 'constraint delete' first");
        }

        ResourceRemoval.RemoveElement(group);
    }
}
