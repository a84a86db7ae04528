namespace Mainstay.Cli.Ring;

/// <summary>
/// Options as getopt(3) reads them: letters anywhere among the arguments, together or apart, values behind or in the next argument,
/// <c>--</c> ends them. The tools of the ring give their options a meaning in their order, so the order is kept.
/// </summary>
internal sealed class PosixOptions
{
    private PosixOptions()
    {
    }

    /// <summary>The options in order; a long one by its name.</summary>
    public List<(string Name, string Value)> Given { get; } = [];

    /// <summary>The arguments that are no options.</summary>
    public List<string> Rest { get; } = [];

    /// <summary>What is wrong, as getopt says it; then <see cref="Given"/> has what came before.</summary>
    public string? Error { get; private set; }

    /// <summary>Reads arguments.</summary>
    /// <param name="program">Name of the program, for errors.</param>
    /// <param name="letters">Letters, each followed by a colon where it takes a value.</param>
    /// <param name="longNames">Long options, none of which takes a value; without any, <c>--x</c> is a letter that is not known.</param>
    /// <param name="args">The arguments.</param>
    public static PosixOptions Parse(string program, string letters, IReadOnlyList<string> longNames, IReadOnlyList<string> args)
    {
        var result = new PosixOptions();
        for (var i = 0; i < args.Count && result.Error is null; i++)
        {
            var argument = args[i];
            if (argument == "--")
            {
                result.Rest.AddRange(args.Skip(i + 1));
                break;
            }

            if (longNames.Count > 0 && argument.StartsWith("--", StringComparison.Ordinal))
            {
                // As much of the name as no other begins with is enough.
                string[] meant = [.. longNames.Where(n => n.StartsWith(argument[2..], StringComparison.Ordinal))];
                if (meant.Length == 1) result.Given.Add((meant[0], string.Empty));
                else result.Error = $"{program}: unrecognized option '{argument}'";
            }
            else if (argument.Length > 1 && argument[0] == '-')
            {
                result.ReadLetters(program, letters, args, ref i);
            }
            else
            {
                result.Rest.Add(argument);
            }
        }

        return result;
    }

    private void ReadLetters(string program, string letters, IReadOnlyList<string> args, ref int index)
    {
        var argument = args[index];
        for (var position = 1; position < argument.Length; position++)
        {
            var at = argument[position] == ':' ? -1 : letters.IndexOf(argument[position], StringComparison.Ordinal);
            if (at < 0)
            {
                Error = $"{program}: invalid option -- '{argument[position]}'";
                return;
            }

            var name = letters[at].ToString();
            if (at + 1 == letters.Length || letters[at + 1] != ':')
            {
                Given.Add((name, string.Empty));
                continue;
            }

            if (position + 1 < argument.Length) Given.Add((name, argument[(position + 1)..]));
            else if (index + 1 < args.Count) Given.Add((name, args[++index]));
            else Error = $"{program}: option requires an argument -- '{name}'";
            return;
        }
    }
}
