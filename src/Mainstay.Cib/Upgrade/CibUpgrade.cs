namespace Mainstay.Cib;

/// <summary>The result of an upgrade.</summary>
/// <param name="Document">The upgraded document; the one given if nothing had to be done or the upgrade failed.</param>
/// <param name="IsChanged">Whether the document was upgraded.</param>
/// <param name="Problems">What was dropped or could not be upgraded.</param>
public sealed record CibUpgradeResult(CibDocument Document, bool IsChanged, IReadOnlyList<CibProblem> Problems)
{
    /// <summary>Whether the document has the wanted schema now.</summary>
    public bool IsOk => Problems.All(problem => problem.Severity != CibSeverity.Error);

    /// <summary>Whether more than the schema's name changed.</summary>
    public bool IsTransformed { get; init; }

    /// <summary>
    /// What the validation says of <see cref="Document"/> under its schema, if it had to be asked on the way; else
    /// <see langword="null"/>.
    /// </summary>
    public IReadOnlyList<CibProblem>? Validation { get; init; }

    /// <summary>The problems of the upgrade, and those of the validation of its result.</summary>
    public IReadOnlyList<CibProblem> AllProblems => IsOk ? [.. Problems, .. Validation ?? CibValidator.Validate(Document)] : Problems;
}

/// <summary>
/// Brings documents of older schemas into a newer form (spec/cib-model.md section 12). Schemas are tried from the declared one upward; the
/// transformation of a step runs only if the document does not conform to the next schema as it is.
/// </summary>
public static class CibUpgrade
{
    /// <summary>Upgrades a document. The document given is not changed.</summary>
    /// <param name="document">The document.</param>
    /// <param name="target">The schema to reach; the newest if absent.</param>
    /// <param name="alwaysTransform">
    /// Runs the transformations even if the document conforms to the next schema as it is; this drops deprecated forms.
    /// </param>
    public static CibUpgradeResult Upgrade(CibDocument document, CibSchema? target = null, bool alwaysTransform = false) =>
        Upgrade(document, target, alwaysTransform, mayChange: false);

    /// <summary>Upgrades a document that the caller needs no more as it is: a copy of a large one costs as much as the rest.</summary>
    /// <param name="document">The document; it may be changed, also by an upgrade that fails.</param>
    public static CibUpgradeResult UpgradeInPlace(CibDocument document) =>
        Upgrade(document, CibSchema.Newest, alwaysTransform: false, mayChange: true);

    private static CibUpgradeResult Upgrade(CibDocument document, CibSchema? target, bool alwaysTransform, bool mayChange)
    {
        target ??= CibSchema.Newest;
        var name = document.SchemaName;
        if (string.Equals(name, CibSchema.NoneName, StringComparison.OrdinalIgnoreCase))
        {
            var warning = CibProblem.Warning(
                document.Root, "validation is disabled (validate-with is 'none'), so the document is not upgraded",
                "name a schema in validate-with");
            return new CibUpgradeResult(document, false, [warning]);
        }

        if (CibSchema.Find(name) is not { } current)
        {
            var message = name is null ? "validate-with is missing" : $"there is no schema '{name}'";
            return new CibUpgradeResult(
                document, false, [CibProblem.Error(
                    document.Root, message, $"name a schema up to {CibSchema.Newest.Name} in validate-with")]);
        }

        return current.CompareTo(target) >= 0
            ? new CibUpgradeResult(document, false, [])
            : Run(mayChange ? document : document.Clone(), current, target, alwaysTransform);
    }

    private static CibUpgradeResult Run(CibDocument upgraded, CibSchema current, CibSchema target, bool alwaysTransform)
    {
        var problems = new List<CibProblem>();
        var isTransformed = false;
        IReadOnlyList<CibProblem>? validation = null;
        while (current.Major < target.Major)
        {
            var next = new CibSchema(current.Major + 1, 0);
            validation = alwaysTransform ? null : CibValidator.Validate(upgraded, next);
            if (validation is null || HasErrors(validation))
            {
                Transform(upgraded, current.Major, problems);
                isTransformed = true;
                validation = null;
            }

            current = next;
        }

        upgraded.PackedRoot.SetAttributeValue("validate-with", target.Name);
        return new CibUpgradeResult(upgraded, true, problems)
        {
            IsTransformed = isTransformed,
            Validation = current == target ? validation : null,
        };
    }

    private static bool HasErrors(IReadOnlyList<CibProblem> problems)
    {
        foreach (var problem in problems)
        {
            if (problem.Severity == CibSeverity.Error) return true;
        }

        return false;
    }

    private static void Transform(CibDocument document, int major, List<CibProblem> problems)
    {
        if (document.Configuration is not { } configuration)
        {
            return;
        }

        switch (major)
        {
            case 1:
                UpgradeFrom1.Transform(configuration);
                break;
            case 2:
                UpgradeFrom2.Transform(configuration);
                break;
            default:
                UpgradeFrom3.Transform(configuration, problems);
                break;
        }
    }
}
