namespace Mainstay.Cli;

/// <summary>Searching in the read-only lists that arguments come in.</summary>
internal static class ReadOnlyListSearch
{
    /// <summary>Index of the first equal word, or -1.</summary>
    public static int IndexOf(this IReadOnlyList<string> list, string word)
    {
        for (var index = 0; index < list.Count; index++)
        {
            if (list[index] == word)
            {
                return index;
            }
        }

        return -1;
    }
}
