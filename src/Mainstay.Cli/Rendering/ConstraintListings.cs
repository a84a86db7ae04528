using System.Xml.Linq;
using Mainstay.Cli.Configuration;
using Mainstay.Cli.Pcs.Constraints;
using Mainstay.Cli.Pcs.Rules;

namespace Mainstay.Cli.Rendering;

/// <summary>Constraints as listings, a table per kind. Ids are always shown: they are what one types to remove a constraint.</summary>
internal static class ConstraintListings
{
    /// <summary>The listings of the kinds that there are.</summary>
    public static IEnumerable<Listing> All(IEnumerable<XElement> constraints)
    {
        var all = constraints.ToList();
        yield return Locations(all.Where(c => c.Name == "rsc_location"));
        yield return Pairs(
            "Colocation", ["Resource", "With", "Score", "Id"], all.Where(c => c.Name == "rsc_colocation"), Colocation);
        yield return Pairs("Order", ["First", "Then", "Options", "Id"], all.Where(c => c.Name == "rsc_order"), Order);
        yield return Pairs("Tickets", ["Ticket", "Resource", "Options", "Id"], all.Where(c => c.Name == "rsc_ticket"), Ticket);
    }

    private static Listing Locations(IEnumerable<XElement> constraints)
    {
        var listing = new Listing("Location", "Resource", "Node or rule", "Score", "Id") { TextColumns = new HashSet<int> { 1 } };
        foreach (var constraint in constraints)
        {
            var rules = constraint.Elements("rule").ToList();
            var where = constraint.Text("node") ?? string.Join('\n', rules.Select(RuleText.Expression));
            var score = constraint.Text("score")
                ?? string.Join('\n', rules.Select(r => r.Text("score") ?? r.Text("score-attribute") ?? ""));
            var role = constraint.Text("role") ?? rules.Select(r => r.Text("role")).FirstOrDefault(r => r is not null);
            var resource = Resources(constraint, "rsc", "role");
            var isTold = role is null || constraint.Text("role") is not null;
            listing.Add(isTold ? resource : $"{resource} ({role})", where, Score(score), constraint.Id());
        }

        return listing;
    }

    private static Listing Pairs(string title, string[] columns, IEnumerable<XElement> constraints, Func<XElement, Cell[]> cells)
    {
        var listing = new Listing(title, columns) { TextColumns = new HashSet<int> { 2 } };
        foreach (var constraint in constraints)
        {
            listing.Add(cells(constraint));
        }

        return listing;
    }

    private static Cell[] Colocation(XElement c) =>
    [
        Resources(c, "rsc", "rsc-role"), Resources(c, "with-rsc", "with-rsc-role"), Score(c.Text("score") ?? "INFINITY"), c.Id(),
    ];

    private static Cell[] Order(XElement c)
    {
        var first = c.Text("first-action") ?? "start";
        return
        [
            c.Element("resource_set") is null ? $"{first} {c.Text("first")}" : Sets(c),
            c.Element("resource_set") is null ? $"{c.Text("then-action") ?? first} {c.Text("then")}" : "",
            ConstraintText.Options(c),
            c.Id(),
        ];
    }

    private static Cell[] Ticket(XElement c) => [c.Text("ticket"), Resources(c, "rsc", "rsc-role"), ConstraintText.Options(c), c.Id()];

    private static Cell Score(string score) => new(score, score.StartsWith('-') ? Tone.Warning : Tone.Plain);

    private static string Resources(XElement constraint, string attribute, string role) =>
        constraint.Text(attribute) is { } resource
            ? constraint.Text(role) is { } word ? $"{resource} ({word})" : resource
            : constraint.Text("rsc-pattern") is { } pattern ? $"/{pattern}/"
            : attribute is "with-rsc" ? "" : Sets(constraint);

    // A line per set; what is not as usual about it follows in brackets.
    private static string Sets(XElement constraint) => string.Join('\n', constraint.Elements("resource_set").Select(set =>
    {
        var options = string.Join(' ', set.Attributes().Where(a => a.Name != "id").Select(a => $"{a.Name}={a.Value}"));
        return $"{{ {string.Join(' ', set.Elements("resource_ref").Select(r => r.Id()))} }}{(options.Length > 0 ? $" ({options})" : "")}";
    }));
}
