using System.Globalization;

namespace Mainstay.Cli.Ring;

/// <summary>The arguments of <c>mainstay ring</c>.</summary>
/// <param name="Command">status, listen, send, expected, reload or help.</param>
/// <param name="Operands">Group and texts, or the votes.</param>
/// <param name="Socket"><c>--socket</c>.</param>
/// <param name="IsJson"><c>--output-format json</c>.</param>
/// <param name="Count"><c>--count</c>: messages to wait for; 0 is without end.</param>
/// <param name="Repeat"><c>--repeat</c>: how often each text is sent.</param>
internal sealed record RingArguments(string Command, IReadOnlyList<string> Operands, string? Socket, bool IsJson, int Count, int Repeat)
{
    /// <summary>Reads the arguments; <paramref name="problem"/> says what is wrong.</summary>
    public static RingArguments? TryParse(IReadOnlyList<string> args, out string problem)
    {
        var words = new List<string>();
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        problem = string.Empty;
        for (var i = 0; i < args.Count; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
            {
                words.Add(args[i]);
                continue;
            }

            var (name, value) = args[i].Split('=', 2) is [var n, var v] ? (n, v) : (args[i], null);
            if (name is "--help")
            {
                words = ["help"];
                break;
            }

            if (name is not ("--socket" or "--output-format" or "--count" or "--repeat"))
            {
                problem = $"unknown option {name}";
                return null;
            }

            value ??= ++i < args.Count ? args[i] : null;
            if (value is null)
            {
                problem = $"{name} needs a value";
                return null;
            }

            options[name] = value;
        }

        return Build(words, options, out problem);
    }

    private static RingArguments? Build(List<string> words, Dictionary<string, string> options, out string problem)
    {
        var command = words.Count > 0 ? words[0] : "status";
        string[] operands = [.. words.Skip(1)];
        var count = Number(options, "--count", 0);
        var repeat = Number(options, "--repeat", 1);
        problem = (command, operands.Length) switch
        {
            ("status" or "reload" or "help", 0) => string.Empty,
            ("status" or "reload" or "help", _) => $"{command} takes no operand",
            ("listen", 1) => string.Empty,
            ("listen", _) => "listen takes one group",
            ("send", >= 2) => string.Empty,
            ("send", _) => "send takes a group and at least one text",
            ("expected", 1) when uint.TryParse(operands[0], NumberStyles.None, CultureInfo.InvariantCulture, out _) => string.Empty,
            ("expected", _) => "expected takes a number of votes",
            _ => $"unknown command {command}",
        };
        if (problem.Length == 0 && options.GetValueOrDefault("--output-format", "text") is not ("text" or "json" or "json-pretty"))
        {
            problem = $"the output format {options["--output-format"]} is not one of text, json";
        }

        if (problem.Length == 0 && (count < 0 || repeat < 1)) problem = "--count and --repeat take a positive number";
        return problem.Length > 0
            ? null
            : new RingArguments(
                command,
                operands,
                options.GetValueOrDefault("--socket"),
                options.GetValueOrDefault("--output-format", "text") != "text",
                count,
                repeat);
    }

    private static int Number(Dictionary<string, string> options, string name, int fallback)
    {
        if (!options.TryGetValue(name, out var text)) return fallback;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : -1;
    }
}
