namespace Mainstay.Cli.Pcs;

/// <summary>The options of a command line of the pcs grammar, split from its words (spec/cli-pcs.md section 2).</summary>
internal sealed class PcsOptions
{
    private static readonly string[] s_withValue =
    [
        "after", "before", "booth-conf", "booth-key", "bundle", "corosync_conf", "from", "group", "lifetime", "name", "output-format",
        "request-timeout", "to", "token",
    ];

    private static readonly string[] s_flags =
    [
        "agent-validation", "all", "autodelete", "brief", "clone", "config", "debug", "defaults", "disabled", "dry-run", "enable",
        "expired", "force", "full", "future", "help", "hide-inactive", "interactive", "local", "master", "monitor", "no-cluster-uuid",
        "no-default-ops", "no-expire-check", "no-keys-sync", "no-stop", "no-strict", "no-watchdog-validation", "nodesc", "off",
        "overwrite", "promoted", "quiet", "safe", "show-secrets", "simulate", "skip-offline", "start", "strict", "version", "watch", "yes",
    ];

    private static readonly Dictionary<char, (string Name, bool HasValue)> s_short = new()
    {
        ['f'] = ("f", true),
        ['u'] = ("u", true),
        ['p'] = ("p", true),
        ['h'] = ("help", false),
        ['V'] = ("full", false),
    };

    // Understood by every command; a command's own options are listed with it.
    private static readonly string[] s_everywhere =
        ["f", "corosync_conf", "force", "skip-offline", "debug", "help", "version", "request-timeout", "yes", "future", "full"];

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    private PcsOptions()
    {
    }

    /// <summary>The words that are no options, in order.</summary>
    public List<string> Words { get; } = [];

    /// <summary>File of <c>-f</c>.</summary>
    public string? CibFile => this["f"];

    /// <summary>Checks that may be overridden are.</summary>
    public bool Force => Has("force");

    /// <summary>The value of an option; <see langword="null"/> where it was not given, empty for a flag.</summary>
    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <summary>All long option names, for completion.</summary>
    public static IEnumerable<string> KnownNames => s_withValue.Concat(s_flags).Append("wait").Select(n => "--" + n);

    /// <summary>Whether the option was given.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>Splits a command line.</summary>
    /// <exception cref="CommandFailure">An option is unknown, lacks its value, or was given twice.</exception>
    public static PcsOptions Parse(IReadOnlyList<string> args)
    {
        var result = new PcsOptions();
        for (var index = 0; index < args.Count; index++)
        {
            var arg = args[index];
            if (arg == "--")
            {
                result.Words.AddRange(args.Skip(index + 1));
                break;
            }

            if (arg.StartsWith("--", StringComparison.Ordinal))
            {
                result.AddLong(arg[2..], args, ref index);
            }
            else if (arg.Length > 1 && arg[0] == '-' && !LooksLikeScore(arg))
            {
                result.AddShort(arg, args, ref index);
            }
            else
            {
                result.Words.Add(arg);
            }
        }

        return result;
    }

    /// <summary>Refuses options that the command does not know.</summary>
    /// <param name="known">Names that the command knows, separated by blanks.</param>
    public void CheckAgainst(string known)
    {
        var allowed = known.Split(' ', StringSplitOptions.RemoveEmptyEntries).Concat(s_everywhere).ToHashSet(StringComparer.Ordinal);
        var unknown = _values.Keys.Where(k => !allowed.Contains(k)).Order(StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
        {
            throw new CommandFailure(
                $"Specified option{(unknown.Count > 1 ? "s" : "")} {string.Join(", ", unknown.Select(Dashed))} "
                + $"{(unknown.Count > 1 ? "are" : "is")} not supported in this command");
        }
    }

    /// <summary>Refuses options that the command knows but cannot use together with others.</summary>
    public void CheckExclusive(params string[] names)
    {
        var given = names.Where(Has).ToList();
        if (given.Count > 1)
        {
            throw new CommandFailure($"Only one of {string.Join(", ", given.Select(Dashed))} can be used");
        }
    }

    /// <summary>The option as the user types it.</summary>
    public static string Dashed(string name) => name.Length == 1 ? "-" + name : "--" + name;

    private static bool LooksLikeScore(string arg) =>
        string.Equals(arg, "-INFINITY", StringComparison.OrdinalIgnoreCase) || char.IsAsciiDigit(arg[1]);

    private void AddLong(string text, IReadOnlyList<string> args, ref int index)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? text : text[..equals];
        var value = equals < 0 ? null : text[(equals + 1)..];
        if (name == "wait")
        {
            Add(name, value ?? "");
            return;
        }

        if (s_withValue.Contains(name, StringComparer.Ordinal))
        {
            Add(name, value ?? ValueOf(name, args, ref index));
            return;
        }

        if (!s_flags.Contains(name, StringComparer.Ordinal))
        {
            throw new CommandFailure(
                $"option --{name} not recognized{Suggestion.For("--" + name, KnownNames)}; "
                + "words after a bare '--' are never taken as options");
        }

        if (value is not null)
        {
            throw new CommandFailure($"option --{name} must not have an argument");
        }

        Add(name, "");
    }

    private void AddShort(string arg, IReadOnlyList<string> args, ref int index)
    {
        if (!s_short.TryGetValue(arg[1], out var option))
        {
            throw new CommandFailure($"option -{arg[1]} not recognized; words after a bare '--' are never taken as options");
        }

        if (!option.HasValue)
        {
            Add(option.Name, "");
            return;
        }

        Add(option.Name, arg.Length > 2 ? arg[2..] : ValueOf(option.Name, args, ref index));
    }

    private static string ValueOf(string name, IReadOnlyList<string> args, ref int index)
    {
        if (index + 1 >= args.Count)
        {
            throw new CommandFailure($"option {Dashed(name)} requires argument");
        }

        return args[++index];
    }

    private void Add(string name, string value)
    {
        if (!_values.TryAdd(name, value))
        {
            throw new CommandFailure($"{Dashed(name)} can only be used once");
        }
    }
}
