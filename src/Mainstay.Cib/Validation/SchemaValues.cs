using System.Xml;

namespace Mainstay.Cib;

/// <summary>The values of the schema's types.</summary>
internal static class SchemaValues
{
    /// <summary>What is expected instead of a value; <see langword="null"/> if the value is allowed.</summary>
    public static string? Expected(AttributeRule rule, string value, int schema)
    {
        var collapsed = value.Trim();
        switch (rule.Type)
        {
            case SchemaType.Boolean:
                return collapsed is "true" or "false" or "1" or "0" ? null : "true or false";
            case SchemaType.Integer:
                return IntegerText.TryReadWhole(collapsed, out _) ? null : "an integer";
            case SchemaType.NonNegativeInteger:
                return IntegerText.TryReadWhole(collapsed, out var number) && number >= 0 ? null : "an integer that is not negative";
            case SchemaType.Level:
                return IntegerText.TryReadWhole(collapsed, out number) && number is >= 1 and <= 9 ? null : "an integer from 1 to 9";
            case SchemaType.Score:
                return collapsed is "INFINITY" or "+INFINITY" or "-INFINITY" || IntegerText.TryReadWhole(collapsed, out _)
                    ? null : "an integer, INFINITY or -INFINITY";
            case SchemaType.Word:
                return ExpectedWord(rule, collapsed, schema);
            case SchemaType.NameList:
                var isList = value.Split(',').All(name => name.Length > 0 && name.All(IsDeviceCharacter));
                return isList ? null : "names separated by commas, without blanks";
            case SchemaType.PortRange:
                var isRange = value.Length > 0 && value.All(character => char.IsAsciiDigit(character) || character == '-');
                return isRange ? null : "a port range such as 8000-8010";
            default:
                return null;
        }
    }

    /// <summary>Whether a value is an XML name without colon.</summary>
    public static bool IsName(string value)
    {
        if (value.Length == 0 || !XmlConvert.IsStartNCNameChar(value[0])) return false;
        foreach (var character in value)
        {
            if (!char.IsAsciiLetterOrDigit(character) && !XmlConvert.IsNCNameChar(character)) return false;
        }

        return true;
    }

    private static string? ExpectedWord(AttributeRule rule, string value, int schema)
    {
        var words = rule.Words;
        foreach (var word in words)
        {
            if (word.Text == value && schema >= word.Since && schema <= word.Until) return null;
        }

        return $"one of {string.Join(", ", words.Where(word => schema >= word.Since && schema <= word.Until).Select(word => word.Text))}";
    }

    private static bool IsDeviceCharacter(char character) => char.IsAsciiLetterOrDigit(character) || character is '_' or '.' or '-';
}
