using System.Xml.Linq;
using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.Pcs.Constraints;

/// <summary><c>constraint order</c>.</summary>
internal static class Order
{
    private static readonly string[] s_actions = ["start", "stop", "promote", "demote"];
    private static readonly string[] s_kinds = ["Optional", "Mandatory", "Serialize"];

    /// <summary><c>constraint order [ACTION] A then [ACTION] B [options]</c>; alone: the listing.</summary>
    public static int Run(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count == 0)
        {
            return ConstraintListing.ConfigKind(session, args, "rsc_order");
        }

        var then = args.IndexOf("then");
        if (then < 1 || then + 1 >= args.Count)
        {
            throw new UsageFailure();
        }

        var (firstAction, first, rest) = Side([.. args.Take(then)]);
        if (rest.Count > 0)
        {
            throw new UsageFailure($"unexpected '{rest[0]}' before 'then'");
        }

        var (thenAction, second, optionWords) = Side([.. args.Skip(then + 1)]);
        var options = PcsArguments.Pairs(optionWords);
        PcsArguments.CheckNames(options.Keys, ["id", "kind", "symmetrical", "require-all", "score"], "");
        Check(session, first, second, options);

        options.Remove("id", out var named);
        var suffix = options.GetValueOrDefault("kind") ?? options.GetValueOrDefault("score") ?? "mandatory";
        var element = new XElement(
            "rsc_order",
            new XAttribute("id", ConstraintParts.Id(session, named, $"order-{first}-{second}-{suffix}")),
            new XAttribute("first", first),
            new XAttribute("then", second),
            new XAttribute("first-action", firstAction),
            new XAttribute("then-action", thenAction),
            options.Select(o => new XAttribute(o.Key, o.Value)));
        var shown = new[] { $"first-action={firstAction}", $"then-action={thenAction}" }
            .Concat(options.Where(o => o.Key != "kind").Select(o => $"{o.Key}={o.Value}"));
        session.Info($"Adding {first} {second} "
            + $"({(options.TryGetValue("score", out var score) ? $"score: {score}" : $"kind: {Kind(options)}")}) "
            + $"(Options: {string.Join(' ', shown)})");
        return ConstraintParts.Add(session, element, "first", "then", "first-action", "then-action");
    }

    /// <summary><c>constraint order set</c>.</summary>
    public static int Set(PcsSession session, IReadOnlyList<string> args) => ConstraintSets.Add(
        session,
        args,
        "order",
        ["action", "require-all", "role", "sequential"],
        options =>
        {
            PcsArguments.CheckNames(options.Keys, ["id", "kind", "symmetrical"], "");
            if (options.TryGetValue("kind", out var kind))
            {
                options["kind"] = Capital(ConstraintParts.OneOf("kind", kind, s_kinds));
            }

            if (options.TryGetValue("symmetrical", out var symmetrical))
            {
                ConstraintParts.Boolean("symmetrical", symmetrical);
            }
        });

    /// <summary><c>constraint order delete RESOURCE...</c>: the resources leave every order constraint.</summary>
    public static int Delete(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count == 0)
        {
            throw new UsageFailure();
        }

        foreach (var resource in args)
        {
            var orders = ConstraintParts.Section(session).Elements("rsc_order").ToList();
            var simple = orders.Where(e => e.Text("first") == resource || e.Text("then") == resource).ToList();
            var references = orders.Descendants("resource_ref").Where(r => r.Id() == resource).ToList();
            if (simple.Count + references.Count == 0)
            {
                throw new CommandFailure($"No matching resources found in ordering list for '{resource}'");
            }

            simple.ForEach(e => e.Remove());
            references.ForEach(ConstraintRemoval.RemoveReference);
        }

        session.Push();
        return 0;
    }

    private static (string Action, string Resource, List<string> Remainder) Side(List<string> words) => words switch
    {
        [var action, var resource, .. var rest] when !resource.Contains('=', StringComparison.Ordinal) =>
            (s_actions.Contains(action, StringComparer.Ordinal)
                ? action
                : throw new CommandFailure(
                    $"invalid action '{action}', use one of {string.Join(", ", s_actions)}{Suggestion.For(action, s_actions)}"),
            resource,
            rest),
        [var resource, .. var rest] => ("start", resource, rest),
        _ => throw new UsageFailure(),
    };

    private static void Check(PcsSession session, string first, string second, Dictionary<string, string> options)
    {
        ConstraintParts.Resource(session, first);
        ConstraintParts.Resource(session, second);
        var group = CibTree.Parent(session.Resource(first));
        if (group?.Name == "group" && group == CibTree.Parent(session.Resource(second)))
        {
            throw new CommandFailure(
                $"Cannot create an order constraint for resources in the same group '{group.Id()}': members start in the group's order");
        }

        if (options.TryGetValue("kind", out var kind))
        {
            options["kind"] = Capital(ConstraintParts.OneOf("kind", kind, s_kinds));
        }

        foreach (var name in new[] { "symmetrical", "require-all" })
        {
            if (options.TryGetValue(name, out var value))
            {
                ConstraintParts.Boolean(name, value);
            }
        }

        if (options.TryGetValue("score", out var score))
        {
            ConstraintParts.Score(score);
        }
    }

    private static string Capital(string kind) => char.ToUpperInvariant(kind[0]) + kind[1..].ToLowerInvariant();

    private static string Kind(Dictionary<string, string> options) => options.GetValueOrDefault("kind", "Mandatory");
}
