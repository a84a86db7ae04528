namespace Mainstay.Cli.Pcs.Cluster;

/// <summary>What <c>cluster setup</c> was asked for, checked.</summary>
internal sealed class SetupPlan
{
    private static readonly string[] s_keywords = ["transport", "link", "compression", "crypto", "totem", "quorum"];

    private SetupPlan(string name, string transport)
    {
        ClusterName = name;
        Transport = transport;
    }

    /// <summary>Name of the cluster.</summary>
    public string ClusterName { get; }

    /// <summary>knet, udpu or udp.</summary>
    public string Transport { get; }

    /// <summary>Nodes with their addresses, one per link.</summary>
    public List<(string Name, List<string> Addresses)> Nodes { get; } = [];

    /// <summary>Options by group; links are apart.</summary>
    public Dictionary<string, Dictionary<string, string>> Groups { get; } = new(StringComparer.Ordinal);

    /// <summary>Options of links, in their order.</summary>
    public List<Dictionary<string, string>> Links { get; } = [];

    /// <summary>The key file to name where it is not the usual one.</summary>
    public string? KeyFile { get; set; }

    /// <summary>Whether the plan protects the ring's packets, which takes a key.</summary>
    public bool NeedsKey => IsKnet && Groups["crypto"].GetValueOrDefault("hash") != "none";

    private bool IsKnet => Transport == "knet";

    /// <summary>Reads the words after <c>cluster setup</c>.</summary>
    /// <param name="session">The session; <c>--name</c> is the older way to give the name.</param>
    /// <param name="args">The words.</param>
    /// <param name="usualTransport">The transport where none is named.</param>
    /// <exception cref="CommandFailure">Something is wrong: all problems at once.</exception>
    public static SetupPlan Parse(PcsSession session, IReadOnlyList<string> args, string usualTransport)
    {
        var groups = PcsArguments.Groups(args, s_keywords);
        var words = groups[0].Words;
        var name = session.Options["name"];
        if (name is null)
        {
            if (words.Count == 0)
            {
                throw new UsageFailure();
            }

            name = words[0];
            words = words[1..];
        }

        var transportWords = PcsArguments.Single(groups, "transport");
        var plan = new SetupPlan(name, transportWords is [var transport, ..] && !transport.Contains('=', StringComparison.Ordinal)
            ? transport : usualTransport);
        var problems = new List<string>();
        plan.ReadNodes(words, problems);
        plan.ReadGroups(groups, transportWords, problems);
        plan.CheckNodes(problems);
        if (problems.Count > 0)
        {
            throw new CommandFailure(problems);
        }

        return plan;
    }

    /// <summary>The file that the plan amounts to.</summary>
    /// <param name="uuid">Identity of the cluster; <see langword="null"/> for none.</param>
    public CorosyncConf ToConf(string? uuid)
    {
        var conf = CorosyncConf.CreateEmpty();
        var totem = conf.Add("totem");
        totem.Keys.AddRange([new("version", "2"), new("cluster_name", ClusterName), new("transport", Transport)]);
        AddOptions(totem, "totem");
        AddOptions(totem, "transport");
        AddOptions(totem, "compression");
        if (IsKnet)
        {
            Groups["crypto"].TryAdd("cipher", "aes256");
            Groups["crypto"].TryAdd("hash", "sha256");
        }

        AddOptions(totem, "crypto");
        if (NeedsKey) totem.Set("keyfile", KeyFile);
        totem.Set("cluster_uuid", uuid);
        AddLinks(totem);
        AddNodes(conf.Add("nodelist"));
        var quorum = conf.Add("quorum");
        quorum.Set("provider", "corosync_votequorum");
        AddOptions(quorum, "quorum");
        if (Nodes.Count == 2 && Groups["quorum"].GetValueOrDefault("auto_tie_breaker") != "1")
        {
            quorum.Set("two_node", "1");
        }

        var logging = conf.Add("logging");
        logging.Keys.AddRange(
            [new("to_logfile", "yes"), new("logfile", "/var/log/corosync/corosync.log"), new("to_syslog", "yes"), new("timestamp", "on")]);
        return conf;
    }

