using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mainstay.Cib;

/// <summary>
/// Moves over the parts of XML text in UTF-8. It is strict: what it takes, a general XML reader takes with the same meaning; everything
/// unusual (character references, names that are not plain, line ends in values) is refused, so that the general reader decides then.
/// </summary>
internal ref struct MarkupScanner
{
    private const int NameLengthMax = 64;
    private const byte FirstPrintable = 0x20;

    // The bytes of plain names: letters, digits, '-', '.', '_'.
    private static ReadOnlySpan<byte> NameBytes =>
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0,
        0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1,
        0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0,
    ];

    private readonly ReadOnlySpan<byte> _text;
    private int _position;

    /// <summary>A scanner over a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="position">Where to begin.</param>
    /// <param name="line">The line of that place, from 1.</param>
    public MarkupScanner(ReadOnlySpan<byte> text, int position, int line)
    {
        _text = text;
        _position = position;
        Line = line;
    }

    /// <summary>Where the scanner stands.</summary>
    public readonly int Position => _position;

    /// <summary>The line where the scanner stands, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>Whether the text is at its end.</summary>
    public readonly bool IsAtEnd => _position >= _text.Length;

    /// <summary>The next byte, 0 at the end.</summary>
    public readonly byte Next
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (uint)_position < (uint)_text.Length ? _text[_position] : (byte)0;
    }

    /// <summary>The byte after the next one, 0 at the end.</summary>
    public readonly byte AfterNext => _position + 1 < _text.Length ? _text[_position + 1] : (byte)0;

    /// <summary>Moves over white space, which is where lines end.</summary>
    public void SkipBlanks()
    {
        while (_position < _text.Length)
        {
            switch (_text[_position])
            {
                case (byte)' ' or (byte)'\t':
                    break;
                case (byte)'\n':
                    Line++;
                    break;
                case (byte)'\r':
                    if (AfterNext != '\n') Line++;
                    break;
                default:
                    return;
            }

            _position++;
        }
    }

    /// <summary>Moves over a text if it is the next.</summary>
    public bool Take(ReadOnlySpan<byte> expected)
    {
        if (!_text[_position..].StartsWith(expected)) return false;
        _position += expected.Length;
        return true;
    }

    /// <summary>Moves over one byte if it is the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Take(byte expected)
    {
        if (Next != expected) return false;
        _position++;
        return true;
    }

    /// <summary>Reads a plain name.</summary>
    public bool TryReadName(out ReadOnlySpan<byte> name)
    {
        var text = _text;
        var plain = NameBytes;
        int end = _position;
        while ((uint)end < (uint)text.Length && text[end] < plain.Length && plain[text[end]] != 0) end++;
        name = text[_position..end];
        if (name.Length is 0 or > NameLengthMax || name[0] is (>= (byte)'0' and <= (byte)'9') or (byte)'-' or (byte)'.') return false;
        if (name.SequenceEqual("xmlns"u8)) return false;
        _position = end;
        return true;
    }

    /// <summary>Reads <c>="value"</c> after the name of an attribute; the value stays as it stands, the five entities included.</summary>
    public bool TryReadValue(out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!Take((byte)'=')) return false;
        byte quote = Next;
        if (quote is not ((byte)'"' or (byte)'\'')) return false;
        int start = ++_position;
        while (true)
        {
            _position = EndOfPlain(quote);
            if (Next == quote && !IsAtEnd) break;
            if (Next != '&') return false;
            if (!Take("&amp;"u8) && !Take("&quot;"u8) && !Take("&lt;"u8) && !Take("&gt;"u8) && !Take("&apos;"u8)) return false;
        }

        value = _text[start.._position++];
        return true;
    }

    /// <summary>Reads a comment without its marks.</summary>
    public bool TryReadComment(out ReadOnlySpan<byte> comment)
    {
        comment = default;
        if (!Take("<!--"u8)) return false;
        int length = _text[_position..].IndexOf("--"u8);
        if (length < 0) return false;
        comment = _text.Slice(_position, length);
        foreach (byte character in comment)
        {
            if (character == '\n') Line++;
            else if (character is < FirstPrintable and not (byte)'\t') return false;
        }

        _position += length;
        return Take("-->"u8);
    }

    // Quote, ampersand, angle bracket or control character, whichever comes first; the end of the text if there is none.
    private readonly int EndOfPlain(byte quote)
    {
        var text = _text;
        int position = _position;
        var quotes = Vector128.Create(quote);
        while (Vector128.IsHardwareAccelerated && position <= text.Length - Vector128<byte>.Count)
        {
            var block = Vector128.Create(text.Slice(position, Vector128<byte>.Count));
            var stops = Vector128.Equals(block, quotes) | Vector128.Equals(block, Vector128.Create((byte)'&'))
                | Vector128.Equals(block, Vector128.Create((byte)'<')) | Vector128.LessThan(block, Vector128.Create(FirstPrintable));
            uint found = stops.ExtractMostSignificantBits();
            if (found != 0) return position + BitOperations.TrailingZeroCount(found);
            position += Vector128<byte>.Count;
        }

        while (position < text.Length && !Stops(text[position], quote)) position++;
        return position;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Stops(byte character, byte quote) =>
        character == quote || character is (byte)'&' or (byte)'<' or < FirstPrintable;
}
