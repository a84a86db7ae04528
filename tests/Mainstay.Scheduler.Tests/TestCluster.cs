using System.Globalization;
using System.Text;
using Mainstay.Cib;

namespace Mainstay.Scheduler.Tests;

/// <summary>Builds small clusters: nodes n1, n2 ..., fencing off unless asked for, Dummy primitives.</summary>
internal sealed class TestCluster
{
    private readonly StringBuilder _options = new();
    private readonly StringBuilder _resources = new();
    private readonly StringBuilder _constraints = new();
    private readonly StringBuilder _defaults = new();
    private readonly List<TestNode> _nodes = [];
    private int _ids;

    public TestCluster(int nodes, bool fencing = false, bool withDevice = true)
    {
        for (int i = 1; i <= nodes; i++) _nodes.Add(new TestNode($"n{i}"));
        Option("fencing-enabled", fencing ? "true" : "false");
        if (fencing && withDevice) Resource("""<primitive id="fence" class="stonith" type="fence_test"/>""");
    }

    public const long Now = 1_800_000_000;

    public bool Quorum { get; set; } = true;

    public IReadOnlyList<TestNode> Nodes => _nodes;

    public TestNode Node(string name) => _nodes.Find(n => n.Name == name)!;

    public void ReverseNodes() => _nodes.Reverse();

    public TestCluster Option(string name, string value)
    {
        _options.Append(CultureInfo.InvariantCulture, $"""<nvpair id="o{++_ids}" name="{name}" value="{value}"/>""");
        return this;
    }

    public TestCluster ResourceDefault(string name, string value)
    {
        _defaults.Append(CultureInfo.InvariantCulture, $"""<nvpair id="d{++_ids}" name="{name}" value="{value}"/>""");
        return this;
    }

    public TestCluster Resource(string xml)
    {
        _resources.Append(xml);
        return this;
    }

    /// <summary>A primitive with meta-attributes given as name=value.</summary>
    public string PrimitiveXml(string id, params string[] meta) =>
        $"""<primitive id="{id}" class="ocf" provider="heartbeat" type="Dummy">{Meta(meta)}</primitive>""";

    public TestCluster Primitive(string id, params string[] meta) => Resource(PrimitiveXml(id, meta));

    public string Meta(params string[] meta)
    {
        if (meta.Length == 0) return "";
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"""<meta_attributes id="m{++_ids}">"""));
        foreach (string pair in meta)
        {
            var parts = pair.Split('=', 2);
            text.Append(CultureInfo.InvariantCulture, $"""<nvpair id="v{++_ids}" name="{parts[0]}" value="{parts[1]}"/>""");
        }

        return text.Append("</meta_attributes>").ToString();
    }

    public TestCluster Location(string resource, string node, string score, string? role = null)
    {
        string roleText = role is null ? "" : $""" role="{role}" """;
        return Constraint(string.Create(CultureInfo.InvariantCulture, $"""<rsc_location id="l{++_ids}" rsc="{resource}" node="{node}" score="{score}"{roleText}/>"""));
    }

    public TestCluster Colocation(string dependent, string primary, string score, string extra = "") => Constraint(
        string.Create(CultureInfo.InvariantCulture, $"""<rsc_colocation id="c{++_ids}" rsc="{dependent}" with-rsc="{primary}" score="{score}" {extra}/>"""));

    public TestCluster Order(string first, string then, string extra = "") =>
        Constraint(string.Create(CultureInfo.InvariantCulture, $"""<rsc_order id="r{++_ids}" first="{first}" then="{then}" {extra}/>"""));

    public TestCluster Constraint(string xml)
    {
        _constraints.Append(xml);
        return this;
    }

    /// <summary>Records that a resource was started on a node, and not running on the others.</summary>
    public TestCluster Running(string resource, string node)
    {
        foreach (var each in _nodes) each.Record(resource, each.Name == node ? ("start", 0, 0) : ("monitor", 7, 7));
        return this;
    }

    /// <summary>Records probes that found the resource inactive everywhere.</summary>
    public TestCluster Inactive(string resource)
    {
        foreach (var each in _nodes) each.Record(resource, ("monitor", 7, 7));
        return this;
    }

    public CibDocument Document()
    {
        var nodes = new StringBuilder();
        var status = new StringBuilder();
        foreach (var node in _nodes)
        {
            nodes.Append(node.ConfigurationXml());
            status.Append(node.StateXml());
        }

        string xml = $"""
            <cib validate-with="pacemaker-4.0" crm_feature_set="3.20.5" epoch="1" num_updates="0" admin_epoch="0" have-quorum="{(Quorum ? 1 : 0)}" dc-uuid="1">
              <configuration><crm_config><cluster_property_set id="cib-bootstrap-options">{_options}</cluster_property_set></crm_config>
                <nodes>{nodes}</nodes><resources>{_resources}</resources><constraints>{_constraints}</constraints>
                <rsc_defaults><meta_attributes id="rsc-defaults">{_defaults}</meta_attributes></rsc_defaults></configuration>
              <status>{status}</status></cib>
            """;
        return CibDocument.Parse(xml).DocumentOrThrow();
    }

    public Plan Plan(bool scores = false) => Planner.Plan(Document(), new PlannerOptions { Now = Now, RecordScores = scores });

    /// <summary>The last dumped primitive scores of a resource on n1, n2 ...</summary>
    public string Scores(string resource, string phase = "primitive")
    {
        var last = new SortedDictionary<string, string>(StringComparer.Ordinal);
        string prefix = $"pcmk__{phase}_assign: {resource} allocation score on ";
        foreach (string line in Plan(scores: true).Placement.Select(record => record.Text))
        {
            if (!line.StartsWith(prefix, StringComparison.Ordinal)) continue;
            var parts = line[prefix.Length..].Split(": ");
            last[parts[0]] = parts[1].Replace("INFINITY", "INF", StringComparison.Ordinal);
        }

        return string.Join(' ', last.Values);
    }
}

