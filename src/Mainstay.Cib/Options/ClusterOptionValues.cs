namespace Mainstay.Cib;

/// <summary>The cluster options in force; every known option has its value or its default.</summary>
public sealed class ClusterOptionValues
{
    private readonly TextMap _effective;

    internal ClusterOptionValues(TextMap effective, NvTable configured)
    {
        _effective = effective;
        Configured = configured;
    }

    /// <summary>What the configuration says, names as written, values unchecked.</summary>
    public NvTable Configured { get; }

    /// <summary>The value as text; <see langword="null"/> if there is neither a value nor a default.</summary>
    /// <param name="name">The option's (new) name.</param>
    public string? Text(string name) => _effective.GetValueOrDefault(name);

    /// <summary>A boolean option.</summary>
    /// <param name="name">The option's (new) name.</param>
    public bool Boolean(string name) => CibBoolean.IsTrue(Text(name));

    /// <summary>An integer option.</summary>
    /// <param name="name">The option's (new) name.</param>
    public int Integer(string name)
        => IntegerText.TryReadLeading(Text(name), out var value) ? (int)Math.Clamp(value, int.MinValue, int.MaxValue) : 0;

    /// <summary>A duration option in milliseconds.</summary>
    /// <param name="name">The option's (new) name.</param>
    public long Milliseconds(string name) => Interval.Parse(Text(name));

    /// <summary>A score option.</summary>
    /// <param name="name">The option's (new) name.</param>
    public Score Score(string name) => Cib.Score.Parse(Text(name));

    /// <summary>A choice option, in lower case.</summary>
    /// <param name="name">The option's (new) name.</param>
    public string Choice(string name) => Text(name)?.ToLowerInvariant() ?? string.Empty;
}
