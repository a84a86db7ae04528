namespace Mainstay.Cli.Pcs;

/// <summary>Writing of command lines that a shell reads back (<c>--output-format cmd</c>).</summary>
internal static class ShellScript
{
    /// <summary>The word, quoted where the shell would change it.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(c =>
            char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/' or ':' or '=' or '%' or '+' or ',' or '@')
            ? word
            : "'" + word.Replace("'", "'\"'\"'", StringComparison.Ordinal) + "'";

    /// <summary>Pairs as words.</summary>
    public static string Pairs(IEnumerable<KeyValuePair<string, string>> pairs) =>
        string.Join(' ', pairs.Select(p => Quote($"{p.Key}={p.Value}")));

    /// <summary>Joins commands: <c>;</c> and a line feed between them; an empty text where there are none.</summary>
    public static string Join(IEnumerable<string> commands)
    {
        var text = string.Join(";\n", commands);
        return text.Length == 0 ? "" : text + "\n";
    }
}
