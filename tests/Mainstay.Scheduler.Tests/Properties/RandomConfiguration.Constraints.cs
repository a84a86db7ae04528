using System.Globalization;
using System.Text;

namespace Mainstay.Scheduler.Tests.Properties;

/// <content>Constraints and status.</content>
internal sealed partial class RandomConfiguration
{
    private string Score() => _random.Pick("INFINITY", "INFINITY", "100", "50", "1", "-INFINITY", "-50");

    private string ConstraintsXml()
    {
        var text = new StringBuilder();
        for (int i = _random.Next(4); i > 0; i--) text.Append(LocationXml());
        for (int i = _random.Next(3); i > 0 && _tops.Count > 1; i--) text.Append(ColocationXml());
        // Orders go from earlier to later resources, so that no user can have asked for a loop.
        for (int i = _random.Next(4); i > 0 && _tops.Count > 1; i--) text.Append(OrderXml());
        if (_random.Chance(15) && _tops.Count > 2) text.Append(SetsXml());
        if (_random.Chance(12))
        {
            string top = _random.Pick(_tops);
            text.Append(CultureInfo.InvariantCulture, $"""<rsc_ticket id="{Id("ticket")}" rsc="{top}" ticket="T" loss-policy="stop"/>""");
        }

        return text.ToString();
    }

    private string LocationXml()
    {
        string top = _random.Pick(_tops);
        if (_random.Chance(60))
        {
            string found = _random.Chance(5) ? """ resource-discovery="never" """ : "";
            return $"""<rsc_location id="{Id("location")}" rsc="{top}" node="{_random.Pick(_nodes)}" score="{Score()}"{found}/>""";
        }

        string role = _promotables.Contains(top) && _random.Chance(50) ? """ role="Promoted" """ : "";
        return $"""
            <rsc_location id="{Id("location")}" rsc="{top}"><rule id="{Id("rule")}" score="{Score()}"{role}>
            <expression id="{Id("expression")}" attribute="color" operation="{_random.Pick("eq", "ne")}" value="red"/></rule></rsc_location>
            """;
    }

    private string ColocationXml()
    {
        var (a, b) = TwoTops();
        string roles = _promotables.Contains(a) && _random.Chance(60) ? """ with-rsc-role="Promoted" """ : "";
        return $"""<rsc_colocation id="{Id("colocation")}" rsc="{b}" with-rsc="{a}" score="{Score()}"{roles}/>""";
    }

    private string OrderXml()
    {
        var (first, then) = TwoTops();
        string kind = _random.Pick("Mandatory", "Mandatory", "Optional");
        bool isPromote = _promotables.Contains(first) && _random.Chance(40);
        if (kind == "Mandatory" && !isPromote) Orders.Add((first, then));
        string actions = isPromote ? """ first-action="promote" then-action="start" """ : "";
        return $"""<rsc_order id="{Id("order")}" first="{first}" then="{then}" kind="{kind}"{actions}/>""";
    }

    private string SetsXml()
    {
        string members = string.Concat(_tops.Take(3).Select(t => $"""<resource_ref id="{t}"/>"""));
        return _random.Chance(50)
            ? $"""<rsc_order id="{Id("order")}" kind="Optional"><resource_set id="{Id("rs")}">{members}</resource_set></rsc_order>"""
            : $"""
                <rsc_colocation id="{Id("colocation")}" score="{_random.Pick("INFINITY", "50")}">
                <resource_set id="{Id("rs")}">{members}</resource_set></rsc_colocation>
                """;
    }

    private (string Earlier, string Later) TwoTops()
    {
        int a = _random.Next(_tops.Count - 1);
        return (_tops[a], _tops[a + 1 + _random.Next(_tops.Count - a - 1)]);
    }

    private string StatusXml()
    {
        var members = _nodes.Where(n => n.StartsWith("node", StringComparison.Ordinal)).ToList();
        var home = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var leaf in _leaves)
        {
            // Members of a group are where the group is; a few resources are not running, a few run twice.
            home.TryAdd(leaf.Group ?? leaf.Id, _random.Chance(75) ? _random.Pick(members) : "");
        }

