using System.Xml.Linq;
using Mainstay.Cli.Configuration;
using Mainstay.Cli.Pcs.Rules;

namespace Mainstay.Cli.Pcs.Resources;

/// <summary><c>resource defaults</c> and <c>resource op defaults</c>: sets of meta attributes that apply where a resource has none of its
/// own.</summary>
internal static class DefaultsCommands
{
    /// <summary>The commands under <c>GROUP defaults</c> and <c>GROUP op defaults</c>.</summary>
    public static IEnumerable<PcsCommand> For(string group)
    {
        foreach (var (words, section) in new[] { ($"{group} defaults", "rsc_defaults"), ($"{group} op defaults", "op_defaults") })
        {
            const string Options = "all no-expire-check output-format";
            yield return new(words, "[config]", Options, (s, a) => Config(s, a, section), IsGroup: true);
            yield return new(words + " config", "[--full]", Options, (s, a) => Config(s, a, section));
            yield return new(words + " update", "NAME=VALUE...", "", (s, a) => Update(s, a, section));
            yield return new(words + " set create", "[OPTION=VALUE...] [meta NAME=VALUE...] [rule EXPRESSION]", "", (s, a) =>
                Create(s, a, section));
            yield return new(words + " set update", "SETID [meta NAME=VALUE...]", "", (s, a) => UpdateSet(s, a, section));
            yield return new(words + " set delete|remove", "SETID...", "", (s, a) => Delete(s, a, section));
        }
    }

    /// <summary>The sets as text.</summary>
    public static IEnumerable<string> Lines(XDocument cib, string section, bool withIds)
    {
        foreach (var block in CibTree.FindSection(cib, section)?.Elements("meta_attributes") ?? [])
        {
            yield return $"Meta Attrs: {block.Id()}{(block.Text("score") is { } score ? $" score={score}" : "")}";
            foreach (var pair in block.Elements("nvpair").OrderBy(p => p.Text("name"), StringComparer.Ordinal))
            {
                yield return $"  {pair.Text("name")}={pair.Text("value")}{(withIds ? $" (id: {pair.Id()})" : "")}";
            }

            foreach (var line in block.Elements("rule").SelectMany(r => RuleText.Lines(r, withIds)))
            {
                yield return "  " + line;
            }
        }
    }

    private static int Config(PcsSession session, IReadOnlyList<string> args, string section)
    {
        if (args.Count > 0)
        {
            throw new UsageFailure();
        }

        if (session.OutputFormat == "json")
        {
            var blocks = CibTree.FindSection(session.Cib, section)?.Elements("meta_attributes") ?? [];
            session.Out.WriteLine(
                Json.Print(Json.Object(("instance_attributes", Json.Array([])),
                ("meta_attributes", Json.Array(blocks.Select(ResourceConfigJson.NvSet))))));
            return 0;
        }

        if (session.OutputFormat == "cmd")
        {
            session.Out.Write(ShellScript.Join((CibTree.FindSection(session.Cib, section)?.Elements("meta_attributes") ?? [])
                .Select(b => Command(b, section))));
            return 0;
        }

        var lines = Lines(session.Cib, section, session.Options.Has("full")).ToList();
        session.Out.Write(lines.Count == 0 ? "No defaults set\n" : string.Concat(lines.Select(l => l + "\n")));
        return 0;
    }

    private static string Command(XElement block, string section)
    {
        var words = section == "op_defaults" ? "resource op defaults" : "resource defaults";
        var score = block.Text("score") is { } s ? $" score={s}" : "";
        var rule = block.Element("rule") is { } r ? $" \\\n  rule {ShellScript.Quote(RuleText.Expression(r))}" : "";
        return $"pcs -- {words} set create id={block.Id()}{score} \\\n  meta {ShellScript.Pairs(NvSetEditor.Pairs(block))}{rule}";
    }

    private static int Update(PcsSession session, IReadOnlyList<string> args, string section)
    {
        if (args.Count == 0)
        {
            throw new UsageFailure();
        }

        Warn(session);
        var owner = CibTree.Section(session.Cib, section);
        var sets = owner.Elements("meta_attributes").Count();
        if (sets > 1)
        {
            throw new CommandFailure(
                $"Several sets of defaults exist; 'defaults update' works on one: use 'defaults set update SETID', sets are: "
                + PcsArguments.Quoted(owner.Elements("meta_attributes").Select(m => m.Id())));
        }

        NvSetEditor.Set(owner, "meta_attributes", PcsArguments.Pairs(args), session.Ids, $"{section}-meta_attributes");
        session.Push();
        return 0;
    }

    private static int Create(PcsSession session, IReadOnlyList<string> args, string section)
    {
        var rule = args.IndexOf("rule");
        var groups = PcsArguments.Groups(rule < 0 ? args : args.Take(rule), "meta");
        var options = PcsArguments.Pairs(groups[0].Words);
        PcsArguments.CheckNames(options.Keys, ["id", "score"], "");
        var id = options.TryGetValue("id", out var named)
            ? session.Ids.TakeNamed(named, "id")
            : session.Ids.Take($"{section}-meta_attributes");
        var block = new XElement("meta_attributes", new XAttribute("id", id));
        if (options.TryGetValue("score", out var score))
        {
            block.SetAttributeValue("score", Constraints.ConstraintParts.Score(score));
        }

        if (rule >= 0)
        {
            var place = section == "op_defaults" ? RulePlace.OperationDefaults : RulePlace.ResourceDefaults;
            var element = RuleWriter.Write(RuleParser.Parse([.. args.Skip(rule + 1)]), session.Ids.Take(id + "-rule"), place, session.Ids);
            element.SetAttributeValue("score", "INFINITY");
            block.Add(element);
        }

        foreach (var (name, value) in PcsArguments.Pairs(PcsArguments.Single(groups, "meta") ?? []))
        {
            block.Add(NvSetEditor.Pair(id, name, value, session.Ids));
        }

        CibTree.Section(session.Cib, section).Add(block);
        Warn(session);
        session.Push();
        return 0;
    }

    private static int UpdateSet(PcsSession session, IReadOnlyList<string> args, string section)
    {
        if (args.Count == 0)
        {
            throw new UsageFailure();
        }

        var block = Find(session, section, args[0]);
        foreach (var (name, value) in PcsArguments.Pairs(args.Skip(1).Where(w => w != "meta")))
        {
            block.Elements("nvpair").Where(p => p.Text("name") == name).ToList().ForEach(p => p.Remove());
            if (value.Length > 0)
            {
                block.Add(NvSetEditor.Pair(block.Id(), name, value, new IdPool(session.Cib)));
            }
        }

        session.Push();
        return 0;
    }

    private static int Delete(PcsSession session, IReadOnlyList<string> args, string section)
    {
        if (args.Count == 0)
        {
            throw new UsageFailure();
        }

        foreach (var id in args)
        {
            Find(session, section, id).Remove();
        }

        session.Push();
        return 0;
    }

    private static XElement Find(PcsSession session, string section, string id)
    {
        var sets = CibTree.FindSection(session.Cib, section)?.Elements("meta_attributes").ToList() ?? [];
        return sets.FirstOrDefault(s => s.Id() == id)
            ?? throw new CommandFailure($"Specified options set '{id}' does not exist{Suggestion.For(id, sets.Select(s => s.Id()))}");
    }

    private static void Warn(PcsSession session) =>
        session.Warn("Defaults do not apply to resources which override them with their own defined values");
}
