namespace Mainstay.Agents;

/// <summary>Reads shell-style <c>NAME=value</c> files such as <c>/etc/default/pacemaker</c> (spec/agents.md section 3.4).</summary>
internal static class EnvironmentFile
{
    /// <summary>The assignments of a file's text, later ones last; lines that are not assignments are skipped.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Parse(string text)
    {
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.Trim();
            if (line.StartsWith("export ", StringComparison.Ordinal)) line = line[7..].TrimStart();
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || line[0] == '#') continue;
            var name = line[..equals];
            if (!name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_') || char.IsAsciiDigit(name[0])) continue;
            yield return new KeyValuePair<string, string>(name, Unquote(line[(equals + 1)..]));
        }
    }

    /// <summary>The assignments of a file; none where it cannot be read.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Read(string path)
    {
        try
        {
            return File.Exists(path) ? Parse(File.ReadAllText(path)).ToList() : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string Unquote(string value)
    {
        if (value.Length >= 2 && value[0] is '"' or '\'')
        {
            var end = value.IndexOf(value[0], 1);
            if (end > 0) return value[1..end];
        }

        var comment = value.IndexOf(" #", StringComparison.Ordinal);
        return (comment >= 0 ? value[..comment] : value).TrimEnd();
    }
}
