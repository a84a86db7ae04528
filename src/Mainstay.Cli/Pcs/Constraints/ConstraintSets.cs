using System.Xml.Linq;
using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.Pcs.Constraints;

/// <summary>Constraints over resource sets: <c>set A B [options] set C ... setoptions ...</c>.</summary>
internal static class ConstraintSets
{
    // The id shows the first resources only (observed; spec/cli-pcs.md section 16 names all).
    private const int IdResourceCountMax = 3;

    /// <summary>The arguments of all set commands.</summary>
    public const string Usage = "RESOURCE... [OPTION=VALUE]... [set RESOURCE... [OPTION=VALUE]...]... [setoptions OPTION=VALUE...]";

    /// <summary>Makes a set constraint and adds it.</summary>
    /// <param name="session">The session.</param>
    /// <param name="args">The words after <c>set</c>.</param>
    /// <param name="kind">Such as <c>order</c>: element <c>rsc_order</c>, id <c>order_set_...</c>.</param>
    /// <param name="setOptions">Options of one set.</param>
    /// <param name="checkOptions">Checks the options of the whole constraint; may add defaults.</param>
    public static int Add(
        PcsSession session,
        IReadOnlyList<string> args,
        string kind,
        IReadOnlyCollection<string> setOptions,
        Action<Dictionary<string, string>> checkOptions)
    {
        if (args.Count == 0)
        {
            throw new UsageFailure();
        }

        var groups = PcsArguments.Groups(args, "set", "setoptions");
        var options = PcsArguments.Pairs(PcsArguments.Single(groups, "setoptions") ?? []);
        checkOptions(options);
        var sets = groups.Where(g => g.Keyword != "setoptions" && (g.Keyword == "set" || g.Words.Count > 0))
            .Select(g => Parse(session, g.Words, setOptions))
            .ToList();
        if (sets.Count == 0)
        {
            throw new UsageFailure("no resource set was specified");
        }

        var letters = string.Concat(sets.SelectMany(s => s.Resources).Take(IdResourceCountMax).Select(r => $"{r[0]}{r[^1]}"));
        options.Remove("id", out var named);
        var id = ConstraintParts.Id(session, named, $"{kind}_set_{letters}");
        var element = new XElement("rsc_" + kind, options.Select(o => new XAttribute(o.Key, o.Value)), new XAttribute("id", id));
        foreach (var (resources, attributes) in sets)
        {
            element.Add(new XElement(
                "resource_set",
                attributes.Select(a => new XAttribute(a.Key, a.Value)),
                new XAttribute("id", session.Ids.Take(id + "_set")),
                resources.Select(r => new XElement("resource_ref", new XAttribute("id", r)))));
        }

        RefuseDuplicate(session, element);
        ConstraintParts.Section(session).Add(element);
        session.Push();
        return 0;
    }

    private static (List<string> Resources, Dictionary<string, string> Options) Parse(
        PcsSession session,
        List<string> words,
        IReadOnlyCollection<string> allowed)
    {
        var resources = words.TakeWhile(w => !w.Contains('=', StringComparison.Ordinal)).ToList();
        if (resources.Count == 0)
        {
            throw new CommandFailure("a resource set needs at least one resource");
        }

        resources.ForEach(r => ConstraintParts.Resource(session, r));
        var options = PcsArguments.Pairs(words.Skip(resources.Count));
        PcsArguments.CheckNames(options.Keys, allowed, "set ");
        foreach (var (name, value) in options.ToList())
        {
            options[name] = name switch
            {
                "action" => ConstraintParts.OneOf(name, value, "start", "stop", "promote", "demote"),
                "role" => ConstraintParts.RequireRole(session, value),
                _ => ConstraintParts.Boolean(name, value),
            };
        }

        return (resources, options);
    }

    private static void RefuseDuplicate(PcsSession session, XElement made)
    {
        var members = Members(made);
        var same = ConstraintParts.Section(session).Elements(made.Name)
            .Where(e => e.Element("resource_set") is not null && Members(e) == members && e.Text("ticket") == made.Text("ticket"))
            .ToList();
        if (same.Count > 0)
        {
            session.Overridable($"duplicate constraint already exists: {PcsArguments.Quoted(same.Select(e => e.Id()))}");
        }
    }

    private static string Members(XElement constraint) => string.Join(
        '|',
        constraint.Elements("resource_set").Select(s => string.Join(' ', s.Elements("resource_ref").Select(r => r.Id()))));
}
