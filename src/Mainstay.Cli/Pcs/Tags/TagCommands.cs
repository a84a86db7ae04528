using System.Xml.Linq;
using Mainstay.Cli.Configuration;
using Mainstay.Cli.Pcs.Constraints;

namespace Mainstay.Cli.Pcs.Tags;

/// <summary><c>tag ...</c> (spec/cli-pcs.md section 10).</summary>
internal static class TagCommands
{
    /// <summary>The commands of the group.</summary>
    public static PcsCommand[] All() =>
    [
        new("tag", "[config]", "output-format", Config, IsGroup: true),
        new("tag config", "[TAG...] [--output-format text|cmd|json]", "output-format", Config),
        new("tag create", "TAG ID...", "dry-run", Create),
        new("tag delete|remove", "TAG...", "dry-run", Delete),
        new("tag update", "TAG [add ID... [--before ID | --after ID]] [remove ID...]", "before after dry-run", Update),
    ];

    private static int Config(PcsSession session, IReadOnlyList<string> args)
    {
        var tags = args.Count > 0 ? [.. args.Select(a => Find(session, a))] : All(session).ToList();
        switch (session.OutputFormat)
        {
            case "json":
                session.Out.WriteLine(Json.Print(Json.Object(("tags", Json.Array(tags.Select(t => Json.Object(
                    ("id", t.Id()), ("description", t.Text("description")),
                    ("idrefs", Json.Array(Members(t).Select(m => System.Text.Json.Nodes.JsonValue.Create(m)))))))))));
                break;
            case "cmd":
                session.Out.Write(ShellScript.Join(tags.Select(t => $"pcs -- tag create {t.Id()} {string.Join(' ', Members(t))}")));
                break;
            default:
                session.Out.Write(string.Concat(Lines(tags).Select(l => l + "\n")));
                break;
        }

        return 0;
    }

    /// <summary>Tags as text.</summary>
    public static IEnumerable<string> Lines(IEnumerable<XElement> tags) =>
        tags.SelectMany(t => Members(t).Select(m => "  " + m).Prepend(t.Id()));

    private static int Create(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count < 2)
        {
            throw new UsageFailure(args.Count == 1 ? "a tag needs at least one id" : null);
        }

        var ids = args.Skip(1).ToList();
        Check(session, ids);
        session.Ids.TakeNamed(args[0], "id");
        CibTree.Section(session.Cib, "tags").Add(new XElement("tag", new XAttribute("id", args[0]), ids.Select(Reference)));
        session.Push();
        return 0;
    }

    private static int Delete(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count == 0)
        {
            throw new UsageFailure();
        }

        foreach (var id in args)
        {
            var constraints = ConstraintRemoval.Mentioning(session, id).Select(c => c.Id()).ToList();
            if (constraints.Count > 0)
            {
                throw new CommandFailure(
                    $"Cannot remove tag '{id}' because it is referenced in constraints: {PcsArguments.Quoted(constraints)}");
            }

            Find(session, id).Remove();
        }

        session.Push();
        return 0;
    }

    private static int Update(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count < 3)
        {
            throw new UsageFailure();
        }

        var tag = Find(session, args[0]);
        var groups = PcsArguments.Groups(args.Skip(1), "add", "remove");
        if (PcsArguments.Single(groups, "add") is { } added)
        {
            Check(session, added);
            Add(session, tag, added);
        }

        if (PcsArguments.Single(groups, "remove") is { } removed)
        {
            foreach (var id in removed)
            {
                var member = tag.Elements("obj_ref").FirstOrDefault(r => r.Id() == id)
                    ?? throw new CommandFailure($"Tag '{tag.Id()}' does not contain id: '{id}'{Suggestion.For(id, Members(tag))}");
                member.Remove();
            }
        }

        if (!tag.Elements("obj_ref").Any())
        {
            throw new CommandFailure($"There would be no references left in the tag '{tag.Id()}': use 'tag delete'");
        }

        session.Push();
        return 0;
    }

    private static void Add(PcsSession session, XElement tag, List<string> ids)
    {
        session.Options.CheckExclusive("before", "after");
        var anchorId = session.Options["before"] ?? session.Options["after"];
        var anchor = anchorId is null
            ? null
            : tag.Elements("obj_ref").FirstOrDefault(r => r.Id() == anchorId)
                ?? throw new CommandFailure($"Tag '{tag.Id()}' does not contain id: '{anchorId}'");
        if (anchor is not null && ids.Contains(anchorId!))
        {
            throw new CommandFailure($"Cannot put '{anchorId}' next to itself");
        }

        if (anchor is null && ids.Where(Members(tag).Contains).ToList() is { Count: > 0 } present)
        {
            throw new CommandFailure($"Cannot add reference already in the tag '{tag.Id()}': {PcsArguments.Quoted(present)}");
        }

        // With a place given, members that are there already move to it.
        tag.Elements("obj_ref").Where(r => ids.Contains(r.Id())).ToList().ForEach(r => r.Remove());
        var references = ids.Select(Reference).ToList();
        if (anchor is null)
        {
            tag.Add(references);
        }
        else if (session.Options.Has("before"))
        {
            anchor.AddBeforeSelf(references);
        }
        else
        {
            anchor.AddAfterSelf(references);
        }
    }

    private static void Check(PcsSession session, List<string> ids)
    {
        if (ids.Count != ids.Distinct(StringComparer.Ordinal).Count())
        {
            throw new CommandFailure(
                $"Ids to add must be unique, duplicate ids: "
                + $"{PcsArguments.Quoted(ids.GroupBy(i => i, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key))}");
        }

        ids.ForEach(id => session.Resource(id));
    }

    private static XElement Reference(string id) => new("obj_ref", new XAttribute("id", id));

    private static IEnumerable<string> Members(XElement tag) => tag.Elements("obj_ref").Select(r => r.Id());

    private static IEnumerable<XElement> All(PcsSession session) => CibTree.FindSection(session.Cib, "tags")?.Elements("tag") ?? [];

    private static XElement Find(PcsSession session, string id) => All(session).FirstOrDefault(t => t.Id() == id)
        ?? throw new CommandFailure($"tag '{id}' does not exist{Suggestion.For(id, All(session).Select(t => t.Id()))}");
}
