using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>How a constraint was expanded.</summary>
public enum ConstraintExpansionResult
{
    /// <summary>Nothing to expand: use the element as it is.</summary>
    Unchanged,

    /// <summary>References to templates or tags were replaced: use the new element.</summary>
    Expanded,

    /// <summary>The constraint is to be ignored.</summary>
    Ignored,
}

/// <summary>Expands templates and tags in constraints (spec/cib-model.md section 9.6).</summary>
public sealed class ConstraintExpansion
{
    private readonly Func<string, bool> _isResource;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<string>> _templates;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<string>> _tags;
    private readonly IdIndex _ids;

    /// <summary>An expander.</summary>
    /// <param name="isResource">Whether an id finds a resource; resources take precedence over templates, these over tags.</param>
    /// <param name="templates">The resources derived from each template, in the order in which they were unpacked.</param>
    /// <param name="tags">The members of each tag.</param>
    /// <param name="ids">Resolves references to sets.</param>
    public ConstraintExpansion(
        Func<string, bool> isResource,
        IReadOnlyDictionary<string, IReadOnlyList<string>> templates,
        IReadOnlyDictionary<string, IReadOnlyList<string>> tags,
        IdIndex ids)
    {
        _isResource = isResource;
        _templates = templates;
        _tags = tags;
        _ids = ids;
    }

    /// <summary>Expands one constraint.</summary>
    /// <param name="constraint">A location, colocation, ordering or ticket constraint. It is not changed.</param>
    /// <param name="expanded">The element to use.</param>
    /// <param name="problem">Why the constraint is ignored.</param>
    public ConstraintExpansionResult Expand(XElement constraint, out XElement expanded, out CibProblem? problem)
    {
        expanded = constraint;
        problem = null;
        if (constraint.Element("resource_set") is not null)
        {
            return ExpandSets(constraint, ref expanded);
        }

        return constraint.Name.LocalName switch
        {
            "rsc_location" or "rsc_ticket" => ExpandOne(constraint, ref expanded, ref problem),
            "rsc_colocation" => ExpandPair(constraint, ("rsc", "rsc-role"), ("with-rsc", "with-rsc-role"), ref expanded, ref problem),
            "rsc_order" => ExpandPair(constraint, ("first", "first-action"), ("then", "then-action"), ref expanded, ref problem),
            _ => ConstraintExpansionResult.Unchanged,
        };
    }

    /// <summary>What an id stands for: itself, or the members of a template or tag; <see langword="null"/> if it is unknown.</summary>
    /// <param name="id">The id.</param>
    /// <param name="isGroup">Whether it is a template or tag.</param>
    public IReadOnlyList<string>? MembersOf(string id, out bool isGroup)
    {
        isGroup = false;
        if (_isResource(id))
        {
            return [id];
        }

        isGroup = true;
        if (_templates.TryGetValue(id, out var members) && members.Count > 0)
        {
            return members;
        }

        return _tags.TryGetValue(id, out members) && members.Count > 0 ? members : null;
    }

    private ConstraintExpansionResult ExpandSets(XElement constraint, ref XElement expanded)
    {
        var copy = constraint.Copy();
        var any = false;
        foreach (var set in copy.Elements("resource_set").ToList())
        {
            var actual = set;
            if (set.Value("id-ref") is not null)
            {
                if (_ids.Resolve(set) is not { } resolved)
                {
                    return ConstraintExpansionResult.Unchanged;
                }

                actual = resolved.Copy();
                set.ReplaceWith(actual);
            }

            foreach (var reference in actual.Elements("resource_ref").ToList())
            {
                var members = MembersOf(reference.Id() ?? string.Empty, out var isGroup);
                if (members is null)
                {
                    return ConstraintExpansionResult.Unchanged; // an unknown name disables expansion for the whole constraint
                }

                if (isGroup)
                {
                    any = true;
                    reference.ReplaceWith(members.Select(Reference));
                }
            }
        }

        if (!any)
        {
            return ConstraintExpansionResult.Unchanged;
        }

        expanded = copy;
        return ConstraintExpansionResult.Expanded;
    }

    private ConstraintExpansionResult ExpandOne(XElement constraint, ref XElement expanded, ref CibProblem? problem)
    {
        if (constraint.Value("rsc") is not { } id)
        {
            return ConstraintExpansionResult.Unchanged;
        }

        var members = MembersOf(id, out var isGroup);
        if (members is null)
        {
            problem = Unknown(constraint, id);
            return ConstraintExpansionResult.Ignored;
        }

        if (!isGroup)
        {
            return ConstraintExpansionResult.Unchanged;
        }

        var roleName = constraint.Is("rsc_ticket") ? "rsc-role" : "role";
        expanded = constraint.Copy();
        expanded.Add(MakeSet(expanded, id, members, "rsc", roleName, "role"));
        return ConstraintExpansionResult.Expanded;
    }

    private ConstraintExpansionResult ExpandPair(
        XElement constraint,
        (string Id, string Role) firstSide,
        (string Id, string Role) secondSide,
        ref XElement expanded,
        ref CibProblem? problem)
    {
        if (constraint.Value(firstSide.Id) is not { } first || constraint.Value(secondSide.Id) is not { } second)
        {
            return ConstraintExpansionResult.Unchanged;
        }

        var firstMembers = MembersOf(first, out var firstIsGroup);
        var secondMembers = MembersOf(second, out var secondIsGroup);
        if (firstMembers is null || secondMembers is null)
        {
            problem = Unknown(constraint, firstMembers is null ? first : second);
            return ConstraintExpansionResult.Ignored;
        }

        if (!firstIsGroup && !secondIsGroup)
        {
            return ConstraintExpansionResult.Unchanged;
        }

        if (firstIsGroup && secondIsGroup && constraint.Is("rsc_colocation"))
        {
            problem = CibProblem.Error(
                constraint, $"both '{first}' and '{second}' are templates or tags", "use resource sets to say which goes with which");
            return ConstraintExpansionResult.Ignored;
        }

        var setRole = constraint.Is("rsc_order") ? "action" : "role";
        expanded = constraint.Copy();
        expanded.Add(MakeSet(expanded, first, firstMembers, firstSide.Id, firstSide.Role, setRole));
        expanded.Add(MakeSet(expanded, second, secondMembers, secondSide.Id, secondSide.Role, setRole));
        return ConstraintExpansionResult.Expanded;
    }

    /// <summary>A set with the members; the role or action moves from the constraint to the set.</summary>
    private static XElement MakeSet(
        XElement constraint, string id, IReadOnlyList<string> members, string idAttribute, string roleAttribute, string setRoleAttribute)
    {
        var set = new XElement(
            "resource_set", new XAttribute("id", id), new XAttribute("sequential", "false"), members.Select(Reference));
        if (constraint.Value(roleAttribute) is { } role)
        {
            set.SetAttributeValue(setRoleAttribute, role);
            constraint.SetAttributeValue(roleAttribute, null);
        }

        constraint.SetAttributeValue(idAttribute, null);
        set.SetLine(constraint.Line());
        return set;
    }

    private static XElement Reference(string id) => new("resource_ref", new XAttribute("id", id));

    private static CibProblem Unknown(XElement constraint, string id) => CibProblem.Error(
        constraint, $"there is no resource, template or tag '{id}'; the constraint is ignored",
        "correct the name or delete the constraint");
}
