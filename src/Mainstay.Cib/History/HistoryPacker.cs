using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>
/// The histories that <see cref="PlainReader"/> left as text: nine tenths of a large CIB are histories, of which the scheduler needs a few
/// numbers per operation.
/// </summary>
internal static class HistoryPacker
{
    private const string ElementName = "lrm_resources";

    /// <summary>Replaces packed histories by their elements.</summary>
    public static void Expand(XElement root, CibLimits limits)
    {
        foreach (var element in root.Descendants(ElementName).ToList())
        {
            if (element.Annotation<PackedHistory>() is not { } packed) continue;
            element.RemoveAnnotations<PackedHistory>();
            PlainReader.ReadInto(element, packed, limits);
        }
    }

    /// <summary>A copy shares the packed histories.</summary>
    public static void CopyTo(XElement from, XElement to)
    {
        using var target = to.Descendants(ElementName).GetEnumerator();
        foreach (var element in from.Descendants(ElementName))
        {
            if (!target.MoveNext()) return;
            if (element.Annotation<PackedHistory>() is { } packed) target.Current.AddAnnotation(packed);
        }
    }
}
