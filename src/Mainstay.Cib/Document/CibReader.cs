using System.Xml;
using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>The result of reading XML.</summary>
/// <param name="Document">The document; <see langword="null"/> if there is an error.</param>
/// <param name="Problems">What is wrong.</param>
public sealed record XmlReadResult(XDocument? Document, IReadOnlyList<CibProblem> Problems);

/// <summary>
/// Reads XML of untrusted origin: no document type definition (so no entities to expand), bounded size, depth and attribute count; white
/// space between elements is dropped, comments and other text are kept, every element remembers its line. Never throws for bad input.
/// </summary>
public static class CibReader
{
    /// <summary>Reads any XML text; the root may have any name.</summary>
    /// <param name="text">The XML text.</param>
    /// <param name="source">The name of the source for messages.</param>
    /// <param name="limits">The bounds; the defaults if absent.</param>
    public static XmlReadResult Read(string text, string? source = null, CibLimits? limits = null)
    {
        limits ??= CibLimits.Default;
        if (AttributeBound.Check(text.AsSpan(), source, limits) is { } problem) return new XmlReadResult(null, [problem]);
        using var reader = new StringReader(text);
        return Guard(source, () => XmlReader.Create(reader, Settings(limits)), limits);
    }

    internal static XmlReadResult Read(Stream stream, string? source, CibLimits limits)
        => Guard(source, () => XmlReader.Create(stream, Settings(limits)), limits);

    private static XmlReaderSettings Settings(CibLimits limits) => new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = limits.CharactersMax,
        IgnoreWhitespace = true,
    };

    private static XmlReadResult Guard(string? source, Func<XmlReader> open, CibLimits limits)
    {
        try
        {
            using var reader = open();
            return Load(reader, source, limits);
        }
        catch (XmlException error)
        {
            // What the framework says of these is meant for programmers.
            return error.Message.Contains("DTD", StringComparison.Ordinal)
                ? Failed(source, error.LineNumber, "a document type definition is not allowed", "remove it: a CIB has none")
                : Failed(source, error.LineNumber, error.Message, "correct the XML at this place");
        }
        catch (Exception error) when (error is ArgumentException or System.Text.DecoderFallbackException or NotSupportedException)
        {
            return Failed(source, 0, error.Message, "use UTF-8");
        }
    }

    private static XmlReadResult Load(XmlReader reader, string? source, CibLimits limits)
    {
        var document = new XDocument();
        if (ReadNodes(reader, document, source, limits) is { } failed) return failed;
        return document.Root is null ? Failed(source, 0, "the document is empty", "give an XML document") : new XmlReadResult(document, []);
    }

    private static XmlReadResult? ReadNodes(XmlReader reader, XContainer root, string? source, CibLimits limits)
    {
        XContainer parent = root;
        while (reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    if (reader.Depth >= limits.DepthMax)
                    {
                        return Failed(source, Line(reader), $"elements are nested deeper than {limits.DepthMax}", "flatten the document");
                    }

                    if (reader.AttributeCount > limits.AttributeCountMax)
                    {
                        return new XmlReadResult(null, [AttributeBound.Exceeded(source, Line(reader), limits)]);
                    }

                    var isEmpty = reader.IsEmptyElement;
                    var element = ReadElement(reader);
                    parent.Add(element);
                    parent = isEmpty ? parent : element;
                    break;
                case XmlNodeType.EndElement:
                    parent = (XContainer?)parent.Parent ?? root;
                    break;
                case XmlNodeType.Text:
                    parent.Add(new XText(reader.Value));
                    break;
                case XmlNodeType.CDATA:
                    parent.Add(new XCData(reader.Value));
                    break;
                case XmlNodeType.Comment:
                    parent.Add(new XComment(reader.Value));
                    break;
                case XmlNodeType.ProcessingInstruction:
                    parent.Add(new XProcessingInstruction(reader.Name, reader.Value));
                    break;
                default:
                    break; // declarations and white space carry nothing
            }
        }

        return null;
    }

    private static XElement ReadElement(XmlReader reader)
    {
        var element = new XElement(XName.Get(reader.LocalName, reader.NamespaceURI));
        element.SetLine(Line(reader));
        while (reader.MoveToNextAttribute())
        {
            var space = reader.Prefix.Length == 0 && reader.LocalName != "xmlns" ? string.Empty : reader.NamespaceURI;
            var name = reader.Prefix.Length == 0 && reader.LocalName == "xmlns" ? XName.Get("xmlns") : XName.Get(reader.LocalName, space);
            element.Add(new XAttribute(name, reader.Value));
        }

        reader.MoveToElement();
        return element;
    }

    private static int Line(XmlReader reader) => reader is IXmlLineInfo info && info.HasLineInfo() ? info.LineNumber : 0;

    private static XmlReadResult Failed(string? source, int line, string message, string advice)
        => new(null, [new CibProblem(CibSeverity.Error, message, Line: line, Advice: advice, Source: source)]);
}
