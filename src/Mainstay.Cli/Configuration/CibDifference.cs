using System.Text;
using System.Xml.Linq;

namespace Mainstay.Cli.Configuration;

/// <summary>The difference of two CIBs in lines, for <c>--dry-run</c>.</summary>
internal static class CibDifference
{
    /// <summary>Lines with <c>-</c> and <c>+</c>, each with the elements that hold it; a sentence where nothing differs.</summary>
    public static string Describe(XDocument before, XDocument after)
    {
        var text = new StringBuilder();
        Compare(CibTree.Configuration(before), CibTree.Configuration(after), "", text);
        return text.Length == 0 ? "No change\n" : text.ToString();
    }

    private static void Compare(XElement before, XElement after, string path, StringBuilder text)
    {
        var here = $"{path}/{Label(after)}";
        if (!Attributes(before).SequenceEqual(Attributes(after), StringComparer.Ordinal))
        {
            text.Append($"@ {here}\n- {string.Join(' ', Attributes(before))}\n+ {string.Join(' ', Attributes(after))}\n");
        }

        var old = before.Elements().ToList();
        foreach (var element in after.Elements())
        {
            var match = old.FirstOrDefault(e => Label(e) == Label(element));
            if (match is null)
            {
                Print(element, here, '+', text);
                continue;
            }

            old.Remove(match);
            Compare(match, element, here, text);
        }

        foreach (var element in old)
        {
            Print(element, here, '-', text);
        }
    }

    private static void Print(XElement element, string path, char sign, StringBuilder text)
    {
        text.Append($"@ {path}\n");
        foreach (var line in CibXml.Print(element).TrimEnd('\n').Split('\n'))
        {
            text.Append($"{sign} {line}\n");
        }
    }

    private static string Label(XElement element) =>
        element.Attribute("id") is { } id ? $"{element.Name.LocalName}[{id.Value}]" : element.Name.LocalName;

    private static List<string> Attributes(XElement element) =>
        [.. element.Attributes().Select(a => $"{a.Name}=\"{a.Value}\"").Order(StringComparer.Ordinal)];
}
