using System.Text;

namespace Mainstay.Cib;

/// <summary>
/// Reads the content of <c>lrm_resources</c> straight from UTF-8 text, without making elements. It gives up on everything that is not a
/// plain history (other elements, text, comments, character references).
/// </summary>
internal ref struct HistoryScanner
{
    private readonly byte[] _bytes;
    private readonly ReadOnlySpan<byte> _text;
    private readonly Interner _names;
    private readonly int _attributesMax;
    private MarkupScanner _scanner;

    /// <summary>A scanner of one history.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="content">Where the content of the element begins.</param>
    /// <param name="line">The line of that place.</param>
    /// <param name="names">The names of resources.</param>
    /// <param name="attributesMax">The largest number of attributes of one element.</param>
    public HistoryScanner(byte[] text, int content, int line, Interner names, int attributesMax)
    {
        _bytes = text;
        _text = text;
        _names = names;
        names.Begin();
        _attributesMax = attributesMax;
        _scanner = new MarkupScanner(text, content, line);
    }

    /// <summary>Reads up to the end tag; false if something is unusual.</summary>
    /// <param name="resources">The histories.</param>
    /// <param name="after">Stands before the end tag.</param>
    public bool TryRead(out List<RecordedResource> resources, out MarkupScanner after)
    {
        resources = [];
        while (true)
        {
            _scanner.SkipBlanks();
            if (!_scanner.Take("<lrm_resource"u8)) break;
            if (!TryReadResource(resources))
            {
                after = default;
                return false;
            }
        }

        after = _scanner;
        return _scanner.Take("</lrm_resources>"u8);
    }

    private bool TryReadResource(List<RecordedResource> resources)
    {
        int attributes = _scanner.Position;
        var facts = default(RecordedOperation.Facts);
        if (!TryReadAttributes(ref facts, out var id, out bool isEmpty)) return false;
        var agent = ReadAgent(attributes, id);
        RecordedOperation[] operations = [];
        int count = 0;
        while (!isEmpty)
        {
            _scanner.SkipBlanks();
            if (!_scanner.Take("<lrm_rsc_op"u8))
            {
                if (!_scanner.Take("</lrm_resource>"u8)) return false;
                break;
            }

            int position = _scanner.Position;
            facts = RecordedOperation.Facts.None;
            if (!TryReadAttributes(ref facts, out _, out bool isOperationEmpty)) return false;
            if (!isOperationEmpty)
            {
                _scanner.SkipBlanks();
                if (!_scanner.Take("</lrm_rsc_op>"u8)) return false;
            }

            if (RecordedOperation.Packed(_bytes, position, facts) is not { } operation) continue;
            if (count == operations.Length) Array.Resize(ref operations, count + Math.Max(2, count));
            operations[count++] = operation;
        }

        if (id.IsEmpty) return true;
        if (count < operations.Length) Array.Resize(ref operations, count);
        resources.Add(RecordedResource.Packed(_bytes, attributes, agent, _names.Get(id), operations));
        return true;
    }

    // The id nearly always comes first: what follows is the same for all resources of the agent.
    private readonly RecordedAgent ReadAgent(int attributes, ReadOnlySpan<byte> id)
    {
        const int BeforeFirst = 5; // a blank, id, =, a quote
        bool isFirst = !id.IsEmpty && _text.Overlaps(id, out int place) && place - attributes == BeforeFirst;
        return _names.Agents.Get(_bytes, isFirst ? attributes + BeforeFirst + id.Length + 1 : attributes, _scanner.Position);
    }

    /// <summary>Reads attributes up to and including <c>&gt;</c> or <c>/&gt;</c>.</summary>
    private bool TryReadAttributes(ref RecordedOperation.Facts facts, out ReadOnlySpan<byte> id, out bool isEmpty)
    {
        id = default;
        isEmpty = false;
        int first = _scanner.Position;
        ulong seen = 0;
        for (int count = 0; count <= _attributesMax; count++)
        {
            int start = _scanner.Position;
            _scanner.SkipBlanks();
            if (_scanner.Take((byte)'>')) return true;
            if (_scanner.Next == '/')
            {
                isEmpty = true;
                return _scanner.Take("/>"u8);
            }

            if (_scanner.Position == start || !_scanner.TryReadName(out var name) || !_scanner.TryReadValue(out var value)) return false;
            if (IsKnown(name, ref seen) && IsDuplicate(first, start, name)) return false;
            facts.Take(name, value);
            if (name.Length != 2 || name[0] != 'i' || name[1] != 'd') continue;
            if (value.IsEmpty) return false;
            id = value;
        }

        return false;
    }

    /// <summary>Whether a name may have occurred already. The hash tells all names apart that the reference's daemons write.</summary>
    private static bool IsKnown(ReadOnlySpan<byte> name, ref ulong seen)
    {
        uint hash = (uint)name.Length + (name[0] * 7u) + (name[^1] * 23u) + (name[name.Length / 2] * 13u);
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

    /// <summary>One string per distinct text: resources recur on every node.</summary>
    internal sealed class Interner
    {
        private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _known =
            new Dictionary<string, string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

        private readonly List<string> _inOrder = [];
        private int _next;

        /// <summary>The agents of the resources.</summary>
        public RecordedAgent.Cache Agents { get; } = new();

        /// <summary>Says that a history begins: those of all nodes mostly have the same order.</summary>
        public void Begin() => _next = 0;

        public string Get(ReadOnlySpan<byte> text)
        {
            if (_next < _inOrder.Count && Ascii.Equals(text, _inOrder[_next])) return _inOrder[_next++];
            Span<char> characters = stackalloc char[128];
            if (!Encoding.UTF8.TryGetChars(text, characters, out int length) || text.Contains((byte)'&'))
            {
                return PackedText.Unescape(text);
            }

            characters = characters[..length];
            _next++;
            if (_known.TryGetValue(characters, out string? known)) return known;
            known = characters.ToString();
            _known[known] = known;
            _inOrder.Add(known);
            return known;
        }
    }
}
