using System.Globalization;
using System.Xml.Linq;
using Mainstay.Cib;
using Mainstay.Scheduler;

namespace Mainstay.Manager.Core.Tests.Harness;

/// <summary>
/// A small scheduler for the simulation: primitives and groups, probes, fencing of unclean nodes, monitors, fail counts, standby, shutdown and the
/// quorum policy "stop". It decides less well than the real one but by the same safety rules, and fast enough for many seeds.
/// </summary>
internal sealed class MiniPlanner : ITransitionPlanner
{
    public int Plans { get; private set; }

    public TransitionGraph Plan(CibDocument cib, long epochSeconds)
    {
        Plans++;
        return new Pass(cib).Run();
    }

    private sealed class NodeInfo(string id, string name)
    {
        public string Id { get; } = id;

        public string Name { get; } = name;

        public bool IsOnline { get; set; }

        public bool IsUnclean { get; set; }

        public bool MayRun { get; set; }

        public bool IsShuttingDown { get; set; }

        public Dictionary<string, string> Attributes { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, XElement> History { get; } = new(StringComparer.Ordinal);
    }

    private sealed class Pass(CibDocument cib)
    {
        private readonly List<Synapse> _synapses = [];
        private readonly List<NodeInfo> _nodes = [];
        private readonly Dictionary<string, int> _fences = new(StringComparer.Ordinal);
        private int _next = 1;
        private bool _isQuorate;
        private bool _isFencing;

        public TransitionGraph Run()
        {
            _isQuorate = cib.Root.Value("have-quorum") == "1";
            _isFencing = Option("stonith-enabled") != "false";
            foreach (var element in cib.Section("nodes")?.Elements("node") ?? []) _nodes.Add(ReadNode(element));
            if (_isFencing && (_isQuorate || Option("no-quorum-policy") == "ignore"))
            {
                foreach (var node in _nodes.Where(node => node.IsUnclean)) _fences[node.Id] = Fence(node);
            }

            var stops = new Dictionary<string, List<int>>(StringComparer.Ordinal);
            foreach (var top in cib.Section("resources")?.Elements() ?? [])
            {
                List<XElement> members = top.Name.LocalName == "group" ? [.. top.Elements("primitive")] : [top];
                Place(members, stops);
            }

            foreach (var node in _nodes.Where(node => node is { IsOnline: true, IsShuttingDown: true }))
            {
                Add(GraphActionKind.CrmEvent, "do_shutdown", "do_shutdown-" + node.Name, node, null, stops.GetValueOrDefault(node.Id) ?? [], []);
            }

            return new TransitionGraph { Synapses = _synapses };
        }

        private string? Option(string name) => cib.Section("crm_config")?.Descendants("nvpair")
            .FirstOrDefault(pair => pair.Value("name") == name)?.Value("value");

        private NodeInfo ReadNode(XElement element)
        {
            var node = new NodeInfo(element.Id() ?? "", element.Value("uname") ?? "");
            var state = cib.Status?.Elements("node_state").FirstOrDefault(candidate => candidate.Value("id") == node.Id);
            var isUp = state is not null && state.Value("in_ccm") != "0" && state.Value("crmd") != "0" && state.Value("join") == "member";
            node.IsOnline = isUp;
            node.IsUnclean = _isFencing && !isUp && (state is null || state.Value("expected") == "member");
            foreach (var pair in state?.Elements("transient_attributes").Descendants("nvpair") ?? []) node.Attributes[pair.Value("name")!] = pair.Value("value")!;
            foreach (var pair in element.Elements("instance_attributes").Elements("nvpair")) node.Attributes.TryAdd(pair.Value("name")!, pair.Value("value")!);
            node.IsShuttingDown = node.Attributes.TryGetValue("shutdown", out var since) && since != "0";
            node.MayRun = isUp && !node.IsShuttingDown && !CibBoolean.IsTrue(node.Attributes.GetValueOrDefault("standby"));
            foreach (var resource in state?.Descendants("lrm_resource") ?? []) node.History[resource.Id()!] = resource;
            return node;
        }

