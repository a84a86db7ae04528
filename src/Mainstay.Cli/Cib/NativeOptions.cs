namespace Mainstay.Cli.CibTools;

/// <summary>An option of a native tool.</summary>
/// <param name="Short">The letter, or <c>'\0'</c>.</param>
/// <param name="Long">The long name without dashes; it names the option in the tool's code.</param>
/// <param name="Argument">The name of the argument in the help text; <see langword="null"/> = none.</param>
/// <param name="Help">What the option does; empty = accepted, but not shown (old spellings).</param>
/// <param name="AliasOf">The option that this one is another spelling of.</param>
/// <param name="IsOptional">The argument may be missing: a next word that begins with a dash is not taken for it.</param>
internal sealed record NativeOption(char Short, string Long, string? Argument, string Help, string? AliasOf = null, bool IsOptional = false)
{
    /// <summary>The name under which the option is recorded.</summary>
    public string Name => AliasOf ?? Long;
}

/// <summary>An option as it was given.</summary>
/// <param name="Name">The name under which it is recorded.</param>
/// <param name="Value">The argument, empty if there is none.</param>
internal readonly record struct GivenOption(string Name, string Value);

/// <summary>The options given to a native tool, in order.</summary>
internal sealed class NativeOptions
{
    // A list of structures that begins empty has to have that beginning compiled at every start.
    private const int RoomAtFirst = 16;

    private readonly List<GivenOption> _given = new(RoomAtFirst);

    /// <summary>The arguments that are no options.</summary>
    public List<string> Rest { get; } = [];

    /// <summary>What is wrong with the command line, or <see langword="null"/>.</summary>
    public string? Error { get; private set; }

    /// <summary>The last value of an option, or <see langword="null"/>.</summary>
    public string? this[string name]
    {
        get
        {
            for (var i = _given.Count - 1; i >= 0; i--)
            {
                if (_given[i].Name == name) return _given[i].Value;
            }

            return null;
        }
    }

    /// <summary>All options given, in order.</summary>
    public IReadOnlyList<GivenOption> Given => _given;

    /// <summary>Whether an option was given.</summary>
    public bool Has(string name) => this[name] is not null;

    /// <summary>All values of an option.</summary>
    public IEnumerable<string> All(string name)
    {
        foreach (var option in _given)
        {
            if (option.Name == name) yield return option.Value;
        }
    }

    /// <summary>
    /// Reads a command line: <c>-a</c>, <c>-ab</c>, <c>-aVALUE</c>, <c>-a VALUE</c>, <c>--name=VALUE</c>, <c>--name VALUE</c>, <c>--</c>.
    /// </summary>
    public static NativeOptions Parse(IReadOnlyList<NativeOption> known, IReadOnlyList<string> args)
    {
        var result = new NativeOptions();
        var index = 0;
        while (index < args.Count && result.Error is null)
        {
            var argument = args[index++];
            if (argument == "--")
            {
                result.Rest.AddRange(args.Skip(index));
                break;
            }

            if (argument.StartsWith("--", StringComparison.Ordinal))
            {
                result.ReadLong(known, argument[2..], args, ref index);
            }
            else if (argument.Length > 1 && argument[0] == '-')
            {
                result.ReadShort(known, argument, args, ref index);
            }
            else
            {
                result.Rest.Add(argument);
            }
        }

        return result;
    }

    private void ReadLong(IReadOnlyList<NativeOption> known, string text, IReadOnlyList<string> args, ref int index)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? text : text[..equals];
        var option = Find(known, name);
        if (option is null)
        {
            Error = $"Unknown option --{name}";
        }
        else if (option.Argument is null)
        {
            Error = equals < 0 ? null : $"Option --{name} takes no value";
            _given.Add(new GivenOption(option.Name, string.Empty));
        }
        else if (equals >= 0)
        {
            _given.Add(new GivenOption(option.Name, text[(equals + 1)..]));
        }
        else
        {
            TakeNext(option, $"--{name}", args, ref index);
        }
    }

    private void ReadShort(IReadOnlyList<NativeOption> known, string text, IReadOnlyList<string> args, ref int index)
    {
        for (var position = 1; position < text.Length && Error is null; position++)
        {
            var option = Find(known, text[position]);
            if (option is null)
            {
                Error = $"Unknown option -{text[position]}";
            }
            else if (option.Argument is null)
            {
                _given.Add(new GivenOption(option.Name, string.Empty));
            }
            else if (position + 1 < text.Length)
            {
                _given.Add(new GivenOption(option.Name, text[(position + 1)..]));
                return;
            }
            else
            {
                TakeNext(option, $"-{option.Short}", args, ref index);
            }
        }
    }

    private static NativeOption? Find(IReadOnlyList<NativeOption> known, string name)
    {
        foreach (var option in known)
        {
            if (option.Long == name) return option;
        }

        return null;
    }

    private static NativeOption? Find(IReadOnlyList<NativeOption> known, char letter)
    {
        foreach (var option in known)
        {
            if (option.Short == letter) return option;
        }

        return null;
    }

    private void TakeNext(NativeOption option, string shown, IReadOnlyList<string> args, ref int index)
    {
        var isThere = index < args.Count && !(option.IsOptional && args[index].StartsWith('-'));
        if (!isThere && !option.IsOptional)
        {
            Error = $"Missing argument for {shown}";
            return;
        }

        _given.Add(new GivenOption(option.Name, isThere ? args[index++] : string.Empty));
    }
}
