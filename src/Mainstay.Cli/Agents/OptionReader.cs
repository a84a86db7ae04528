namespace Mainstay.Cli.Agents;

/// <summary>Reads <c>--name value</c> and <c>--name=value</c>.</summary>
internal static class OptionReader
{
    /// <summary>
    /// Reads all arguments from <paramref name="first"/> on. False, with the problem, at an unknown name or a missing value.
    /// </summary>
    public static bool TryRead(
        IReadOnlyList<string> args, int first, string[] known, out Dictionary<string, string> options, out string problem)
    {
        options = new Dictionary<string, string>(StringComparer.Ordinal);
        problem = string.Empty;
        for (var i = first; i < args.Count; i++)
        {
            var equals = args[i].IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? args[i] : args[i][..equals];
            if (!name.StartsWith("--", StringComparison.Ordinal) || !known.Contains(name[2..], StringComparer.Ordinal))
            {
                problem = $"unknown option {args[i]}";
                return false;
            }

            if (equals < 0 && i + 1 == args.Count)
            {
                problem = $"{name} needs a value";
                return false;
            }

            options[name[2..]] = equals < 0 ? args[++i] : args[i][(equals + 1)..];
        }

        return true;
    }
}
