using System.Xml.Linq;
using System.Xml.XPath;

namespace Mainstay.Cib;

/// <summary>The result of a query.</summary>
/// <param name="Code">
/// <see cref="CibCode.Ok"/>, or <see cref="CibCode.NotFound"/>, or <see cref="CibCode.Software"/> for a bad XPath.
/// </param>
/// <param name="Element">The answer; a copy.</param>
/// <param name="Paths">The paths of the matches, for queries by XPath.</param>
/// <param name="Message">What went wrong.</param>
public sealed record CibQueryResult(CibCode Code, XElement? Element, IReadOnlyList<string> Paths, string? Message = null);

/// <summary>Queries of a CIB (spec/manager.md section 2).</summary>
public static class CibQuery
{
    /// <summary>A section.</summary>
    /// <param name="document">The document.</param>
    /// <param name="scope">The section's name; absent = the whole document.</param>
    /// <param name="noChildren">Only the element with its attributes.</param>
    public static CibQueryResult Section(CibDocument document, string? scope, bool noChildren = false)
        => document.Section(scope ?? "cib") is { } element
            ? new CibQueryResult(CibCode.Ok, Copy(element, noChildren), [])
            : NotFound($"there is no section '{scope}'");

    /// <summary>
    /// The matches of an XPath: one element as it is, several in an <c>xpath-query</c> element in document order; a match of an attribute
    /// gives <c>&lt;xpath-query ATTR="value"/&gt;</c>.
    /// </summary>
    /// <param name="document">The document.</param>
    /// <param name="xpath">The XPath.</param>
    /// <param name="noChildren">Only the elements with their attributes.</param>
    public static CibQueryResult XPath(CibDocument document, string xpath, bool noChildren = false)
    {
        List<XObject> matches;
        try
        {
            matches = document.Xml.XPathEvaluate(xpath) is IEnumerable<object> nodes
                ? [.. nodes.OfType<XObject>()]
                : [];
        }
        catch (Exception error) when (error is XPathException or InvalidOperationException or ArgumentException)
        {
            return new CibQueryResult(CibCode.Software, null, [], $"'{xpath}' is no XPath: {error.Message}");
        }

        var elements = matches.OfType<XElement>().ToList();
        var attributes = matches.OfType<XAttribute>().ToList();
        if (elements.Count + attributes.Count == 0)
        {
            return NotFound($"nothing matches '{xpath}'");
        }

        // Matched inside a document.
        string[] paths = [.. elements.Concat(attributes.Select(attribute => attribute.Parent!)).Select(PatchPath.Of)];
        if (elements.Count == 1 && attributes.Count == 0)
        {
            return new CibQueryResult(CibCode.Ok, Copy(elements[0], noChildren), paths);
        }

        var answer = new XElement("xpath-query", elements.Select(element => Copy(element, noChildren)));
        foreach (var attribute in attributes)
        {
            answer.SetAttributeValue(attribute.Name, attribute.Value);
        }

        return new CibQueryResult(CibCode.Ok, answer, paths);
    }

    private static XElement Copy(XElement element, bool noChildren)
        => noChildren ? new XElement(element.Name, element.Attributes()) : element.Copy();

    private static CibQueryResult NotFound(string message) => new(CibCode.NotFound, null, [], $"No such device or address: {message}");
}
