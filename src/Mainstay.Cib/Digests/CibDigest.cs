using System.Text;
using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>Digests of XML (spec/manager.md section 8.4).</summary>
public static class CibDigest
{
    private static readonly string[] UntrackedAttributes =
        ["crm-debug-origin", "cib-last-written", "update-origin", "update-client", "update-user"];

    /// <summary>Version 1: a blank, the element without added white space, a newline. Used for parameters and the files on disk.</summary>
    /// <param name="element">The element.</param>
    /// <returns>32 hexadecimal digits.</returns>
    public static string Version1(XElement element) => Md5(" " + CibWriter.Print(element, CibPrintStyle.Compact) + "\n");

    /// <summary>
    /// Version 2: the element without added white space, without the attributes that say who wrote it. Used in patchsets.
    /// </summary>
    /// <param name="element">The element.</param>
    /// <returns>32 hexadecimal digits.</returns>
    public static string Version2(XElement element)
    {
        var filtered = new XElement(element);
        foreach (var node in filtered.DescendantsAndSelf())
        {
            foreach (var name in UntrackedAttributes)
            {
                node.SetAttributeValue(name, null);
            }
        }

        return Md5(CibWriter.Print(filtered, CibPrintStyle.Compact));
    }

    /// <summary>MD5 of a text in UTF-8, as 32 hexadecimal digits.</summary>
    internal static string Md5(string text)
    {
        const int OnStackMax = 1024;
        int size = Encoding.UTF8.GetByteCount(text);
        Span<byte> bytes = size <= OnStackMax ? stackalloc byte[OnStackMax] : new byte[size];
        bytes = bytes[..Encoding.UTF8.GetBytes(text, bytes)];
        Span<byte> digest = stackalloc byte[Cib.Md5.Size];
        Cib.Md5.Hash(bytes, digest);
        Span<char> digits = stackalloc char[2 * Cib.Md5.Size];
        for (int i = 0; i < digest.Length; i++)
        {
            digits[2 * i] = Digit(digest[i] >> 4);
            digits[(2 * i) + 1] = Digit(digest[i] & 15);
        }

        return new string(digits);
    }

    private static char Digit(int value) => (char)(value < 10 ? '0' + value : 'a' + value - 10);
}
