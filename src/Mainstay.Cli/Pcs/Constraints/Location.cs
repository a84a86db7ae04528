using System.Xml.Linq;
using Mainstay.Cli.Configuration;
using Mainstay.Cli.Pcs.Rules;

namespace Mainstay.Cli.Pcs.Constraints;

/// <summary><c>constraint location</c>: preferences, avoidances, rules.</summary>
internal static class Location
{
    private static readonly string[] s_ruleOptions = ["id", "constraint-id", "role", "score", "score-attribute", "resource-discovery"];

    /// <summary><c>constraint location RESOURCE prefers|avoids|rule ...</c>; alone: the listing.</summary>
    public static int Run(PcsSession session, IReadOnlyList<string> args)
    {
        switch (args)
        {
            case []:
                return ConstraintListing.ConfigLocation(session, args);
            case [var resource, "prefers" or "avoids", _, ..]:
                return Prefer(session, Target.Parse(session, resource), args[1] == "avoids", [.. args.Skip(2)]);
            case [var resource, "rule", _, ..]:
                return Rule(session, Target.Parse(session, resource), [.. args.Skip(2)]);
            default:
                throw new UsageFailure();
        }
    }

    /// <summary><c>constraint location add ID RESOURCE NODE [score=S] [resource-discovery=D]</c>.</summary>
    public static int Add(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count < 3)
        {
            throw new UsageFailure();
        }

        var rest = args.Skip(3).ToList();
        var score = ConstraintParts.TakeStandaloneScore(session, rest);
        var options = PcsArguments.Pairs(rest);
        PcsArguments.CheckNames(options.Keys, ["score", "resource-discovery"], "");
        score = options.TryGetValue("score", out var named) ? ConstraintParts.Score(named) : score;
        var target = Target.Parse(session, args[1]);
        if (CibTree.IdProblem(args[0], "constraint id") is { } problem)
        {
            throw new CommandFailure(problem);
        }

