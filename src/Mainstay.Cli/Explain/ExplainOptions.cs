namespace Mainstay.Cli.Explain;

/// <summary>What is asked about.</summary>
internal enum ExplainSubject
{
    /// <summary>A resource.</summary>
    Resource,

    /// <summary>An action, by its key or in words.</summary>
    Action,

    /// <summary>A node.</summary>
    Node,
}

/// <summary>The arguments of <c>mainstay explain</c>.</summary>
internal sealed record ExplainOptions
{
    /// <summary>What is asked about.</summary>
    public ExplainSubject Subject { get; init; }

    /// <summary>The resource, action or node as typed.</summary>
    public string Name { get; init; } = "";

    /// <summary>The node of <c>RESOURCE on NODE</c>, or null.</summary>
    public string? OnNode { get; init; }

    /// <summary>A CIB file, or null: what <c>CIB_file</c> names, or the running cluster.</summary>
    public string? File { get; init; }

    /// <summary>The time to take as the present, or null.</summary>
    public string? Date { get; init; }

    /// <summary>Whether the answer is JSON.</summary>
    public bool IsJson { get; init; }

    /// <summary>Whether other configurations are tried to say what would have to change.</summary>
    public bool TriesChanges { get; init; } = true;

    /// <summary>Whether help is asked for.</summary>
    public bool Help { get; init; }

    /// <summary>Reads the arguments; null with a problem if they are wrong.</summary>
    public static ExplainOptions? Parse(IReadOnlyList<string> args, out string? problem)
    {
        var options = new ExplainOptions();
        var words = new List<string>();
        problem = null;
        for (int i = 0; i < args.Count && problem is null; i++)
        {
            string? Value(string name)
            {
                if (args[i].StartsWith(name + "=", StringComparison.Ordinal)) return args[i][(name.Length + 1)..];
                return i + 1 < args.Count ? args[++i] : null;
            }

            string word = args[i].Split('=')[0];
            switch (word)
            {
                case "--help" or "-h":
                    return options with { Help = true };
                case "--file" or "-f":
                    options = options with { File = Value(word) };
                    if (options.File is null) problem = "--file needs the name of a CIB file";
                    break;
                case "--set-datetime" or "-t":
                    options = options with { Date = Value(word) };
                    if (options.Date is null) problem = "--set-datetime needs a date";
                    break;
                case "--output-format":
                    string? format = Value(word);
                    if (format is not ("text" or "json")) problem = $"--output-format is text or json, not '{format}'";
                    options = options with { IsJson = format == "json" };
                    break;
                case "--no-changes":
                    options = options with { TriesChanges = false };
                    break;
                default:
                    if (word.StartsWith('-')) problem = $"there is no option '{word}'";
                    words.Add(args[i]);
                    break;
            }
        }

        return problem is null ? WithSubject(options, words, out problem) : null;
    }

    private static ExplainOptions? WithSubject(ExplainOptions options, List<string> words, out string? problem)
    {
        problem = null;
        switch (words)
        {
            case ["action", _, ..]:
                return options with { Subject = ExplainSubject.Action, Name = string.Join(' ', words.Skip(1)) };
            case ["node", var node]:
                return options with { Subject = ExplainSubject.Node, Name = node };
            case ["resource", var resource]:
                return options with { Name = resource };
            case ["resource", var resource, "on", var node]:
                return options with { Name = resource, OnNode = node };
            case [var resource]:
                return options with { Name = resource };
            case [var resource, "on", var node]:
                return options with { Name = resource, OnNode = node };
            default:
                problem = words.Count == 0 ? "say what to explain: a resource, 'action ACTION' or 'node NODE'"
                    : $"'{string.Join(' ', words)}' is not 'RESOURCE', 'RESOURCE on NODE', 'action ACTION' or 'node NODE'";
                return null;
        }
    }
}
