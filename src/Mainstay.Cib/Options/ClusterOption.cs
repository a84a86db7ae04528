namespace Mainstay.Cib;

/// <summary>The kind of value of a cluster option.</summary>
public enum ClusterOptionType
{
    /// <summary>Free text.</summary>
    Text,

    /// <summary>A boolean.</summary>
    Boolean,

    /// <summary>An integer.</summary>
    Integer,

    /// <summary>An interval; values are held in milliseconds.</summary>
    Duration,

    /// <summary>A score.</summary>
    Score,

    /// <summary>One of a list of words.</summary>
    Choice,

    /// <summary>A percentage, e.g. <c>80%</c>.</summary>
    Percentage,
}

/// <summary>A cluster option (spec/cib-model.md section 3).</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The kind of value.</param>
/// <param name="Default">The default as text; <see langword="null"/> = none.</param>
/// <param name="LegacyName">An older name that is accepted too.</param>
/// <param name="Choices">The words allowed, for <see cref="ClusterOptionType.Choice"/>.</param>
/// <param name="Minimum">The smallest integer allowed.</param>
public sealed record ClusterOption(
    string Name, ClusterOptionType Type, string? Default, string? LegacyName = null, IReadOnlyList<string>? Choices = null,
    long? Minimum = null)
{
    /// <summary>Whether a text is a legal value.</summary>
    /// <param name="value">The text.</param>
    public bool IsValid(string value) => Type switch
    {
        ClusterOptionType.Boolean => CibBoolean.Parse(value) is not null,
        ClusterOptionType.Integer => IntegerText.TryReadWhole(value, out var number)
            && number >= (Minimum ?? int.MinValue) && number <= int.MaxValue,
        ClusterOptionType.Duration => Interval.TryParse(value, out _),
        ClusterOptionType.Score => value is "INFINITY" or "+INFINITY" or "-INFINITY" || IntegerText.TryReadWhole(value, out _),
        ClusterOptionType.Choice => Choices?.Contains(value, StringComparer.OrdinalIgnoreCase) == true,
        ClusterOptionType.Percentage => IntegerText.TryReadLeading(value, out var percent, out var end)
            && percent >= 0 && (end == value.Length || value[end..] == "%"),
        _ => true,
    };

    /// <summary>What values are legal, in words.</summary>
    public string Expected => Type switch
    {
        ClusterOptionType.Boolean => "true or false",
        ClusterOptionType.Integer => Minimum is { } minimum ? $"an integer of at least {minimum}" : "an integer",
        ClusterOptionType.Duration => "an interval such as 30s, 5min or PT1H",
        ClusterOptionType.Score => "an integer, INFINITY or -INFINITY",
        ClusterOptionType.Choice => "one of " + string.Join(", ", Choices ?? []),
        ClusterOptionType.Percentage => "a percentage such as 80%",
        _ => "text",
    };
}
