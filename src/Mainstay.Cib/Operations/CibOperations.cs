namespace Mainstay.Cib;

/// <summary>Applies operations to a CIB: the same request on the same document gives the same result everywhere (spec/manager.md section 2).</summary>
public static class CibOperations
{
    /// <summary>Applies one request. The document given is never changed; the result holds the new one.</summary>
    /// <param name="document">The current document.</param>
    /// <param name="request">What to do.</param>
    /// <param name="stamp">Who does it.</param>
    public static CibResult Apply(CibDocument document, CibRequest request, CibStamp? stamp = null)
        => ApplyAll(document, [request], stamp);

    /// <summary>Applies several requests as one: all or nothing, one new version.</summary>
    /// <param name="document">The current document.</param>
    /// <param name="requests">What to do, in order.</param>
    /// <param name="stamp">Who does it.</param>
    public static CibResult ApplyAll(CibDocument document, IReadOnlyList<CibRequest> requests, CibStamp? stamp = null)
    {
        _ = requests;
        _ = stamp;
        return new CibResult(CibCode.Software, document) { Message = "not available yet" };
    }
}
