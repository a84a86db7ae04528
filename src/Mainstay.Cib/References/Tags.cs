using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>Tags (spec/cib-model.md section 10).</summary>
public static class Tags
{
    private static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> s_none =
        new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);

    /// <summary>The references of each tag: duplicates dropped, order kept.</summary>
    /// <param name="tags">The <c>tags</c> element, if the document has one.</param>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Members(XElement? tags)
    {
        if (tags is null) return s_none;
        var members = new SortedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var tag in tags.Elements("tag"))
        {
            if (tag.Id() is { } id)
            {
                var known = members.GetValueOrDefault(id) ?? [];
                members[id] = [.. known.Concat(tag.Elements("obj_ref").Select(reference => reference.Id()).OfType<string>())
                    .Distinct(StringComparer.Ordinal)];
            }
        }

        return members;
    }
}
