using System.Text;
using Mainstay.Cli.Pcs.Cluster;

namespace Mainstay.Cli.Pcs.Quorum;

/// <summary><c>quorum ...</c> (spec/cli-pcs.md section 12).</summary>
internal static class QuorumCommands
{
    private static readonly string[] s_options = ["auto_tie_breaker", "last_man_standing", "last_man_standing_window", "wait_for_all"];
    private static readonly string[] s_generic = ["sync_timeout", "timeout"];

    private static readonly string[] s_net =
        ["algorithm", "connect_timeout", "force_ip_version", "host", "keep_active_partition_tie_breaker", "port", "tie_breaker", "tls"];

    /// <summary>The commands of the group.</summary>
    public static PcsCommand[] All() =>
    [
        new("quorum", "[config]", "", Config, IsGroup: true),
        new("quorum config", "", "", Config),
        new("quorum status", "", "output-format", QuorumStatus.Run),
        new("quorum expected-votes", "VOTES", "", QuorumStatus.ExpectedVotes),
        new("quorum update", "[auto_tie_breaker=0|1] [last_man_standing=0|1] [last_man_standing_window=MS] [wait_for_all=0|1]", "", Update),
        new("quorum device add",
            "[timeout=MS] [sync_timeout=MS] model net host=HOST algorithm=ffsplit|lms [OPTION=VALUE...] [heuristics OPTION=VALUE...]", "",
            AddDevice),
        new("quorum device update", "[timeout=MS] [sync_timeout=MS] [model OPTION=VALUE...] [heuristics OPTION=VALUE...]", "",
            UpdateDevice),
        new("quorum device delete|remove", "", "", DeleteDevice),
        new("quorum device heuristics delete|remove", "", "", DeleteHeuristics),
    ];

    /// <summary>The options and the device as text.</summary>
    public static string Text(CorosyncConf conf)
    {
        var quorum = conf.Require("quorum");
        var text = new StringBuilder("Options:\n");
        Append(text, "  ", quorum.Keys.Where(k => s_options.Contains(k.Key, StringComparer.Ordinal)));
        if (quorum.Find("device") is { } device)
        {
            text.Append("Device:\n");
            Append(text, "  ", device.Keys.Where(k => k.Key != "model"));
            text.Append($"  Model: {device["model"]}\n");
            Append(text, "    ", device.Find(device["model"] ?? "")?.Keys ?? []);
            if (device.Find("heuristics") is { Keys.Count: > 0 } heuristics)
            {
                text.Append("  Heuristics:\n");
                Append(text, "    ", heuristics.Keys);
            }
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string indent, IEnumerable<KeyValuePair<string, string>> keys)
    {
        foreach (var (key, value) in keys.OrderBy(k => k.Key, StringComparer.Ordinal))
        {
            text.Append($"{indent}{key}: {value}\n");
        }
    }

    private static int Config(PcsSession session, IReadOnlyList<string> args)
    {
        session.Out.Write(Text(ClusterConfig.Read(session)));
        return 0;
    }

    private static int Update(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count == 0)
        {
            throw new UsageFailure();
        }

        var options = PcsArguments.Pairs(args);
        var problems = new List<string>();
        SetupOptions.Check("quorum", isKnet: true, options, problems);
        Refuse(problems);
        var conf = ClusterConfig.Read(session);
        var quorum = conf.Require("quorum");
        if (quorum.Find("device") is not null && options.Any(o => o.Key != "wait_for_all" && o.Value is not ("" or "0")))
        {
            throw new CommandFailure(
                "Quorum options 'auto_tie_breaker', 'last_man_standing', 'last_man_standing_window' cannot be used together with a "
                + "quorum device");
        }

        foreach (var (name, value) in options)
        {
            quorum.Set(name, value);
        }

        SetTwoNode(conf);
        Save(session, conf);
        return 0;
    }

