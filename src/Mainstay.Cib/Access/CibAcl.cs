using System.Xml.Linq;
using System.Xml.XPath;

namespace Mainstay.Cib;

/// <summary>Access control lists: what a user may read and change (spec/manager.md section 6).</summary>
public static class CibAcl
{
    /// <summary>Whether access control is switched on (<c>enable-acl</c>).</summary>
    /// <param name="document">The document.</param>
    /// <param name="now">The effective time, for rules.</param>
    public static bool IsActive(CibDocument document, CibDateTime now) => ClusterOptions.Read(document, now).Boolean("enable-acl");

    /// <summary>What a user may read: a copy without the rest. Access control is taken to be on.</summary>
    /// <param name="document">The document; it is not changed.</param>
    /// <param name="user">The user.</param>
    /// <returns>The copy (or the document itself for privileged users); <see langword="null"/> if nothing may be read.</returns>
    public static CibDocument? Filter(CibDocument document, CibUser user)
    {
        if (user.IsPrivileged)
        {
            return document;
        }

        var copy = document.Clone();
        var marks = AclMarks.Of(document, copy.Root, user);
        if (marks.IsEmpty)
        {
            return null;
        }

        foreach (var denied in copy.Root.DescendantsAndSelf().Where(element => marks[element].HasFlag(AclMode.Deny)).ToList())
        {
            if (!Purge(denied, marks) && denied == copy.Root)
            {
                return null;
            }
        }

        return Purge(copy.Root, marks) ? copy : null;
    }

    /// <summary>
    /// What a user may not do of the way from one document to the other; the rules of the document before count. Versions and stamps must
    /// not be stepped yet.
    /// </summary>
    /// <param name="before">The document before.</param>
    /// <param name="after">The document after.</param>
    /// <param name="user">The user.</param>
    /// <returns>The first change that is refused, in words; <see langword="null"/> if all is allowed.</returns>
    public static string? FindRefusal(CibDocument before, CibDocument after, CibUser user)
    {
        if (user.IsPrivileged)
        {
            return null;
        }

        var check = new AclChangeCheck(AclMarks.Of(before, before.Root, user), AclMarks.Of(before, after.Root, user));
        check.Compare(before.Root, after.Root);
        return check.Refusal;
    }

    /// <summary>
    /// Removes what may not be read below an element. What carries a grant stays whole; the way to it stays as names and ids.
    /// </summary>
    /// <returns>Whether anything stayed.</returns>
    private static bool Purge(XElement element, AclMarks marks)
    {
        var mode = marks[element];
        if (mode != AclMode.None && !mode.HasFlag(AclMode.Deny))
        {
            return true;
        }

        foreach (var attribute in element.Attributes().Where(attribute => attribute.Name.LocalName != "id").ToList())
        {
            attribute.Remove();
        }

        var anyStays = false;
        foreach (var node in element.Nodes().ToList())
        {
            if (node is not XElement child)
            {
                node.Remove();
            }
            else
            {
                anyStays |= Purge(child, marks);
            }
        }

        if (!anyStays && element.Parent is not null)
        {
            element.Remove();
        }

        return anyStays;
    }
}

/// <summary>What permissions say about one element.</summary>
[Flags]
internal enum AclMode
{
    None = 0,
    Read = 1,
    Write = 2,
    Deny = 4,
}

/// <summary>The elements of a document that permissions of a user match.</summary>
internal sealed class AclMarks
{
    private readonly Dictionary<XElement, AclMode> _modes = [];

    private AclMarks()
    {
    }

    /// <summary>Whether no permission matches anything.</summary>
    public bool IsEmpty => _modes.Count == 0;

    /// <summary>What the permissions say about the element itself.</summary>
    public AclMode this[XElement element] => _modes.GetValueOrDefault(element);

    /// <summary>Applies the permissions that one document gives a user to a tree.</summary>
    public static AclMarks Of(CibDocument rules, XElement root, CibUser user)
    {
        var marks = new AclMarks();
        var model = new CibModel(rules);
        foreach (var target in model.AclTargets.Where(target => Concerns(target, user)))
        {
            foreach (var permission in target.Roles.SelectMany(model.Permissions))
            {
                marks.Apply(permission, root);
            }
        }

        return marks;
    }

