using System.Text.Json.Nodes;
using System.Xml.Linq;
using Mainstay.Cli.Configuration;
using Mainstay.Cli.Pcs.Resources;
using Mainstay.Cli.Rendering;

namespace Mainstay.Cli.Pcs.Stonith;

/// <summary><c>stonith level ...</c>: which devices fence a node, in which order.</summary>
internal static class FencingLevels
{
    /// <summary><c>stonith level [config]</c>.</summary>
    public static int Config(PcsSession session, IReadOnlyList<string> args)
    {
        if (session.ShowsTables)
        {
            return session.Show([Listing(session.Cib)]);
        }

        switch (session.OutputFormat)
        {
            case "json":
                session.Out.WriteLine(Json.Print(Json.Object(
                    ("target_node", Json.Array(All(session.Cib).Where(l => l.Attribute("target") is not null)
                        .Select(l => Entry(l, ("target", l.Text("target")))))),
                    ("target_regex", Json.Array(All(session.Cib).Where(l => l.Attribute("target-pattern") is not null)
                        .Select(l => Entry(l, ("target_pattern", l.Text("target-pattern")))))),
                    ("target_attribute", Json.Array(All(session.Cib).Where(l => l.Attribute("target-attribute") is not null)
                        .Select(l => Entry(l, ("target_attribute", l.Text("target-attribute")),
                            ("target_value", l.Text("target-value")))))))));
                break;
            case "cmd":
                session.Out.Write(ShellScript.Join(All(session.Cib).Select(l =>
                    $"pcs stonith level add --force -- {l.Text("index")} {ShellScript.Quote(TargetWord(l))} "
                        + $"{string.Join(' ', FencingLevelEdit.Devices(l))} id={l.Id()}")));
                break;
            default:
                session.Out.Write(string.Concat(Lines(session.Cib).Select(l => l + "\n")));
                break;
        }

        return 0;
    }

    /// <summary>The levels as text, by target.</summary>
    public static IEnumerable<string> Lines(XDocument cib)
    {
        foreach (var group in All(cib).GroupBy(TargetText, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            yield return group.Key;
            foreach (var level in group.OrderBy(l => int.TryParse(l.Text("index"), out var index) ? index : 0))
            {
                yield return $"  Level {level.Text("index")}: {string.Join(' ', FencingLevelEdit.Devices(level))}";
            }
        }
    }

    /// <summary>The levels as a listing.</summary>
    public static Listing Listing(XDocument cib)
    {
        var listing = new Listing("Fencing levels", "Target", "Level", "Devices", "Id") { TextColumns = new HashSet<int> { 2 } };
        foreach (var level in All(cib).OrderBy(TargetWord, StringComparer.Ordinal)
            .ThenBy(l => int.TryParse(l.Text("index"), out var index) ? index : 0))
        {
            listing.Add(TargetWord(level), level.Text("index"), string.Join(' ', FencingLevelEdit.Devices(level)), level.Id());
        }

        return listing;
    }

    /// <summary><c>stonith level add LEVEL TARGET DEVICE... [id=ID]</c>.</summary>
    public static int Add(PcsSession session, IReadOnlyList<string> args)
    {
        var named = args.FirstOrDefault(a => a.StartsWith("id=", StringComparison.Ordinal));
        var words = args.Where(a => a != named).ToList();
        if (words.Count < 3)
        {
            throw new UsageFailure();
        }

        var index = Index(words[0]);
        var target = Target(words[1]);
        var devices = words.Skip(2).ToList();
        if (devices.Any(d => d.Contains(',', StringComparison.Ordinal)))
        {
            throw new CommandFailure("Separate devices by blanks: lists with commas are not accepted any more");
        }

        CheckTarget(session, target);
        foreach (var device in devices.Where(d => CibTree.FindResource(session.Cib, d) is not { } r || !CibTree.IsFenceDevice(r)))
        {
            session.Overridable(
                $"Stonith resource '{device}' does not "
                    + $"exist{Suggestion.For(device, CibTree.Resources(session.Cib).Where(CibTree.IsFenceDevice).Select(r => r.Id()))}");
        }

        if (All(session.Cib).Any(l =>
            Matches(l, target) && l.Text("index") == index && FencingLevelEdit.Devices(l).SequenceEqual(devices, StringComparer.Ordinal)))
        {
            throw new CommandFailure(
                $"Fencing level for '{target.Value}' at level '{index}' with device(s) {PcsArguments.Quoted(devices)} already exists");
        }

        var id = named is null
            ? session.Ids.Take(CibTree.CleanId($"fl-{target.Extra ?? target.Value}-{index}"))
            : session.Ids.TakeNamed(named[3..], "fencing level id");
        var level = new XElement("fencing-level", new XAttribute("id", id), new XAttribute("index", index));
        level.SetAttributeValue(target.Attribute, target.Extra ?? target.Value);
        if (target.Extra is not null)
        {
            level.SetAttributeValue("target-value", target.Value);
        }

        level.SetAttributeValue("devices", string.Join(',', devices));
        CibTree.Section(session.Cib, "fencing-topology").Add(level);
        session.Push();
        return 0;
    }

    /// <summary><c>stonith level delete LEVEL [target T] [stonith DEVICE...]</c>.</summary>
    public static int Delete(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count == 0)
        {
            throw new UsageFailure();
        }

        var index = Index(args[0]);
        var groups = PcsArguments.Groups(args.Skip(1), "target", "stonith");
        var target = PcsArguments.Single(groups, "target") is [var word] ? Target(word) : groups[0].Words is [var bare, ..] ? Target(bare)
            : null;
        var devices = PcsArguments.Single(groups, "stonith") ?? [.. groups[0].Words.Skip(1)];
        var found = All(session.Cib)
            .Where(l => l.Text("index") == index)
            .Where(l => target is null || Matches(l, target))
            .Where(l => devices.Count == 0 || FencingLevelEdit.Devices(l).SequenceEqual(devices, StringComparer.Ordinal))
            .ToList();
        if (found.Count == 0)
        {
            throw new CommandFailure($"Fencing level{(target is null ? "" : $" for '{target.Value}'")} at level '{index}' does not exist");
        }

        found.ForEach(l => l.Remove());
        session.Push();
        return 0;
    }

