using System.Xml.Linq;
using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.Pcs.Constraints;

/// <summary>Removal of constraints by id, and the question which ones mention a resource.</summary>
internal static class ConstraintRemoval
{
    private static readonly string[] s_resourceAttributes = ["rsc", "with-rsc", "first", "then"];

    /// <summary><c>constraint delete ID...</c>: constraints, or rules of location constraints.</summary>
    public static int Delete(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count == 0)
        {
            throw new UsageFailure();
        }

        var section = ConstraintParts.Section(session);
        var missing = new List<string>();
        foreach (var id in args)
        {
            var found = section.Elements().FirstOrDefault(e => e.Id() == id)
                ?? section.Elements("rsc_location").Elements("rule").FirstOrDefault(e => e.Id() == id);
            if (found is null)
            {
                missing.Add($"Unable to find constraint - '{id}'{Suggestion.For(id, section.Elements().Select(e => e.Id()))}");
            }
            else if (found.Name == "rule" && found.Parent!.Elements("rule").Count() == 1)
            {
                found.Parent.Remove();
            }
            else
            {
                found.Remove();
            }
        }

        if (missing.Count > 0)
        {
            throw new CommandFailure(missing);
        }

        session.Push();
        return 0;
    }

    /// <summary><c>constraint ref RESOURCE...</c>.</summary>
    public static int References(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count == 0)
        {
            throw new UsageFailure();
        }

        foreach (var id in args)
        {
            session.Out.WriteLine($"Resource: {id}");
            var ids = Mentioning(session, id).Select(e => e.Id()).Order(StringComparer.Ordinal).ToList();
            foreach (var line in ids.Count > 0 ? ids : ["No Matches"])
            {
                session.Out.WriteLine("  " + line);
            }
        }

        return 0;
    }

    /// <summary>Constraints that name the resource, also in sets.</summary>
    public static IEnumerable<XElement> Mentioning(PcsSession session, string resource) =>
        (CibTree.FindSection(session.Cib, "constraints")?.Elements() ?? []).Where(
            e => s_resourceAttributes.Any(a => e.Text(a) == resource) || e.Descendants("resource_ref").Any(r => r.Id() == resource));

    /// <summary>Whether the constraint names the resource in an attribute, not in a set.</summary>
    public static bool NamesDirectly(XElement constraint, string resource) => s_resourceAttributes.Any(a => constraint.Text(a) == resource);

    /// <summary>Takes a member out of its set; an empty set goes, and a constraint without sets.</summary>
    public static void RemoveReference(XElement reference)
    {
        var set = reference.Parent!;
        reference.Remove();
        if (set.Elements("resource_ref").Any())
        {
            return;
        }

        var constraint = set.Parent!;
        set.Remove();
        if (!constraint.Elements("resource_set").Any())
        {
            constraint.Remove();
        }
    }
}
