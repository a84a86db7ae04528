namespace Mainstay.Cib;

/// <summary>Bounds of what is read.</summary>
public sealed record CibLimits
{
    /// <summary>The bounds of documents from administrators and files.</summary>
    public static CibLimits Default { get; } = new();

    /// <summary>The largest number of characters of a document.</summary>
    public long CharactersMax { get; init; } = 256L * 1024 * 1024;

    /// <summary>The deepest nesting of elements. A configuration needs about 12.</summary>
    public int DepthMax { get; init; } = 128;

    /// <summary>The largest number of attributes of one element.</summary>
    public int AttributeCountMax { get; init; } = 4096;
}
