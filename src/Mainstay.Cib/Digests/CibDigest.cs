using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
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

    [SuppressMessage("Security", "CA5351", Justification = "MD5 is the digest of the CIB's interchange format; it protects nothing.")]
    internal static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
}
