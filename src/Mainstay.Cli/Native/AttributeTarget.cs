using System.Text.RegularExpressions;
using Mainstay.Cib;
using Mainstay.Cli.CibTools;

namespace Mainstay.Cli.ClusterTools;

/// <summary>What a call of <c>crm_attribute</c> is about: which values, where (spec/agents.md section 14.2).</summary>
internal sealed record AttributeTarget
{
    private const string NoResource = "-p/--promotion must be called from an OCF resource agent or with a resource ID specified";

    /// <summary>The section that holds the values.</summary>
    public required string Section { get; init; }

    /// <summary>The node, where the section has nodes.</summary>
    public string? Node { get; init; }

    /// <summary>The name, or <see langword="null"/> where a pattern, an id or nothing selects.</summary>
    public string? Name { get; init; }

    /// <summary>The pattern.</summary>
    public Regex? Pattern { get; init; }

    /// <summary>Only of this set; a new pair goes there.</summary>
    public string? SetId { get; init; }

    /// <summary>Only the pair of this id; a new pair gets it.</summary>
    public string? PairId { get; init; }

    /// <summary>The utilization of a node instead of its attributes.</summary>
    public bool IsUtilization { get; init; }

    /// <summary>Whether a name is selected; <see langword="null"/>: all are.</summary>
    public Func<string, bool>? Selects => Name is { } name
        ? candidate => candidate == name : Pattern is { } pattern ? pattern.IsMatch : null;

    /// <summary>Reads the options.</summary>
    /// <exception cref="CommandFailure">They contradict each other or say too little.</exception>
    public static AttributeTarget Read(ToolContext context, NativeOptions options)
    {
        var name = options["name"] is { Length: > 0 } given ? given : null;
        var lifetime = options["lifetime"];
        if (options["promotion"] is { } promotion)
        {
            var resource = promotion.Length > 0 ? promotion : context.Environment("OCF_RESOURCE_INSTANCE");
            name = string.IsNullOrEmpty(resource) ? throw new CommandFailure(NoResource, NativeExit.Usage) : $"master-{resource}";
            lifetime ??= "reboot";
        }

        var section = SectionOf(options, lifetime);
        return new AttributeTarget
        {
            Section = section,
            Node = section is "nodes" or "status" ? NodeNames.Target(context, options["node"]) : null,
            Name = name,
            Pattern = name is null && options["pattern"] is { } pattern ? ReadPattern(pattern) : null,
            SetId = options["set-name"],
            PairId = options["id"],
            IsUtilization = options.Has("utilization"),
        };
    }

    /// <summary>The place in a CIB.</summary>
    public NvScope Scope(CibDocument cib) => new(Section, Node is null ? null : NodeNames.Resolve(cib, Node), IsUtilization);

    /// <summary>A regular expression as the user gave it.</summary>
    /// <exception cref="CommandFailure">It is none.</exception>
    public static Regex ReadPattern(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
        catch (ArgumentException error)
        {
            throw new CommandFailure($"'{pattern}' is no regular expression: {error.Message}", NativeExit.Usage);
        }
    }

    private static string SectionOf(NativeOptions options, string? lifetime)
    {
        var ofLifetime = lifetime switch
        {
            null => null,
            "reboot" or "status" => "status",
            "forever" or "nodes" => "nodes",
            _ => throw new CommandFailure($"Unknown value for --lifetime: {lifetime} (give reboot or forever)", NativeExit.Usage),
        };
        return options["type"] switch
        {
            null when ofLifetime is not null => ofLifetime,
            null => options.Has("node") || options.Has("utilization") ? "nodes" : "crm_config",
            "status" or "reboot" => "status",
            "nodes" or "forever" => ofLifetime ?? "nodes",
            "crm_config" or "op_defaults" or "rsc_defaults" => options["type"]!,
            "tickets" => throw new CommandFailure("attributes of tickets are set with crm_ticket", NativeExit.Usage),
            var other => throw new CommandFailure(
                $"Unknown value for --type: {other} (give crm_config, rsc_defaults, op_defaults, nodes or status)", NativeExit.Usage),
        };
    }
}
