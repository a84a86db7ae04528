using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>Node attribute expressions (spec/cib-model.md section 5.1).</summary>
internal static class AttributeExpression
{
    private enum ComparisonType
    {
        Text,
        Integer,
        Number,
        Version,
    }

    public static bool Passes(XElement expression, RuleInput input, out string? problem)
    {
        problem = null;
        var attribute = expression.Value("attribute");
        var operation = expression.Value("operation");
        if (string.IsNullOrEmpty(attribute) || operation is null)
        {
            problem = "the expression lacks its attribute or its operation";
            return false;
        }

        var actual = input.NodeAttribute?.Invoke(Substitute(attribute, input.PatternMatches));
        var value = expression.Value("value");
        operation = operation.ToLowerInvariant();
        switch (operation)
        {
            case "defined" or "not_defined":
                if (value is not null)
                {
                    problem = $"operation '{operation}' takes no value";
                    return false;
                }

                return (actual is not null) == (operation == "defined");
            case "eq" or "ne" or "lt" or "lte" or "gt" or "gte":
                if (value is null)
                {
                    problem = $"operation '{operation}' needs a value";
                    return false;
                }

                return TryReference(expression, input, value, out var reference, out problem)
                    && Compare(expression, operation, actual, reference, out problem);
            default:
                problem = $"'{operation}' is no operation";
                return false;
        }
    }

    private static bool TryReference(XElement expression, RuleInput input, string value, out string? reference, out string? problem)
    {
        problem = null;
        var source = expression.Value("value-source")?.ToLowerInvariant();
        switch (source)
        {
            case null or "literal":
                reference = value;
                return true;
            case "param":
                reference = input.Parameter?.Invoke(value);
                return true;
            case "meta":
                reference = input.MetaAttribute?.Invoke(value);
                return true;
            default:
                reference = null;
                problem = $"'{source}' is no value-source";
                return false;
        }
    }

    private static bool Compare(XElement expression, string operation, string? actual, string? reference, out string? problem)
    {
        problem = null;
        if (!TryGetType(expression, operation, actual, reference, out var type))
        {
            problem = $"'{expression.Value("type")}' is no comparison type";
            return false;
        }

        var isOrder = operation is not ("eq" or "ne");
        if (isOrder && (actual is null || reference is null))
        {
            return false;
        }

        var order = Order(type, actual, reference);
        return operation switch
        {
            "eq" => order == 0,
            "ne" => order != 0,
            "lt" => order < 0,
            "lte" => order <= 0,
            "gt" => order > 0,
            _ => order >= 0,
        };
    }

    private static bool TryGetType(XElement expression, string operation, string? actual, string? reference, out ComparisonType type)
    {
        var isOrder = operation is not ("eq" or "ne");
        switch (expression.Value("type")?.ToLowerInvariant())
        {
            case null:
                type = !isOrder ? ComparisonType.Text
                    : HasPoint(actual) || HasPoint(reference) ? ComparisonType.Number : ComparisonType.Integer;
                return true;
            case "string":
                type = ComparisonType.Text;
                return true;
            case "integer":
                type = ComparisonType.Integer;
                return true;
            case "number":
                type = ComparisonType.Number;
                return true;
            case "version":
                type = ComparisonType.Version;
                return true;
            default:
                type = ComparisonType.Text;
                return false;
        }
    }

    private static bool HasPoint(string? text) => text?.Contains('.', StringComparison.Ordinal) == true;

    private static int Order(ComparisonType type, string? actual, string? reference)
    {
        if (actual is null || reference is null)
        {
            return (actual is null ? 0 : 1) - (reference is null ? 0 : 1);
        }

        switch (type)
        {
            case ComparisonType.Integer
                when IntegerText.TryReadLeading(actual, out var left) && IntegerText.TryReadLeading(reference, out var right):
                return left.CompareTo(right);
            case ComparisonType.Number
                when DecimalText.TryReadLeading(actual, out var left) && DecimalText.TryReadLeading(reference, out var right):
                return left.CompareTo(right);
            case ComparisonType.Version:
                return VersionText.Compare(actual, reference);
            default:
                return string.Compare(actual, reference, StringComparison.OrdinalIgnoreCase);
        }
    }

    /// <summary>Replaces <c>%0</c> to <c>%9</c>; a missing submatch is empty.</summary>
    private static string Substitute(string name, IReadOnlyList<string>? matches)
    {
        if (matches is null || !name.Contains('%', StringComparison.Ordinal))
        {
            return name;
        }

        var text = new StringBuilder(name.Length);
        for (var index = 0; index < name.Length; index++)
        {
            if (name[index] == '%' && index + 1 < name.Length && char.IsAsciiDigit(name[index + 1]))
            {
                var number = int.Parse(name.AsSpan(++index, 1), NumberStyles.None, CultureInfo.InvariantCulture);
                text.Append(number < matches.Count ? matches[number] : string.Empty);
            }
            else
            {
                text.Append(name[index]);
            }
        }

        return text.ToString();
    }
}