/// <summary>One node of a test cluster.</summary>
internal sealed class TestNode(string name)
{
    private readonly SortedDictionary<string, string> _attributes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _capacities = new(StringComparer.Ordinal);
    private readonly List<(string Resource, string Task, int ExitStatus, int Target)> _history = [];

    public string Name => name;

    public string Id => name[1..];

    public bool IsLost { get; set; }

    public bool IsOffline { get; set; }

    public void Attribute(string key, string value) => _attributes[key] = value;

    public void Capacity(string key, int value) => _capacities[key] = value;

    public void Record(string resource, (string Task, int ExitStatus, int Target) result) =>
        _history.Add((resource, result.Task, result.ExitStatus, result.Target));

    public string ConfigurationXml()
    {
        var capacities = _capacities.Select(c => FormattableString.Invariant(
            $"""<nvpair id="u{Id}-{c.Key}" name="{c.Key}" value="{c.Value}"/>"""));
        string utilization = _capacities.Count == 0 ? "" : $"""<utilization id="u{Id}">{string.Concat(capacities)}</utilization>""";
        return $"""<node id="{Id}" uname="{Name}">{utilization}</node>""";
    }

    public string StateXml()
    {
        string state = IsLost ? """in_ccm="0" crmd="0" join="member" expected="member" """
            : IsOffline ? """in_ccm="0" crmd="0" join="down" expected="down" """
            : """in_ccm="1700000000" crmd="1700000000" join="member" expected="member" """;
        var attributes = new StringBuilder();
        foreach (var (key, value) in _attributes) attributes.Append(CultureInfo.InvariantCulture, $"""<nvpair id="a-{Id}-{key.Replace('#', '.')}" name="{key}" value="{value}"/>""");
        var history = new StringBuilder();
        int call = 1;
        foreach (var group in _history.GroupBy(h => h.Resource))
        {
            bool isFence = group.Key == "fence";
            string agent = isFence ? """class="stonith" type="fence_test" """ : """class="ocf" provider="heartbeat" type="Dummy" """;
            history.Append(CultureInfo.InvariantCulture, $"""<lrm_resource id="{group.Key}" {agent}>""");
            foreach (var (resource, task, exitStatus, target) in group) history.Append(Entry(resource, task, exitStatus, target, call++));
            history.Append("</lrm_resource>");
        }

        return string.Create(CultureInfo.InvariantCulture, $"""
            <node_state id="{Id}" uname="{name}" {state}>
              <transient_attributes id="{Id}"><instance_attributes id="status-{Id}">{attributes}</instance_attributes></transient_attributes>
              <lrm id="{Id}"><lrm_resources>{history}</lrm_resources></lrm></node_state>
            """);
    }

    private string Entry(string resource, string task, int exitStatus, int target, int call)
    {
        string id = exitStatus == target ? $"{resource}_last_0" : $"{resource}_last_failure_0";
        int status = exitStatus == target ? 0 : 4;
        return string.Create(CultureInfo.InvariantCulture, $"""
            <lrm_rsc_op id="{id}" operation_key="{resource}_{task}_0" operation="{task}" interval="0" call-id="{call}" rc-code="{exitStatus}"
              op-status="{status}" on_node="{name}" last-rc-change="1799990000" op-digest="f2317cad3d54cec5d7d7aa7d0bf35cf8"
              transition-key="1:1:{target}:12345678-1234-1234-1234-123456789012"
              transition-magic="{status}:{exitStatus};1:1:{target}:12345678-1234-1234-1234-123456789012"/>
            """);
    }
}
