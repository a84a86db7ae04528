using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>
/// Prints XML in the form of the reference's tools: no blank before <c>/&gt;</c>, double quotes, attributes in document order.
/// </summary>
public static class CibWriter
{
    /// <summary>Prints a document; the declaration is dropped, comments outside the root are kept.</summary>
    /// <param name="document">The document.</param>
    /// <param name="style">Pretty or compact.</param>
    public static string Print(XDocument document, CibPrintStyle style)
    {
        var text = new StringBuilder();
        foreach (var node in document.Nodes())
        {
            Append(text, node, style, 0);
        }

        return text.ToString();
    }

    /// <summary>Prints an element. Pretty text ends with a newline, compact text does not.</summary>
    /// <param name="element">The element.</param>
    /// <param name="style">Pretty or compact.</param>
    /// <param name="level">The level of the first line in pretty text.</param>
    public static string Print(XElement element, CibPrintStyle style = CibPrintStyle.Pretty, int level = 0)
    {
        var text = new StringBuilder();
        Append(text, element, style, level);
        return text.ToString();
    }

    /// <summary>Prints the start tag only, e.g. <c>&lt;nvpair id="a"&gt;</c> without the angle bracket at the end.</summary>
    internal static void AppendOpenTag(StringBuilder text, XElement element)
    {
        text.Append('<').Append(NameOf(element, element.Name));
        foreach (var attribute in element.Attributes())
        {
            text.Append(' ').Append(NameOf(element, attribute.Name)).Append("=\"");
            AppendEscaped(text, attribute.Value, isAttribute: true);
            text.Append('"');
        }
    }

    // Depth is bounded by CibLimits.DepthMax for everything that was read, so recursion is.
    private static void Append(StringBuilder text, XNode node, CibPrintStyle style, int level)
    {
        var pretty = style == CibPrintStyle.Pretty;
        if (pretty)
        {
            text.Append(' ', level * 2);
        }

        switch (node)
        {
            case XElement element:
                AppendElement(text, element, style, level);
                break;
            case XComment comment:
                text.Append("<!--").Append(comment.Value).Append("-->");
                break;
            case XCData data:
                text.Append("<![CDATA[").Append(data.Value).Append("]]>");
                break;
            case XText plain:
                AppendEscaped(text, plain.Value, isAttribute: false);
                break;
            case XProcessingInstruction instruction:
                text.Append("<?").Append(instruction.Target).Append(' ').Append(instruction.Data).Append("?>");
                break;
            default:
                break;
        }

        if (pretty)
        {
            text.Append('\n');
        }
    }

    private static void AppendElement(StringBuilder text, XElement element, CibPrintStyle style, int level)
    {
        AppendOpenTag(text, element);
        if (element.FirstNode is null)
        {
            text.Append("/>");
            return;
        }

        text.Append('>');

        // White space next to text would change the content, so elements with text are printed in one line.
        var inner = style == CibPrintStyle.Pretty && element.Nodes().OfType<XText>().Any() ? CibPrintStyle.Compact : style;
        if (inner == CibPrintStyle.Pretty)
        {
            text.Append('\n');
        }

        foreach (var child in element.Nodes())
        {
            Append(text, child, inner, level + 1);
        }

        if (inner == CibPrintStyle.Pretty)
        {
            text.Append(' ', level * 2);
        }

        text.Append("</").Append(NameOf(element, element.Name)).Append('>');
    }

    private static string NameOf(XElement scope, XName name)
    {
        if (name.NamespaceName.Length == 0)
        {
            return name.LocalName;
        }

        var prefix = scope.GetPrefixOfNamespace(name.Namespace);
        return string.IsNullOrEmpty(prefix) ? name.LocalName : $"{prefix}:{name.LocalName}";
    }

    internal static void AppendEscaped(StringBuilder text, string value, bool isAttribute)
    {
        foreach (var character in value)
        {
            switch (character)
            {
                case '&':
                    text.Append("&amp;");
                    break;
                case '<':
                    text.Append("&lt;");
                    break;
                case '>':
                    text.Append("&gt;");
                    break;
                case '"' when isAttribute:
                    text.Append("&quot;");
                    break;
                case '\n' or '\t' when !isAttribute:
                    text.Append(character);
                    break;
                case < ' ' or '\u007f':
                    text.Append(CultureInfo.InvariantCulture, $"&#{(int)character};");
                    break;
                default:
                    text.Append(character);
                    break;
            }
        }
    }
}
