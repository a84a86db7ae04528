using System.Xml.Linq;
using CibDocument = Mainstay.Cib.CibDocument;
using CibSeverity = Mainstay.Cib.CibSeverity;
using CibWriter = Mainstay.Cib.CibWriter;

namespace Mainstay.Cli.Configuration;

/// <summary>Reading and printing of CIB documents for the command line.</summary>
internal static class CibXml
{
    /// <summary>Parses a document; line numbers are kept for messages.</summary>
    /// <param name="stream">The bytes.</param>
    /// <param name="source">Name of the source, for messages.</param>
    /// <exception cref="CommandFailure">It is no well-formed XML, has a document type definition, or is too large.</exception>
    public static XDocument Load(Stream stream, string source) => Checked(CibDocument.Parse(stream, source));

    /// <inheritdoc cref="Load"/>
    public static XDocument Parse(string text, string source) => Checked(CibDocument.Parse(text, source));

    /// <summary>The document or element as indented text, ending in a line feed.</summary>
    public static string Print(XNode node) =>
        node is XDocument document ? CibWriter.Print(document, Mainstay.Cib.CibPrintStyle.Pretty) : CibWriter.Print((XElement)node);

    /// <summary>Counts <c>epoch</c> up and resets <c>num_updates</c>, where the configuration differs (spec/cib-model.md section
    /// 2).</summary>
    public static void BumpVersion(XDocument original, XDocument changed)
    {
        var root = changed.Root!;
        if (XNode.DeepEquals(original.Root?.Element("configuration"), root.Element("configuration")))
        {
            return;
        }

        root.SetAttributeValue("epoch", Number(original.Root, "epoch") + 1);
        root.SetAttributeValue("num_updates", 0);
    }

    private static XDocument Checked(Mainstay.Cib.CibParseResult result)
    {
        var errors = result.Problems.Where(p => p.Severity == CibSeverity.Error).Select(p => p.ToString()).ToList();
        return result.Document?.Xml ?? throw new CommandFailure(errors.Count > 0 ? errors : ["the CIB cannot be read"]);
    }

    private static long Number(XElement? element, string name) =>
        long.TryParse(element?.Attribute(name)?.Value, out var value) ? value : 0;
}
