using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>The type of an attribute's value in the schema.</summary>
internal enum SchemaType
{
    Text,

    /// <summary>An XML name that is unique in the document.</summary>
    Id,

    /// <summary>The id of another element.</summary>
    IdReference,
    Boolean,
    Integer,
    NonNegativeInteger,
    Score,

    /// <summary>One of a list of words.</summary>
    Word,

    /// <summary>An integer from 1 to 9.</summary>
    Level,

    /// <summary>Names separated by commas.</summary>
    NameList,

    /// <summary>Digits and minus signs.</summary>
    PortRange,
}

/// <summary>
/// An attribute that an element may have in schemas <paramref name="Since"/> to <paramref name="Until"/> (100 × major + minor).
/// </summary>
internal sealed record AttributeRule(
    string Name, SchemaType Type = SchemaType.Text, bool IsRequired = false, int Since = 0, int Until = int.MaxValue)
{
    /// <summary>The words allowed, for <see cref="SchemaType.Word"/>.</summary>
    public IReadOnlyList<SchemaWord> Words { get; init; } = [];

    public bool AppliesTo(int schema) => schema >= Since && schema <= Until;
}

/// <summary>A word allowed in schemas <paramref name="Since"/> to <paramref name="Until"/>.</summary>
internal sealed record SchemaWord(string Text, int Since = 0, int Until = int.MaxValue);

/// <summary>A child that an element may have in schemas <paramref name="Since"/> to <paramref name="Until"/>.</summary>
internal sealed record ChildRule(ElementRule Element, int Minimum = 0, int Maximum = int.MaxValue, int Since = 0, int Until = int.MaxValue)
{
    public bool AppliesTo(int schema) => schema >= Since && schema <= Until;
}

/// <summary>What one element may contain. Rules are linked while the grammar is built and not changed afterwards.</summary>
internal sealed class ElementRule
{
    public ElementRule(string name, params AttributeRule[] attributes)
    {
        Name = name;
        Attributes = attributes;
    }

    public string Name { get; }

    public IReadOnlyList<AttributeRule> Attributes { get; }

    public List<ChildRule> Children { get; } = [];

    /// <summary>Rules that the lists cannot express, e.g. exclusive choices.</summary>
    public Action<ElementCheck>? Check { get; init; }

    /// <summary>Whether anything goes below this element.</summary>
    public bool IsOpen { get; init; }

    /// <summary>The order in which the schema wants the children; empty = any.</summary>
    public IReadOnlyList<string> ChildOrder { get; init; } = [];

    public ElementRule With(params ChildRule[] children)
    {
        Children.AddRange(children);
        return this;
    }
}

/// <summary>One element being checked.</summary>
internal sealed record ElementCheck(XElement Element, int Schema, List<CibProblem> Problems)
{
    public bool Has(string attribute) => Element.Attribute(attribute) is not null;

    public int Count(params string[] attributes) => attributes.Count(Has);

    public int CountChildren(params string[] names)
        => Element.Elements().Count(child => names.Contains(child.Name.LocalName, StringComparer.Ordinal));

    public void Fail(string message, string advice) => Problems.Add(CibProblem.Error(Element, message, advice));

    /// <summary>At most one of the attributes may be there.</summary>
    public void AtMostOne(params string[] attributes)
    {
        if (Count(attributes) > 1)
        {
            Fail($"only one of {Quote(attributes)} may be given", "keep one of them");
        }
    }

    /// <summary>Exactly one of the attributes must be there.</summary>
    public void ExactlyOne(params string[] attributes)
    {
        if (Count(attributes) == 0)
        {
            Fail($"one of {Quote(attributes)} is missing", "add one of them");
        }

        AtMostOne(attributes);
    }

    /// <summary>None of the attributes may be there.</summary>
    public void None(string reason, params string[] attributes)
    {
        foreach (var attribute in attributes.Where(Has))
        {
            Fail($"attribute '{attribute}' is not allowed {reason}", "remove it");
        }
    }

    /// <summary>All of the attributes must be there.</summary>
    public void All(string reason, params string[] attributes)
    {
        foreach (var attribute in attributes.Where(attribute => !Has(attribute)))
        {
            Fail($"attribute '{attribute}' is missing {reason}", "add it");
        }
    }

    private static string Quote(string[] names) => string.Join(", ", names.Select(name => $"'{name}'"));
}
