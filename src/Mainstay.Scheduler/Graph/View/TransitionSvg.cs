using System.Globalization;
using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>
/// A picture of a transition that a person can read: one lane per node, time from left to right, a line for every order that matters.
/// Hovering tells the reason of a step.
/// </summary>
public static class TransitionSvg
{
    private const int CharWidth = 7;
    private const int BoxHeight = 24;
    private const int RowHeight = 34;
    private const int ColumnGap = 46;
    private const int Top = 16;
    private const int LanePadding = 10;
    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";

    private const string Style = """
        text{font:12px ui-monospace,monospace;fill:#1c2330}.lane{fill:#f4f6fa}.lane.odd{fill:#e9edf4}.name{font-weight:bold}
        .box{stroke:#5b6577;stroke-width:1;fill:#fff}.start{fill:#d5f2dc}.stop{fill:#fbdcd8}.promote{fill:#d8e6fc}.demote{fill:#fdeccb}
        .fence{fill:#3a3f4b}.fence+text{fill:#fff}.probe{fill:#ececec}.edge{fill:none;stroke:#7b8698;stroke-width:1.2}
        @media(prefers-color-scheme:dark){text{fill:#e4e8f0}.lane{fill:#1b202a}.lane.odd{fill:#232936}.box{fill:#2b3240}.start{fill:#1e4a2b}
        .stop{fill:#5c2822}.promote{fill:#22406e}.demote{fill:#5f4716}.probe{fill:#343a46}.fence{fill:#d8dce4}.fence+text{fill:#111}}
        """;

    /// <summary>Draws the steps.</summary>
    /// <param name="steps">The steps of <see cref="TransitionSteps.Of"/>.</param>
    /// <returns>The <c>svg</c> element: a document of its own, and fit for being put into HTML.</returns>
    public static XElement Draw(IReadOnlyList<TransitionStep> steps)
    {
        var lanes = steps.Select(s => s.Node ?? "").Distinct(StringComparer.Ordinal).Order(NaturalOrder.Comparer).ToList();
        int left = (lanes.Select(l => l.Length).DefaultIfEmpty(0).Max() * CharWidth) + 28;
        var columns = Columns(steps, left, out int width);
        var places = new Dictionary<TransitionStep, (int X, int Y, int Width)>();
        var svg = new XElement(s_svg + "svg", new XElement(s_svg + "style", Style), Arrow());
        int y = Top;
        foreach (var (index, lane) in lanes.Index())
        {
            var own = steps.Where(s => (s.Node ?? "") == lane).ToList();
            int rows = own.GroupBy(s => s.Rank).Select(g => g.Count()).DefaultIfEmpty(1).Max();
            int height = (rows * RowHeight) + (2 * LanePadding) - (RowHeight - BoxHeight);
            svg.Add(Rectangle(0, y, width, height, index % 2 == 0 ? "lane" : "lane odd"));
            svg.Add(Text(10, y + (height / 2) + 4, lane.Length == 0 ? "cluster" : lane, "name"));
            foreach (var column in own.GroupBy(s => s.Rank))
            {
                foreach (var (row, step) in column.Index())
                {
                    places[step] = (columns[step.Rank], y + LanePadding + (row * RowHeight), BoxWidth(step));
                }
            }

            y += height;
        }

        foreach (var step in steps) AddEdges(svg, step, places);
        foreach (var step in steps) svg.Add(Box(step, places[step]));
        svg.SetAttributeValue("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {width} {y + Top}"));
        svg.SetAttributeValue("width", width);
        svg.SetAttributeValue("height", y + Top);
        svg.SetAttributeValue("role", "img");
        svg.SetAttributeValue("aria-label", string.Create(
            CultureInfo.InvariantCulture, $"Transition of {steps.Count} steps on {lanes.Count} nodes"));
        return svg;
    }

    private static int BoxWidth(TransitionStep step) => (Label(step).Length * CharWidth) + 14;

    private static string Label(TransitionStep step) => string.Create(CultureInfo.InvariantCulture, $"{step.Number} {step.Text}");

    private static Dictionary<int, int> Columns(IReadOnlyList<TransitionStep> steps, int left, out int width)
    {
        var columns = new Dictionary<int, int>();
        int x = left;
        foreach (var column in steps.GroupBy(s => s.Rank).OrderBy(g => g.Key))
        {
            columns[column.Key] = x;
            x += column.Max(BoxWidth) + ColumnGap;
        }

        width = Math.Max(x - ColumnGap + 16, left + 60);
        return columns;
    }

    private static XElement Arrow() => new(
        s_svg + "defs",
        new XElement(
            s_svg + "marker",
            new XAttribute("id", "arrow"), new XAttribute("viewBox", "0 0 8 8"), new XAttribute("refX", 8), new XAttribute("refY", 4),
            new XAttribute("markerWidth", 7), new XAttribute("markerHeight", 7), new XAttribute("orient", "auto"),
            new XElement(s_svg + "path", new XAttribute("d", "M0 0L8 4L0 8z"), new XAttribute("fill", "#7b8698"))));

    private static void AddEdges(XElement svg, TransitionStep step, Dictionary<TransitionStep, (int X, int Y, int Width)> places)
    {
        var (toX, toY, _) = places[step];
        foreach (var before in step.After)
        {
            var (x, y, width) = places[before];
            int fromX = x + width, fromY = y + (BoxHeight / 2), endY = toY + (BoxHeight / 2);
            int bend = Math.Max(18, (toX - fromX) / 2);
            string path = string.Create(
                CultureInfo.InvariantCulture, $"M{fromX} {fromY}C{fromX + bend} {fromY} {toX - bend} {endY} {toX} {endY}");
            svg.Add(new XElement(
                s_svg + "path", new XAttribute("class", "edge"), new XAttribute("d", path), new XAttribute("marker-end", "url(#arrow)")));
        }
    }

    private static XElement Box(TransitionStep step, (int X, int Y, int Width) place)
    {
        var box = Rectangle(place.X, place.Y, place.Width, BoxHeight, "box " + step.Kind.ToString().ToLowerInvariant());
        box.SetAttributeValue("rx", 4);
        return new XElement(
            s_svg + "g",
            new XElement(s_svg + "title", Tip(step)),
            box,
            Text(place.X + 7, place.Y + 16, Label(step), null));
    }

    // The step in full.
    private static string Tip(TransitionStep step)
    {
        var lines = new List<string> { step.Node is { } node ? $"{step.Text} on {node}" : step.Text };
        if (step.Reason is { } reason) lines.Add("due to " + reason);
        if (step.Details.Count > 0) lines.Add(string.Join(", ", step.Details));
        if (step.After.Count > 0)
        {
            lines.Add("after " + Numbers(step.After));
        }

        return string.Join('\n', lines);
    }

    /// <summary>Numbers of steps, ascending.</summary>
    internal static string Numbers(IEnumerable<TransitionStep> steps) =>
        string.Join(", ", steps.Select(s => s.Number).Order().Select(n => n.ToString(CultureInfo.InvariantCulture)));

    private static XElement Rectangle(int x, int y, int width, int height, string name) => new(
        s_svg + "rect",
        new XAttribute("x", x), new XAttribute("y", y), new XAttribute("width", width), new XAttribute("height", height),
        new XAttribute("class", name));

    private static XElement Text(int x, int y, string text, string? name)
    {
        var element = new XElement(s_svg + "text", new XAttribute("x", x), new XAttribute("y", y), text);
        element.SetAttributeValue("class", name);
        return element;
    }
}
