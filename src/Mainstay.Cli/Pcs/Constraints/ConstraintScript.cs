using System.Xml.Linq;
using Mainstay.Cli.Configuration;
using Mainstay.Cli.Pcs.Rules;

namespace Mainstay.Cli.Pcs.Constraints;

/// <summary>Constraints as commands that make them again.</summary>
internal static class ConstraintScript
{
    private static readonly string[] s_positional =
        ["rsc", "with-rsc", "rsc-role", "with-rsc-role", "first", "then", "first-action", "then-action", "ticket", "node", "rsc-pattern",
            "role"];

    /// <summary>The script.</summary>
    public static string Commands(IEnumerable<XElement> constraints) => ShellScript.Join(constraints.Select(Command));

    private static string Command(XElement e)
    {
        if (e.Element("resource_set") is not null)
        {
            return Set(e);
        }

        return e.Name.LocalName switch
        {
            "rsc_location" => Location(e),
            "rsc_colocation" =>
                $"pcs -- constraint colocation add {Word(e.Text("rsc-role"))}{e.Text("rsc")} with "
                    + $"{Word(e.Text("with-rsc-role"))}{e.Text("with-rsc")} \\\n  {Options(e)}",
            "rsc_order" =>
                $"pcs -- constraint order {e.Text("first-action") ?? "start"} {e.Text("first")} then {e.Text("then-action") ?? "start"} "
                    + $"{e.Text("then")} \\\n  {Options(e)}",
            _ => $"pcs -- constraint ticket add {e.Text("ticket")} {Word(e.Text("rsc-role"))}{e.Text("rsc")} \\\n  {Options(e)}",
        };
    }

    private static string Location(XElement e)
    {
        var target = ShellScript.Quote(e.Text("rsc-pattern") is { } pattern ? $"regexp%{pattern}" : $"resource%{e.Text("rsc")}");
        if (e.Element("rule") is not { } rule)
        {
            var discovery = e.Text("resource-discovery") is { } d ? $" resource-discovery={d}" : "";
            return $"pcs -- constraint location add {e.Id()} {target} {e.Text("node")} score={e.Text("score") ?? "INFINITY"}{discovery}";
        }

        var options = new List<KeyValuePair<string, string>> { new("id", rule.Id()), new("constraint-id", e.Id()) };
        options.AddRange(new[] { "role", "score", "score-attribute" }.Where(n => rule.Text(n) is not null)
            .Select(n => KeyValuePair.Create(n, rule.Text(n)!)));
        if (e.Text("resource-discovery") is { } ruleDiscovery)
        {
            options.Add(new("resource-discovery", ruleDiscovery));
        }

        return $"pcs -- constraint location {target} rule \\\n  {ShellScript.Pairs(options)} \\\n  "
            + $"{ShellScript.Quote(RuleText.Expression(rule))}";
    }

    private static string Set(XElement e)
    {
        var sets = e.Elements("resource_set").Select(s =>
            $"set {string.Join(' ', s.Elements("resource_ref").Select(r => r.Id()))}"
            + string.Concat(s.Attributes().Where(a => a.Name != "id").Select(a => $" {a.Name}={a.Value}")));
        var ticket = e.Text("ticket") is { } t ? $" ticket={t}" : "";
        return $"pcs -- constraint {e.Name.LocalName[4..]} \\\n  {string.Join(" \\\n  ", sets)} \\\n  setoptions {Options(e)}{ticket}";
    }

    private static string Options(XElement e) => ShellScript.Pairs(
        e.Attributes().Where(a => !s_positional.Contains(a.Name.LocalName)).Select(a => KeyValuePair.Create(a.Name.LocalName, a.Value)));

    private static string Word(string? role) => role is null ? "" : role + " ";
}