    /// <summary><c>stonith level clear [target T | stonith DEVICE...]</c>.</summary>
    public static int Clear(PcsSession session, IReadOnlyList<string> args)
    {
        var groups = PcsArguments.Groups(args, "target", "stonith");
        if (groups[0].Words.Count > 0)
        {
            throw new CommandFailure("Say what the name is: 'target NODE' or 'stonith DEVICE...'");
        }

        var target = PcsArguments.Single(groups, "target") is [var word] ? Target(word) : null;
        var devices = PcsArguments.Single(groups, "stonith");
        All(session.Cib)
            .Where(l => target is null || Matches(l, target))
            .Where(l => devices is null || FencingLevelEdit.Devices(l).SequenceEqual(devices, StringComparer.Ordinal))
            .ToList()
            .ForEach(l => l.Remove());
        session.Push();
        return 0;
    }

    /// <summary><c>stonith level verify</c>: every device and node exists.</summary>
    public static int Verify(PcsSession session, IReadOnlyList<string> args)
    {
        var problems = Problems(session.Cib).ToList();
        return problems.Count > 0 ? throw new CommandFailure(problems) : 0;
    }

    /// <summary>What is wrong with the levels.</summary>
    public static IEnumerable<string> Problems(XDocument cib)
    {
        foreach (var level in All(cib))
        {
            foreach (var device in FencingLevelEdit.Devices(level)
                .Where(d => CibTree.FindResource(cib, d) is not { } r || !CibTree.IsFenceDevice(r)))
            {
                yield return $"Stonith resource '{device}' of fencing level '{level.Id()}' does not exist";
            }

            if (level.Text("target") is { } node && CibTree.Nodes(cib).All(n => n.Text("uname") != node))
            {
                yield return $"Node '{node}' of fencing level '{level.Id()}' does not appear to exist in configuration";
            }
        }
    }

    private static IEnumerable<XElement> All(XDocument cib) =>
        CibTree.FindSection(cib, "fencing-topology")?.Elements("fencing-level") ?? [];

    private static string Index(string text) => text is [>= '1' and <= '9']
        ? text
        : throw new CommandFailure($"'{text}' is not a valid level value, use 1..9");

    private static LevelTarget Target(string text)
    {
        var percent = text.IndexOf('%', StringComparison.Ordinal);
        var (type, value) = percent < 0 ? ("node", text) : (text[..percent], text[(percent + 1)..]);
        var equals = value.IndexOf('=', StringComparison.Ordinal);
        return type switch
        {
            "node" => new LevelTarget("target", value, null),
            "regexp" => new LevelTarget("target-pattern", value, null),
            "attrib" when equals > 0 => new LevelTarget("target-attribute", value[(equals + 1)..], value[..equals]),
            "attrib" => throw new CommandFailure($"write 'attrib%NAME=VALUE' instead of '{text}'"),
            _ => throw new CommandFailure($"'{type}' is not an allowed type for '{text}', use attrib, node, regexp"),
        };
    }

    private static void CheckTarget(PcsSession session, LevelTarget target)
    {
        if (target.Attribute == "target" && CibTree.Nodes(session.Cib).All(n => n.Text("uname") != target.Value))
        {
            session.Overridable(
                $"Node '{target.Value}' does not appear to exist in configuration"
                + Suggestion.For(target.Value, CibTree.Nodes(session.Cib).Select(n => n.Text("uname") ?? "")));
        }
    }

    private static bool Matches(XElement level, LevelTarget target) => target.Extra is null
        ? level.Text(target.Attribute) == target.Value
        : level.Text(target.Attribute) == target.Extra && level.Text("target-value") == target.Value;

    private static string TargetText(XElement level) =>
        level.Text("target") is { } node ? $"Target (node): {node}"
        : level.Text("target-pattern") is { } pattern ? $"Target (regexp): {pattern}"
        : $"Target (attribute): {level.Text("target-attribute")}={level.Text("target-value")}";

    private static string TargetWord(XElement level) =>
        level.Text("target") is { } node ? node
        : level.Text("target-pattern") is { } pattern ? $"regexp%{pattern}"
        : $"attrib%{level.Text("target-attribute")}={level.Text("target-value")}";

    private static JsonObject Entry(XElement level, params (string Name, string? Value)[] target) => Json.Object(
    [
        ("id", level.Id()),
        .. target.Select(t => (t.Name, (JsonNode?)t.Value)),
        ("index", int.TryParse(level.Text("index"), out var index) ? index : 0),
        ("devices", Json.Array(FencingLevelEdit.Devices(level).Select(d => JsonValue.Create(d)))),
    ]);

    private sealed record LevelTarget(string Attribute, string Value, string? Extra);
}
