using System.Xml.Linq;
using Mainstay.Cli.Configuration;
using Mainstay.Cli.Pcs.Constraints;

namespace Mainstay.Cli.Pcs.Resources;

/// <summary>Removal of resources with everything that depends on them.</summary>
internal static class ResourceRemoval
{
    private static readonly (string Element, string Label)[] s_labels =
    [
        ("rsc_colocation", "Colocation constraint"), ("rsc_location", "Location constraint"), ("rsc_order", "Order constraint"),
        ("rsc_ticket", "Ticket constraint"), ("group", "Group"), ("clone", "Clone"), ("master", "Clone"), ("tag", "Tag"),
        ("fencing-level", "Fencing level"), ("primitive", "Resource"), ("acl_permission", "ACL permission"),
    ];

    /// <summary>Removes resources with their contents, the shells that would be empty, and everything that refers to them.</summary>
    /// <param name="session">The session; what goes is listed on standard error.</param>
    /// <param name="named">The resources that the user named.</param>
    public static void Remove(PcsSession session, IReadOnlyCollection<XElement> named)
    {
        var gone = Closure(named);
        var dependants = gone.Where(g => !named.Contains(g)).ToList();
        var ids = gone.Select(g => g.Id()).ToHashSet(StringComparer.Ordinal);
        var (elements, references) = Dependants(session, ids);
        List(session, [.. dependants, .. elements], references);
        RemoveReferences(session, ids);
        foreach (var element in gone.Where(g => !gone.Contains(g.Parent!)))
        {
            element.Remove();
        }
    }

    /// <summary>Removes constraints, members of sets, fence devices of levels, tag members and permissions that name the ids.</summary>
    public static void RemoveReferences(PcsSession session, IReadOnlyCollection<string> ids)
    {
        foreach (var id in ids)
        {
            foreach (var constraint in ConstraintRemoval.Mentioning(session, id).ToList())
            {
                if (ConstraintRemoval.NamesDirectly(constraint, id))
                {
                    constraint.Remove();
                    continue;
                }

                constraint.Descendants("resource_ref").Where(r => r.Id() == id).ToList().ForEach(ConstraintRemoval.RemoveReference);
            }

            FencingLevelEdit.RemoveDevice(session.Cib, id);
            foreach (var reference in Of(session, "tags").Elements("tag").Elements("obj_ref").Where(r => r.Id() == id).ToList())
            {
                RemoveElement(reference);
            }

            Of(session, "acls").Descendants("acl_permission").Where(p => p.Text("reference") == id).ToList().ForEach(p => p.Remove());
        }
    }

    /// <summary>Removes an element, and its parents that are empty without it (a tag, a group, a clone).</summary>
    public static void RemoveElement(XElement element)
    {
        var parent = element.Parent;
        element.Remove();
        if (parent?.Name.LocalName is "tag" or "clone" or "master" or "group"
            && !parent.Elements().Any(e => e.Name == "obj_ref" || CibTree.IsResource(e)))
        {
            RemoveElement(parent);
        }
    }

    // A clone goes with its resource, a group with its last member; a bundle may be without one.
    private static List<XElement> Closure(IReadOnlyCollection<XElement> named)
    {
        var gone = named.SelectMany(n => n.DescendantsAndSelf().Where(CibTree.IsResource)).Distinct().ToList();
        bool grew;
        do
        {
            var shells = gone.Select(CibTree.Parent).OfType<XElement>().Distinct()
                .Where(p => !gone.Contains(p) && p.Name != "bundle" && p.Elements().Where(CibTree.IsResource).All(gone.Contains))
                .ToList();
            gone.AddRange(shells);
            grew = shells.Count > 0;
        }
        while (grew);
        return gone;
    }

    private static (List<XElement> Elements, List<(string What, string From)> References) Dependants(PcsSession session,
        HashSet<string> ids)
    {
        var elements = new List<XElement>();
        var references = new List<(string What, string From)>();
        foreach (var constraint in ConstraintListing.All(session.Cib))
        {
            var members = constraint.Descendants("resource_ref").ToList();
            if (ids.Any(id => ConstraintRemoval.NamesDirectly(constraint, id))
                || (members.Count > 0 && members.All(m => ids.Contains(m.Id()))))
            {
                elements.Add(constraint);
            }
            else
            {
                references.AddRange(members.Where(m => ids.Contains(m.Id())).Select(m => (m.Id(), $"Resource set: '{m.Parent!.Id()}'")));
            }
        }

        foreach (var level in Of(session, "fencing-topology").Elements("fencing-level"))
        {
            var devices = FencingLevelEdit.Devices(level);
            if (devices.All(ids.Contains))
            {
                elements.Add(level);
            }
            else
            {
                references.AddRange(devices.Where(ids.Contains).Select(d => (d, $"Fencing level: '{level.Id()}'")));
            }
        }

        foreach (var tag in Of(session, "tags").Elements("tag"))
        {
            var members = tag.Elements("obj_ref").Select(r => r.Id()).ToList();
            if (members.All(ids.Contains))
            {
                elements.Add(tag);
            }
            else
            {
                references.AddRange(members.Where(ids.Contains).Select(m => (m, $"Tag: '{tag.Id()}'")));
            }
        }

        return (elements, references);
    }

    private static void List(PcsSession session, List<XElement> elements, List<(string What, string From)> references)
    {
        if (elements.Count > 0)
        {
            session.Info($"Removing dependant element{(elements.Count > 1 ? "s" : "")}:");
            foreach (var group in elements.GroupBy(Label, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
            {
                session.Info($"  {group.Key}{(group.Count() > 1 ? "s" : "")}: {PcsArguments.Quoted(group.Select(e => e.Id()))}");
            }
        }

        if (references.Count > 0)
        {
            session.Info("Removing references:");
            foreach (var group in references.GroupBy(r => r.What, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
            {
                session.Info($"  Resource '{group.Key}' from:");
                foreach (var from in group.Select(g => g.From).Distinct(StringComparer.Ordinal))
                {
                    session.Info("    " + from);
                }
            }
        }
    }

    private static string Label(XElement element) =>
        Array.Find(s_labels, l => element.Name == l.Element).Label ?? element.Name.LocalName;

    private static IEnumerable<XElement> Of(PcsSession session, string section) =>
        CibTree.FindSection(session.Cib, section) is { } found ? [found] : [];
}
