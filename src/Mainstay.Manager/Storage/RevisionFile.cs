using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Mainstay.Manager.Storage;

/// <summary>
/// A stored revision: one line <c>mainstay-cib 1 term=T promised=P version=A.E.N length=BYTES sha256=HEX</c>, then the document. Reading
/// treats the disk as hostile input.
/// </summary>
internal sealed record RevisionFile(long Term, long Promised, string Version, string Xml)
{
    private const string Magic = "mainstay-cib";
    private const int HeaderSizeMax = 512;

    public byte[] ToBytes()
    {
        var body = Encoding.UTF8.GetBytes(Xml);
        var digest = Convert.ToHexStringLower(SHA256.HashData(body));
        var header = string.Create(
            CultureInfo.InvariantCulture,
            $"{Magic} 1 term={Term} promised={Promised} version={Version} length={body.Length} sha256={digest}\n");
        return [.. Encoding.ASCII.GetBytes(header), .. body];
    }

    /// <summary>Reads a revision; null with the reason where it is damaged or of a later format.</summary>
    public static RevisionFile? TryRead(ReadOnlySpan<byte> bytes, out string reason)
    {
        var end = bytes[..Math.Min(bytes.Length, HeaderSizeMax)].IndexOf((byte)'\n');
        if (end < 0)
        {
            reason = "it has no header";
            return null;
        }

        var words = Encoding.ASCII.GetString(bytes[..end]).Split(' ');
        if (words.Length < 7 || words[0] != Magic)
        {
            reason = "its header is not that of a stored configuration";
            return null;
        }

        if (words[1] != "1")
        {
            reason = $"its format {words[1]} is of a later version";
            return null;
        }

        var body = bytes[(end + 1)..];
        if (!long.TryParse(Field(words, "term"), NumberStyles.None, CultureInfo.InvariantCulture, out var term)
            || !long.TryParse(Field(words, "promised"), NumberStyles.None, CultureInfo.InvariantCulture, out var promised)
            || !int.TryParse(Field(words, "length"), NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            reason = "its header has no term, promise or length";
            return null;
        }

        if (length != body.Length)
        {
            reason = $"it has {body.Length} bytes instead of {length}";
            return null;
        }

        if (!string.Equals(Field(words, "sha256"), Convert.ToHexStringLower(SHA256.HashData(body)), StringComparison.Ordinal))
        {
            reason = "its digest does not match";
            return null;
        }

        reason = "";
        return new RevisionFile(term, promised, Field(words, "version"), Encoding.UTF8.GetString(body));
    }

    private static string Field(string[] words, string name)
    {
        foreach (var word in words)
        {
            if (word.StartsWith(name + "=", StringComparison.Ordinal)) return word[(name.Length + 1)..];
        }

        return "";
    }
}
