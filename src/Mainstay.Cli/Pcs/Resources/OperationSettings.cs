using System.Xml.Linq;
using Mainstay.Cli.Configuration;
using Mainstay.Cli.Pcs.Constraints;

namespace Mainstay.Cli.Pcs.Resources;

/// <summary>An operation of a resource: reading it from words, checking it, writing it.</summary>
/// <param name="Name">start, stop, monitor ...</param>
/// <param name="Options">Its attributes; <c>OCF_CHECK_LEVEL</c> becomes an instance attribute.</param>
internal sealed record OperationSettings(string Name, Dictionary<string, string> Options)
{
    /// <summary>The names that an operation may have (spec/cli-pcs.md section 6).</summary>
    public static readonly string[] OptionNames =
    [
        "OCF_CHECK_LEVEL", "description", "enabled", "id", "interval", "interval-origin", "name", "on-fail", "record-pending", "role",
        "start-delay", "timeout",
    ];

    private static readonly string[] s_onFail = ["block", "demote", "fence", "ignore", "restart", "restart-container", "standby", "stop"];

    /// <summary>The interval in milliseconds.</summary>
    public long IntervalMs => PcsTime.Milliseconds(Options.GetValueOrDefault("interval", "0")) ?? 0;

    /// <summary>Reads <c>ACTION k=v... ACTION k=v...</c>.</summary>
    public static List<OperationSettings> Parse(IEnumerable<string> words)
    {
        var result = new List<(string Name, List<string> Words)>();
        foreach (var word in words)
        {
            if (!word.Contains('=', StringComparison.Ordinal))
            {
                result.Add((word, []));
            }
            else if (result.Count == 0)
            {
                throw new CommandFailure($"When using 'op' you must specify an operation name: '{word}' comes too early");
            }
            else
            {
                result[^1].Words.Add(word);
            }
        }

        foreach (var (name, options) in result)
        {
            if (options.Count == 0)
            {
                throw new CommandFailure($"When using 'op' you must specify an operation name and at least one option: '{name}' has none");
            }
        }

        return [.. result.Select(r => new OperationSettings(r.Name, PcsArguments.Pairs(r.Words)))];
    }

    /// <summary>Checks names and values, and brings roles into their present spelling.</summary>
    public OperationSettings Check(PcsSession session)
    {
        PcsArguments.CheckNames(Options.Keys, OptionNames, "resource operation ");
        var options = new Dictionary<string, string>(Options, StringComparer.Ordinal);
        foreach (var (name, value) in Options)
        {
            switch (name)
            {
                case "interval" or "timeout" or "start-delay" when PcsTime.Milliseconds(value) is null:
                    throw new CommandFailure($"'{value}' is not a valid {name} value, use time interval (e.g. 1, 2s, 3m, 4h, ...)");
                case "role":
                    options[name] = ConstraintParts.RequireRole(session, value);
                    break;
                case "on-fail":
                    ConstraintParts.OneOf(name, value, s_onFail);
                    break;
                case "enabled" or "record-pending":
                    ConstraintParts.Boolean(name, value);
                    break;
            }
        }

        if (options.ContainsKey("interval-origin") && options.ContainsKey("start-delay"))
        {
            throw new CommandFailure("Only one of resource operation options 'interval-origin', 'start-delay' can be used");
        }

        if (!options.ContainsKey("interval"))
        {
            options["interval"] = Name == "monitor" ? "60s" : "0s";
        }

        return new OperationSettings(Name, options);
    }

    /// <summary>The <c>op</c> element.</summary>
    /// <param name="resource">Id of its resource.</param>
    /// <param name="ids">The ids in use.</param>
    public XElement Write(string resource, IdPool ids)
    {
        var options = new Dictionary<string, string>(Options, StringComparer.Ordinal);
        options.Remove("id", out var named);
        options.Remove("OCF_CHECK_LEVEL", out var level);
        options.Remove("name");
        var id = named is null
            ? ids.Take($"{resource}-{CibTree.CleanId(Name)}-interval-{CibTree.CleanId("x" + options["interval"])[1..]}")
            : ids.TakeNamed(named, "operation id");
        var element = new XElement(
            "op",
            new XAttribute("name", Name),
            options.Where(o => o.Value.Length > 0).Select(o => new XAttribute(o.Key, o.Value)),
            new XAttribute("id", id));
        if (!string.IsNullOrEmpty(level))
        {
            NvSetEditor.Set(element, "instance_attributes", [new("OCF_CHECK_LEVEL", level)], ids, ids.Take($"params-{id}"));
        }

        return element;
    }
}

/// <summary>Time values of the command line.</summary>
internal static class PcsTime
{
    /// <summary>Milliseconds of <c>30</c>, <c>30s</c>, <c>5min</c>, <c>100ms</c>; <see langword="null"/> where the text is none.</summary>
    public static long? Milliseconds(string text)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        if (digits == 0 || digits > 12)
        {
            return null;
        }

        var number = long.Parse(text[..digits]);
        return text[digits..].Trim() switch
        {
            "" or "s" or "sec" => number * 1000,
            "ms" or "msec" => number,
            "us" or "usec" => number / 1000,
            "m" or "min" => number * 60_000,
            "h" or "hr" => number * 3_600_000,
            _ => null,
        };
    }
}
