using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>Finds the differences between two trees and writes them as changes.</summary>
internal sealed class PatchsetBuilder(bool withAttributeOrder)
{
    private readonly List<XElement> _deletions = [];
    private readonly List<XElement> _changes = [];

    /// <summary>All changes: deletions first, then the others in document order.</summary>
    public IReadOnlyList<XElement> Changes => [.. _deletions, .. _changes];

    public void Compare(XElement source, XElement target)
    {
        CompareAttributes(source, target);
        var pairs = Pair(source, target);
        var kept = source.Nodes().Where(pairs.ContainsKey).ToList();
        WriteDeletions(source, pairs);

        var ranks = new Dictionary<XNode, int>();
        for (var rank = 0; rank < kept.Count; rank++)
        {
            ranks[pairs[kept[rank]]] = rank;
        }

        var reverse = pairs.ToDictionary(pair => pair.Value, pair => pair.Key);
        var position = 0;
        var newRank = 0;
        foreach (var node in target.Nodes())
        {
            if (!reverse.TryGetValue(node, out var old))
            {
                _changes.Add(new XElement(
                    "change",
                    new XAttribute("operation", "create"),
                    new XAttribute("path", PatchPath.Of(target)),
                    new XAttribute("position", position),
                    Copy(node)));
            }
            else
            {
                if (node is XElement element)
                {
                    Compare((XElement)old, element);
                    WriteMove(element, position, isMoved: ranks[node] != newRank);
                }

                newRank++;
            }

            position++;
        }
    }

    private static XNode Copy(XNode node) => node switch
    {
        XElement element => new XElement(element),
        XComment comment => new XComment(comment),
        XCData data => new XCData(data),
        XText text => new XText(text),
        _ => new XComment(string.Empty),
    };

    private void WriteMove(XElement element, int position, bool isMoved)
    {
        if (isMoved)
        {
            _changes.Add(new XElement(
                "change",
                new XAttribute("operation", "move"),
                new XAttribute("path", PatchPath.Of(element)),
                new XAttribute("position", position)));
        }
    }

    private void WriteDeletions(XElement source, Dictionary<XNode, XNode> pairs)
    {
        var deleted = 0;
        var index = 0;
        var withoutId = new List<XElement>();
        foreach (var node in source.Nodes())
        {
            if (!pairs.ContainsKey(node))
            {
                if (node is XElement element)
                {
                    // Without a predicate a path finds the first element of the name, so elements with an id go first.
                    (element.Id() is null ? withoutId : _deletions).Add(Deletion(PatchPath.Of(element)));
                    deleted += element.Id() is null ? 0 : 1;
                }
                else if (node is XComment)
                {
                    var deletion = Deletion($"{PatchPath.Of(source)}/{PatchPath.CommentName}");
                    deletion.SetAttributeValue("position", index - deleted);
                    _deletions.Add(deletion);
                    deleted++;
                }
            }

            index++;
        }

        _deletions.AddRange(withoutId);
    }

    private static XElement Deletion(string path)
        => new("change", new XAttribute("operation", "delete"), new XAttribute("path", path));

    private void CompareAttributes(XElement source, XElement target)
    {
        var list = new List<XElement>();
        var order = source.Attributes().Select(attribute => attribute.Name).ToList();
        var index = 0;
        foreach (var attribute in target.Attributes())
        {
            var old = source.Attribute(attribute.Name);
            var isMoved = withAttributeOrder && (index >= order.Count || order[index] != attribute.Name);
            if (old is null || old.Value != attribute.Value || isMoved)
            {
                list.Add(new XElement(
                    "change-attr",
                    new XAttribute("name", attribute.Name.LocalName),
                    new XAttribute("operation", "set"),
                    new XAttribute("value", attribute.Value)));
            }

            index++;
        }

        list.AddRange(source.Attributes().Where(attribute => target.Attribute(attribute.Name) is null).Select(attribute => new XElement(
            "change-attr", new XAttribute("name", attribute.Name.LocalName), new XAttribute("operation", "unset"))));
        if (list.Count > 0)
        {
            _changes.Add(new XElement(
                "change",
                new XAttribute("operation", "modify"),
                new XAttribute("path", PatchPath.Of(target)),
                new XElement("change-list", list),
                new XElement("change-result", new XElement(target.Name, target.Attributes()))));
        }
    }

    /// <summary>Which nodes of the source stay, and as what. Comments stay only at the same place.</summary>
    private static Dictionary<XNode, XNode> Pair(XElement source, XElement target)
    {
        var pairs = new Dictionary<XNode, XNode>();
        var targets = new Dictionary<(XName, string?), XElement>();
        foreach (var element in target.Elements())
        {
            _ = targets.TryAdd((element.Name, element.Id()), element);
        }

        var descend = IsAddressable(source) && IsAddressable(target);
        using var other = target.Nodes().GetEnumerator();
        foreach (var node in source.Nodes())
        {
            var opposite = other.MoveNext() ? other.Current : null;
            switch (node)
            {
                case XElement element when descend && targets.TryGetValue((element.Name, element.Id()), out var match)
                    && (CanDescend(element, match) || XmlComparison.AreEqual(element, match)):
                    pairs[element] = match;
                    break;
                case XComment comment when opposite is XComment same && same.Value == comment.Value:
                    pairs[comment] = same;
                    break;
                case XText text when opposite is XText sameText && sameText.Value == text.Value:
                    pairs[text] = sameText;
                    break;
                default:
                    break;
            }
        }

        return pairs;
    }

    private static bool CanDescend(XElement source, XElement target)
        => IsAddressable(source) && IsAddressable(target) && !source.Nodes().Any(IsText) && !target.Nodes().Any(IsText);

    private static bool IsText(XNode node) => node is not (XElement or XComment);

    /// <summary>Whether a path leads to each child element and to no other.</summary>
    private static bool IsAddressable(XElement parent)
    {
        var ids = new HashSet<(XName, string?)>();
        var names = new Dictionary<XName, bool>();
        foreach (var child in parent.Elements())
        {
            var hasId = child.Id() is not null;
            var isKnown = names.TryGetValue(child.Name, out var allHaveIds);
            if (!PatchPath.CanQuote(child.Id()) || !ids.Add((child.Name, child.Id())) || (isKnown && !(hasId && allHaveIds)))
            {
                return false;
            }

            names[child.Name] = hasId;
        }

        return true;
    }
}
