using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace Mainstay.Conformance.Tests.Scheduler;

/// <summary>
/// Compares transition graphs as <c>check_scheduler.py</c> of the conformance data does: actions are matched by kind, keys and node;
/// ids and the order of synapses do not matter; attributes, resources, priorities, downed nodes and the set of edges do.
/// </summary>
internal static class GraphComparison
{
    private static readonly string[] IgnoredTop = ["transition_id", "crm_feature_set", "batch-limit"];

    /// <summary>Differences in words; none if the graphs are equal.</summary>
    public static List<string> Compare(string wanted, string got)
    {
        var want = new Graph(XDocument.Parse(wanted).Root!);
        var have = new Graph(XDocument.Parse(got).Root!);
        var differences = new List<string>(have.Bad);
        SetDifference(want.Actions.Keys, have.Actions.Keys, "action", differences);
        SetDifference(want.Edges, have.Edges, "edge", differences);
        MapDifference("graph", want.Top, have.Top, differences);
        foreach (var (label, details) in want.Actions)
        {
            if (have.Actions.TryGetValue(label, out var own)) MapDifference(label, details, own, differences);
        }

        return differences;
    }

    private static void SetDifference(IEnumerable<string> want, IEnumerable<string> have, string what, List<string> differences)
    {
        var wanted = want.ToHashSet(StringComparer.Ordinal);
        var got = have.ToHashSet(StringComparer.Ordinal);
        differences.AddRange(wanted.Except(got).Select(x => $"missing {what}: {x}"));
        differences.AddRange(got.Except(wanted).Select(x => $"extra {what}: {x}"));
    }

    private static void MapDifference(
        string label, SortedDictionary<string, string> want, SortedDictionary<string, string> have, List<string> differences)
    {
        foreach (string key in want.Keys.Union(have.Keys, StringComparer.Ordinal))
        {
            string? expected = want.GetValueOrDefault(key);
            string? actual = have.GetValueOrDefault(key);
            if (expected != actual) differences.Add($"{label}: {key}: expected {expected ?? "nothing"}, got {actual ?? "nothing"}");
        }
    }

    /// <summary>A graph with ids replaced by stable labels.</summary>
    private sealed class Graph
    {
        public Graph(XElement root)
        {
            foreach (var attribute in root.Attributes())
            {
                string name = attribute.Name.LocalName == "stonith-timeout" ? "fencing-timeout" : attribute.Name.LocalName;
                if (!IgnoredTop.Contains(name)) Top[name] = attribute.Value;
            }

            var actions = new List<(XElement Element, SortedDictionary<string, string> Details, List<XElement> Inputs)>();
            var byId = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var synapse in root.Elements("synapse"))
            {
                var inputs = synapse.Elements("inputs").Elements("trigger").Elements().ToList();
                foreach (var element in synapse.Elements("action_set").Elements())
                {
                    byId[(string?)element.Attribute("id") ?? ""] = actions.Count;
                    actions.Add((element, Details(element, (string?)synapse.Attribute("priority") ?? "0"), inputs));
                }
            }

            var labels = Labels(actions, byId);
            for (int i = 0; i < actions.Count; i++)
            {
                Actions[labels[i]] = actions[i].Details;
                foreach (var input in actions[i].Inputs) AddEdge(input, labels[i], labels, actions.ConvertAll(a => a.Element), byId);
            }
        }

        public SortedDictionary<string, string> Top { get; } = new(StringComparer.Ordinal);

        public SortedDictionary<string, SortedDictionary<string, string>> Actions { get; } = new(StringComparer.Ordinal);

        public SortedSet<string> Edges { get; } = new(StringComparer.Ordinal);

        public List<string> Bad { get; } = [];

        private void AddEdge(XElement input, string label, List<string> labels, List<XElement> elements, Dictionary<string, int> byId)
        {
            string source = Base(input);
            if (byId.TryGetValue((string?)input.Attribute("id") ?? "", out int index) && Base(elements[index]) == source)
            {
                source = labels[index];
            }
            else Bad.Add($"input {source} of {label} names no action of the graph");
            Edges.Add($"{source} -> {label}");
        }

        /// <summary>Labels that are not unique are refined by details and by what precedes the action.</summary>
        private static List<string> Labels(
            List<(XElement Element, SortedDictionary<string, string> Details, List<XElement> Inputs)> actions, Dictionary<string, int> byId)
        {
            var labels = actions.ConvertAll(a => Base(a.Element));
            for (int round = 0; round < 4; round++)
            {
                var counts = labels.CountBy(x => x).ToDictionary(x => x.Key, x => x.Value, StringComparer.Ordinal);
                if (counts.Values.All(c => c == 1)) break;
                var refined = new List<string>(labels);
                for (int i = 0; i < labels.Count; i++)
                {
                    if (counts[labels[i]] == 1) continue;
                    var before = actions[i].Inputs
                        .Select(x => byId.TryGetValue((string?)x.Attribute("id") ?? "", out int j) ? labels[j] : Base(x))
                        .Order(StringComparer.Ordinal);
                    string details = string.Join('\u0001', actions[i].Details.Select(d => $"{d.Key}={d.Value}"));
                    refined[i] = string.Create(CultureInfo.InvariantCulture,
                        $"{labels[i]} ~{Hash(details + '\u0002' + string.Join('\u0001', before)):x8}");
                }

                labels = refined;
            }

            var seen = new Dictionary<string, int>(StringComparer.Ordinal);
            for (int i = 0; i < labels.Count; i++)
            {
                int count = seen[labels[i]] = seen.GetValueOrDefault(labels[i]) + 1;
                if (count > 1) labels[i] = string.Create(CultureInfo.InvariantCulture, $"{labels[i]} #{count}");
            }

            return labels;
        }

        private static string Base(XElement element)
        {
            var text = new StringBuilder(element.Name.LocalName).Append(' ').Append((string?)element.Attribute("operation_key"));
            if ((string?)element.Attribute("internal_operation_key") is { } key) text.Append(" [").Append(key).Append(']');
            if ((string?)element.Attribute("on_node") is { } node) text.Append(" on ").Append(node);
            return text.ToString();
        }

        private static SortedDictionary<string, string> Details(XElement element, string priority)
        {
            var details = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["priority"] = priority };
            foreach (var attribute in element.Attributes())
            {
                if (attribute.Name.LocalName is not ("id" or "operation_key" or "internal_operation_key" or "on_node"))
                {
                    details["@" + attribute.Name.LocalName] = attribute.Value;
                }
            }

            foreach (var child in element.Elements())
            {
                string name = child.Name.LocalName;
                if (name == "downed")
                {
                    details[name] = string.Join(' ', child.Elements().Select(n => (string?)n.Attribute("id"))
                        .Order(StringComparer.Ordinal));
                    continue;
                }

                foreach (var attribute in child.Attributes())
                {
                    if (attribute.Name.LocalName != "crm_feature_set") details[$"{name}/{attribute.Name.LocalName}"] = attribute.Value;
                }

                foreach (var parameter in child.Elements("param"))
                {
                    details[$"{name}/param[{(string?)parameter.Attribute("name")}]"] = (string?)parameter.Attribute("value") ?? "";
                }
            }

            return details;
        }

        private static uint Hash(string text)
        {
            uint hash = 2166136261;
            foreach (byte b in Encoding.UTF8.GetBytes(text)) hash = unchecked((hash ^ b) * 16777619);
            return hash;
        }
    }
}
