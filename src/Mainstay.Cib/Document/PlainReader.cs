using System.Text;
using System.Text.Unicode;
using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>
/// Reads the XML that programs write (UTF-8; elements, attributes, comments) into a document in one pass, several times faster than the
/// general reader and with the same result. On anything else, errors included, it gives up: the general reader then decides and finds the
/// words. Histories can stay text (<see cref="PackedHistory"/>).
/// </summary>
internal ref struct PlainReader
{
    private const string HistoryElement = "lrm_resources";

    // An element of a history is two levels deeper.
    private const int HistoryDepth = 2;

    private readonly byte[] _bytes;
    private readonly CibLimits _limits;
    private readonly NameCache _names;
    private readonly HistoryScanner.Interner? _resources;
    private MarkupScanner _scanner;
    private int _depth;

    private PlainReader(byte[] bytes, int start, int end, int line, CibLimits limits, bool packsHistories)
    {
        _bytes = bytes;
        _limits = limits;
        _names = new NameCache();
        _resources = packsHistories ? new HistoryScanner.Interner() : null;
        _scanner = new MarkupScanner(bytes.AsSpan(0, end), start, line);
    }

    /// <summary>How U+FFFE and U+FFFF, which XML forbids, begin in UTF-8; others that begin so are not worth telling apart.</summary>
    private static ReadOnlySpan<byte> NonCharacters => [0xEF, 0xBF];

    /// <summary>Reads a document; null if the general reader has to.</summary>
    /// <param name="bytes">The text; packed histories keep it.</param>
    /// <param name="limits">The bounds.</param>
    /// <param name="packsHistories">Whether the content of <c>lrm_resources</c> may stay text.</param>
    public static XDocument? TryRead(byte[] bytes, CibLimits limits, bool packsHistories)
    {
        if (bytes.Length > limits.CharactersMax || !HasPlainCharacters(bytes)) return null;
        var document = new XDocument();
        var reader = new PlainReader(bytes, 0, bytes.Length, 1, limits, packsHistories);
        return reader.TryReadDeclaration() && reader.TryReadNodes(document) && document.Root is not null ? document : null;
    }

    /// <summary>Reads the content of a packed history into its element.</summary>
    public static void ReadInto(XElement parent, PackedHistory packed, CibLimits limits)
    {
        var reader = new PlainReader(packed.Text, packed.Start, packed.End, packed.Line, limits, packsHistories: false);
        bool isRead = reader.TryReadNodes(parent);
        System.Diagnostics.Debug.Assert(isRead, "a packed history holds nothing unusual");
    }

    private static bool HasPlainCharacters(ReadOnlySpan<byte> text) =>
        Ascii.IsValid(text) || (text.IndexOf(NonCharacters) < 0 && Utf8.IsValid(text));

    // Version and, perhaps, encoding.
    private bool TryReadDeclaration()
    {
        if (!_scanner.Take("<?xml "u8)) return true;
        if (!_scanner.Take("version"u8) || !_scanner.TryReadValue(out var version) || !version.SequenceEqual("1.0"u8)) return false;
        if (_scanner.Take(" encoding"u8)
            && (!_scanner.TryReadValue(out var encoding) || !Ascii.EqualsIgnoreCase(encoding, "utf-8"u8)))
        {
            return false;
        }

        _ = _scanner.Take((byte)' ');
        return _scanner.Take("?>"u8);
    }

    private bool TryReadNodes(XContainer root)
    {
        var parent = root;
        while (true)
        {
            _scanner.SkipBlanks();
            if (_scanner.IsAtEnd) return ReferenceEquals(parent, root);
            if (_scanner.Next != '<') return false;
            switch (_scanner.AfterNext)
            {
                case (byte)'!':
                    if (!_scanner.TryReadComment(out var comment)) return false;
                    parent.Add(new XComment(Encoding.UTF8.GetString(comment)));
                    break;
                case (byte)'/':
                    if (ReferenceEquals(parent, root) || !TryReadEndTag((XElement)parent)) return false;
                    _depth--;
                    parent = (XContainer?)parent.Parent ?? root;
                    break;
                default:
                    if (parent is XDocument { Root: not null } || !TryReadElement(parent, out var element, out bool isEmpty)) return false;
                    if (isEmpty) break;
                    _depth++;
                    parent = element;
                    if (_resources is not null && element.Name.LocalName == HistoryElement) Pack(element);
                    break;
            }
        }
    }

    private bool TryReadElement(XContainer parent, out XElement element, out bool isEmpty)
    {
        element = null!; // nobody looks at it after a refusal
        isEmpty = false;
        int line = _scanner.Line;
        if (_depth >= _limits.DepthMax || !_scanner.Take((byte)'<') || !_scanner.TryReadName(out var name)) return false;
        element = new XElement(_names.Get(name));
        element.SetLine(line);
        for (int count = 0; count <= _limits.AttributeCountMax; count++)
        {
            int start = _scanner.Position;
            _scanner.SkipBlanks();
            if (_scanner.Take((byte)'>') || (isEmpty = _scanner.Take("/>"u8)))
            {
                parent.Add(element);
                return true;
            }

            if (_scanner.Position == start || !_scanner.TryReadName(out name) || !_scanner.TryReadValue(out var value)) return false;
            var attribute = _names.Get(name);
            if (element.Attribute(attribute) is not null) return false;
            element.Add(new XAttribute(attribute, PackedText.Unescape(value)));
        }

        return false;
    }

    private bool TryReadEndTag(XElement element)
    {
        if (!_scanner.Take("</"u8) || !_scanner.TryReadName(out var name) || !Ascii.Equals(name, element.Name.LocalName)) return false;
        _scanner.SkipBlanks();
        return _scanner.Take((byte)'>');
    }

    // What is no plain history is read as elements.
    private void Pack(XElement element)
    {
        if (_depth + HistoryDepth > _limits.DepthMax) return;
        int start = _scanner.Position;
        int line = _scanner.Line;
        var history = new HistoryScanner(_bytes, start, line, _resources!, _limits.AttributeCountMax);
        if (!history.TryRead(out var resources, out var after)) return;
        element.AddAnnotation(new PackedHistory(_bytes, start, after.Position, line, resources));
        _scanner = after;
    }

    /// <summary>The names of a document: a few dozen that recur. A place per hash; the framework has what is not there.</summary>
    private sealed class NameCache
    {
        private const int Places = 256;

        private readonly XName?[] _names = new XName?[Places];

        public XName Get(ReadOnlySpan<byte> name)
        {
            uint hash = (uint)name.Length + (name[0] * 7u) + (name[^1] * 23u) + (name[name.Length / 2] * 13u);
            ref var place = ref _names[(int)(hash % Places)];
            if (place is null || !Ascii.Equals(name, place.LocalName)) place = XName.Get(Encoding.ASCII.GetString(name));
            return place;
        }
    }
}