        private void Place(List<XElement> members, Dictionary<string, List<int>> stops)
        {
            var target = Choose(members);
            int? before = null;
            var startsById = new List<(XElement Member, int? Start)>();
            var memberStops = new List<(XElement Member, List<int> Stops)>();
            List<int> later = [];

            // Stops from the last member to the first.
            foreach (var member in Enumerable.Reverse(members))
            {
                var own = Stop(member, members.Count > 1, target, later, stops);
                memberStops.Insert(0, (member, own));
                later = [.. later, .. own];
            }

            foreach (var (member, own) in memberStops)
            {
                var start = Start(member, target, own, before);
                startsById.Add((member, start));
                before = start ?? before;
                if (target is not null) Monitor(member, target, start);
            }
        }

        private NodeInfo? Choose(List<XElement> members)
        {
            if (!_isQuorate && Option("no-quorum-policy") != "ignore") return null;
            if (Option("stop-all-resources") == "true") return null;
            if (members.Exists(member => member.Elements("meta_attributes").Descendants("nvpair").Any(pair =>
                pair.Value("name") == "target-role" && pair.Value("value") == "Stopped")))
            {
                return null;
            }

            var able = _nodes.Where(node => node.MayRun && members.TrueForAll(member => !IsBanned(member, node))).ToList();
            return able.Find(node => members.Exists(member => IsActive(member, node) == true)) ?? able.FirstOrDefault();
        }

        private bool IsBanned(XElement member, NodeInfo node)
        {
            var threshold = Score.Parse(
                member.Elements("meta_attributes").Descendants("nvpair").FirstOrDefault(pair => pair.Value("name") == "migration-threshold")?.Value("value"),
                Score.Infinity);
            var count = Score.Zero;
            foreach (var (name, value) in node.Attributes)
            {
                if (name.StartsWith($"fail-count-{member.Id()}#", StringComparison.Ordinal)) count += Score.Parse(value);
            }

            return count >= threshold;
        }

        /// <summary>True or false; null where it is not known.</summary>
        private static bool? IsActive(XElement member, NodeInfo node)
        {
            if (!node.History.TryGetValue(member.Id()!, out var history)) return null;
            bool? active = null;
            foreach (var operation in history.Elements("lrm_rsc_op").OrderBy(operation => Number(operation, "call-id") is var id && id < 0 ? int.MaxValue : id))
            {
                var task = operation.Value("operation");
                var code = Number(operation, "rc-code");
                var status = Number(operation, "op-status");
                active = (task, status, code) switch
                {
                    ("start", -1, _) => true,
                    (_, -1, _) => active,
                    ("stop", 0, 0) => false,
                    ("stop", _, _) => true,
                    ("monitor", 0, 7) => active == true && Number(operation, "interval") > 0 ? true : false,
                    ("start", _, _) => true,
                    ("monitor", _, _) => true,
                    _ => active,
                };
            }

            return active;
        }

        private static bool HasFailed(XElement member, NodeInfo node)
        {
            if (!node.History.TryGetValue(member.Id()!, out var history)) return false;
            var failure = history.Elements("lrm_rsc_op").FirstOrDefault(operation => operation.Id() == member.Id() + "_last_failure_0");
            if (failure is null || (Number(failure, "interval") == 0 && failure.Value("operation") == "monitor")) return false;
            var last = history.Elements("lrm_rsc_op").Where(operation => operation.Value("operation") == "stop" && Number(operation, "rc-code") == 0)
                .Select(operation => Number(operation, "call-id")).DefaultIfEmpty(-2).Max();
            return Number(failure, "call-id") > last || Number(failure, "call-id") < 0;
        }

