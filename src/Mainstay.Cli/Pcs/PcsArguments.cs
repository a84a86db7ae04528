namespace Mainstay.Cli.Pcs;

/// <summary>Reading of the words of a command: <c>key=value</c> pairs and groups opened by keywords (spec/cli-pcs.md section 2).</summary>
internal static class PcsArguments
{
    /// <summary>Reads pairs. The same key twice is accepted with one value, refused with two.</summary>
    /// <exception cref="CommandFailure">A word is no pair, or a key has two values.</exception>
    public static Dictionary<string, string> Pairs(IEnumerable<string> words)
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in PairList(words))
        {
            if (!result.TryAdd(key, value) && result[key] != value)
            {
                throw new CommandFailure($"duplicate option '{key}' with different values '{result[key]}' and '{value}'");
            }
        }

        return result;
    }

    /// <summary>Reads pairs and keeps repeated keys.</summary>
    public static List<KeyValuePair<string, string>> PairList(IEnumerable<string> words)
    {
        var result = new List<KeyValuePair<string, string>>();
        foreach (var word in words)
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                throw new CommandFailure($"missing value of '{word}' option");
            }

            if (equals == 0)
            {
                throw new CommandFailure($"missing key in '{word}' option");
            }

            result.Add(KeyValuePair.Create(word[..equals], word[(equals + 1)..]));
        }

        return result;
    }

    /// <summary>
    /// Splits words at keywords. The words before the first keyword come under the empty keyword; every occurrence of a keyword is a
    /// group of its own.
    /// </summary>
    public static List<(string Keyword, List<string> Words)> Groups(IEnumerable<string> words, params string[] keywords)
    {
        var result = new List<(string Keyword, List<string> Words)> { ("", []) };
        foreach (var word in words)
        {
            if (keywords.Contains(word, StringComparer.Ordinal))
            {
                result.Add((word, []));
            }
            else
            {
                result[^1].Words.Add(word);
            }
        }

        return result;
    }

    /// <summary>The words of the one group of a keyword; <see langword="null"/> where it does not occur.</summary>
    /// <exception cref="CommandFailure">It occurs more than once.</exception>
    public static List<string>? Single(List<(string Keyword, List<string> Words)> groups, string keyword)
    {
        var found = groups.Where(g => g.Keyword == keyword).ToList();
        return found.Count switch
        {
            0 => null,
            1 => found[0].Words,
            _ => throw new CommandFailure($"'{keyword}' cannot be used more than once"),
        };
    }

    /// <summary>Refuses names that are not in the list, naming the allowed ones.</summary>
    public static void CheckNames(IEnumerable<string> names, IReadOnlyCollection<string> allowed, string what)
    {
        var bad = names.Where(n => !allowed.Contains(n, StringComparer.Ordinal)).ToList();
        if (bad.Count > 0)
        {
            throw new CommandFailure(InvalidOptions(bad, allowed, what));
        }
    }

    /// <summary>The message about unknown option names.</summary>
    public static string InvalidOptions(IReadOnlyList<string> bad, IReadOnlyCollection<string> allowed, string what) =>
        $"invalid {what}option{(bad.Count > 1 ? "s" : "")}: {Quoted(bad)}, allowed options are: {Quoted(allowed)}"
        + (bad.Count == 1 ? Suggestion.For(bad[0], allowed) : "");

    /// <summary>Words in quotes, sorted, separated by commas.</summary>
    public static string Quoted(IEnumerable<string> words) =>
        string.Join(", ", words.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(w => $"'{w}'"));
}
