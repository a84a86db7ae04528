using System.Runtime.CompilerServices;
using System.Text;

namespace Mainstay.Cib;

/// <summary>
/// Walks over the attributes of one start tag in UTF-8 text that <see cref="HistoryScanner"/> found well-formed: nothing is checked here.
/// </summary>
internal ref struct PackedText
{
    private static readonly string[] OperationNames =
        ["monitor", "start", "stop", "promote", "demote", "notify", "migrate_to", "migrate_from", "reload-agent"];

    private ReadOnlySpan<byte> _rest;

    public PackedText(byte[] text, int position) => _rest = text.AsSpan(position);

    /// <summary>The next attribute with its value as it stands, or false at the end of the tag.</summary>
    public bool Next(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        name = default;
        value = default;
        int start = 0;
        while (IsBlank(_rest[start])) start++;
        if (_rest[start] is (byte)'>' or (byte)'/') return false;
        int end = start + 1;
        while (_rest[end] != '=' && !IsBlank(_rest[end])) end++;
        name = _rest[start..end];
        while (_rest[end] is not ((byte)'"' or (byte)'\'')) end++;
        var quoted = _rest[(end + 1)..];
        int length = quoted.IndexOf(_rest[end]);
        value = quoted[..length];
        _rest = quoted[(length + 1)..];
        return true;
    }

    /// <summary>The value of an attribute of the tag whose attributes begin at a position, or null.</summary>
    public static string? Value(byte[] text, int position, string attribute) =>
        TryFind(text, position, attribute, out var value) ? Unescape(value) : null;

    /// <summary>The value, as it stands, of an attribute of the tag whose attributes begin at a position.</summary>
    public static bool TryFind(byte[] text, int position, string attribute, out ReadOnlySpan<byte> value)
    {
        var attributes = new PackedText(text, position);
        while (attributes.Next(out var name, out value))
        {
            if (name.Length == attribute.Length && Ascii.Equals(name, attribute)) return true; // the scanner accepts no other names
        }

        return false;
    }

    /// <summary>All attributes of the tag whose attributes begin at a position.</summary>
    public static List<KeyValuePair<string, string>> All(byte[] text, int position)
    {
        var all = new List<KeyValuePair<string, string>>();
        var attributes = new PackedText(text, position);
        while (attributes.Next(out var name, out var value)) all.Add(new(Encoding.UTF8.GetString(name), Unescape(value)));
        return all;
    }

    /// <summary>Whether a value as it stands is a text.</summary>
    public static bool IsText(ReadOnlySpan<byte> value, string text) => Ascii.Equals(value, text) || Unescape(value) == text;

    public static string Unescape(ReadOnlySpan<byte> value)
    {
        string text = Encoding.UTF8.GetString(value);
        if (!value.Contains((byte)'&')) return text;
        return text.Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal)
            .Replace("&quot;", "\"", StringComparison.Ordinal).Replace("&apos;", "'", StringComparison.Ordinal)
            .Replace("&amp;", "&", StringComparison.Ordinal);
    }

    /// <summary>As <see cref="IntegerText.TryReadLeading(string?, out long)"/>, with a value for text without number.</summary>
    public static long Integer(ReadOnlySpan<byte> value, long fallback)
    {
        const int DigitsMax = 18;
        if (value.Length is > 0 and <= DigitsMax)
        {
            long number = 0;
            int i = 0;
            while (i < value.Length && value[i] is >= (byte)'0' and <= (byte)'9') number = (number * 10) + value[i++] - '0';
            if (i == value.Length) return number;
        }

        return IntegerText.TryReadLeading(Unescape(value), out long read) ? read : fallback;
    }

    /// <summary>The name of an operation; known ones are not allocated.</summary>
    public static string OperationName(ReadOnlySpan<byte> value)
    {
        foreach (string name in OperationNames)
        {
            if (Ascii.Equals(value, name)) return name;
        }

        return Unescape(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsBlank(byte character) => character is (byte)' ' or (byte)'\n' or (byte)'\t' or (byte)'\r';
}
