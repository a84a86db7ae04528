using System.Globalization;
using System.Text;
using Mainstay.Cib;

namespace Mainstay.Scheduler.Tests.Properties;

/// <summary>
/// A cluster made from a number, over all kinds of resources and constraints. Resources have no parameters, so that every operation of
/// the history was run with the present ones. When a seed is replayed its document is left in artifacts/seed-N.xml.
/// </summary>
internal sealed partial class RandomConfiguration
{
    public const long Now = 1_800_000_000;
    private const string NoParameters = "f2317cad3d54cec5d7d7aa7d0bf35cf8";
    private const string OnlyTimeout = "4811cef7f7f94e3a35a70be7916cb2fd";

    private readonly Sequence _random;
    private readonly bool _hasClones;
    private readonly bool _hasFailures;
    private readonly List<Leaf> _leaves = [];
    private readonly List<string> _tops = [];
    private readonly List<string> _promotables = [];
    private readonly List<string> _nodes = [];
    private int _ids;

    private RandomConfiguration(uint seed, bool withClones, bool withFailures)
    {
        _random = new Sequence(seed);
        _hasClones = withClones;
        _hasFailures = withFailures;
        HasFencing = _random.Chance(50);
        HasUtilization = _random.Chance(20);
        int count = 2 + _random.Next(3);
        for (int i = 1; i <= count; i++) _nodes.Add($"node{i}");
        Xml = Compose();
        if (Environment.GetEnvironmentVariable("MAINSTAY_SEED") is null) return;
        File.WriteAllText(Path.Combine(Mainstay.Testing.Repository.Root, "artifacts", $"seed-{seed}.xml"), Xml);
    }

    /// <summary>The document.</summary>
    public string Xml { get; }

    public bool HasFencing { get; }

    public bool HasUtilization { get; }

    /// <summary>Mandatory orders of starts: what has to run before what.</summary>
    public List<(string First, string Then)> Orders { get; } = [];

    public static RandomConfiguration Build(uint seed, bool withClones = true, bool withFailures = true) =>
        new(seed, withClones, withFailures);

    public CibDocument Document() => CibDocument.Parse(Xml).DocumentOrThrow();

    private string Id(string prefix) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{++_ids}");

    private string Compose()
    {
        string nodes = string.Concat(_nodes.Select((n, i) => NodeXml(n, i + 1)));
        string resources = ResourcesXml();
        string constraints = ConstraintsXml();
        bool hasQuorum = _random.Chance(92);
        return $"""
            <cib validate-with="pacemaker-4.0" crm_feature_set="3.20.5" epoch="1" num_updates="0" admin_epoch="0"
              have-quorum="{(hasQuorum ? 1 : 0)}" dc-uuid="1">
            <configuration><crm_config><cluster_property_set id="options">{OptionsXml()}</cluster_property_set></crm_config>
            <nodes>{nodes}</nodes><resources>{resources}</resources><constraints>{constraints}</constraints>
            <rsc_defaults><meta_attributes id="defaults">{Pair("resource-stickiness", _random.Pick("0", "1", "100"))}</meta_attributes>
            </rsc_defaults></configuration><status>{StatusXml()}</status></cib>
            """;
    }

    private string Pair(string name, string value) => $"""<nvpair id="{Id("pair")}" name="{name}" value="{value}"/>""";

    private string Block(string kind, IReadOnlyList<(string Name, string Value)> pairs) =>
        pairs.Count == 0 ? "" : $"""<{kind} id="{Id("set")}">{string.Concat(pairs.Select(p => Pair(p.Name, p.Value)))}</{kind}>""";

    private string OptionsXml()
    {
        var text = new StringBuilder(Pair("fencing-enabled", HasFencing ? "true" : "false"));
        if (HasUtilization) text.Append(Pair("placement-strategy", _random.Pick("utilization", "balanced", "minimal")));
        if (_random.Chance(10)) text.Append(Pair("symmetric-cluster", "false"));
        if (_random.Chance(20)) text.Append(Pair("no-quorum-policy", _random.Pick("ignore", "stop", "freeze", "demote")));
        if (_random.Chance(3)) text.Append(Pair("maintenance-mode", "true"));
        if (_random.Chance(3)) text.Append(Pair("stop-all-resources", "true"));
        if (_random.Chance(10)) text.Append(Pair("concurrent-fencing", "true"));
        if (_random.Chance(5)) text.Append(Pair("shutdown-lock", "true"));
        return text.ToString();
    }

    private string NodeXml(string name, int number)
    {
        var pairs = new List<(string, string)>();
        if (_random.Chance(60)) pairs.Add(("color", _random.Pick("red", "blue")));
        if (_random.Chance(8)) pairs.Add(("standby", "true"));
        if (_random.Chance(4)) pairs.Add(("maintenance", "true"));
        string capacity = HasUtilization ? Block("utilization", [("cpu", _random.Pick("2", "4", "8"))]) : "";
        return $"""<node id="{number}" uname="{name}">{Block("instance_attributes", pairs)}{capacity}</node>""";
    }

    private List<(string, string)> Meta(bool isMember)
    {
        var meta = new List<(string, string)>();
        if (_random.Chance(10)) meta.Add(("target-role", _random.Pick("Stopped", "Started")));
        if (_random.Chance(4)) meta.Add(("is-managed", "false"));
        if (_random.Chance(15)) meta.Add(("resource-stickiness", _random.Pick("0", "50", "INFINITY")));
        if (_random.Chance(15)) meta.Add(("priority", _random.Pick("1", "5", "10")));
        if (_random.Chance(10)) meta.Add(("migration-threshold", _random.Pick("1", "3")));
        if (!isMember) return meta;
        if (_random.Chance(15)) meta.Add(("allow-migrate", "true"));
        if (_random.Chance(6)) meta.Add(("multiple-active", _random.Pick("stop_only", "block", "stop_unexpected")));
        if (_random.Chance(8)) meta.Add(("requires", _random.Pick("nothing", "quorum")));
        if (_random.Chance(6)) meta.Add(("critical", "false"));
        return meta;
    }

