using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>
/// A typed view of an element: it reads through to the XML and adds nothing, so nothing is lost and messages can name element, id and line.
/// </summary>
/// <param name="element">The element.</param>
public abstract class CibView(XElement element)
{
    /// <summary>The element.</summary>
    public XElement Element { get; } = element;

    /// <summary>The id; empty if the element has none (the schema forbids that).</summary>
    public string Id => Element.Id() ?? string.Empty;

    /// <summary>The description, if there is one.</summary>
    public string? Description => Element.Value("description");

    /// <summary>The line in the source, counted from 1; 0 if unknown.</summary>
    public int Line => Element.Line();

    /// <summary><c>ELEMENT 'ID'</c>, for messages.</summary>
    public override string ToString() => $"{Element.Name.LocalName} '{Id}'";
}
