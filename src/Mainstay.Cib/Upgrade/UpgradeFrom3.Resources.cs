using System.Xml.Linq;

namespace Mainstay.Cib;

internal static partial class UpgradeFrom3
{
    private static void TransformResources(XElement configuration, List<CibProblem> problems)
    {
        if (configuration.Element("resources") is not { } resources)
        {
            return;
        }

        foreach (var master in resources.Descendants("master").ToList())
        {
            TransformMaster(master);
        }

        foreach (var container in resources.Descendants().Where(element => element.Name.LocalName is "docker" or "podman"))
        {
            if (container.Attribute("masters") is { } masters)
            {
                masters.Remove();
                if (container.Attribute("promoted-max") is null)
                {
                    container.SetAttributeValue("promoted-max", masters.Value);
                }
            }
        }

        var dropped = DropUnsupported(resources, problems);
        if (dropped.Count > 0)
        {
            DropFromConstraints(configuration, dropped);
        }
    }

    private static void TransformMaster(XElement master)
    {
        master.Name = "clone";
        var setId = $"{Prefix}{master.Id()}-meta_attributes";
        master.AddFirst(new XElement(
            "meta_attributes",
            new XAttribute("id", setId),
            new XAttribute("score", "INFINITY"),
            new XElement(
                "nvpair",
                new XAttribute("id", $"{setId}-promotable"),
                new XAttribute("name", "promotable"),
                new XAttribute("value", "true"))));
    }

    /// <summary>Drops resources of kinds that no longer exist, and what becomes empty by that.</summary>
    /// <returns>The ids of what was dropped.</returns>
    private static HashSet<string> DropUnsupported(XElement resources, List<CibProblem> problems)
    {
        var doomed = resources.Descendants()
            .Where(element => element.Name.LocalName is "primitive" or "template" && element.Value("class") is "upstart" or "nagios")
            .ToList();
        var templates = doomed.Where(element => element.Is("template")).Select(element => element.Id()).ToHashSet(StringComparer.Ordinal);
        doomed.AddRange(resources.Descendants("primitive")
            .Where(element => element.Value("template") is { } name && templates.Contains(name)));
        doomed.AddRange(resources.Elements("bundle").Where(bundle => bundle.Element("rkt") is not null));
        AddEmptied(resources.Descendants("group"), ["primitive"], doomed);
        AddEmptied(resources.Elements("clone"), ["primitive", "group"], doomed);

        var dropped = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in doomed)
        {
            problems.Add(CibProblem.Warning(
                element, "the resource is of a kind that is no longer supported and was dropped", "replace it"));
            dropped.UnionWith(element.DescendantsAndSelf().Select(inner => inner.Id()).OfType<string>());
        }

        doomed.Where(element => element.Parent is not null).ToList().ForEach(element => element.Remove());
        return dropped;
    }

    private static void AddEmptied(IEnumerable<XElement> collections, string[] memberNames, List<XElement> doomed)
    {
        foreach (var collection in collections.ToList())
        {
            var members = collection.Elements().Where(element => memberNames.Contains(element.Name.LocalName, StringComparer.Ordinal))
                .ToList();
            if (members.Count > 0 && members.TrueForAll(doomed.Contains))
            {
                doomed.Add(collection);
            }
        }
    }

    private static void DropFromConstraints(XElement configuration, HashSet<string> dropped)
    {
        string[] references = ["rsc", "with-rsc", "first", "then"];
        foreach (var constraint in configuration.Elements("constraints").Elements().ToList())
        {
            if (references.Any(name => constraint.Value(name) is { } id && dropped.Contains(id)))
            {
                constraint.Remove();
                continue;
            }

            var emptied = false;
            foreach (var set in constraint.Elements("resource_set").ToList())
            {
                var lost = set.Elements("resource_ref").Where(reference => reference.Id() is { } id && dropped.Contains(id)).ToList();
                lost.ForEach(reference => reference.Remove());
                if (lost.Count > 0 && set.Element("resource_ref") is null)
                {
                    set.Remove();
                    emptied = true;
                }
            }

            if (emptied && constraint.Element("resource_set") is null)
            {
                constraint.Remove();
            }
        }
    }
}