    /// <summary>Whether the element may be changed: the first grant or denial on the way to the root decides.</summary>
    public bool AllowsWrite(XElement element)
    {
        foreach (var step in element.AncestorsAndSelf())
        {
            var mode = this[step];
            if (mode.HasFlag(AclMode.Deny))
            {
                return false;
            }

            if (mode.HasFlag(AclMode.Write))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Concerns(CibAclTarget target, CibUser user)
        => target.IsGroup ? user.Groups.Contains(target.Name, StringComparer.Ordinal) : target.Name == user.Name;

    private void Apply(CibAclPermission permission, XElement root)
    {
        var mode = permission.Kind switch
        {
            "read" => AclMode.Read,
            "write" => AclMode.Write,
            _ => AclMode.Deny,
        };
        if (permission.XPath is not { } xpath || root.Document is not { } document)
        {
            return;
        }

        try
        {
            foreach (var match in document.XPathEvaluate(xpath) as IEnumerable<object> ?? [])
            {
                var element = match switch
                {
                    XElement found => found,
                    XAttribute attribute => attribute.Parent,
                    XDocument => root,
                    _ => null,
                };
                if (element is not null)
                {
                    _modes[element] = this[element] | mode;
                }
            }
        }
        catch (Exception error) when (error is XPathException or InvalidOperationException or ArgumentException)
        {
            // A permission that is no XPath grants nothing; a denial that cannot be read must deny, so it denies everything.
            if (mode == AclMode.Deny)
            {
                _modes[root] = this[root] | AclMode.Deny;
            }
        }
    }
}

/// <summary>Goes through two documents and stops at the first change that the user may not make.</summary>
internal sealed class AclChangeCheck(AclMarks before, AclMarks after)
{
    /// <summary>The first change that is refused.</summary>
    public string? Refusal { get; private set; }

    public void Compare(XElement source, XElement target)
    {
        CompareAttributes(source, target);
        var remaining = target.Elements().ToList();
        var kept = new List<XElement>();
        foreach (var old in source.Elements())
        {
            if (Refusal is not null)
            {
                return;
            }

            var index = remaining.FindIndex(element => element.Name == old.Name && element.Id() == old.Id());
            if (index < 0)
            {
                Require(before.AllowsWrite(old), "delete", old);
                continue;
            }

            kept.Add(remaining[index]);
            Compare(old, remaining[index]);
            remaining.RemoveAt(index);
        }

        CheckMoves(kept, target);
        remaining.ForEach(CheckCreated);
    }

    private void CompareAttributes(XElement source, XElement target)
    {
        foreach (var name in source.Attributes().Concat(target.Attributes()).Select(attribute => attribute.Name).Distinct())
        {
            if (source.Attribute(name)?.Value != target.Attribute(name)?.Value)
            {
                var isNew = source.Attribute(name) is null;
                Require(isNew ? after.AllowsWrite(target) : before.AllowsWrite(source), $"change attribute '{name.LocalName}' of", source);
            }
        }
    }

    private void CheckMoves(List<XElement> kept, XElement target)
    {
        var present = kept.ToHashSet();
        var order = target.Elements().Where(present.Contains).ToList();
        for (var index = 0; index < kept.Count && index < order.Count; index++)
        {
            if (kept[index] != order[index])
            {
                Require(after.AllowsWrite(kept[index]), "move", kept[index]);
            }
        }
    }

    /// <summary>Elements that only hold others need no permission of their own, except where access control itself is configured.</summary>
    private void CheckCreated(XElement created)
    {
        foreach (var element in created.DescendantsAndSelf())
        {
            var isScaffolding = element.Attributes().All(attribute => attribute.Name.LocalName == "id")
                && !element.AncestorsAndSelf("acls").Any();
            Require(isScaffolding || after.AllowsWrite(element), "create", element);
        }
    }

    private void Require(bool isAllowed, string action, XElement element)
    {
        if (!isAllowed && Refusal is null)
        {
            Refusal = $"Permission denied: the access control lists do not allow to {action} {element.Name.LocalName}"
                + (element.Id() is { } id ? $" '{id}'" : string.Empty);
        }
    }
}
