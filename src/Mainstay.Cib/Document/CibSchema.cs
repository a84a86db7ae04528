namespace Mainstay.Cib;

/// <summary>A schema of the CIB, by its name in <c>validate-with</c> (spec/manager.md section 5).</summary>
/// <param name="Major">The major number: documents of different major numbers differ in form.</param>
/// <param name="Minor">The minor number: additions only.</param>
public sealed record CibSchema(int Major, int Minor) : IComparable<CibSchema>
{
    /// <summary>The feature set of this implementation: a document with a greater one is refused.</summary>
    public const string FeatureSet = "3.20.5";

    /// <summary>The name that switches validation off (deprecated).</summary>
    public const string NoneName = "none";

    /// <summary>All schemas, oldest first.</summary>
    public static readonly IReadOnlyList<CibSchema> All =
    [
        new(1, 0), new(1, 2), new(1, 3),
        new(2, 0), new(2, 1), new(2, 2), new(2, 3), new(2, 4), new(2, 5), new(2, 6), new(2, 7), new(2, 8), new(2, 9), new(2, 10),
        new(3, 0), new(3, 1), new(3, 2), new(3, 3), new(3, 4), new(3, 5), new(3, 6), new(3, 7), new(3, 8), new(3, 9), new(3, 10),
        new(4, 0),
    ];

    /// <summary>The newest schema: the form the scheduler works on.</summary>
    public static CibSchema Newest => All[^1];

    /// <summary>The name: <c>pacemaker-MAJOR.MINOR</c>.</summary>
    public string Name => $"pacemaker-{Major}.{Minor}";

    /// <summary>Finds a schema by its name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The schema, or <see langword="null"/> if the name is absent or unknown (<c>none</c> included).</returns>
    public static CibSchema? Find(string? name)
    {
        foreach (var schema in All)
        {
            if (string.Equals(schema.Name, name, StringComparison.OrdinalIgnoreCase)) return schema;
        }

        return null;
    }

    /// <summary>The version as one number that sorts: 100 × major + minor.</summary>
    internal int Number => (Major * 100) + Minor;

    /// <inheritdoc/>
    public int CompareTo(CibSchema? other) => other is null ? 1 : Number.CompareTo(other.Number);
}
