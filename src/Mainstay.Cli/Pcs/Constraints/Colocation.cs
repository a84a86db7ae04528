using System.Xml.Linq;
using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.Pcs.Constraints;

/// <summary><c>constraint colocation</c>.</summary>
internal static class Colocation
{
    /// <summary><c>constraint colocation add [ROLE] A with [ROLE] B [score] [options]</c>.</summary>
    public static int Add(PcsSession session, IReadOnlyList<string> args)
    {
        var with = args.IndexOf("with");
        if (with < 1 || with + 1 >= args.Count)
        {
            throw new UsageFailure();
        }

        var (role, resource, before) = Side(session, [.. args.Take(with)]);
        if (before.Count > 0)
        {
            throw new UsageFailure($"unexpected '{before[0]}' before 'with'");
        }

        var (withRole, withResource, rest) = Side(session, [.. args.Skip(with + 1)]);
        var score = ConstraintParts.TakeStandaloneScore(session, rest);
        var options = PcsArguments.Pairs(rest);
        PcsArguments.CheckNames(options.Keys, ["id", "influence", "node-attribute", "score"], "");
        score = options.Remove("score", out var named) ? ConstraintParts.Score(named) : score;
        if (options.TryGetValue("influence", out var influence))
        {
            ConstraintParts.Boolean("influence", influence);
        }

        ConstraintParts.Resource(session, resource);
        ConstraintParts.Resource(session, withResource);
        options.Remove("id", out var id);
        var element = new XElement(
            "rsc_colocation",
            new XAttribute("id", ConstraintParts.Id(session, id, $"colocation-{resource}-{withResource}-{score}")),
            new XAttribute("rsc", resource),
            new XAttribute("with-rsc", withResource),
            new XAttribute("score", score));
        if (role is not null || withRole is not null)
        {
            element.SetAttributeValue("rsc-role", role ?? "Started");
            element.SetAttributeValue("with-rsc-role", withRole ?? "Started");
        }

        element.Add(options.Select(o => new XAttribute(o.Key, o.Value)));
        return ConstraintParts.Add(session, element, "rsc", "with-rsc", "rsc-role", "with-rsc-role");
    }

    /// <summary><c>constraint colocation set</c>.</summary>
    public static int Set(PcsSession session, IReadOnlyList<string> args) => ConstraintSets.Add(
        session,
        args,
        "colocation",
        ["role", "sequential"],
        options =>
        {
            PcsArguments.CheckNames(options.Keys, ["id", "score", "influence"], "");
            options["score"] = ConstraintParts.Score(options.GetValueOrDefault("score", "INFINITY"));
        });

    /// <summary><c>constraint colocation delete A B</c>, in either order.</summary>
    public static int Delete(PcsSession session, IReadOnlyList<string> args)
    {
        if (args is not [var left, var right])
        {
            throw new UsageFailure();
        }

        var found = ConstraintParts.Section(session).Elements("rsc_colocation")
            .Where(e => (e.Text("rsc") == left && e.Text("with-rsc") == right) || (e.Text("rsc") == right && e.Text("with-rsc") == left))
            .ToList();
        if (found.Count == 0)
        {
            throw new CommandFailure($"No matching resources found in colocation list: '{left}' with '{right}'");
        }

        found.ForEach(e => e.Remove());
        session.Push();
        return 0;
    }

    private static (string? Role, string Resource, List<string> Remainder) Side(PcsSession session, List<string> words) => words switch
    {
        [var word, var resource, .. var rest] when !resource.Contains('=', StringComparison.Ordinal)
            && ConstraintParts.Role(session, word) is { } role =>
            (role, resource, rest),
        [var resource, .. var rest] => (null, resource, rest),
        _ => throw new UsageFailure(),
    };
}
