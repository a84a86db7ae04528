using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>
/// Checks a document against the rules of its schema: elements and attributes allowed, required and exclusive ones, values, unique ids,
/// references (spec/cib-model.md, "Validation rules of schema 4.0"). The content of <c>status</c> is free.
/// </summary>
public static class CibValidator
{
    /// <summary>The largest number of problems reported; one more says that there are others.</summary>
    public const int ProblemCountMax = 200;

    /// <summary>Checks a document; no errors mean that it conforms.</summary>
    /// <param name="document">The document.</param>
    /// <param name="schema">The schema to check against; the document's own if absent.</param>
    /// <returns>Problems in document order.</returns>
    public static IReadOnlyList<CibProblem> Validate(CibDocument document, CibSchema? schema = null)
    {
        if (schema is null)
        {
            var name = document.SchemaName;
            if (string.Equals(name, CibSchema.NoneName, StringComparison.OrdinalIgnoreCase))
            {
                return [];
            }

            schema = CibSchema.Find(name);
            if (schema is null)
            {
                var message = name is null ? "validate-with is missing" : $"there is no schema '{name}'";
                return [CibProblem.Error(document.Root, message, $"name a schema up to {CibSchema.Newest.Name} in validate-with")];
            }
        }

        var run = new ValidationRun(schema.Number);
        run.Walk(document.PackedRoot);
        run.CheckReferences();
        return run.Problems.Count <= ProblemCountMax
            ? run.Problems
            : [.. run.Problems.Take(ProblemCountMax), new CibProblem(CibSeverity.Error, "there are more problems than are shown")];
    }

    /// <summary>Whether a document has no error under a schema.</summary>
    /// <param name="document">The document.</param>
    /// <param name="schema">The schema to check against; the document's own if absent.</param>
    public static bool Conforms(CibDocument document, CibSchema? schema = null)
        => !Validate(document, schema).Any(problem => problem.Severity == CibSeverity.Error);
}

/// <summary>One validation: the walk and what it has seen.</summary>
internal sealed class ValidationRun(int schema)
{
    // A list of structures that begins empty has to have that beginning compiled at every start.
    private const int RoomAtFirst = 64;

    private readonly Dictionary<string, XElement> _ids = new(StringComparer.Ordinal);
    private readonly List<Reference> _references = new(RoomAtFirst);

    // An explicit stack: the depth of a document is bounded when it is read, but not when it is built.
    private readonly List<Pending> _pending = new(RoomAtFirst);

    public List<CibProblem> Problems { get; } = [];

    private bool IsFull => Problems.Count > CibValidator.ProblemCountMax;

    public void Walk(XElement root)
    {
        _pending.Add(new Pending(root, SchemaGrammar.Cib));
        while (_pending.Count > 0 && !IsFull)
        {
            var (element, rule) = _pending[^1];
            _pending.RemoveAt(_pending.Count - 1);
            if (rule.IsOpen)
            {
                continue;
            }

            CheckAttributes(element, rule);
            var first = _pending.Count;
            CheckChildren(element, rule);
            _pending.Reverse(first, _pending.Count - first);
            rule.Check?.Invoke(new ElementCheck(element, schema, Problems));
        }
    }

    public void CheckReferences()
    {
        foreach (var (element, attribute, target) in _references)
        {
            if (IsFull)
            {
                return;
            }

            if (!_ids.TryGetValue(target, out var found))
            {
                Problems.Add(CibProblem.Error(
                    element, $"{attribute.Name}=\"{target}\" refers to nothing: there is no element with this id",
                    "correct the reference or add the element"));
            }
            else if (attribute.Name == "id-ref" && found.Name != element.Name)
            {
                Problems.Add(CibProblem.Warning(
                    element, $"id-ref=\"{target}\" refers to a {found.Name.LocalName}, so it has no effect",
                    $"refer to a {element.Name.LocalName}"));
            }
        }
    }

    private void CheckAttributes(XElement element, ElementRule rule)
    {
        for (var attribute = element.FirstAttribute; attribute is not null; attribute = attribute.NextAttribute)
        {
            if (FindRule(attribute, rule) is { } known)
            {
                CheckValue(element, known, attribute.Value);
            }
            else
            {
                Problems.Add(CibProblem.Error(
                    element, $"attribute '{attribute.Name.LocalName}' is not allowed here", "remove it or correct its name"));
            }
        }

        foreach (var required in rule.Attributes)
        {
            if (required.IsRequired && required.AppliesTo(schema) && element.Attribute(required.Name) is null)
            {
                Problems.Add(CibProblem.Error(element, $"attribute '{required.Name}' is missing", "add it"));
            }
        }
    }

