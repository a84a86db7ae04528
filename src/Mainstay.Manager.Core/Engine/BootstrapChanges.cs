using System.Globalization;
using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Manager.Core;

/// <summary>What a manager writes into the configuration by itself (spec/manager.md sections 12 and 13).</summary>
internal static class BootstrapChanges
{
    /// <summary>The version tools show as that of the DC.</summary>
    public const string Version = "0.1.0-mainstay";

    private const string Program = "mainstay-manager";

    /// <summary>What is missing; empty where nothing is.</summary>
    public static List<CibChange> For(ReplicatedState state, string clusterName)
    {
        var changes = new List<CibChange>();
        foreach (var id in state.Data.MemberOrder.Order())
        {
            if (NodeChange(state, id) is { } change) changes.Add(change);
        }

        if (OptionsChange(state, clusterName) is { } options) changes.Add(options);
        return changes;
    }

    private static CibChange? NodeChange(ReplicatedState state, uint id)
    {
        var text = id.ToString(CultureInfo.InvariantCulture);
        var name = state.NodeName(id);
        var present = state.Configuration.Section("nodes")?.Elements("node").FirstOrDefault(node => node.Id() == text);
        if (present is not null && string.Equals(present.Value("uname"), name, StringComparison.Ordinal)) return null;
        var element = new XElement("node", new XAttribute("id", text), new XAttribute("uname", name));
        return Modify("nodes", element);
    }

    private static CibChange? OptionsChange(ReplicatedState state, string clusterName)
    {
        const string set = NvSets.BootstrapOptionsId;
        var section = state.Configuration.Section("crm_config");
        var values = section?.Elements("cluster_property_set").FirstOrDefault(element => element.Id() == set);
        List<(string Name, string Value)> wanted =
        [
            ("have-watchdog", "false"),
            ("dc-version", Version),
            ("cluster-infrastructure", "corosync"),
        ];
        var hasName = section?.Descendants("nvpair").Any(pair => pair.Value("name") == "cluster-name") == true;
        if (clusterName.Length > 0 && !hasName) wanted.Add(("cluster-name", clusterName));
        var missing = wanted.FindAll(option =>
            values?.Elements("nvpair").Any(pair => pair.Value("name") == option.Name && pair.Value("value") == option.Value) != true);
        if (missing.Count == 0) return null;
        var pairs = missing.Select(option => new XElement(
            "nvpair",
            new XAttribute("id", $"{set}-{option.Name}"),
            new XAttribute("name", option.Name),
            new XAttribute("value", option.Value)));
        return Modify("crm_config", new XElement("cluster_property_set", new XAttribute("id", set), pairs));
    }

    private static CibChange Modify(string scope, XElement element) => new()
    {
        Operation = "modify",
        Scope = scope,
        AllowCreate = true,
        Client = Program,
        Xml = CibWriter.Print(element, CibPrintStyle.Compact),
    };
}