    private static int AddDevice(PcsSession session, IReadOnlyList<string> args)
    {
        var conf = ClusterConfig.Read(session);
        var quorum = conf.Require("quorum");
        if (quorum.Find("device") is not null)
        {
            throw new CommandFailure("quorum device is already defined: change it with 'quorum device update', or delete it first");
        }

        var (generic, model, heuristics) = DeviceWords(args, out var modelName);
        if (modelName != "net")
        {
            throw new CommandFailure(modelName is null ? "'model net' is missing" : $"'{modelName}' is not a valid model value, use 'net'");
        }

        var missing = new[] { "algorithm", "host" }.Where(n => !model.ContainsKey(n)).ToList();
        if (missing.Count > 0)
        {
            throw new CommandFailure(
                $"required quorum device model option{(missing.Count > 1 ? "s" : "")} {PcsArguments.Quoted(missing)} "
                + $"{(missing.Count > 1 ? "are" : "is")} missing");
        }

        var device = quorum.Add("device");
        Apply(device, generic);
        device.Set("model", "net");
        if (model["algorithm"] == "ffsplit")
        {
            device.Set("votes", "1");
        }

        Apply(device.Add("net"), model);
        if (heuristics.Count > 0)
        {
            Apply(device.Add("heuristics"), heuristics);
        }

        foreach (var option in s_options.Where(o => o != "wait_for_all"))
        {
            quorum.Set(option, null);
        }

        SetTwoNode(conf);
        Save(session, conf);
        return 0;
    }

    private static int UpdateDevice(PcsSession session, IReadOnlyList<string> args)
    {
        var conf = ClusterConfig.Read(session);
        var device = Device(conf);
        var (generic, model, heuristics) = DeviceWords(args, out _);
        Apply(device, generic);
        Apply(device.Require(device["model"] ?? "net"), model);
        if (model.TryGetValue("algorithm", out var algorithm))
        {
            device.Set("votes", algorithm == "ffsplit" ? "1" : null);
        }

        if (heuristics.Count > 0)
        {
            Apply(device.Require("heuristics"), heuristics);
        }

        Save(session, conf);
        return 0;
    }

    private static int DeleteDevice(PcsSession session, IReadOnlyList<string> args)
    {
        var conf = ClusterConfig.Read(session);
        conf.Require("quorum").Sections.Remove(Device(conf));
        SetTwoNode(conf);
        Save(session, conf);
        return 0;
    }

    private static int DeleteHeuristics(PcsSession session, IReadOnlyList<string> args)
    {
        var conf = ClusterConfig.Read(session);
        Device(conf).Sections.RemoveAll(s => s.Name == "heuristics");
        Save(session, conf);
        return 0;
    }

    private static (Dictionary<string, string> Generic, Dictionary<string, string> Model, Dictionary<string,
        string> Heuristics) DeviceWords(
        IReadOnlyList<string> args,
        out string? modelName)
    {
        var groups = PcsArguments.Groups(args, "model", "heuristics");
        var model = PcsArguments.Single(groups, "model") ?? [];
        modelName = model is [var name, ..] && !name.Contains('=', StringComparison.Ordinal) ? name : null;
        var generic = PcsArguments.Pairs(groups[0].Words);
        var options = PcsArguments.Pairs(model.Skip(modelName is null ? 0 : 1));
        PcsArguments.CheckNames(generic.Keys, s_generic, "quorum device ");
        PcsArguments.CheckNames(options.Keys, s_net, "quorum device model ");
        if (options.TryGetValue("algorithm", out var algorithm) && algorithm is not ("ffsplit" or "lms"))
        {
            throw new CommandFailure($"'{algorithm}' is not a valid algorithm value, use 'ffsplit', 'lms'");
        }

        return (generic, options, PcsArguments.Pairs(PcsArguments.Single(groups, "heuristics") ?? []));
    }

    private static CorosyncConf Device(CorosyncConf conf) =>
        conf.Require("quorum").Find("device") ?? throw new CommandFailure("no quorum device is defined in this cluster");

    private static void Apply(CorosyncConf section, Dictionary<string, string> options)
    {
        foreach (var (name, value) in options.OrderBy(o => o.Key, StringComparer.Ordinal))
        {
            section.Set(name, value);
        }
    }

    // two_node stands for the one vote that a cluster of two would miss; a device or the tie breaker takes its place.
    private static void SetTwoNode(CorosyncConf conf)
    {
        var quorum = conf.Require("quorum");
        var isTwoNode = conf.Require("nodelist").Sections.Count == 2 && quorum.Find("device") is null && quorum["auto_tie_breaker"] != "1";
        quorum.Set("two_node", isTwoNode ? "1" : null);
    }

    private static void Save(PcsSession session, CorosyncConf conf)
    {
        var path = ClusterConfig.PathOf(session);
        try
        {
            File.WriteAllText(path + ".new", conf.Print());
            File.Move(path + ".new", path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"Unable to write '{path}': {e.Message}");
        }

        if (session.Options["corosync_conf"] is null)
        {
            session.Info($"{path} has been changed on this host: copy it to the other nodes and restart the cluster");
        }
    }

    private static void Refuse(List<string> problems)
    {
        if (problems.Count > 0)
        {
            throw new CommandFailure(problems);
        }
    }
}
