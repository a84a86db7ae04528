using System.Text;
using System.Xml.Linq;

namespace Mainstay.Scheduler;

/// <summary>
/// A page about a transition: what changes, the picture, and every step with what it waits for and why. Needs no network.
/// </summary>
public static class TransitionHtml
{
    private const string Style = """
        :root{color-scheme:light dark}body{font:14px/1.45 system-ui,sans-serif;margin:2em auto;max-width:90em;padding:0 1em}
        h1{font-size:1.4em}h2{font-size:1.1em;margin-top:2em}.picture{overflow-x:auto;border:1px solid #8884;border-radius:6px}
        table{border-collapse:collapse}td,th{text-align:left;vertical-align:top;padding:.25em .8em;border-bottom:1px solid #8884}
        td:first-child{text-align:right}pre{background:#8881;padding:.8em;border-radius:6px;overflow-x:auto}
        """;

    /// <summary>Writes the page.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="title">Heading, such as the name of the input.</param>
    /// <returns>The text of an HTML 5 document.</returns>
    public static string ToText(Plan plan, string title)
    {
        var steps = TransitionSteps.Of(plan);
        var page = new XElement(
            "html",
            new XAttribute("lang", "en"),
            new XElement(
                "head",
                new XElement("meta", new XAttribute("charset", "utf-8")),
                new XElement("meta", new XAttribute("name", "viewport"), new XAttribute("content", "width=device-width")),
                new XElement("title", title),
                new XElement("style", Style)),
            new XElement(
                "body",
                new XElement("h1", title),
                new XElement("h2", "What changes"),
                plan.Changes.Count == 0
                    ? new XElement("p", "Nothing.")
                    : new XElement("pre", string.Join('\n', plan.Changes)),
                new XElement("h2", "How"),
                steps.Count == 0
                    ? new XElement("p", "There is nothing to be done.")
                    : new XElement("div", new XAttribute("class", "picture"), TransitionSvg.Draw(steps)),
                steps.Count == 0 ? null : Table(steps)));
        var text = new StringBuilder("<!DOCTYPE html>\n");
        return text.Append(page.ToString(SaveOptions.DisableFormatting)).Append('\n').ToString();
    }

    private static XElement Table(IReadOnlyList<TransitionStep> steps) => new(
        "table",
        new XElement("tr", new[] { "Step", "Node", "What", "After", "Why" }.Select(h => new XElement("th", h))),
        steps.Select(s => new XElement(
            "tr",
            new XElement("td", s.Number),
            new XElement("td", s.Node ?? ""),
            new XElement("td", s.Details.Count == 0 ? s.Text : $"{s.Text} ({string.Join(", ", s.Details)})"),
            new XElement("td", TransitionSvg.Numbers(s.After)),
            new XElement("td", s.Reason ?? ""))));
}
