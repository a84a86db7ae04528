using System.Xml.Linq;

namespace Mainstay.Cli.Configuration;

/// <summary>Finding things in a CIB document.</summary>
internal static class CibTree
{
    private static readonly HashSet<string> s_resourceNames =
        new(["primitive", "group", "clone", "master", "bundle"], StringComparer.Ordinal);

    // Elements whose id attribute names another object.
    private static readonly HashSet<string> s_references =
        new(["resource_ref", "obj_ref", "role", "status"], StringComparer.Ordinal);

    /// <summary>The <c>configuration</c> element.</summary>
    public static XElement Configuration(XDocument cib) =>
        cib.Root?.Element("configuration")
            ?? throw new CommandFailure("the CIB has no 'configuration' element: this is not a cluster configuration");

    /// <summary>A section of the configuration, made where it is missing.</summary>
    public static XElement Section(XDocument cib, string name)
    {
        var configuration = Configuration(cib);
        if (configuration.Element(name) is { } found)
        {
            return found;
        }

        var made = new XElement(name);
        configuration.Add(made);
        return made;
    }

    /// <summary>A section of the configuration, or <see langword="null"/>.</summary>
    public static XElement? FindSection(XDocument cib, string name) => cib.Root?.Element("configuration")?.Element(name);

    /// <summary>The id of an element; empty where it has none.</summary>
    public static string Id(this XElement element) => element.Attribute("id")?.Value ?? "";

    /// <summary>An attribute's text, or <see langword="null"/>.</summary>
    public static string? Text(this XElement element, string attribute) => element.Attribute(attribute)?.Value;

    /// <summary>Whether the element is a resource: primitive, group, clone (also in its old form) or bundle.</summary>
    public static bool IsResource(XElement element) => s_resourceNames.Contains(element.Name.LocalName);

    /// <summary>Whether the element is a clone, also in the old form <c>master</c>.</summary>
    public static bool IsClone(XElement element) => element.Name.LocalName is "clone" or "master";

    /// <summary>Whether the element is a primitive of class stonith.</summary>
    public static bool IsFenceDevice(XElement element) => element.Name == "primitive" && element.Text("class") == "stonith";

    /// <summary>All resources, in document order, outer ones before inner ones.</summary>
    public static IEnumerable<XElement> Resources(XDocument cib) =>
        FindSection(cib, "resources")?.Descendants().Where(IsResource) ?? [];

    /// <summary>Resources that stand directly in the section.</summary>
    public static IEnumerable<XElement> TopResources(XDocument cib) =>
        FindSection(cib, "resources")?.Elements().Where(IsResource) ?? [];

    /// <summary>A resource by its id.</summary>
    public static XElement? FindResource(XDocument cib, string id) => Resources(cib).FirstOrDefault(r => r.Id() == id);

    /// <summary>The outermost resource that holds this one (itself, where nothing does).</summary>
    public static XElement Outermost(XElement resource) => resource.AncestorsAndSelf().Last(IsResource);

    /// <summary>The resource that holds this one directly.</summary>
    public static XElement? Parent(XElement resource) => resource.Parent is { } parent && IsResource(parent) ? parent : null;

    /// <summary>The primitives of a resource: itself, or those inside.</summary>
    public static IEnumerable<XElement> Primitives(XElement resource) => resource.DescendantsAndSelf("primitive");

    /// <summary>The nodes of the configuration.</summary>
    public static IEnumerable<XElement> Nodes(XDocument cib) => FindSection(cib, "nodes")?.Elements("node") ?? [];

    /// <summary>The element that owns the id (not a reference to it), in the configuration.</summary>
    public static XElement? FindById(XDocument cib, string id) =>
        Configuration(cib).Descendants().FirstOrDefault(e => e.Id() == id && OwnsId(e));

    /// <summary>Whether the element's <c>id</c> is its own and must be unique in the document.</summary>
    public static bool OwnsId(XElement element) => element.Name != "node" && !s_references.Contains(element.Name.LocalName);

    /// <summary>
    /// What an id may begin with and consist of (spec/cli-pcs.md section 2); <see langword="null"/> where the id is good, else the reason.
    /// </summary>
    public static string? IdProblem(string id, string what)
    {
        if (id.Length == 0)
        {
            return $"{what} cannot be empty";
        }

        if (!IsIdStart(id[0]))
        {
            return $"invalid {what} '{id}', '{id[0]}' is not a valid first character for a {what}";
        }

        var bad = id.FirstOrDefault(c => !IsIdPart(c));
        return bad == '\0' ? null : $"invalid {what} '{id}', '{bad}' is not a valid character for a {what}";
    }

    /// <summary>The text without characters that an id cannot have.</summary>
    public static string CleanId(string text)
    {
        var kept = string.Concat(text.Where(IsIdPart));
        return kept.TrimStart('-', '.', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
    }

    private static bool IsIdStart(char c) => char.IsLetter(c) || c == '_';

    private static bool IsIdPart(char c) => char.IsLetterOrDigit(c) || c is '_' or '-' or '.';
}
