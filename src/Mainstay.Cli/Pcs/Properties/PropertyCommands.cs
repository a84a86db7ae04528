using System.Text;
using System.Xml.Linq;
using Mainstay.Cib;
using Mainstay.Cli.Configuration;
using Mainstay.Cli.Pcs.Resources;
using Mainstay.Cli.Rendering;

namespace Mainstay.Cli.Pcs.Properties;

/// <summary><c>property ...</c> (spec/cli-pcs.md section 10).</summary>
internal static class PropertyCommands
{
    // Set by the cluster itself.
    private static readonly string[] s_reserved = ["cluster-infrastructure", "cluster-name", "dc-version", "have-watchdog",
        "last-lrm-refresh"];

    /// <summary>The commands of the group.</summary>
    public static PcsCommand[] All() =>
    [
        new("property", "[config]", "all defaults output-format", Config, IsGroup: true),
        new("property config", "[NAME...] [--all | --defaults] [--output-format text|cmd|json]", "all defaults output-format", Config),
        new("property defaults", "[NAME...]", "", Defaults),
        new("property describe", "[NAME...] [--output-format text|json]", "output-format", Describe),
        new("property set", "NAME=VALUE... [--force]", "dry-run wait", Set),
        new("property unset", "NAME... [--force]", "dry-run wait", Unset),
    ];

    private static int Config(PcsSession session, IReadOnlyList<string> args)
    {
        session.Options.CheckExclusive("all", "defaults");
        if (session.Options.Has("defaults"))
        {
            return Defaults(session, args);
        }

        if (session.ShowsTables && !session.Options.Has("all"))
        {
            return session.Show([OptionListings.Properties(session.Cib, args)]);
        }

        var sets = CibTree.FindSection(session.Cib, "crm_config")?.Elements("cluster_property_set").ToList() ?? [];
        switch (session.OutputFormat)
        {
            case "json":
                session.Out.WriteLine(Json.Print(Json.Object(("nvsets", Json.Array(sets.Select(ResourceConfigJson.NvSet))))));
                break;
            case "cmd":
                session.Out.Write(ShellScript.Join(
                    sets.Select(s => $"pcs property set --force -- \\\n  {ShellScript.Pairs(NvSetEditor.Pairs(s))}")));
                break;
            default:
                var text = new StringBuilder();
                foreach (var line in ClusterProperties.Lines(session.Cib, args))
                {
                    text.Append(line).Append('\n');
                }

                session.Out.Write(text.ToString());
                if (session.Options.Has("all"))
                {
                    var set = sets.SelectMany(NvSetEditor.Pairs).Select(p => p.Key).ToHashSet(StringComparer.Ordinal);
                    PrintDefaults(session, o => !set.Contains(o.Name));
                }

                break;
        }

        return 0;
    }

    private static int Defaults(PcsSession session, IReadOnlyList<string> args)
    {
        foreach (var name in args)
        {
            Find(name);
        }

        PrintDefaults(session, o => args.Count == 0 || args.Contains(o.Name, StringComparer.Ordinal));
        return 0;
    }

    private static void PrintDefaults(PcsSession session, Func<ClusterOption, bool> shown)
    {
        var text = new StringBuilder();
        foreach (var option in ClusterOptions.All.Where(o => o.Default is not null && shown(o))
            .OrderBy(o => o.Name, StringComparer.Ordinal))
        {
            text.Append($"{option.Name}={option.Default}\n");
        }

        session.Out.Write(text.ToString());
    }

    private static int Describe(PcsSession session, IReadOnlyList<string> args)
    {
        var options = args.Count == 0 ? [.. ClusterOptions.All] : args.Select(Find).ToList();
        var text = new StringBuilder();
        foreach (var option in options.OrderBy(o => o.Name, StringComparer.Ordinal))
        {
            text.Append($"{option.Name}\n  Expected: {option.Expected}\n");
            text.Append(option.Default is null ? "" : $"  Default: {option.Default}\n");
        }

        session.Out.Write(text.ToString());
        return 0;
    }

    private static int Set(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count == 0)
        {
            throw new UsageFailure();
        }

        var pairs = PcsArguments.Pairs(args);
        foreach (var (name, value) in pairs)
        {
            Check(session, name, value);
        }

        var set = ClusterProperties.Set(session);
        foreach (var (name, value) in pairs)
        {
            SetOne(session, set, name, value);
        }

        if (pairs.GetValueOrDefault("stonith-enabled") is "false" or "0" or "no" or "off")
        {
            session.Warn("fencing is switched off: a node that fails without telling cannot be isolated, and data shared with it is at "
                + "risk");
        }

        session.Push();
        return 0;
    }

    private static int Unset(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count == 0)
        {
            throw new UsageFailure();
        }

        foreach (var name in args)
        {
            Reserved(name);
            if (ClusterProperties.Value(session.Cib, name) is null)
            {
                session.Overridable($"Cannot remove property '{name}', it is not present in property set '{ClusterProperties.SetId}'");
            }

            SetOne(session, ClusterProperties.Set(session), name, "");
        }

        session.Push();
        return 0;
    }

    private static void SetOne(PcsSession session, XElement set, string name, string value)
    {
        var existing = set.Elements("nvpair").FirstOrDefault(p => p.Text("name") == name);
        if (value.Length == 0)
        {
            existing?.Remove();
        }
        else if (existing is not null)
        {
            existing.SetAttributeValue("value", value);
        }
        else
        {
            set.Add(ClusterProperties.Pair(session, set, name, value));
        }
    }

    private static void Check(PcsSession session, string name, string value)
    {
        Reserved(name);
        if (value.Length == 0)
        {
            return;
        }

        if (ClusterOptions.Find(name) is not { } option)
        {
            session.Overridable(PcsArguments.InvalidOptions([name], Known(), "cluster property "));
            return;
        }

        if (!option.IsValid(value))
        {
            session.Overridable($"'{value}' is not a valid {name} value, use {option.Expected}");
        }
    }

    private static void Reserved(string name)
    {
        if (s_reserved.Contains(name, StringComparer.Ordinal))
        {
            throw new CommandFailure(name == "cluster-name"
                ? "Cannot change property 'cluster-name': use 'cluster rename' instead"
                : $"Cannot change property '{name}': the cluster sets it itself");
        }
    }

    private static List<string> Known() =>
        [.. ClusterOptions.All.SelectMany(o => new[] { o.Name, o.LegacyName }).OfType<string>()
        .Where(n => !s_reserved.Contains(n, StringComparer.Ordinal))];

    private static ClusterOption Find(string name) => ClusterOptions.Find(name)
        ?? throw new CommandFailure($"No description for property: '{name}'{Suggestion.For(name, Known())}");
}
