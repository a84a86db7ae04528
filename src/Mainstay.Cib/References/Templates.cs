using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>Resource templates (spec/cib-model.md section 7.2).</summary>
public static class Templates
{
    private static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> s_none =
        new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);

    /// <summary>
    /// The effective element of a resource: for a primitive with <c>template</c> a copy of the template with the primitive's own children
    /// after the template's, operations merged; for every other resource the element itself.
    /// </summary>
    /// <param name="resource">The resource's element. It is not changed.</param>
    /// <param name="ids">Finds the template.</param>
    /// <param name="problem">Why there is no effective element.</param>
    /// <returns>
    /// The effective element (it has no parent if it was made here); <see langword="null"/> if the resource is to be ignored.
    /// </returns>
    public static XElement? Expand(XElement resource, IdIndex ids, out CibProblem? problem)
    {
        problem = null;
        if (resource.Value("template") is not { } name)
        {
            return resource;
        }

        if (name == resource.Id())
        {
            problem = CibProblem.Error(resource, "the resource names itself as its template", "name a template element");
            return null;
        }

        if (ids.Find("template", name) is not { } template)
        {
            problem = CibProblem.Error(resource, $"there is no template '{name}'", "define the template or correct the name");
            return null;
        }

        var effective = template.Copy();
        effective.Name = resource.Name;
        foreach (var attribute in resource.Attributes().Where(attribute => attribute.Name.LocalName != "template"))
        {
            effective.SetAttributeValue(attribute.Name, attribute.Value);
        }

        effective.SetAttributeValue("template", null);
        var inherited = effective.Element("operations");
        foreach (var child in resource.Elements())
        {
            effective.Add(child.Copy());
        }

        if (inherited is not null && effective.Elements("operations").Skip(1).FirstOrDefault() is { } own)
        {
            MergeOperations(inherited, own);
        }

        return effective;
    }

    /// <summary>
    /// The primitives derived from each template, in document order.
    /// </summary>
    /// <param name="resources">The <c>resources</c> element, if the document has one.</param>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Derived(XElement? resources)
    {
        SortedDictionary<string, IReadOnlyList<string>>? derived = null;
        foreach (var primitive in resources?.Descendants("primitive") ?? [])
        {
            if (primitive.Value("template") is { } template && primitive.Id() is { } id)
            {
                derived ??= new(StringComparer.Ordinal);
                var list = derived.TryGetValue(template, out var known) ? (List<string>)known : [];
                list.Add(id);
                derived[template] = list;
            }
        }

        return derived ?? s_none;
    }

    /// <summary>The resource's own operations stay; each of the template's that has no counterpart is added after them.</summary>
    private static void MergeOperations(XElement inherited, XElement own)
    {
        // The resource's operations element may itself be a reference; then it stands as it is.
        if (own.Value("id-ref") is null)
        {
            var keys = own.Elements("op").Select(OperationKey).ToHashSet();
            foreach (var operation in inherited.Elements("op").Where(operation => !keys.Contains(OperationKey(operation))).ToList())
            {
                own.Add(operation.Copy());
            }
        }

        inherited.Remove();
    }

    private static (string? Name, string Role) OperationKey(XElement operation)
    {
        var role = operation.Value("role");
        var isPlain = role is null || role.Equals("Started", StringComparison.OrdinalIgnoreCase)
            || role.Equals("Unpromoted", StringComparison.OrdinalIgnoreCase) || role.Equals("Slave", StringComparison.OrdinalIgnoreCase);
        return (operation.Value("name"), isPlain ? string.Empty : role!.ToUpperInvariant());
    }
}