        CheckNode(session, args[2]);
        Replace(session, target, args[2], args[0], score, options.GetValueOrDefault("resource-discovery"));
        session.Push();
        return 0;
    }

    private static int Prefer(PcsSession session, Target target, bool avoids, List<string> nodes)
    {
        foreach (var word in nodes)
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            var node = equals < 0 ? word : word[..equals];
            var score = equals < 0 ? "INFINITY" : ConstraintParts.Score(word[(equals + 1)..]);
            if (avoids)
            {
                score = score.StartsWith('-') ? score[1..] : "-" + score.TrimStart('+');
            }

            CheckNode(session, node);
            Replace(session, target, node, null, score, null);
        }

        session.Push();
        return 0;
    }

    private static void CheckNode(PcsSession session, string node)
    {
        if (session.IsLive && CibTree.Nodes(session.Cib).All(n => n.Text("uname") != node))
        {
            session.Overridable(
                $"Node '{node}' does not seem to be in the cluster"
                + Suggestion.For(node, CibTree.Nodes(session.Cib).Select(n => n.Text("uname") ?? "")));
        }
    }

    // One preference per resource and node: a new one takes the place of an older one.
    private static void Replace(PcsSession session, Target target, string node, string? id, string score, string? discovery)
    {
        var section = ConstraintParts.Section(session);
        section.Elements("rsc_location")
            .Where(e => e.Text("node") == node && e.Text(target.Attribute) == target.Value && e.Attribute("role") is null)
            .ToList()
            .ForEach(e => e.Remove());
        if (id is not null)
        {
            section.Elements("rsc_location").Where(e => e.Id() == id).ToList().ForEach(e => e.Remove());
        }

        var ids = new IdPool(session.Cib);
        var element = new XElement(
            "rsc_location",
            new XAttribute("id", id is null ? ids.Take(CibTree.CleanId($"location-{target.Value}-{node}-{score}"))
                : ids.TakeNamed(id, "constraint id")),
            new XAttribute(target.Attribute, target.Value),
            new XAttribute("node", node),
            new XAttribute("score", score));
        element.SetAttributeValue(
            "resource-discovery",
            discovery is null ? null : ConstraintParts.OneOf("resource-discovery", discovery, "always", "exclusive", "never"));
        section.Add(element);
    }

    private static int Rule(PcsSession session, Target target, List<string> words)
    {
        var named = words.TakeWhile(w => s_ruleOptions.Any(o => w.StartsWith(o + "=", StringComparison.Ordinal))).ToList();
        var options = PcsArguments.Pairs(named);
        if (options.ContainsKey("score") && options.ContainsKey("score-attribute"))
        {
            throw new CommandFailure("Only one of rule options 'score', 'score-attribute' can be used");
        }

        var expression = RuleParser.Parse(words[named.Count..]);
        var id = options.TryGetValue("constraint-id", out var constraintId)
            ? session.Ids.TakeNamed(constraintId, "constraint id")
            : session.Ids.Take(CibTree.CleanId("location-" + target.Value));
        var ruleId = options.TryGetValue("id", out var givenId)
            ? session.Ids.TakeNamed(givenId, "rule id")
            : session.Ids.Take(id + "-rule");
        var rule = RuleWriter.Write(expression, ruleId, RulePlace.Location, session.Ids);
        if (options.TryGetValue("role", out var role))
        {
            rule.SetAttributeValue("role", ConstraintParts.RequireRole(session, role));
        }

        if (options.TryGetValue("score-attribute", out var scoreAttribute))
        {
            rule.SetAttributeValue("score-attribute", scoreAttribute);
        }
        else
        {
            rule.SetAttributeValue("score", ConstraintParts.Score(options.GetValueOrDefault("score", "INFINITY")));
        }

        var element = new XElement("rsc_location", new XAttribute("id", id), new XAttribute(target.Attribute, target.Value), rule);
        if (options.TryGetValue("resource-discovery", out var discovery))
        {
            element.SetAttributeValue(
                "resource-discovery", ConstraintParts.OneOf("resource-discovery", discovery, "always", "exclusive", "never"));
        }

        RefuseSameRule(session, element);
        ConstraintParts.Section(session).Add(element);
        session.Push();
        return 0;
    }

    private static void RefuseSameRule(PcsSession session, XElement made)
    {
        var same = ConstraintParts.Section(session).Elements("rsc_location")
            .Where(e => e.Text("rsc") == made.Text("rsc") && e.Text("rsc-pattern") == made.Text("rsc-pattern")
                && e.Element("rule") is not null)
            .FirstOrDefault(e => Summary(e.Element("rule")!) == Summary(made.Element("rule")!));
        if (same is not null)
        {
            session.Overridable($"duplicate constraint already exists: '{same.Id()}'");
        }

        static string Summary(XElement rule) =>
            $"{rule.Text("role")} {rule.Text("score")} {rule.Text("score-attribute")} {RuleText.Expression(rule)}";
    }

    /// <summary>What a location constraint is about: a resource or a pattern of resource ids.</summary>
    /// <param name="Attribute"><c>rsc</c> or <c>rsc-pattern</c>.</param>
    /// <param name="Value">Id or pattern.</param>
    private sealed record Target(string Attribute, string Value)
    {
        /// <summary>Reads <c>ID</c>, <c>resource%ID</c>, <c>%ID</c> or <c>regexp%PATTERN</c>.</summary>
        public static Target Parse(PcsSession session, string text)
        {
            var percent = text.IndexOf('%', StringComparison.Ordinal);
            return (percent < 0 ? "" : text[..percent]) switch
            {
                "regexp" => new Target("rsc-pattern", text[(percent + 1)..]),
                "" or "resource" => new Target("rsc", ConstraintParts.Resource(session, text[(percent + 1)..])),
                var type => throw new CommandFailure($"'{type}' is not an allowed type for '{text}', use regexp, resource"),
            };
        }
    }
}