        private static int Number(XElement element, string attribute) =>
            int.TryParse(element.Value(attribute), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : 0;

        private List<int> Stop(XElement member, bool isGroup, NodeInfo? target, List<int> after, Dictionary<string, List<int>> stops)
        {
            var actions = new List<int>();
            foreach (var node in _nodes)
            {
                if (IsActive(member, node) != true) continue;
                var hasBrokenStop = node.History[member.Id()!].Elements("lrm_rsc_op").Any(operation =>
                    operation.Value("operation") == "stop" && Number(operation, "op-status") >= 0 && Number(operation, "rc-code") != 0
                    && operation.Id()!.EndsWith("_last_0", StringComparison.Ordinal));
                if (node.IsOnline && hasBrokenStop && _isFencing)
                {
                    if (!_fences.ContainsKey(node.Id)) _fences[node.Id] = Fence(node);
                    actions.Add(_fences[node.Id]);
                    continue;
                }

                if (!node.IsOnline)
                {
                    if (_fences.TryGetValue(node.Id, out var fence)) actions.Add(fence);
                    continue;
                }

                var mustStop = node != target || HasFailed(member, node) || (isGroup && after.Count > 0);
                if (!mustStop) continue;
                var id = Add(GraphActionKind.ResourceOperation, "stop", $"{member.Id()}_stop_0", node, member, after, [("CRM_meta_timeout", "20000")]);
                actions.Add(id);
                if (!stops.TryGetValue(node.Id, out var list)) stops[node.Id] = list = [];
                list.Add(id);
            }

            return actions;
        }

        private int? Start(XElement member, NodeInfo? target, List<int> after, int? before)
        {
            var inputs = new List<int>(after);
            foreach (var node in _nodes.Where(node => node.IsOnline && IsActive(member, node) is null))
            {
                inputs.Add(Add(
                    GraphActionKind.ResourceOperation,
                    "monitor",
                    $"{member.Id()}_monitor_0",
                    node,
                    member,
                    [],
                    [("CRM_meta_op_target_rc", "7"), ("CRM_meta_timeout", "20000")]));
            }

            if (target is null) return null;
            if (IsActive(member, target) == true && after.Count == 0) return null;
            if (before is { } previous) inputs.Add(previous);
            if (_isFencing && member.Value("class") != "stonith")
            {
                // Nothing is started while a node's state is not known: it may run there.
                if (_nodes.Exists(node => node.IsUnclean && !_fences.ContainsKey(node.Id))) return null;
                inputs.AddRange(_fences.Values);
            }

            return Add(
                GraphActionKind.ResourceOperation, "start", $"{member.Id()}_start_0", target, member, inputs, [("CRM_meta_timeout", "20000")]);
        }

        private void Monitor(XElement member, NodeInfo target, int? start)
        {
            foreach (var operation in member.Elements("operations").Elements("op").Where(operation => operation.Value("name") == "monitor"))
            {
                var interval = Interval.Parse(operation.Value("interval"));
                var isThere = target.History.TryGetValue(member.Id()!, out var history)
                    && history.Elements("lrm_rsc_op").Any(entry => entry.Value("operation") == "monitor" && Number(entry, "interval") == interval);
                if (start is null && (isThere || IsActive(member, target) != true)) continue;
                Add(
                    GraphActionKind.ResourceOperation,
                    "monitor",
                    $"{member.Id()}_monitor_{interval}",
                    target,
                    member,
                    start is { } id ? [id] : [],
                    [("CRM_meta_interval", interval.ToString(CultureInfo.InvariantCulture)), ("CRM_meta_timeout", "20000")]);
            }
        }

        private int Fence(NodeInfo node) => Add(
            GraphActionKind.CrmEvent, "stonith", $"stonith-{node.Name}-reboot", node, null, [], [("CRM_meta_stonith_action", "reboot")]);

        private int Add(
            GraphActionKind kind, string task, string key, NodeInfo node, XElement? resource, List<int> inputs, List<(string Name, string Value)> attributes)
        {
            var id = _next++;
            var action = new GraphAction
            {
                Id = id,
                Kind = kind,
                Task = task,
                Key = key,
                NodeName = node.Name,
                NodeId = node.Id,
                Resource = resource is null ? null : new GraphResource(resource.Id()!, null, resource.Value("class"), resource.Value("provider"), resource.Value("type")),
                Attributes = [.. attributes.Select(pair => new KeyValuePair<string, string>(pair.Name, pair.Value)).OrderBy(pair => pair.Key, StringComparer.Ordinal)],
            };
            _synapses.Add(new Synapse { Id = _synapses.Count, Actions = [action], Inputs = [.. inputs.Distinct().Order()] });
            return id;
        }
    }
}
