using System.Xml.Linq;
using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.Pcs.Resources;

/// <summary><c>enable</c>, <c>disable</c>, <c>manage</c>, <c>unmanage</c>.</summary>
internal static class ResourceState
{
    /// <summary><c>resource enable ID|TAG...</c>: target-role goes from the resource, from what holds it, and from what a clone
    /// holds.</summary>
    public static int Enable(PcsSession session, IReadOnlyList<string> args)
    {
        foreach (var resource in Expand(session, args))
        {
            foreach (var element in WithShells(resource))
            {
                NvSetEditor.Set(element, "meta_attributes", [new("target-role", "")], session.Ids);
            }
        }

        session.Push();
        return 0;
    }

    /// <summary><c>resource disable ID|TAG...</c>: target-role=Stopped.</summary>
    public static int Disable(PcsSession session, IReadOnlyList<string> args)
    {
        foreach (var resource in Expand(session, args))
        {
            NvSetEditor.Set(resource, "meta_attributes", [new("target-role", "Stopped")], session.Ids);
        }

        session.Push();
        return 0;
    }

    /// <summary><c>resource unmanage ID|TAG... [--monitor]</c>: is-managed=false on the primitives.</summary>
    public static int Unmanage(PcsSession session, IReadOnlyList<string> args)
    {
        foreach (var primitive in Expand(session, args).SelectMany(CibTree.Primitives).Distinct())
        {
            NvSetEditor.Set(primitive, "meta_attributes", [new("is-managed", "false")], session.Ids);
            if (session.Options.Has("monitor"))
            {
                foreach (var monitor in Monitors(primitive))
                {
                    monitor.SetAttributeValue("enabled", "false");
                }
            }
        }

        session.Push();
        return 0;
    }

    /// <summary><c>resource manage ID|TAG... [--monitor]</c>: is-managed goes from the resource, what holds it and what it holds.</summary>
    public static int Manage(PcsSession session, IReadOnlyList<string> args)
    {
        foreach (var resource in Expand(session, args))
        {
            foreach (var element in resource.DescendantsAndSelf().Where(CibTree.IsResource).Concat(WithShells(resource)).Distinct())
            {
                NvSetEditor.Set(element, "meta_attributes", [new("is-managed", "")], session.Ids);
            }

            foreach (var primitive in CibTree.Primitives(resource))
            {
                Monitored(session, primitive);
            }
        }

        session.Push();
        return 0;
    }

    /// <summary>The resources of ids and tags.</summary>
    /// <exception cref="CommandFailure">One does not exist.</exception>
    public static List<XElement> Expand(PcsSession session, IReadOnlyList<string> ids)
    {
        if (ids.Count == 0)
        {
            throw new UsageFailure();
        }

        var result = new List<XElement>();
        foreach (var id in ids)
        {
            var tag = CibTree.FindSection(session.Cib, "tags")?.Elements("tag").FirstOrDefault(t => t.Id() == id);
            if (tag is null || CibTree.FindResource(session.Cib, id) is not null)
            {
                result.Add(session.Resource(id));
            }
            else
            {
                result.AddRange(tag.Elements("obj_ref").Select(r => session.Resource(r.Id())));
            }
        }

        return [.. result.Distinct()];
    }

    private static IEnumerable<XElement> WithShells(XElement resource)
    {
        yield return resource;
        foreach (var shell in resource.Ancestors().Where(CibTree.IsResource))
        {
            yield return shell;
        }

        if (CibTree.IsClone(resource) || resource.Name == "bundle")
        {
            foreach (var inner in resource.Elements().Where(CibTree.IsResource))
            {
                yield return inner;
            }
        }
    }

    private static void Monitored(PcsSession session, XElement primitive)
    {
        var monitors = Monitors(primitive).ToList();
        if (session.Options.Has("monitor"))
        {
            monitors.ForEach(m => m.SetAttributeValue("enabled", null));
        }
        else if (monitors.Count > 0 && monitors.All(m => m.Text("enabled") is "false" or "0"))
        {
            session.Warn($"Resource '{primitive.Id()}' has no enabled monitor operations. Re-run with '--monitor' to enable them.");
        }
    }

    private static IEnumerable<XElement> Monitors(XElement primitive) =>
        primitive.Elements("operations").Elements("op").Where(o => o.Text("name") == "monitor");
}