    private AttributeRule? FindRule(XAttribute attribute, ElementRule rule)
    {
        if (attribute.IsNamespaceDeclaration || attribute.Name.NamespaceName.Length > 0) return null;
        foreach (var known in rule.Attributes)
        {
            if (known.Name == attribute.Name.LocalName && known.AppliesTo(schema)) return known;
        }

        return null;
    }

    private void CheckValue(XElement element, AttributeRule rule, string value)
    {
        switch (rule.Type)
        {
            case SchemaType.Id:
                CheckId(element, value);
                break;
            case SchemaType.IdReference:
                _references.Add(new Reference(element, rule, value.Trim()));
                break;
            default:
                if (SchemaValues.Expected(rule, value, schema) is { } expected)
                {
                    Problems.Add(CibProblem.Error(element, $"{rule.Name}=\"{value}\" is not allowed", $"give {expected}"));
                }

                break;
        }
    }

    private void CheckId(XElement element, string value)
    {
        value = value.Trim();
        if (!SchemaValues.IsName(value))
        {
            Problems.Add(CibProblem.Error(
                element, $"id=\"{value}\" is no XML name", "begin with a letter or '_' and use letters, digits, '.', '-' and '_' only"));
        }
        else if (!_ids.TryAdd(value, element))
        {
            var first = _ids[value];
            var place = first.Line() > 0 ? $" in line {first.Line()}" : string.Empty;
            Problems.Add(CibProblem.Error(
                element, $"id=\"{value}\" is used already by a {first.Name.LocalName}{place}", "give each element an id of its own"));
        }
    }

    private void CheckChildren(XElement element, ElementRule rule)
    {
        const int OnStackMax = 32;
        Span<int> counts = rule.Children.Count <= OnStackMax ? stackalloc int[OnStackMax] : new int[rule.Children.Count];
        var position = 0;
        for (var node = element.FirstNode; node is not null; node = node.NextNode)
        {
            if (node is XText text && !string.IsNullOrWhiteSpace(text.Value))
            {
                Problems.Add(CibProblem.Error(element, "text is not allowed here", "remove it"));
            }

            if (node is not XElement child)
            {
                continue;
            }

            var place = FindRule(child, rule);
            if (place < 0)
            {
                Problems.Add(CibProblem.Error(
                    child, $"element '{child.Name.LocalName}' is not allowed in '{element.Name.LocalName}'",
                    "remove it or correct its name"));
                continue;
            }

            CheckOrder(rule, child, ref position);
            var known = rule.Children[place];
            if (++counts[place] == known.Maximum + 1L)
            {
                Problems.Add(CibProblem.Error(
                    child, $"there may be at most {known.Maximum} '{child.Name.LocalName}' here", "remove or merge it"));
            }

            _pending.Add(new Pending(child, known.Element));
        }

        for (var place = 0; place < rule.Children.Count; place++)
        {
            var required = rule.Children[place];
            if (required.Minimum > counts[place] && required.AppliesTo(schema))
            {
                Problems.Add(CibProblem.Error(element, $"element '{required.Element.Name}' is missing", "add it"));
            }
        }
    }

    private int FindRule(XElement child, ElementRule rule)
    {
        for (var place = 0; place < rule.Children.Count; place++)
        {
            var known = rule.Children[place];
            if (child.Is(known.Element.Name) && known.AppliesTo(schema)) return place;
        }

        return -1;
    }

    private void CheckOrder(ElementRule rule, XElement child, ref int position)
    {
        if (rule.ChildOrder.Count == 0)
        {
            return;
        }

        var index = 0;
        while (index < rule.ChildOrder.Count && rule.ChildOrder[index] != child.Name.LocalName) index++;
        if (index == rule.ChildOrder.Count) return;
        if (index < position)
        {
            Problems.Add(CibProblem.Error(
                child, $"element '{child.Name.LocalName}' comes too late",
                $"write them in this order: {string.Join(", ", rule.ChildOrder)}"));
        }

        position = Math.Max(position, index);
    }

    private readonly record struct Pending(XElement Element, ElementRule Rule);

    private readonly record struct Reference(XElement Element, AttributeRule Attribute, string Target);
}
