using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>Merges an element into an existing one, as the operation modify does (spec/manager.md section 2).</summary>
internal static class ElementMerge
{
    /// <summary>Whether a child is the one an input means: the same name and, if the input has one, the same id.</summary>
    public static bool IsSame(XElement element, XElement input)
        => element.Name == input.Name && (input.Id() is not { } id || element.Id() == id);

    /// <summary>Whether an element is the one a request names: the same name and the same id, or both without.</summary>
    public static bool IsNamed(XElement element, XElement input) => element.Name == input.Name && element.Id() == input.Id();

    /// <summary>Whether an element has the name and all attributes of a pattern.</summary>
    public static bool Fits(XElement element, XElement pattern)
        => element.Name == pattern.Name
            && pattern.Attributes().All(attribute => element.Attribute(attribute.Name)?.Value == attribute.Value);

    /// <summary>Sets the attributes that the input has, merges the children it has, adds those that are missing.</summary>
    public static void Merge(XElement target, XElement input)
    {
        foreach (var attribute in input.Attributes())
        {
            target.SetAttributeValue(attribute.Name, Evaluate(target, attribute));
        }

        foreach (var child in input.Elements())
        {
            if (target.Elements().FirstOrDefault(known => IsSame(known, child)) is { } match)
            {
                Merge(match, child);
            }
            else
            {
                target.Add(child.Copy());
            }
        }

        AddComments(target, input);
    }

    private static void AddComments(XElement target, XElement input)
    {
        foreach (var comment in input.Nodes().OfType<XComment>())
        {
            if (target.Nodes().OfType<XComment>().All(known => known.Value != comment.Value))
            {
                target.Add(new XComment(comment));
            }
        }
    }

    /// <summary><c>X="X++"</c> and <c>X="X+=N"</c> are arithmetic with the present value; everything else is the value itself.</summary>
    private static string Evaluate(XElement target, XAttribute attribute)
    {
        var name = attribute.Name.LocalName;
        var text = attribute.Value;
        if (!text.StartsWith(name, StringComparison.Ordinal))
        {
            return text;
        }

        var rest = text[name.Length..];
        Score step;
        if (rest == "++")
        {
            step = new Score(1);
        }
        else if (!rest.StartsWith("+=", StringComparison.Ordinal) || !Score.TryParse(rest[2..], out step))
        {
            return text;
        }

        return (Score.Parse(target.Attribute(attribute.Name)?.Value) + step).ToString();
    }
}