    private void ReadNodes(List<string> words, List<string> problems)
    {
        foreach (var word in words)
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                Nodes.Add((word, []));
            }
            else if (Nodes.Count == 0)
            {
                problems.Add($"'{word}' comes before the name of a node");
            }
            else if (word[..equals] == "addr" && equals + 1 < word.Length)
            {
                Nodes[^1].Addresses.Add(word[(equals + 1)..]);
            }
            else
            {
                problems.Add($"invalid node option '{word[..equals]}' for node '{Nodes[^1].Name}', allowed option is: 'addr'");
            }
        }

        foreach (var (name, addresses) in Nodes.Where(n => n.Addresses.Count == 0))
        {
            addresses.Add(name);
        }
    }

    private void ReadGroups(List<(string Keyword, List<string> Words)> groups, List<string>? transportWords, List<string> problems)
    {
        if (Transport is not ("knet" or "udp" or "udpu"))
        {
            problems.Add($"'{Transport}' is not a valid transport value, use 'knet', 'udp', 'udpu'");
        }

        foreach (var keyword in s_keywords.Where(k => k != "link"))
        {
            var words = keyword == "transport"
                ? transportWords?.Where((w, i) => i > 0 || w.Contains('=', StringComparison.Ordinal)) ?? []
                : PcsArguments.Single(groups, keyword) ?? [];
            Groups[keyword] = PcsArguments.Pairs(words);
            if (!IsKnet && keyword is "compression" or "crypto" && Groups[keyword].Count > 0 && Transport != "knet")
            {
                problems.Add($"Only transport knet supports {keyword}, not '{Transport}'");
            }
            else
            {
                SetupOptions.Check(keyword, IsKnet, Groups[keyword], problems);
            }
        }

        foreach (var (_, words) in groups.Where(g => g.Keyword == "link"))
        {
            var options = PcsArguments.Pairs(words);
            SetupOptions.Check("link", IsKnet, options, problems);
            Links.Add(options);
        }
    }

    private void CheckNodes(List<string> problems)
    {
        if (ClusterName.Length is 0 or > 256)
        {
            problems.Add("The name of the cluster must have 1 to 256 characters");
        }

        if (Nodes.Count == 0)
        {
            problems.Add("At least one node must be specified");
        }

        var names = Nodes.GroupBy(n => n.Name, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key).ToList();
        if (names.Count > 0)
        {
            problems.Add($"Node names must be unique, duplicate node names: {PcsArguments.Quoted(names)}");
        }

        var addresses = Nodes.SelectMany(n => n.Addresses).GroupBy(a => a, StringComparer.Ordinal).Where(g => g.Count() > 1)
            .Select(g => g.Key).ToList();
        if (addresses.Count > 0)
        {
            problems.Add($"Node addresses must be unique, duplicate addresses: {PcsArguments.Quoted(addresses)}");
        }

        if (Nodes.Select(n => n.Addresses.Count).Distinct().Count() > 1)
        {
            problems.Add("All nodes must have the same number of addresses; "
                + string.Join(", ", Nodes.Select(n => $"node '{n.Name}' has {n.Addresses.Count}")));
        }

        var limit = IsKnet ? 8 : 1;
        foreach (var (name, found) in Nodes.Where(n => n.Addresses.Count > limit))
        {
            problems.Add($"At most {limit} address{(limit > 1 ? "es" : "")} can be specified for a node with transport '{Transport}', "
                + $"node '{name}' has {found.Count}");
        }
    }

    private void AddOptions(CorosyncConf section, string group)
    {
        foreach (var (name, value) in Groups[group].OrderBy(o => o.Key, StringComparer.Ordinal))
        {
            section.Set(SetupOptions.ConfName(group, name), value);
        }
    }

    // Links without a number get the free ones, in their order.
    private void AddLinks(CorosyncConf totem)
    {
        var taken = Links.Select(l => l.GetValueOrDefault("linknumber")).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var free = Enumerable.Range(0, 8).Select(n => n.ToString()).Where(n => !taken.Contains(n)).GetEnumerator();
        foreach (var link in Links.Where(l => !l.ContainsKey("linknumber") && IsKnet))
        {
            link["linknumber"] = free.MoveNext() ? free.Current : throw new CommandFailure("At most 8 links are possible");
        }

        foreach (var link in Links.Where(l => l.Count > (IsKnet ? 1 : 0))
            .OrderBy(l => l.GetValueOrDefault("linknumber"), StringComparer.Ordinal))
        {
            var section = totem.Add("interface");
            foreach (var (name, value) in link.OrderBy(o => SetupOptions.ConfName("link", o.Key), StringComparer.Ordinal))
            {
                section.Set(SetupOptions.ConfName("link", name), value);
            }
        }
    }

    private void AddNodes(CorosyncConf nodelist)
    {
        foreach (var (index, (name, addresses)) in Nodes.Index())
        {
            var node = nodelist.Add("node");
            foreach (var (link, address) in addresses.Index())
            {
                node.Set($"ring{link}_addr", address);
            }

            node.Set("name", name);
            node.Set("nodeid", (index + 1).ToString());
        }
    }
}