        var text = new StringBuilder();
        int lost = HasFencing && _random.Chance(60) ? _random.Next(members.Count) : -1;
        for (int i = 0; i < members.Count; i++) text.Append(NodeStateXml(members[i], i, i == lost, home, members));
        if (_random.Chance(50)) text.Append("""<tickets><ticket_state id="T" granted="true"/></tickets>""");
        return text.ToString();
    }

    private string NodeStateXml(string node, int index, bool isLost, Dictionary<string, string> home, List<string> members)
    {
        bool isDown = !isLost && _random.Chance(8);
        string state = isLost ? """in_ccm="0" crmd="0" join="member" expected="member" """
            : isDown ? """in_ccm="0" crmd="0" join="down" expected="down" """
            : """in_ccm="1700000000" crmd="1700000000" join="member" expected="member" """;
        var resources = new StringBuilder();
        int call = 1;
        if (!isDown)
        {
            foreach (var leaf in _leaves) resources.Append(HistoryXml(leaf, node, home[leaf.Group ?? leaf.Id], members, ref call));
        }

        var attributes = new List<(string, string)>();
        foreach (var leaf in _leaves.Where(l => l.Kind == LeafKind.Promotable && _random.Chance(70)))
        {
            attributes.Add(($"master-{leaf.Id}", _random.Pick("5", "10", "100")));
        }

        if (!isLost && !isDown && _random.Chance(6)) attributes.Add(("shutdown", "1799999999"));
        return $"""
            <node_state id="{index + 1}" uname="{node}" {state}>
            <transient_attributes id="{index + 1}">{Block("instance_attributes", attributes)}</transient_attributes>
            <lrm id="{index + 1}"><lrm_resources>{resources}</lrm_resources></lrm></node_state>
            """;
    }

    private string HistoryXml(Leaf leaf, string node, string home, List<string> members, ref int call)
    {
        if (leaf.Kind == LeafKind.Bundled || _random.Chance(5)) return "";
        bool isActive = leaf.Kind is LeafKind.Cloned or LeafKind.Promotable ? _random.Chance(65) : node == home || _random.Chance(1);
        var entries = new StringBuilder();
        if (!isActive)
        {
            entries.Append(Entry(leaf.Id, "monitor", 0, 7, 7, call++));
        }
        else
        {
            bool isPromoted = leaf.Kind == LeafKind.Promotable && node == members[0] && _random.Chance(60);
            entries.Append(Entry(leaf.Id, isPromoted ? "promote" : "start", 0, 0, 0, call++));
            if (_hasFailures && _random.Chance(10)) entries.Append(Entry(leaf.Id, "monitor", 10000, 1, 0, call++));
            else if (_hasFailures && _random.Chance(4)) entries.Append(Entry(leaf.Id, "start", 0, 1, 0, call++));
        }

        string agent = leaf.Kind == LeafKind.Fence ? """class="stonith" type="fence_test" """
            : $"""class="ocf" provider="pacemaker" type="{leaf.Type}" """;
        return $"""<lrm_resource id="{leaf.Id}" {agent}>{entries}</lrm_resource>""";
    }

    private static string Entry(string resource, string task, int interval, int result, int target, int call)
    {
        bool isFailure = result != target;
        string id = isFailure ? "last_failure_0" : interval == 0 ? "last_0"
            : string.Create(CultureInfo.InvariantCulture, $"{task}_{interval}");
        string key = string.Create(CultureInfo.InvariantCulture, $"{call}:1:{target}:12345678-1234-1234-1234-123456789012");
        return string.Create(CultureInfo.InvariantCulture, $"""
            <lrm_rsc_op id="{resource}_{id}" operation_key="{resource}_{task}_{interval}" operation="{task}" interval="{interval}"
              call-id="{call}" rc-code="{result}" op-status="0" last-rc-change="1799990000" transition-key="{key}"
              transition-magic="0:{result};{key}" op-digest="{(interval == 0 ? NoParameters : OnlyTimeout)}"/>
            """);
    }
}
