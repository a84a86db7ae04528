using System.Xml;
using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>Reading access to the elements of a CIB.</summary>
public static class CibElements
{
    /// <summary>The value of an attribute, or <see langword="null"/>.</summary>
    /// <param name="element">The element.</param>
    /// <param name="attribute">The attribute's name.</param>
    public static string? Value(this XElement element, string attribute) => element.Attribute(attribute)?.Value;

    /// <summary>The element's <c>id</c>, or <see langword="null"/>.</summary>
    /// <param name="element">The element.</param>
    public static string? Id(this XElement element) => element.Attribute("id")?.Value;

    /// <summary>The line where the element stood in the source it was read from, counted from 1; 0 if it was made in memory.</summary>
    /// <param name="element">The element.</param>
    public static int Line(this XElement element)
        => element.Annotation<SourceLine>()?.Number ?? (((IXmlLineInfo)element).HasLineInfo() ? ((IXmlLineInfo)element).LineNumber : 0);

    /// <summary>Whether the element has this name.</summary>
    /// <param name="element">The element.</param>
    /// <param name="name">The name.</param>
    public static bool Is(this XElement element, string name)
        => element.Name.NamespaceName.Length == 0 && element.Name.LocalName == name;

    /// <summary>A deep copy that keeps the line numbers.</summary>
    /// <param name="element">The element.</param>
    public static XElement Copy(this XElement element)
    {
        var copy = new XElement(element);
        CopyLines(element, copy);
        return copy;
    }

    internal static void SetLine(this XElement element, int line)
    {
        if (line > 0)
        {
            element.AddAnnotation(new SourceLine(line));
        }
    }

    internal static void CopyLines(XElement from, XElement to)
    {
        using var source = from.DescendantsAndSelf().GetEnumerator();
        using var target = to.DescendantsAndSelf().GetEnumerator();
        while (source.MoveNext() && target.MoveNext())
        {
            if (target.Current.Line() == 0)
            {
                target.Current.SetLine(source.Current.Line());
            }
        }
    }

    private sealed record SourceLine(int Number);
}
