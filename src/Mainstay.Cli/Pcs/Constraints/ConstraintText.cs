using System.Xml.Linq;
using Mainstay.Cli.Configuration;
using Mainstay.Cli.Pcs.Rules;

namespace Mainstay.Cli.Pcs.Constraints;

/// <summary>Constraints in words, as pcs 0.12 prints them (spec/cli-pcs.md section 17).</summary>
internal static class ConstraintText
{
    private static readonly (string Element, string Heading)[] s_kinds =
    [
        ("rsc_location", "Location"), ("rsc_colocation", "Colocation"), ("rsc_order", "Order"), ("rsc_ticket", "Ticket"),
    ];

    private static readonly string[] s_named =
    [
        "id", "rsc", "with-rsc", "rsc-role", "with-rsc-role", "first", "then", "first-action", "then-action", "ticket", "node",
            "rsc-pattern",
        "role",
    ];

    /// <summary>All blocks of the kinds asked for; empty ones are left out.</summary>
    public static IEnumerable<string> Blocks(IEnumerable<XElement> constraints, bool withIds, string? kind = null)
    {
        var all = constraints.ToList();
        foreach (var (element, heading) in s_kinds.Where(k => kind is null || k.Element == kind))
        {
            var simple = all.Where(e => e.Name == element && e.Element("resource_set") is null).ToList();
            var sets = all.Where(e => e.Name == element && e.Element("resource_set") is not null).ToList();
            foreach (var (title, members) in new[] { ($"{heading} Constraints:", simple), ($"{heading} Set Constraints:", sets) })
            {
                if (members.Count == 0)
                {
                    continue;
                }

                yield return title;
                foreach (var line in members.SelectMany(m => Lines(m, withIds)))
                {
                    yield return "  " + line;
                }
            }
        }
    }

    /// <summary>The lines of one constraint.</summary>
    public static IEnumerable<string> Lines(XElement e, bool withIds)
    {
        if (e.Element("resource_set") is not null)
        {
            return Set(e, withIds);
        }

        return e.Name.LocalName switch
        {
            "rsc_location" => Location(e, withIds),
            "rsc_colocation" => WithOptions(
                $"{Member(e.Text("rsc-role"), e.Text("rsc"))} with {Member(e.Text("with-rsc-role"), e.Text("with-rsc"))}", e, withIds),
            "rsc_order" => WithOptions(
                $"{e.Text("first-action") ?? "start"} resource '{e.Text("first")}' then "
                    + $"{e.Text("then-action") ?? e.Text("first-action") ?? "start"} resource '{e.Text("then")}'",
                e,
                withIds),
            "rsc_ticket" => WithOptions($"{Member(e.Text("rsc-role"), e.Text("rsc"))} depends on ticket '{e.Text("ticket")}'", e, withIds),
            _ => [e.Name.LocalName + Id(e, withIds)],
        };
    }

    /// <summary>A resource or pattern in words: <c>resource 'A'</c>, <c>Promoted resource 'A'</c>, <c>resource pattern 'A.*'</c>.</summary>
    public static string Target(XElement location)
    {
        var target = location.Text("rsc-pattern") is { } pattern ? $"resource pattern '{pattern}'" : $"resource '{location.Text("rsc")}'";
        return location.Text("role") is { } role ? $"{role} {target}" : target;
    }

    /// <summary>A score without its sign, and whether it is negative.</summary>
    public static (string Magnitude, bool IsNegative) Score(XElement location)
    {
        var score = location.Text("score") ?? "INFINITY";
        return score.StartsWith('-') ? (score[1..], true) : (score.TrimStart('+'), false);
    }

    /// <summary> <c> (id: ID)</c> where ids are wanted.</summary>
    public static string Id(XElement e, bool withIds) => withIds ? $" (id: {e.Id()})" : "";

    private static IEnumerable<string> Location(XElement e, bool withIds)
    {
        if (e.Element("rule") is not null)
        {
            yield return Target(e) + Id(e, withIds);
            if (e.Text("resource-discovery") is { } ruleDiscovery)
            {
                yield return $"  resource-discovery={ruleDiscovery}";
            }

            yield return "  Rules:";
            foreach (var line in e.Elements("rule").SelectMany(r => RuleText.Lines(r, withIds)))
            {
                yield return "    " + line;
            }

            yield break;
        }

        var (magnitude, negative) = Score(e);
        yield return $"{Target(e)} {(negative ? "avoids" : "prefers")} node '{e.Text("node")}' with score {magnitude}{Id(e, withIds)}";
        if (e.Text("resource-discovery") is { } discovery)
        {
            yield return $"  resource-discovery={discovery}";
        }
    }

    private static IEnumerable<string> WithOptions(string head, XElement e, bool withIds)
    {
        yield return head + Id(e, withIds);
        var options = Options(e);
        if (options.Length > 0)
        {
            yield return "  " + options;
        }
    }

    private static IEnumerable<string> Set(XElement e, bool withIds)
    {
        yield return withIds ? $"Set Constraint: {e.Id()}" : "Set Constraint:";
        var options = string.Join(' ', new[] { e.Text("ticket") is { } t ? $"ticket={t}" : "", Options(e) }.Where(o => o.Length > 0));
        if (options.Length > 0)
        {
            yield return "  " + options;
        }

        foreach (var set in e.Elements("resource_set"))
        {
            yield return withIds ? $"  Resource Set: {set.Id()}" : "  Resource Set:";
            yield return $"    Resources: {string.Join(", ", set.Elements("resource_ref").Select(r => $"'{r.Id()}'"))}";
            var setOptions = string.Join(' ', set.Attributes().Where(a => a.Name != "id").Select(a => $"{a.Name}={a.Value}"));
            if (setOptions.Length > 0)
            {
                yield return "    " + setOptions;
            }
        }
    }

    /// <summary>The options of a constraint that its first line does not tell.</summary>
    public static string Options(XElement e) =>
        string.Join(' ', e.Attributes().Where(a => !s_named.Contains(a.Name.LocalName)).Select(a => $"{a.Name}={a.Value}"));

    private static string Member(string? role, string? resource) =>
        role is null ? $"resource '{resource}'" : $"{role} resource '{resource}'";
}
