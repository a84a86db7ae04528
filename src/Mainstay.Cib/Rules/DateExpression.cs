using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>Where an instant lies with respect to a date expression.</summary>
public enum DatePosition
{
    /// <summary>The expression cannot be evaluated.</summary>
    Invalid,

    /// <summary>It does not pass yet: its start lies ahead.</summary>
    Before,

    /// <summary>It passes.</summary>
    Within,

    /// <summary>It does not pass any more.</summary>
    After,

    /// <summary>It does not pass; no order is defined (date specifications).</summary>
    Outside,
}

/// <summary>Date expressions (spec/cib-model.md sections 5.3 to 5.6).</summary>
public static class DateExpression
{
    private static readonly (string Name, Func<CibDateTime, int> Value)[] SpecificationParts =
    [
        ("seconds", static now => now.Second),
        ("minutes", static now => now.Minute),
        ("hours", static now => now.Hour),
        ("monthdays", static now => now.Day),
        ("weekdays", static now => now.WeekDay),
        ("yeardays", static now => now.DayOfYear),
        ("months", static now => now.Month),
        ("weeks", static now => now.Week),
        ("years", static now => now.Year),
        ("weekyears", static now => now.WeekYear),
    ];

    /// <summary>Where <paramref name="now"/> lies.</summary>
    /// <param name="expression">A <c>date_expression</c> element.</param>
    /// <param name="now">The effective time.</param>
    /// <param name="recheck">Receives the time when the result may change; optional.</param>
    /// <param name="problem">What is wrong with an invalid expression.</param>
    public static DatePosition Evaluate(XElement expression, CibDateTime now, RecheckTime? recheck, out string? problem)
    {
        problem = null;
        var operation = expression.Value("operation")?.ToLowerInvariant() ?? "in_range";
        switch (operation)
        {
            case "in_range":
                return InRange(expression, now, recheck, out problem);
            case "date_spec":
                if (expression.Element("date_spec") is not { } specification)
                {
                    problem = "operation 'date_spec' needs a date_spec element";
                    return DatePosition.Invalid;
                }

                return EvaluateSpecification(specification, now, out problem);
            case "gt":
                if (!TryReadInstant(expression, "start", now, out var start, out problem) || start is null)
                {
                    problem ??= "operation 'gt' needs a start";
                    return DatePosition.Invalid;
                }

                if (now.EpochSeconds > start.Value.EpochSeconds)
                {
                    return DatePosition.Within;
                }

                recheck?.Consider(start.Value.EpochSeconds + 1, now.EpochSeconds);
                return DatePosition.Before;
            case "lt":
                if (!TryReadInstant(expression, "end", now, out var end, out problem) || end is null)
                {
                    problem ??= "operation 'lt' needs an end";
                    return DatePosition.Invalid;
                }

                if (now.EpochSeconds >= end.Value.EpochSeconds)
                {
                    return DatePosition.After;
                }

                recheck?.Consider(end.Value.EpochSeconds, now.EpochSeconds);
                return DatePosition.Within;
            default:
                problem = $"'{operation}' is no operation of a date expression";
                return DatePosition.Invalid;
        }
    }

    /// <summary>Where an instant lies with respect to a <c>date_spec</c>, in the instant's own time zone.</summary>
    /// <param name="specification">A <c>date_spec</c> element.</param>
    /// <param name="now">The instant.</param>
    /// <param name="problem">What is wrong with an invalid specification.</param>
    public static DatePosition EvaluateSpecification(XElement specification, CibDateTime now, out string? problem)
    {
        problem = null;
        var position = DatePosition.Within;
        foreach (var (name, value) in SpecificationParts)
        {
            if (specification.Value(name) is not { } text)
            {
                continue;
            }

            if (!IntegerRange.TryParse(text, out var range))
            {
                problem = $"'{text}' is no range for {name}";
                return DatePosition.Invalid;
            }

            position = range.Contains(value(now)) ? position : DatePosition.Outside;
        }

        return position;
    }

    internal static bool Passes(XElement expression, CibDateTime now, RecheckTime? recheck, out string? problem)
        => Evaluate(expression, now, recheck, out problem) == DatePosition.Within;

    private static DatePosition InRange(XElement expression, CibDateTime now, RecheckTime? recheck, out string? problem)
    {
        if (!TryReadInstant(expression, "start", now, out var start, out problem)
            || !TryReadInstant(expression, "end", now, out var end, out problem))
        {
            return DatePosition.Invalid;
        }

        if (end is null && start is not null && expression.Element("duration") is { } duration)
        {
            end = start.Value.Add(CibDuration.Of(duration));
        }

        if (start is null && end is null)
        {
            problem = "operation 'in_range' needs a start or an end";
            return DatePosition.Invalid;
        }

        if (start is { } first && now.EpochSeconds < first.EpochSeconds)
        {
            recheck?.Consider(first.EpochSeconds, now.EpochSeconds);
            return DatePosition.Before;
        }

        if (end is { } last)
        {
            if (now.EpochSeconds > last.EpochSeconds)
            {
                return DatePosition.After;
            }

            recheck?.Consider(last.EpochSeconds + 1, now.EpochSeconds);
        }

        return DatePosition.Within;
    }

    private static bool TryReadInstant(
        XElement expression, string attribute, CibDateTime now, out CibDateTime? instant, out string? problem)
    {
        instant = null;
        problem = null;
        if (expression.Value(attribute) is not { } text)
        {
            return true;
        }

        if (!CibDateTime.TryParse(text, now, out var value))
        {
            problem = $"{attribute} '{text}' is no date";
            return false;
        }

        instant = value;
        return true;
    }
}
