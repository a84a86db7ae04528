using System.Xml.Linq;
using CibDateTime = Mainstay.Cib.CibDateTime;
using CibDuration = Mainstay.Cib.CibDuration;

namespace Mainstay.Cli.Configuration;

/// <summary>A wish to move a resource.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="Node">Where to, or from where with <paramref name="IsBan"/>; <see langword="null"/>: away from where it is.</param>
/// <param name="IsBan">The node is one to keep off.</param>
/// <param name="IsPromoted">Concerns the promoted role only.</param>
/// <param name="Lifetime">How long it holds, as an ISO 8601 duration; <see langword="null"/>: until it is cleared.</param>
/// <param name="CurrentNode">Where the resource is active; needed without a node.</param>
internal sealed record MoveRequest(XElement Resource, string? Node, bool IsBan, bool IsPromoted, string? Lifetime, string? CurrentNode);

/// <summary>The constraints <c>cli-prefer-...</c> and <c>cli-ban-...</c> of move and ban (spec/cli-crm.md section 5).</summary>
internal static class MoveConstraints
{
    /// <summary>Makes the constraint of a move or ban; older ones of the same resource that contradict it go.</summary>
    /// <param name="cib">The CIB that is changed.</param>
    /// <param name="request">What is wished.</param>
    /// <param name="now">When a lifetime begins.</param>
    /// <returns>The ids of what was made.</returns>
    public static IReadOnlyList<string> Create(XDocument cib, MoveRequest request, DateTimeOffset now)
    {
        var resource = request.Resource.Id();
        var isBan = request.IsBan || request.Node is null;
        var node = request.Node ?? request.CurrentNode
            ?? throw new CommandFailure($"resource '{resource}' is not active on exactly one node: name the node");
        var section = CibTree.Section(cib, "constraints");
        var id = isBan ? $"cli-ban-{resource}-on-{node}" : $"cli-prefer-{resource}";
        var replaced = new List<string> { id };
        if (isBan)
        {
            replaced.AddRange(section.Elements("rsc_location")
                .Where(e => e.Id() == $"cli-prefer-{resource}" && NodeOf(e) == node).Select(e => e.Id()));
        }
        else
        {
            replaced.Add($"cli-ban-{resource}-on-{node}");
        }

        section.Elements("rsc_location").Where(e => replaced.Contains(e.Id())).ToList().ForEach(e => e.Remove());
        section.Add(Element(request, id, node, isBan, now));
        return [id];
    }

    /// <summary>Removes what move and ban made for a resource (all resources where none is named).</summary>
    /// <returns>The ids of what went.</returns>
    public static IReadOnlyList<string> Clear(XDocument cib, string? resource, string? node, bool expiredOnly, DateTimeOffset now)
    {
        var found = (CibTree.FindSection(cib, "constraints")?.Elements("rsc_location") ?? [])
            .Where(e => e.Id().StartsWith("cli-ban-", StringComparison.Ordinal)
                || e.Id().StartsWith("cli-prefer-", StringComparison.Ordinal))
            .Where(e => resource is null || e.Text("rsc") == resource)
            .Where(e => node is null || NodeOf(e) == node)
            .Where(e => !expiredOnly || IsExpired(e, now.ToUnixTimeSeconds()))
            .ToList();
        found.ForEach(e => e.Remove());
        return [.. found.Select(e => e.Id())];
    }

    /// <summary>The node that a move constraint names, in its attribute or its rule.</summary>
    public static string? NodeOf(XElement constraint) => constraint.Text("node")
        ?? constraint.Elements("rule").Elements("expression").FirstOrDefault(e => e.Text("attribute") == "#uname")?.Text("value");

    private static XElement Element(MoveRequest request, string id, string node, bool isBan, DateTimeOffset now)
    {
        var score = isBan ? "-INFINITY" : "INFINITY";
        var element = new XElement(
            "rsc_location",
            new XAttribute("id", id),
            new XAttribute("rsc", request.Resource.Id()),
            new XAttribute("role", request.IsPromoted ? "Promoted" : "Started"));
        if (request.Lifetime is null)
        {
            element.Add(new XAttribute("node", node), new XAttribute("score", score));
            return element;
        }

        if (!CibDuration.TryParse(request.Lifetime, out var duration))
        {
            throw new CommandFailure(
                $"'{request.Lifetime}' is not a valid lifetime: an ISO 8601 duration is expected, such as PT1H or P2D");
        }

        var end = new CibDateTime(now.ToUnixTimeSeconds()).Add(duration).ToUtc();
        var resource = request.Resource.Id();
        var (rule, expression, lifetime) = isBan
            ? ($"{id}-rule", $"{id}-expr", $"{id}-lifetime")
            : ($"cli-prefer-rule-{resource}", $"cli-prefer-expr-{resource}", $"cli-prefer-lifetime-end-{resource}");
        element.Add(new XElement(
            "rule",
            new XAttribute("id", rule),
            new XAttribute("score", score),
            new XAttribute("boolean-op", "and"),
            new XElement(
                "expression",
                new XAttribute("id", expression),
                new XAttribute("attribute", "#uname"),
                new XAttribute("operation", "eq"),
                new XAttribute("value", node),
                new XAttribute("type", "string")),
            new XElement(
                "date_expression",
                new XAttribute("id", lifetime),
                new XAttribute("operation", "lt"),
                new XAttribute("end", end.ToString()))));
        return element;
    }

    private static bool IsExpired(XElement constraint, long now) => constraint.Elements("rule").Elements("date_expression").Any(d =>
        d.Text("operation") is "lt" or "in_range" or null
        && CibDateTime.TryParse(d.Text("end"), new CibDateTime(now), out var end)
        && end.EpochSeconds < now);
}
