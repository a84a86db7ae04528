using System.Xml;
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
    private readonly Dictionary<string, XElement> _ids = new(StringComparer.Ordinal);
    private readonly List<(XElement Element, AttributeRule Attribute, string Target)> _references = [];

    public List<CibProblem> Problems { get; } = [];

    private bool IsFull => Problems.Count > CibValidator.ProblemCountMax;

    public void Walk(XElement root)
    {
        // An explicit stack: the depth of a document is bounded when it is read, but not when it is built.
        var pending = new Stack<(XElement Element, ElementRule Rule)>();
        pending.Push((root, SchemaGrammar.Cib));
        while (pending.Count > 0 && !IsFull)
        {
            var (element, rule) = pending.Pop();
            if (rule.IsOpen)
            {
                continue;
            }

            CheckAttributes(element, rule);
            foreach (var child in CheckChildren(element, rule).AsEnumerable().Reverse())
            {
                pending.Push(child);
            }

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
        foreach (var attribute in element.Attributes())
        {
            var known = attribute.IsNamespaceDeclaration || attribute.Name.NamespaceName.Length > 0
                ? null
                : rule.Attributes.FirstOrDefault(known => known.Name == attribute.Name.LocalName && known.AppliesTo(schema));
            if (known is null)
            {
                Problems.Add(CibProblem.Error(
                    element, $"attribute '{attribute.Name.LocalName}' is not allowed here", "remove it or correct its name"));
            }
            else
            {
                CheckValue(element, known, attribute.Value);
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

    private void CheckValue(XElement element, AttributeRule rule, string value)
    {
        switch (rule.Type)
        {
            case SchemaType.Id:
                CheckId(element, value);
                break;
            case SchemaType.IdReference:
                _references.Add((element, rule, value.Trim()));
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

    private List<(XElement Element, ElementRule Rule)> CheckChildren(XElement element, ElementRule rule)
    {
        var result = new List<(XElement, ElementRule)>();
        var counts = new Dictionary<ChildRule, int>();
        var position = 0;
        foreach (var node in element.Nodes())
        {
            if (node is XText text && !string.IsNullOrWhiteSpace(text.Value))
            {
                Problems.Add(CibProblem.Error(element, "text is not allowed here", "remove it"));
            }

            if (node is not XElement child)
            {
                continue;
            }

            var known = rule.Children.FirstOrDefault(known => child.Is(known.Element.Name) && known.AppliesTo(schema));
            if (known is null)
            {
                Problems.Add(CibProblem.Error(
                    child, $"element '{child.Name.LocalName}' is not allowed in '{element.Name.LocalName}'",
                    "remove it or correct its name"));
                continue;
            }

            CheckOrder(rule, child, ref position);
            var count = counts.GetValueOrDefault(known) + 1;
            counts[known] = count;
            if (count == known.Maximum + 1L)
            {
                Problems.Add(CibProblem.Error(
                    child, $"there may be at most {known.Maximum} '{child.Name.LocalName}' here", "remove or merge it"));
            }

            result.Add((child, known.Element));
        }

        foreach (var required in rule.Children)
        {
            if (required.Minimum > counts.GetValueOrDefault(required) && required.AppliesTo(schema))
            {
                Problems.Add(CibProblem.Error(element, $"element '{required.Element.Name}' is missing", "add it"));
            }
        }

        return result;
    }

    private void CheckOrder(ElementRule rule, XElement child, ref int position)
    {
        if (rule.ChildOrder.Count == 0)
        {
            return;
        }

        var index = rule.ChildOrder.ToList().IndexOf(child.Name.LocalName);
        if (index >= 0 && index < position)
        {
            Problems.Add(CibProblem.Error(
                child, $"element '{child.Name.LocalName}' comes too late",
                $"write them in this order: {string.Join(", ", rule.ChildOrder)}"));
        }

        position = Math.Max(position, index);
    }
}

/// <summary>The values of the schema's types.</summary>
internal static class SchemaValues
{
    private static readonly string[] BooleanWords = ["true", "false", "1", "0"];

    /// <summary>What is expected instead of a value; <see langword="null"/> if the value is allowed.</summary>
    public static string? Expected(AttributeRule rule, string value, int schema)
    {
        var collapsed = value.Trim();
        switch (rule.Type)
        {
            case SchemaType.Boolean:
                return BooleanWords.Contains(collapsed, StringComparer.Ordinal) ? null : "true or false";
            case SchemaType.Integer:
                return IntegerText.TryReadWhole(collapsed, out _) ? null : "an integer";
            case SchemaType.NonNegativeInteger:
                return IntegerText.TryReadWhole(collapsed, out var number) && number >= 0 ? null : "an integer that is not negative";
            case SchemaType.Level:
                return IntegerText.TryReadWhole(collapsed, out number) && number is >= 1 and <= 9 ? null : "an integer from 1 to 9";
            case SchemaType.Score:
                return collapsed is "INFINITY" or "+INFINITY" or "-INFINITY" || IntegerText.TryReadWhole(collapsed, out _)
                    ? null : "an integer, INFINITY or -INFINITY";
            case SchemaType.Word:
                var words = rule.Words.Where(word => schema >= word.Since && schema <= word.Until).Select(word => word.Text).ToList();
                return words.Contains(collapsed, StringComparer.Ordinal) ? null : $"one of {string.Join(", ", words)}";
            case SchemaType.NameList:
                var isList = value.Split(',').All(name => name.Length > 0 && name.All(IsDeviceCharacter));
                return isList ? null : "names separated by commas, without blanks";
            case SchemaType.PortRange:
                var isRange = value.Length > 0 && value.All(character => char.IsAsciiDigit(character) || character == '-');
                return isRange ? null : "a port range such as 8000-8010";
            default:
                return null;
        }
    }

    public static bool IsName(string value)
        => value.Length > 0 && XmlConvert.IsStartNCNameChar(value[0]) && value.All(XmlConvert.IsNCNameChar);

    private static bool IsDeviceCharacter(char character) => char.IsAsciiLetterOrDigit(character) || character is '_' or '.' or '-';
}
