using System.Xml.Linq;
using Mainstay.Agents;
using Mainstay.Cli.Agents;
using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.Pcs.Resources;

/// <summary><c>resource create</c> and <c>stonith create</c>.</summary>
internal static class ResourceCreate
{
    private static readonly string[] s_keywords = ["op", "meta", "clone", "promotable", "bundle", "group"];

    /// <summary><c>resource create ID AGENT ...</c>.</summary>
    public static int Run(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count < 2)
        {
            throw new UsageFailure();
        }

        var agent = AgentResolver.ResolveResource(session.Agents, args[1], out var assumed);
        if (agent.Standard == AgentStandard.Stonith)
        {
            throw new CommandFailure("fence devices are made with 'stonith create', not 'resource create'");
        }

        if (assumed is not null)
        {
            session.Info(assumed);
        }

        var words = new CreateWords(session, args.Skip(2), isFenceDevice: false);
        CheckRemote(session, agent, words);
        var (metadata, _) = Metadata(session, agent);
        var primitive = Build(session, args[0], agent, metadata, words);
        Place(session, primitive, agent, metadata, words);
        session.Push();
        return 0;
    }

    /// <summary><c>stonith create ID TYPE ...</c>.</summary>
    public static int RunFence(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count < 2)
        {
            throw new UsageFailure();
        }

        var type = args[1].StartsWith("stonith:", StringComparison.Ordinal) ? args[1]["stonith:".Length..] : args[1];
        var agent = new AgentId(AgentStandard.Stonith, "", type);
        var words = new CreateWords(session, args.Skip(2), isFenceDevice: true);
        var (metadata, _) = Metadata(session, agent);
        if (words.Attributes.ContainsKey("action"))
        {
            session.Overridable("stonith option 'action' is deprecated and might be removed in a future release, use 'pcmk_off_action', "
                + "'pcmk_reboot_action' instead");
        }

        var primitive = Build(session, args[0], agent, metadata, words);
        if (session.Options.Has("disabled"))
        {
            NvSetEditor.Set(primitive, "meta_attributes", [new("target-role", "Stopped")], session.Ids);
        }

        CibTree.Section(session.Cib, "resources").Add(primitive);
        session.Push();
        return 0;
    }

    /// <summary>
    /// The agent's description. Where it cannot be had the command stops, unless forced; a systemd unit on a host without systemd is taken
    /// on trust, because nothing here could know it.
    /// </summary>
    private static (AgentMetadata? Metadata, bool IsInstalled) Metadata(PcsSession session, AgentId agent)
    {
        if (session.Agents.Describe(agent) is { } metadata)
        {
            return (metadata, true);
        }

        if (agent.Standard == AgentStandard.Systemd && !session.Options.Force
            && !session.Agents.Standards().Contains("systemd", StringComparer.Ordinal))
        {
            session.Warn($"cannot check unit '{agent.Type}': systemd does not run on this host; the default times of systemd units are "
                + $"used");
            return (SystemdDefaults.Describe(agent.Type), false);
        }

        IEnumerable<string> known = session.Agents.Types(agent.Standard, agent.Provider);
        session.Overridable(
            $"Agent '{agent}' is not installed or does not provide valid metadata on this host{Suggestion.For(agent.Type, known)}");
        return (null, false);
    }

    private static void CheckRemote(PcsSession session, AgentId agent, CreateWords words)
    {
        if (agent is { Standard: AgentStandard.Ocf, Provider: "pacemaker", Type: "remote" })
        {
            session.Overridable(
                "this command is not sufficient for creating a remote connection, use 'pcs cluster node add-remote'");
        }

        if (words.Meta.ContainsKey("remote-node"))
        {
            session.Overridable("this command is not sufficient for creating a guest node, use 'pcs cluster node add-guest'");
        }
    }

    private static XElement Build(PcsSession session, string id, AgentId agent, AgentMetadata? metadata, CreateWords words)
    {
        session.Ids.TakeNamed(id, agent.Standard == AgentStandard.Stonith ? "stonith name" : "resource name");
        if (metadata is not null)
        {
            ResourceParameters.CheckNew(session, agent, metadata, words.Attributes);
        }

        var operations = OperationPlan.Make(session, words.Operations, metadata, agent.Standard == AgentStandard.Stonith);
        var primitive = new XElement(
            "primitive",
            new XAttribute("id", id),
            new XAttribute("class", AgentId.StandardName(agent.Standard)),
            new XAttribute("type", agent.Type));
        primitive.SetAttributeValue("provider", agent.Provider.Length > 0 ? agent.Provider : null);
        NvSetEditor.Set(primitive, "instance_attributes", Sorted(words.Attributes), session.Ids);
        NvSetEditor.Set(primitive, "meta_attributes", Sorted(words.Meta), session.Ids);
        primitive.Add(new XElement("operations", operations.Select(o => o.Write(id, session.Ids))));
        return primitive;
    }

    private static void Place(PcsSession session, XElement primitive, AgentId agent, AgentMetadata? metadata, CreateWords words)
    {
        var stopped = session.Options.Has("disabled")
            ? new[] { KeyValuePair.Create("target-role", "Stopped") }
            : [];
        var resources = CibTree.Section(session.Cib, "resources");
        if (words.Clone is { } clone)
        {
            if (clone.IsPromotable)
            {
                ResourceClones.CheckPromotable(session, primitive.Id(), agent, metadata);
            }

            var element = ResourceClones.Wrap(session, primitive, clone.Id, clone.Meta, clone.IsPromotable);
            NvSetEditor.Set(element, "meta_attributes", stopped, session.Ids);
            resources.Add(element);
            return;
        }

        NvSetEditor.Set(primitive, "meta_attributes", stopped, session.Ids);
        if (words.Bundle is { } bundle)
        {
            ResourceBundles.Find(session, bundle, forPrimitive: true).Add(primitive);
        }
        else if (words.Group is { } group)
        {
            ResourceGroups.Insert(session, group, [primitive], words.Before, words.After);
        }
        else
        {
            resources.Add(primitive);
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Sorted(Dictionary<string, string> pairs) =>
        pairs.OrderBy(p => p.Key, StringComparer.Ordinal);

    /// <summary>The words after the agent's name, taken apart.</summary>
    private sealed class CreateWords
    {
        public CreateWords(PcsSession session, IEnumerable<string> words, bool isFenceDevice)
        {
            var groups = PcsArguments.Groups(words, isFenceDevice ? ["op", "meta"] : s_keywords);
            Attributes = PcsArguments.Pairs(groups[0].Words);
            Operations = [.. groups.Where(g => g.Keyword == "op").SelectMany(g => OperationSettings.Parse(g.Words))];
            var cloneIndex = groups.FindIndex(g => g.Keyword is "clone" or "promotable");
            var metaIndex = groups.FindIndex(g => g.Keyword == "meta");
            var meta = PcsArguments.Pairs(PcsArguments.Single(groups, "meta") ?? []);
            var cloneMeta = new Dictionary<string, string>(StringComparer.Ordinal);
            if (cloneIndex >= 0 && metaIndex > cloneIndex)
            {
                if (session.Options.Has("future"))
                {
                    (cloneMeta, meta) = (meta, cloneMeta);
                }
                else
                {
                    session.Deprecated(
                        "Configuring meta attributes of the base resource after 'clone' or 'promotable' is deprecated; "
                        + "put 'meta' before it, or use --future to set meta attributes of the clone");
                }
            }

            Meta = meta;
            Clone = ParseClone(groups, cloneMeta);
            Bundle = PcsArguments.Single(groups, "bundle") is { } bundle
                ? bundle is [var id] ? id : throw new CommandFailure("you have to specify exactly one bundle")
                : null;
            ParseGroup(session, groups);
            if (new object?[] { Clone, Bundle, Group }.Count(o => o is not null) > 1)
            {
                throw new CommandFailure("you can specify only one of clone, promotable, bundle or --group");
            }
        }

        public Dictionary<string, string> Attributes { get; }

        public List<OperationSettings> Operations { get; }

        public Dictionary<string, string> Meta { get; }

        public (string? Id, Dictionary<string, string> Meta, bool IsPromotable)? Clone { get; }

        public string? Bundle { get; }

        public string? Group { get; private set; }

        public string? Before { get; private set; }

        public string? After { get; private set; }

        private static (string? Id, Dictionary<string, string> Meta, bool IsPromotable)? ParseClone(
            List<(string Keyword, List<string> Words)> groups,
            Dictionary<string, string> meta)
        {
            var found = groups.Where(g => g.Keyword is "clone" or "promotable").ToList();
            if (found.Count == 0)
            {
                return null;
            }

            if (found.Count > 1)
            {
                throw new CommandFailure("only one of 'clone' and 'promotable' can be used, and once");
            }

            var words = found[0].Words;
            var hasId = words.Count > 0 && !words[0].Contains('=', StringComparison.Ordinal);
            foreach (var (name, value) in PcsArguments.Pairs(words.Skip(hasId ? 1 : 0)))
            {
                meta[name] = value;
            }

            return (hasId ? words[0] : null, meta, found[0].Keyword == "promotable");
        }

        private void ParseGroup(PcsSession session, List<(string Keyword, List<string> Words)> groups)
        {
            Group = session.Options["group"];
            Before = session.Options["before"];
            After = session.Options["after"];
            if (PcsArguments.Single(groups, "group") is { } words)
            {
                (Group, Before, After) = words switch
                {
                    [var id] => (id, (string?)null, (string?)null),
                    [var id, "before", var member] => (id, member, null),
                    [var id, "after", var member] => (id, null, member),
                    _ => throw new CommandFailure("write 'group GROUP [before RESOURCE | after RESOURCE]'"),
                };
            }

            if (Group is null && (Before ?? After) is not null)
            {
                throw new CommandFailure("you cannot specify --before or --after without specifying --group");
            }

            if (Before is not null && After is not null)
            {
                throw new CommandFailure("Only one of --after, --before can be used");
            }
        }
    }
}
