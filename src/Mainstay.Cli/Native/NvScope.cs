using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Cli.ClusterTools;

/// <summary>A pair of the CIB.</summary>
/// <param name="Id">Its id.</param>
/// <param name="SetId">Id of the set that holds it.</param>
/// <param name="Name">Name.</param>
/// <param name="Value">Value.</param>
internal sealed record NvPair(string Id, string SetId, string Name, string Value);

/// <summary>A place in the CIB that holds named values: cluster options, defaults, or the attributes of a node.</summary>
/// <param name="Section"><c>crm_config</c>, <c>op_defaults</c>, <c>rsc_defaults</c>, <c>nodes</c> or <c>status</c>.</param>
/// <param name="Node">The node, for the last two.</param>
/// <param name="IsUtilization">The node's utilization instead of its attributes.</param>
internal sealed record NvScope(string Section, NamedNode? Node = null, bool IsUtilization = false)
{
    private string SetKind => Section switch
    {
        "crm_config" => "cluster_property_set",
        "op_defaults" or "rsc_defaults" => "meta_attributes",
        _ => IsUtilization ? "utilization" : "instance_attributes",
    };

    private string DefaultSet => Section switch
    {
        "crm_config" => NvSets.BootstrapOptionsId,
        "op_defaults" or "rsc_defaults" => $"{Section}-options",
        _ => $"{Section}-{Node?.Id}{(IsUtilization ? "-utilization" : "")}",
    };

    /// <summary>The pairs that a command selects, in document order.</summary>
    /// <param name="cib">The CIB.</param>
    /// <param name="selects">Which names; absent = all.</param>
    /// <param name="setId">Only of this set.</param>
    /// <param name="pairId">Only the pair of this id.</param>
    public IReadOnlyList<NvPair> Find(CibDocument cib, Func<string, bool>? selects, string? setId = null, string? pairId = null) =>
    [
        .. Sets(cib)
            .Where(set => setId is null || set.Id() == setId)
            .SelectMany(set => set.Elements("nvpair").Select(pair => new NvPair(
                pair.Id() ?? "", set.Id() ?? "", pair.Value("name") ?? "", pair.Value("value") ?? "")))
            .Where(pair => pairId is null || pair.Id == pairId)
            .Where(pair => selects is null || selects(pair.Name)),
    ];

    /// <summary>The element to merge into the section so that the pair gets a value; a set or pair that is not there is made.</summary>
    public XElement Merge(string name, string value, NvPair? present, string? setId, string? pairId)
    {
        var set = present?.SetId ?? setId ?? DefaultSet;
        var element = new XElement(
            SetKind,
            new XAttribute("id", set),
            new XElement(
                "nvpair",
                new XAttribute("id", present?.Id ?? pairId ?? XmlId($"{set}-{name}")),
                new XAttribute("name", name),
                new XAttribute("value", value)));
        return Section switch
        {
            "nodes" => new XElement("node", new XAttribute("id", Node!.Id), element),
            "status" => new XElement(
                "node_state",
                new XAttribute("id", Node!.Id),
                new XAttribute("uname", Node.Name),
                new XElement("transient_attributes", new XAttribute("id", Node.Id), element)),
            _ => element,
        };
    }

    /// <summary>A text with what an id cannot have replaced by dots.</summary>
    public static string XmlId(string text) =>
        string.Concat(text.Select(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' ? character : '.'));

    private IEnumerable<XElement> Sets(CibDocument cib)
    {
        var section = cib.Section(Section);
        var owners = Section switch
        {
            "nodes" => section?.Elements("node").Where(node => node.Id() == Node?.Id),
            "status" => section?.Elements("node_state").Where(state => state.Id() == Node?.Id).Elements("transient_attributes"),
            _ => section is null ? null : [section],
        };
        return owners?.Elements(SetKind) ?? [];
    }
}