    private string ResourcesXml()
    {
        var text = new StringBuilder();
        if (HasFencing)
        {
            text.Append("""<primitive id="fence" class="stonith" type="fence_test"/>""");
            _leaves.Add(new Leaf("fence", LeafKind.Fence));
        }

        if (_random.Chance(12)) text.Append(RemoteXml());
        int count = 2 + _random.Next(4);
        for (int i = 0; i < count; i++)
        {
            int kind = _random.Next(_hasClones ? 10 : 6);
            text.Append(kind switch
            {
                < 4 => PrimitiveTop(),
                < 6 => GroupXml(LeafKind.Plain, isTop: true),
                6 or 7 => CloneXml(isPromotable: false),
                8 => CloneXml(isPromotable: true),
                _ => BundleXml(),
            });
        }

        return text.ToString();
    }

    private string RemoteXml()
    {
        string id = Id("remote");
        _leaves.Add(new Leaf(id, LeafKind.Plain) { Type = "remote" });
        _nodes.Add(id);
        return $"""
            <primitive id="{id}" class="ocf" provider="pacemaker" type="remote"><operations>
            <op id="{Id("op")}" name="monitor" interval="60s"/></operations></primitive>
            """;
    }

    private string PrimitiveTop()
    {
        string xml = PrimitiveXml(LeafKind.Plain, out string id);
        _tops.Add(id);
        return xml;
    }

    private string PrimitiveXml(LeafKind kind, out string id)
    {
        id = Id("rsc");
        _leaves.Add(new Leaf(id, kind));
        string use = HasUtilization && _random.Chance(50) ? Block("utilization", [("cpu", _random.Pick("1", "2", "3"))]) : "";
        string type = kind == LeafKind.Promotable ? "Stateful" : "Dummy";
        var operations = new StringBuilder();
        if (kind == LeafKind.Promotable)
        {
            operations.Append(CultureInfo.InvariantCulture, $"""<op id="{Id("op")}" name="monitor" interval="11s" role="Promoted"/>""");
        }

        if (_random.Chance(70))
        {
            string onFail = _random.Chance(10) ? """ on-fail="block" """ : "";
            operations.Append(CultureInfo.InvariantCulture, $"""<op id="{Id("op")}" name="monitor" interval="10s"{onFail}/>""");
        }

        // Promotable instances do not migrate: no rule says what becomes of their role on the way.
        var own = kind == LeafKind.Bundled ? [] : Meta(isMember: true);
        if (kind == LeafKind.Promotable) own.RemoveAll(m => m.Item1 == "allow-migrate");
        string meta = Block("meta_attributes", own);
        return $"""
            <primitive id="{id}" class="ocf" provider="pacemaker" type="{type}">{meta}{use}
            <operations>{operations}</operations></primitive>
            """;
    }

    private string GroupXml(LeafKind kind, bool isTop)
    {
        string id = Id("group");
        var members = new StringBuilder();
        int count = 1 + _random.Next(3);
        int first = _leaves.Count;
        for (int i = 0; i < count; i++) members.Append(PrimitiveXml(kind, out _));
        foreach (var leaf in _leaves.Skip(first)) leaf.Group = id;
        if (isTop) _tops.Add(id);
        return $"""<group id="{id}">{(isTop ? Block("meta_attributes", Meta(isMember: false)) : "")}{members}</group>""";
    }

    private string CloneXml(bool isPromotable)
    {
        string id = Id("clone");
        var meta = Meta(isMember: false);
        meta.RemoveAll(m => m.Item1 == "target-role");
        if (isPromotable) meta.Add(("promotable", "true"));
        if (isPromotable && _random.Chance(30)) meta.Add(("promoted-max", "2"));
        if (_random.Chance(35)) meta.Add(("clone-max", _random.Pick("1", "2", "3")));
        if (_random.Chance(40)) meta.Add(("interleave", "true"));
        if (_random.Chance(15)) meta.Add(("ordered", "true"));
        if (_random.Chance(30)) meta.Add(("notify", "true"));
        if (_random.Chance(8)) meta.Add(("clone-min", "1"));
        var kind = isPromotable ? LeafKind.Promotable : LeafKind.Cloned;
        string body = _random.Chance(25) ? GroupXml(kind, isTop: false) : PrimitiveXml(kind, out _);
        _tops.Add(id);
        if (isPromotable) _promotables.Add(id);
        return $"""<clone id="{id}">{Block("meta_attributes", meta)}{body}</clone>""";
    }

    private string BundleXml()
    {
        string id = Id("bundle");
        _tops.Add(id);
        int network = _ids;
        return $"""
            <bundle id="{id}"><podman image="image" replicas="{_random.Pick("1", "2")}"/>
            <network ip-range-start="192.168.{network}.10"/>{PrimitiveXml(LeafKind.Bundled, out _)}</bundle>
            """;
    }

    private enum LeafKind
    {
        Plain,
        Cloned,
        Promotable,
        Bundled,
        Fence,
    }

    private sealed class Leaf(string id, LeafKind kind)
    {
        public string Id => id;

        public LeafKind Kind => kind;

        public string? Group { get; set; }

        public string Type { get; init; } = kind == LeafKind.Promotable ? "Stateful" : "Dummy";
    }
}
