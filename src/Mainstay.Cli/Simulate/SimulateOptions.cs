namespace Mainstay.Cli.Simulate;

/// <summary>The options of <c>crm_simulate</c> (spec/scheduler-output.md section 9).</summary>
internal sealed class SimulateOptions
{
    public string? XmlFile { get; private set; }

    public bool Simulate { get; private set; }

    public bool Run { get; private set; }

    public string? DotFile { get; private set; }

    public string? GraphFile { get; private set; }

    public bool ShowScores { get; private set; }

    public bool Quiet { get; private set; }

    public bool AllActions { get; private set; }

    public string? Date { get; private set; }

    public string? BatchFile { get; private set; }

    public bool Help { get; private set; }

    /// <summary>True if anything asked for needs decisions, not only the status.</summary>
    public bool NeedsPlan => Run || Simulate || ShowScores || DotFile is not null || GraphFile is not null;

    /// <summary>Reads the arguments; a message instead of options if they are wrong.</summary>
    public static SimulateOptions? Parse(IReadOnlyList<string> args, out string? error)
    {
        var options = new SimulateOptions();
        error = null;
        for (int i = 0; i < args.Count && error is null; i++)
        {
            string arg = args[i];
            if (arg.StartsWith("--", StringComparison.Ordinal))
            {
                int equals = arg.IndexOf('=', StringComparison.Ordinal);
                string name = equals < 0 ? arg[2..] : arg[2..equals];
                string? value = equals < 0 ? null : arg[(equals + 1)..];
                error = options.Apply(name, ref value, () => ++i < args.Count ? args[i] : null);
            }
            else if (arg.Length > 1 && arg[0] == '-')
            {
                error = options.ApplyShort(arg, () => ++i < args.Count ? args[i] : null);
            }
            else
            {
                error = $"unexpected argument '{arg}'";
            }
        }

        return error is null ? options : null;
    }

    private string? ApplyShort(string arg, Func<string?> next)
    {
        for (int i = 1; i < arg.Length; i++)
        {
            string? name = LongName(arg[i]);
            if (name is null) return $"unknown option '-{arg[i]}'";
            bool takesValue = TakesValue(name);
            string? value = takesValue && i + 1 < arg.Length ? arg[(i + 1)..] : null;
            if (Apply(name, ref value, next) is { } error) return error;
            if (takesValue) return null;
        }

        return null;
    }

    private static string? LongName(char letter) => letter switch
    {
        'x' => "xml-file",
        'S' => "simulate",
        'R' => "run",
        'D' => "save-dotfile",
        'G' => "save-graph",
        's' => "show-scores",
        'Q' => "quiet",
        'a' => "all-actions",
        't' => "set-datetime",
        'j' => "pending",
        'h' => "help",
        _ => null,
    };

    private static bool TakesValue(string name) => name is "xml-file" or "save-dotfile" or "save-graph" or "set-datetime" or "batch";

    private string? Apply(string name, ref string? value, Func<string?> next)
    {
        if (TakesValue(name))
        {
            value ??= next();
            if (value is null) return $"option --{name} needs a value";
        }

        switch (name)
        {
            case "xml-file":
                XmlFile = value;
                break;
            case "save-dotfile":
                DotFile = value;
                break;
            case "save-graph":
                GraphFile = value;
                break;
            case "set-datetime":
                Date = value;
                break;
            case "batch":
                BatchFile = value;
                break;
            case "simulate":
                Simulate = true;
                break;
            case "run":
                Run = true;
                break;
            case "show-scores":
                ShowScores = true;
                break;
            case "quiet":
                Quiet = true;
                break;
            case "all-actions":
                AllActions = true;
                break;
            case "pending":
                break;
            case "help":
                Help = true;
                break;
            default:
                return $"unknown option '--{name}'";
        }

        return null;
    }
}
