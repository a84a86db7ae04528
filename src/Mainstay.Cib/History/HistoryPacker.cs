using System.Text.Unicode;
using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>
/// Takes the histories out of a document's text before it is read, and hangs them onto the elements read from the rest. Nine tenths of a
/// large CIB are histories, of which the scheduler needs a few numbers per operation.
/// </summary>
internal static class HistoryPacker
{
    private const string ElementName = "lrm_resources";

    private static ReadOnlySpan<byte> StartTag => "<lrm_resources"u8;

    /// <summary>How U+FFFE and U+FFFF, which XML forbids, begin in UTF-8; others that begin so are not worth telling apart.</summary>
    private static ReadOnlySpan<byte> NonCharacters => [0xEF, 0xBF];

    /// <summary>What is taken out.</summary>
    /// <param name="Rest">The text without the content of the histories; lines are kept.</param>
    /// <param name="Histories">The histories in document order; null for an element without content.</param>
    public sealed record Packed(byte[] Rest, List<PackedHistory?> Histories);

    /// <summary>Takes the histories out; null if the text is unusual, and has to be read as a whole.</summary>
    public static Packed? TryPack(byte[] text, CibLimits limits)
    {
        if (text.Length > limits.CharactersMax || !IsPlain(text)) return null;
        var histories = new List<PackedHistory?>();
        var names = new HistoryScanner.Interner();
        using var rest = new MemoryStream(text.Length / 8);
        int copied = 0;
        int line = 1;
        while (true)
        {
            int found = text.AsSpan(copied).IndexOf(StartTag);
            if (found < 0) break;
            var scanner = new HistoryScanner(text, copied + found + StartTag.Length, names, limits.AttributeCountMax);
            if (!scanner.TryRead(out var resources)) return null;
            rest.Write(text.AsSpan(copied, scanner.ContentStart - copied));
            line += text.AsSpan(copied, scanner.ContentStart - copied).Count((byte)'\n');
            histories.Add(scanner.IsEmpty ? null : new PackedHistory(text, scanner.ContentStart, scanner.ContentEnd, line, resources));
            int lines = text.AsSpan(scanner.ContentStart, scanner.ContentEnd - scanner.ContentStart).Count((byte)'\n');
            for (int i = 0; i < lines; i++) rest.WriteByte((byte)'\n');
            line += lines;
            copied = scanner.ContentEnd;
        }

        if (histories.Count == 0) return null;
        rest.Write(text.AsSpan(copied));
        return new Packed(rest.ToArray(), histories);
    }

    /// <summary>Hangs the histories onto their elements; false if there are not as many elements as histories.</summary>
    public static bool TryAttach(XElement root, List<PackedHistory?> histories)
    {
        int next = 0;
        foreach (var element in root.Descendants(ElementName))
        {
            if (next == histories.Count) return false;
            if (histories[next++] is { } history) element.AddAnnotation(history);
        }

        return next == histories.Count;
    }

    /// <summary>Replaces packed histories by their elements.</summary>
    public static void Expand(XElement root, CibLimits limits)
    {
        foreach (var element in root.Descendants(ElementName).ToList())
        {
            if (element.Annotation<PackedHistory>() is not { } packed) continue;
            element.RemoveAnnotations<PackedHistory>();
            CibReader.ReadInto(element, packed.Content, packed.Line, limits);
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

    /// <summary>
    /// Whether the text is UTF-8 without anything that could make a start tag be something else: comments, CDATA, document types,
    /// processing instructions, characters that XML forbids.
    /// </summary>
    private static bool IsPlain(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("<?xml "u8))
        {
            int end = text.IndexOf("?>"u8);
            if (end < 0) return false;
            var declaration = text[..end];
            if (declaration.IndexOf("encoding"u8) >= 0 && declaration.IndexOf("UTF-8"u8) < 0 && declaration.IndexOf("utf-8"u8) < 0)
            {
                return false;
            }

            text = text[(end + 2)..];
        }

        return text.IndexOf("<!"u8) < 0 && text.IndexOf("<?"u8) < 0 && text.IndexOf(NonCharacters) < 0 && !HasControls(text)
            && Utf8.IsValid(text);
    }

    private static bool HasControls(ReadOnlySpan<byte> text) => text.IndexOfAnyInRange((byte)0, (byte)8) >= 0
        || text.IndexOfAny((byte)11, (byte)12) >= 0 || text.IndexOfAnyInRange((byte)14, (byte)31) >= 0;
}
