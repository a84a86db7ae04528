using System.Xml.Linq;
using Mainstay.Agents;
using Mainstay.Cli.Configuration;
using Mainstay.Cli.Pcs.Constraints;

namespace Mainstay.Cli.Pcs.Resources;

/// <summary><c>resource clone</c>, <c>promotable</c>, <c>unclone</c>.</summary>
internal static class ResourceClones
{
    /// <summary><c>resource clone RESOURCE|GROUP [CLONEID] [meta] [k=v...]</c>.</summary>
    public static int Clone(PcsSession session, IReadOnlyList<string> args) => Make(session, args, isPromotable: false);

    /// <summary><c>resource promotable ...</c>.</summary>
    public static int Promotable(PcsSession session, IReadOnlyList<string> args) => Make(session, args, isPromotable: true);

    /// <summary><c>resource unclone CLONE|RESOURCE|GROUP</c>.</summary>
    public static int Unclone(PcsSession session, IReadOnlyList<string> args)
    {
        if (args is not [var id])
        {
            throw new UsageFailure();
        }

        var resource = session.Resource(id);
        var clone = resource.AncestorsAndSelf().FirstOrDefault(CibTree.IsClone)
            ?? throw new CommandFailure($"'{id}' is not a clone resource");
        var inner = clone.Elements().Where(CibTree.IsResource).ToList();
        foreach (var constraint in ConstraintRemoval.Mentioning(session, clone.Id()).ToList())
        {
            session.Info($"Removing Constraint - {constraint.Id()}");
        }

        ResourceRemoval.RemoveReferences(session, [clone.Id()]);
        inner.ForEach(r => r.Remove());
        clone.ReplaceWith(inner);
        session.Push();
        return 0;
    }

    /// <summary>A clone element around a resource that stands nowhere yet.</summary>
    public static XElement Wrap(PcsSession session, XElement inner, string? id, Dictionary<string, string> meta, bool isPromotable)
    {
        var cloneId = id is null ? session.Ids.Take(inner.Id() + "-clone") : session.Ids.TakeNamed(id, "clone id");
        var clone = new XElement("clone", new XAttribute("id", cloneId), inner);
        var pairs = new SortedDictionary<string, string>(meta, StringComparer.Ordinal);
        if (isPromotable)
        {
            pairs.TryAdd("promotable", "true");
        }

        NvSetEditor.Set(clone, "meta_attributes", pairs, session.Ids);
        return clone;
    }

    /// <summary>Refuses a promotable clone of an agent that cannot be promoted.</summary>
    public static void CheckPromotable(PcsSession session, string id, AgentId? agent, AgentMetadata? metadata)
    {
        if (agent is null)
        {
            return;
        }

        if (agent.Standard != AgentStandard.Ocf)
        {
            throw new CommandFailure(
                $"Clone option 'promotable' is not compatible with '{AgentId.StandardName(agent.Standard)}' resources, only 'ocf' "
                    + $"resources can be promoted");
        }

        if (metadata is not null && !(metadata.Supports("promote") && metadata.Supports("demote")))
        {
            session.Overridable($"Clone option 'promotable' is not compatible with '{agent}' resource agent of resource '{id}'");
        }
    }

    // A constraint may not name what is inside a clone: it follows the resource to its new outside.
    private static void PointConstraintsTo(PcsSession session, string resource, string clone)
    {
        foreach (var constraint in ConstraintRemoval.Mentioning(session, resource).ToList())
        {
            foreach (var attribute in constraint.Attributes()
                .Where(a => a.Value == resource && a.Name.LocalName is ("rsc" or "with-rsc" or "first" or "then")))
            {
                attribute.Value = clone;
            }

            foreach (var reference in constraint.Descendants("resource_ref").Where(r => r.Id() == resource))
            {
                reference.SetAttributeValue("id", clone);
            }
        }
    }

    private static int Make(PcsSession session, IReadOnlyList<string> args, bool isPromotable)
    {
        if (args.Count == 0)
        {
            throw new UsageFailure();
        }

        var resource = session.Resource(args[0]);
        if (resource.Name.LocalName is not ("primitive" or "group"))
        {
            throw new CommandFailure($"'{args[0]}' is not a group or a primitive: only these can be cloned");
        }

        if (CibTree.Primitives(resource).Any(CibTree.IsFenceDevice))
        {
            throw new CommandFailure(
                $"'{args[0]}' is a stonith resource, it cannot be cloned: a fence device is usable by every node anyway");
        }

        if (CibTree.Parent(resource) is { } parent)
        {
            throw new CommandFailure(parent.Name == "group"
                ? $"'{args[0]}' is a member of group '{parent.Id()}': clone the group, or take the resource out of it with 'resource "
                    + $"ungroup' first"
                : $"'{args[0]}' is already inside {parent.Name.LocalName} '{parent.Id()}'");
        }

        var rest = args.Skip(1).ToList();
        var id = rest.Count > 0 && rest[0] != "meta" && !rest[0].Contains('=', StringComparison.Ordinal) ? rest[0] : null;
        var meta = PcsArguments.Pairs(rest.Skip(id is null ? 0 : 1).Where(w => w != "meta"));
        if (isPromotable || meta.GetValueOrDefault("promotable") is "true" or "1" or "yes" or "on")
        {
            foreach (var primitive in CibTree.Primitives(resource))
            {
                var agent = ResourceParameters.AgentOf(primitive);
                CheckPromotable(session, primitive.Id(), agent, agent is null ? null : session.Agents.Describe(agent));
            }
        }

        var place = new XElement("placeholder");
        resource.ReplaceWith(place);
        var clone = Wrap(session, resource, id, meta, isPromotable);
        place.ReplaceWith(clone);
        PointConstraintsTo(session, resource.Id(), clone.Id());
        session.Push();
        return 0;
    }
}
