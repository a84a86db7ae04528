namespace Mainstay.Cib;

/// <summary>
/// Reads the content of <c>lrm_resources</c> straight from UTF-8 text. It is strict: it accepts only what a general XML reader accepts
/// with the same meaning, and gives up on everything unusual (other elements, text, comments, character references, names that are not
/// plain), so that the general reader decides then.
/// </summary>
internal ref struct HistoryScanner
{
    private const int NameLengthMax = 64;

    private const byte NameByte = 1;
    private const byte EndsValue = 2;

    // A table instead of the framework's vector search: names and values are short, and a vector search has to be compiled first.
    private static ReadOnlySpan<byte> Classes =>
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 2, 0, 0, 0, 2, 2, 0, 0, 0, 0, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 2, 0, 0, 0,
        0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1,
        0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0,
    ];

    private readonly byte[] _bytes;
    private readonly ReadOnlySpan<byte> _text;
    private readonly Interner _names;
    private readonly int _attributesMax;
    private int _position;

    public HistoryScanner(byte[] text, int position, Interner names, int attributesMax)
    {
        _bytes = text;
        _text = text;
        _position = position;
        _names = names;
        _attributesMax = attributesMax;
    }

    /// <summary>Where the content begins.</summary>
    public int ContentStart { get; private set; }

    /// <summary>Where the content ends.</summary>
    public int ContentEnd { get; private set; }

    /// <summary>Whether the element was written without content.</summary>
    public bool IsEmpty { get; private set; }

    /// <summary>Reads <c>lrm_resources</c> from after its name to before its end tag; false if something is unusual.</summary>
    public bool TryRead(out List<RecordedResource> resources)
    {
        resources = [];
        var facts = default(RecordedOperation.Facts);
        if (!TryReadAttributes(ref facts, out _, out bool isEmpty)) return false;
        IsEmpty = isEmpty;
        ContentStart = ContentEnd = _position;
        if (isEmpty) return true;
        while (true)
        {
            SkipBlanks();
            if (Take("<lrm_resource"u8))
            {
                if (!TryReadResource(resources)) return false;
                continue;
            }

            ContentEnd = _position;
            return Take("</lrm_resources>"u8);
        }
    }

    private bool TryReadResource(List<RecordedResource> resources)
    {
        int attributes = _position;
        var facts = default(RecordedOperation.Facts);
        if (!TryReadAttributes(ref facts, out var id, out bool isEmpty)) return false;
        var operations = new List<RecordedOperation>(2);
        while (!isEmpty)
        {
            SkipBlanks();
            if (Take("<lrm_rsc_op"u8))
            {
                int position = _position;
                facts = RecordedOperation.Facts.None;
                if (!TryReadAttributes(ref facts, out _, out bool isOperationEmpty)) return false;
                if (!isOperationEmpty)
                {
                    SkipBlanks();
                    if (!Take("</lrm_rsc_op>"u8)) return false;
                }

                if (RecordedOperation.Packed(_bytes, position, facts) is { } operation) operations.Add(operation);
                continue;
            }

            if (!Take("</lrm_resource>"u8)) return false;
            break;
        }

        if (!id.IsEmpty) resources.Add(RecordedResource.Packed(_bytes, attributes, _names.Get(id), [.. operations]));
        return true;
    }

    /// <summary>Reads attributes up to and including <c>&gt;</c> or <c>/&gt;</c>.</summary>
    private bool TryReadAttributes(ref RecordedOperation.Facts facts, out ReadOnlySpan<byte> id, out bool isEmpty)
    {
        id = default;
        isEmpty = false;
        int first = _position;
        ulong seen = 0;
        for (int count = 0; count <= _attributesMax; count++)
        {
            int start = _position;
            SkipBlanks();
            if (_position >= _text.Length) return false;
            if (_text[_position] == '>')
            {
                _position++;
                return true;
            }

            if (_text[_position] == '/')
            {
                isEmpty = true;
                return Take("/>"u8);
            }

            if (_position == start || !TryReadName(out var name)) return false;
            if (_position >= _text.Length || _text[_position++] != '=' || !TryReadValue(out var value)) return false;
            if (IsKnown(name, ref seen) && IsDuplicate(first, start, name)) return false;
            facts.Take(name, value);
            if (name.Length != 2 || name[0] != 'i' || name[1] != 'd') continue;
            if (value.IsEmpty) return false;
            id = value;
        }

        return false;
    }

    private bool TryReadName(out ReadOnlySpan<byte> name)
    {
        name = default;
        int end = _position;
        while (end < _text.Length && _text[end] < Classes.Length && Classes[_text[end]] == NameByte) end++;
        int length = end - _position;
        if (length is 0 or > NameLengthMax) return false;
        name = _text.Slice(_position, length);
        if (name[0] is (>= (byte)'0' and <= (byte)'9') or (byte)'-' or (byte)'.' || name.SequenceEqual("xmlns"u8)) return false;
        _position += length;
        return true;
    }

    private bool TryReadValue(out ReadOnlySpan<byte> value)
    {
        value = default;
        if (_position >= _text.Length) return false;
        byte quote = _text[_position];
        if (quote is not ((byte)'"' or (byte)'\'')) return false;
        int start = ++_position;
        while (true)
        {
            while (_position < _text.Length && (_text[_position] >= Classes.Length || Classes[_text[_position]] != EndsValue)) _position++;
            if (_position == _text.Length) return false;
            byte found = _text[_position];
            if (found == quote) break;
            if (found is (byte)'"' or (byte)'\'')
            {
                _position++; // the other kind of quote
                continue;
            }

            if (found != '&') return false;
            if (!Take("&amp;"u8) && !Take("&quot;"u8) && !Take("&lt;"u8) && !Take("&gt;"u8) && !Take("&apos;"u8)) return false;
        }

        value = _text[start.._position++];
        return true;
    }

    /// <summary>Whether a name may have occurred already, by a hash of it.</summary>
    private static bool IsKnown(ReadOnlySpan<byte> name, ref ulong seen)
    {
        uint hash = ((uint)name.Length * 31) + name[0] + ((uint)name[^1] * 7) + ((uint)name[name.Length / 2] * 3);
        ulong bit = 1UL << (int)(hash & 63);
        bool known = (seen & bit) != 0;
        seen |= bit;
        return known;
    }

    private readonly bool IsDuplicate(int first, int before, ReadOnlySpan<byte> wanted)
    {
        var attributes = new PackedText(_bytes, first);
        while (attributes.Next(out var name, out _))
        {
            _ = _text.Overlaps(name, out int position);
            if (position >= before) return false;
            if (name.SequenceEqual(wanted)) return true;
        }

        return false;
    }

    private void SkipBlanks()
    {
        while (_position < _text.Length && PackedText.IsBlank(_text[_position])) _position++;
    }

    private bool Take(ReadOnlySpan<byte> expected)
    {
        if (!_text[_position..].StartsWith(expected)) return false;
        _position += expected.Length;
        return true;
    }

    /// <summary>One string per distinct text: resources recur on every node.</summary>
    internal sealed class Interner
    {
        private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _known =
            new Dictionary<string, string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

        public string Get(ReadOnlySpan<byte> text)
        {
            Span<char> characters = stackalloc char[128];
            if (!System.Text.Encoding.UTF8.TryGetChars(text, characters, out int length) || text.Contains((byte)'&'))
            {
                return PackedText.Unescape(text);
            }

            characters = characters[..length];
            if (_known.TryGetValue(characters, out string? known)) return known;
            known = characters.ToString();
            _known[known] = known;
            return known;
        }
    }
}
