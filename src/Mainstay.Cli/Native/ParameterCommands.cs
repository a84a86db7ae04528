using System.Xml.Linq;
using Mainstay.Cli.CibTools;
using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.ClusterTools;

/// <summary><c>crm_resource -g</c>, <c>-p</c> and <c>-d</c>: parameters, meta-attributes, utilization and XML attributes of
/// resources.</summary>
internal static class ParameterCommands
{
    /// <summary>Shows a value; one that is not there is no failure (spec/agents.md section 14.4).</summary>
    public static int Get(ResourceCall call, string name)
    {
        var value = call.Options.Has("element")
            ? call.Resource.Text(name)
            : Pairs(call, call.Resource, name).FirstOrDefault()?.Text("value");
        if (value is null && call.Options.Has("meta"))
        {
            value = call.Primitives() is [var first, ..] ? first.Meta[name] : null; // inherited, or a default of the cluster
        }

        if (value is null)
        {
            return call.Output.Fail(NativeExit.Ok, $"Attribute '{name}' not found for '{call.Id}'");
        }

        call.Output.Line(value);
        call.Output.Element(new XElement("item", new XAttribute("name", name), value));
        return call.Output.Finish(NativeExit.Ok);
    }

    /// <summary>Sets a value.</summary>
    public static int Set(ResourceCall call, string name)
    {
        if (call.Options["parameter-value"] is not { } value)
        {
            return call.Output.Usage("You need to supply a value with the -v option");
        }

        if (call.Options.Has("element"))
        {
            call.Editor.Merge("resources", new XElement(
                call.Resource.Name, new XAttribute("id", CibTree.Id(call.Resource)), new XAttribute(name, value)));
            call.Output.Line($"Set attribute: name={name} value={value}");
            return call.Output.Finish(NativeExit.Ok);
        }

        var settings = new XElement("resource-settings");
        foreach (var resource in Targets(call, name, "update"))
        {
            settings.Add(Set(call, resource, name, value));
        }

        call.Output.Element(settings);
        return call.Output.Finish(NativeExit.Ok);
    }

    /// <summary>Deletes a value.</summary>
    public static int Delete(ResourceCall call, string name)
    {
        if (call.Options.Has("element"))
        {
            if (call.Resource.Attribute(name) is not null)
            {
                var copy = new XElement(call.Resource);
                copy.SetAttributeValue(name, null);
                call.Editor.Replace("resources", copy);
            }

            call.Output.Line($"Deleted attribute: {name}");
            return call.Output.Finish(NativeExit.Ok);
        }

        var resource = Redirected(call, name, "delete");
        if (Pairs(call, resource, name).FirstOrDefault() is not { } pair)
        {
            return call.Output.Fail(
                NativeExit.NoSuchObject, $"crm_resource: Error performing operation: '{CibTree.Id(resource)}' has no '{name}'");
        }

        call.Editor.Delete("resources", "nvpair", CibTree.Id(pair));
        call.Output.Line($"Deleted '{CibTree.Id(resource)}' option: id={CibTree.Id(pair)} name={name}");
        return call.Output.Finish(NativeExit.Ok);
    }

    private static string Kind(ResourceCall call) =>
        call.Options.Has("meta") ? "meta_attributes" : call.Options.Has("utilization") ? "utilization" : "instance_attributes";

    private static IEnumerable<XElement> Pairs(ResourceCall call, XElement resource, string name) => resource
        .Elements(Kind(call))
        .Where(set => call.Options["set-name"] is not { } wanted || CibTree.Id(set) == wanted)
        .Elements("nvpair")
        .Where(pair => pair.Text("name") == name && (call.Options["nvpair"] is not { } wanted || CibTree.Id(pair) == wanted));

    private static XElement Set(ResourceCall call, XElement resource, string name, string value)
    {
        var id = CibTree.Id(resource);
        var kind = Kind(call);
        var present = Pairs(call, resource, name).FirstOrDefault();
        var set = present?.Parent is { } parent ? CibTree.Id(parent)
            : call.Options["set-name"]
            ?? resource.Elements(kind).Select(e => CibTree.Id(e)).FirstOrDefault(found => found.Length > 0)
            ?? $"{id}-{kind}";
        var pair = present is null ? call.Options["nvpair"] ?? NvScope.XmlId($"{set}-{name}") : CibTree.Id(present);
        var element = new XElement(
            resource.Name,
            new XAttribute("id", id),
            new XElement(
                kind,
                new XAttribute("id", set),
                new XElement("nvpair", new XAttribute("id", pair), new XAttribute("name", name), new XAttribute("value", value))));
        call.Editor.Merge("resources", new XElement(element));
        call.Output.Line($"Set '{id}' option: id={pair}{(present is null ? $" set={set}" : "")} name={name} value={value}");
        return element;
    }

    private static IEnumerable<XElement> Targets(ResourceCall call, string name, string verb)
    {
        var resource = Redirected(call, name, verb);
        if (!call.Options.Has("meta"))
        {
            return [resource];
        }

        // What members of a group say themselves outweighs what the group says: it has to change with it.
        var members = resource.Name == "group" && !call.Options.Has("force")
            ? resource.Elements("primitive").Where(member => Pairs(call, member, name).Any())
            : [];
        var dependents = call.Options.Has("recursive")
            ? ConstraintListing.Dependents(call.Cib, CibTree.Id(resource))
                .Select(id => CibTree.FindResource(call.Cib, id)).OfType<XElement>()
            : [];
        return [.. members, resource, .. dependents];
    }

    // A meta-attribute of a clone's resource belongs to the clone, unless it is already set on the one that was named.
    private static XElement Redirected(ResourceCall call, string name, string verb)
    {
        var resource = call.Resource;
        if (!call.Options.Has("meta") || call.Options.Has("force"))
        {
            return resource;
        }

        var clone = CibTree.IsClone(resource)
            ? resource : CibTree.Parent(resource) is { } parent && CibTree.IsClone(parent) ? parent : null;
        if (clone is null)
        {
            return resource;
        }

        var child = clone.Elements().FirstOrDefault(CibTree.IsResource);
        List<XElement> found = [.. child is null ? [] : Pairs(call, child, name), .. Pairs(call, clone, name)];
        if (found.Count > 1)
        {
            call.Output.Line($"Multiple attributes match name={name}");
            found.ForEach(pair => call.Output.Line($"  Value: {pair.Text("value")} \t(id={CibTree.Id(pair)})"));
            call.Output.Line(string.Empty);
        }

        if (resource != clone)
        {
            if (Pairs(call, resource, name).Any())
            {
                return resource;
            }

            call.Output.Line($"Performing {verb} of '{name}' on '{CibTree.Id(clone)}', the parent of '{CibTree.Id(resource)}'");
            return clone;
        }

        if (child is null || !Pairs(call, child, name).Any())
        {
            return clone;
        }

        call.Output.Line(
            $"A value for '{name}' already exists in child '{CibTree.Id(child)}', "
            + $"performing {verb} on that instead of '{CibTree.Id(clone)}'");
        return child;
    }
}
