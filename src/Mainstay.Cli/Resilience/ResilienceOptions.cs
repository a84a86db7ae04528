using Mainstay.Scheduler;

namespace Mainstay.Cli.Resilience;

/// <summary>The arguments of <c>mainstay check resilience</c>.</summary>
internal sealed class ResilienceOptions
{
    /// <summary>A CIB file; the running cluster (or <c>CIB_file</c>) where none is named.</summary>
    public string? File { get; private set; }

    /// <summary>Whether every pair of nodes is played through too.</summary>
    public bool Pairs { get; private set; }

    /// <summary>Particular sets of nodes instead of every single one.</summary>
    public List<IReadOnlyList<string>> Sets { get; } = [];

    /// <summary>What is assumed of quorum.</summary>
    public QuorumAssumption Quorum { get; private set; }

    /// <summary>Whether JSON is printed.</summary>
    public bool IsJson { get; private set; }

    /// <summary>Whether harmless scenarios are listed one by one too.</summary>
    public bool Full { get; private set; }

    /// <summary>Whether only the usage is wanted.</summary>
    public bool Help { get; private set; }

    /// <summary>Reads the arguments; a message instead of options if they are wrong.</summary>
    public static ResilienceOptions? Parse(IReadOnlyList<string> args, out string problem)
    {
        var options = new ResilienceOptions();
        problem = "";
        for (int i = 0; i < args.Count; i++)
        {
            int equals = args[i].IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? args[i] : args[i][..equals];
            switch (name)
            {
                case "--help" or "-h":
                    options.Help = true;
                    break;
                case "--pairs":
                    options.Pairs = true;
                    break;
                case "--full":
                    options.Full = true;
                    break;
                case "--file" or "-f" or "--lose" or "--quorum" or "--output-format":
                    if (equals < 0 && ++i == args.Count)
                    {
                        problem = $"{name} needs a value";
                        return null;
                    }

                    if (options.Apply(name, equals < 0 ? args[i] : args[i][(equals + 1)..]) is { } wrong)
                    {
                        problem = wrong;
                        return null;
                    }

                    break;
                default:
                    problem = $"unknown option '{args[i]}'" + Suggestion.For(
                        args[i], ["--file", "--full", "--help", "--lose", "--output-format", "--pairs", "--quorum"]);
                    return null;
            }
        }

        return options;
    }

    private string? Apply(string name, string value)
    {
        switch (name)
        {
            case "--file" or "-f":
                File = value;
                return null;
            case "--lose":
                Sets.Add(value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
                return null;
            case "--output-format":
                IsJson = value == "json";
                return value is "text" or "json" ? null : $"'{value}' is no output format: text or json";
            default:
                QuorumAssumption? quorum = value switch
                {
                    "majority" => QuorumAssumption.Majority,
                    "kept" => QuorumAssumption.Kept,
                    "lost" => QuorumAssumption.Lost,
                    _ => null,
                };
                Quorum = quorum ?? QuorumAssumption.Majority;
                return quorum is null ? $"'{value}' is no assumption about quorum: majority, kept or lost" : null;
        }
    }
}
