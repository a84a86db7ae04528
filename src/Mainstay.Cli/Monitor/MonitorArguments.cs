using Mainstay.Cli.CibTools;

namespace Mainstay.Cli.Monitor;

/// <summary>From crm_mon's command line to what is to be shown.</summary>
internal static class MonitorArguments
{
    private static readonly (string Name, StatusSections Sections)[] s_names =
    [
        ("attributes", StatusSections.Attributes), ("bans", StatusSections.Bans), ("counts", StatusSections.Counts),
            ("dc", StatusSections.Dc),
        ("failcounts", StatusSections.FailCounts), ("failures", StatusSections.Failures), ("fencing", StatusSections.Fencing),
        ("fencing-failed", StatusSections.FencingFailed), ("fencing-pending", StatusSections.FencingPending),
        ("fencing-succeeded", StatusSections.FencingSucceeded), ("maint-mode", StatusSections.MaintenanceMode),
            ("nodes", StatusSections.Nodes),
        ("operations", StatusSections.Operations), ("options", StatusSections.Options), ("resources", StatusSections.Resources),
        ("stack", StatusSections.Stack), ("summary", StatusSections.Summary), ("tickets", StatusSections.Tickets),
            ("times", StatusSections.Times),
    ];

    /// <summary>Reads the options, in their order.</summary>
    /// <exception cref="CommandFailure">A section is unknown.</exception>
    public static MonitorOptions Read(NativeOptions options, bool isXml)
    {
        var defaults = isXml ? StatusSections.All : StatusSections.Default;
        var sections = defaults;
        var banPrefix = "";
        foreach (var (name, value) in options.Given)
        {
            sections = name switch
            {
                "failcounts" => sections | StatusSections.FailCounts,
                "operations" or "timing-details" => sections | StatusSections.Operations,
                "tickets" => sections | StatusSections.Tickets,
                "neg-locations" => sections | StatusSections.Bans,
                "show-node-attributes" => sections | StatusSections.Attributes,
                "fence-history" => FenceLevel(sections, value),
                "include" => Change(sections, value, defaults, isXml, include: true, ref banPrefix),
                "exclude" => Change(sections, value, defaults, isXml, include: false, ref banPrefix),
                _ => sections,
            };
            banPrefix = name == "neg-locations" && value.Length > 0 ? value : banPrefix;
        }

        return new MonitorOptions
        {
            Sections = sections,
            ShowInactive = isXml || options.Has("inactive"),
            GroupByNode = options.Has("group-by-node"),
            Brief = options.Has("brief"),
            ShowDetail = options.Has("show-detail"),
            ShowTiming = options.Has("timing-details"),

            // As text, all sections bring the descriptions too; as XML they do not (recorded with 3.0.2).
            ShowDescription = options.Has("show-description")
                || (!isXml && options.Given.Any(g => g is { Name: "include", Value: "all" })),
            HideHeadings = options.Has("hide-headers"),
            OnlyNode = options["node"],
            OnlyResource = options["resource"],
            BanPrefix = banPrefix,
        };
    }

    private static StatusSections FenceLevel(StatusSections sections, string? level) => (sections & ~StatusSections.Fencing) | level switch
    {
        "0" => StatusSections.None,
        "1" => StatusSections.FencingFailed | StatusSections.FencingPending,
        _ => StatusSections.Fencing,
    };

    private static StatusSections Change(StatusSections sections, string list, StatusSections defaults, bool isXml, bool include,
        ref string banPrefix)
    {
        foreach (var name in list.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (name.StartsWith("bans:", StringComparison.Ordinal))
            {
                banPrefix = name[5..];
            }

            var found = name switch
            {
                "all" => isXml ? StatusSections.All : StatusSections.All & ~StatusSections.Options,
                "none" => StatusSections.All,
                "default" or "defaults" => defaults,
                _ when name.StartsWith("bans:", StringComparison.Ordinal) => StatusSections.Bans,
                _ => Array.Find(s_names, n => n.Name == name) is { Name: not null } known
                    ? known.Sections
                    : throw new CommandFailure(
                        $"--{(include ? "include" : "exclude")} options: "
                            + $"{string.Join(", ", ["all", "default", "none", .. s_names.Select(n => n.Name)])}; "
                        + $"'{name}' is none{Suggestion.For(name, s_names.Select(n => n.Name))}",
                        NativeExit.Usage),
            };
            sections = (name == "none") ^ include ? sections | found : sections & ~found;
        }

        return sections;
    }
}
