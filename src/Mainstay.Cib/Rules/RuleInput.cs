namespace Mainstay.Cib;

/// <summary>Looks up a value by name; <see langword="null"/> = undefined.</summary>
/// <param name="name">The name.</param>
public delegate string? ValueLookup(string name);

/// <summary>
/// What a rule may ask about; each context supplies a part of it (the table in spec/cib-model.md section 5). What is not supplied is
/// undefined.
/// </summary>
public sealed record RuleInput
{
    /// <summary>The effective time. Its offset is the local one for dates without an offset and for date specifications.</summary>
    public required CibDateTime Now { get; init; }

    /// <summary>The attributes of the node concerned.</summary>
    public ValueLookup? NodeAttribute { get; init; }

    /// <summary>The parameters of the resource concerned (<c>value-source="param"</c>).</summary>
    public ValueLookup? Parameter { get; init; }

    /// <summary>The meta-attributes of the resource concerned (<c>value-source="meta"</c>).</summary>
    public ValueLookup? MetaAttribute { get; init; }

    /// <summary>The agent's class, for resource expressions.</summary>
    public string? ResourceClass { get; init; }

    /// <summary>The agent's provider, for resource expressions.</summary>
    public string? ResourceProvider { get; init; }

    /// <summary>The agent's type, for resource expressions.</summary>
    public string? ResourceType { get; init; }

    /// <summary>The operation's name, for operation expressions.</summary>
    public string? OperationName { get; init; }

    /// <summary>The operation's interval in milliseconds, for operation expressions.</summary>
    public long OperationIntervalMs { get; init; }

    /// <summary>What <c>%0</c> to <c>%9</c> in attribute names stand for: the match and submatches of <c>rsc-pattern</c>.</summary>
    public IReadOnlyList<string>? PatternMatches { get; init; }
}

/// <summary>Collects the earliest instant at which an evaluation may give another result (spec/cib-model.md section 5.6).</summary>
public sealed class RecheckTime
{
    /// <summary>The earliest instant in epoch seconds, or <see langword="null"/> if nothing will change by time alone.</summary>
    public long? EpochSeconds { get; private set; }

    /// <summary>Takes an instant into account; instants that are not later than now do not count.</summary>
    /// <param name="epochSeconds">The instant.</param>
    /// <param name="now">The effective time in epoch seconds.</param>
    public void Consider(long epochSeconds, long now)
    {
        if (epochSeconds > now && (EpochSeconds is null || epochSeconds < EpochSeconds))
        {
            EpochSeconds = epochSeconds;
        }
    }
}
