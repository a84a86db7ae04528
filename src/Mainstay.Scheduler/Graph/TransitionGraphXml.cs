using System.Text;
using System.Xml;

namespace Mainstay.Scheduler;

/// <summary>Writes a transition graph as XML (spec/scheduler-output.md section 2).</summary>
public static class TransitionGraphXml
{
    /// <summary>Feature set written into each action, that of the reference version whose decisions are reproduced.</summary>
    public const string FeatureSet = "3.20.5";

    /// <summary>Writes the graph in UTF-8, indented by two spaces per level, without XML declaration.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="output">Where to write; not closed.</param>
    public static void Write(TransitionGraph graph, Stream output)
    {
        var text = new Utf8Text(output);
        new Writer(text).WriteGraph(graph);
        text.Flush();
    }

    /// <summary>The graph as text.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>The same text that <see cref="Write"/> produces.</returns>
    public static string ToText(TransitionGraph graph)
    {
        using var text = new MemoryStream();
        Write(graph, text);
        return Encoding.UTF8.GetString(text.GetBuffer().AsSpan(0, (int)text.Length));
    }

    private static string ElementName(GraphActionKind kind) => kind switch
    {
        GraphActionKind.PseudoEvent => "pseudo_event",
        GraphActionKind.CrmEvent => "crm_event",
        _ => "rsc_op",
    };

    /// <summary>Writes the text directly: graphs have millions of attributes.</summary>
    private sealed class Writer(Utf8Text output)
    {
        public void WriteGraph(TransitionGraph graph)
        {
            output.Write("<transition_graph");
            Attribute("cluster-delay", graph.ClusterDelay);
            Attribute("fencing-timeout", graph.FencingTimeout);
            Attribute("failed-stop-offset", graph.FailedStopOffset);
            Attribute("failed-start-offset", graph.FailedStartOffset);
            Attribute("batch-limit", graph.BatchLimit);
            Attribute("transition_id", graph.TransitionId);
            if (graph.MigrationLimit > 0) Attribute("migration-limit", graph.MigrationLimit);
            if (graph.RecheckBy is { } recheck) Attribute("recheck-by", recheck);
            if (graph.Synapses.Count == 0)
            {
                output.Write(" />\n");
                return;
            }

            output.Write(">\n");
            if (graph.Synapses is PlannedSynapses planned)
            {
                // Each is written once and not needed any more.
                for (int i = 0; i < planned.Count; i++) WriteSynapse(planned.Describe(i), planned.Action);
            }
            else
            {
                var byId = ById(graph);
                foreach (var synapse in graph.Synapses) WriteSynapse(synapse, id => byId[id]);
            }

            output.Write("</transition_graph>\n");
        }

        private static Dictionary<int, GraphAction> ById(TransitionGraph graph)
        {
            var byId = new Dictionary<int, GraphAction>(graph.Synapses.Count);
            foreach (var synapse in graph.Synapses)
            {
                foreach (var action in synapse.Actions) byId[action.Id] = action;
            }

            foreach (var action in graph.Unattainable) byId[action.Id] = action;
            return byId;
        }

        private void WriteSynapse(Synapse synapse, Func<int, GraphAction> byId)
        {
            output.Write("  <synapse");
            Attribute("id", synapse.Id);
            if (synapse.Priority > 0) Attribute("priority", synapse.Priority);
            output.Write(">\n    <action_set>\n");
            foreach (var action in synapse.Actions)
            {
                output.Write("      <");
                WriteReference(action);
                output.Write(">\n");
                WriteChildren(action);
                output.Write("      </");
                output.Write(ElementName(action.Kind));
                output.Write(">\n");
            }

            output.Write("    </action_set>\n");
            if (synapse.Inputs.Count == 0)
            {
                output.Write("    <inputs />\n  </synapse>\n");
                return;
            }

            output.Write("    <inputs>\n");
            foreach (int input in synapse.Inputs)
            {
                output.Write("      <trigger>\n        <");
                WriteReference(byId(input));
                output.Write(" />\n      </trigger>\n");
            }

            output.Write("    </inputs>\n  </synapse>\n");
        }

        private void WriteReference(GraphAction action)
        {
            output.Write(ElementName(action.Kind));
            Optional("mode", action.Mode);
            Attribute("id", action.Id);
            Attribute("operation", action.Task);
            Attribute("operation_key", action.Key);
            Optional("internal_operation_key", action.InternalKey);
            Optional("on_node", action.NodeName);
            Optional("on_node_uuid", action.NodeId);
            Optional("router_node", action.RouterNode);
            if (action.ShutdownLock is { } since) Attribute("shutdown-lock", since);
        }

        private void WriteChildren(GraphAction action)
        {
            if (action.Resource is { } resource)
            {
                output.Write("        <primitive");
                Attribute("id", resource.Id);
                Optional("long-id", resource.LongId);
                Optional("class", resource.Class);
                Optional("provider", resource.Provider);
                Optional("type", resource.Type);
                output.Write(" />\n");
            }

            WriteAttributes(action);
            if (action.Downed.Count > 0)
            {
                output.Write("        <downed>\n");
                foreach (string id in action.Downed) WriteNode(id, null);
                output.Write("        </downed>\n");
            }

            if (action.Maintenance.Count == 0) return;
            output.Write("        <maintenance>\n");
            foreach (var change in action.Maintenance) WriteNode(change.NodeId, change.InMaintenance ? "1" : "0");
            output.Write("        </maintenance>\n");
        }

        private void WriteAttributes(GraphAction action)
        {
            output.Write("        <attributes");
            bool hasNumbered = false;
            if (action.HasSource)
            {
                var all = action.AllAttributes();
                foreach (var pair in all)
                {
                    if (GraphAction.IsNumbered(pair)) hasNumbered = true;
                    else Attribute(Name(pair.Key), pair.Value);
                }
            }
            else
            {
                foreach (var pair in action.Attributes) Attribute(Name(pair.Key), pair.Value);
                hasNumbered = action.NumberedParameters.Count > 0;
            }

            if (!hasNumbered)
            {
                output.Write(" />\n");
                return;
            }

            output.Write(">\n");
            foreach (var pair in action.NumberedParameters)
            {
                output.Write("          <param");
                Attribute("name", pair.Key);
                Attribute("value", pair.Value);
                output.Write(" />\n");
            }

            output.Write("        </attributes>\n");
        }

        private void WriteNode(string id, string? maintenance)
        {
            output.Write("          <node");
            Attribute("id", id);
            Optional("node_in_maintenance", maintenance);
            output.Write(" />\n");
        }

        /// <summary>The name as XML allows it.</summary>
        private static string Name(string name) => IsPlain(name) ? name : XmlConvert.EncodeLocalName(name);

        // What needs no encoding for certain: nearly all names.
        private static bool IsPlain(string name)
        {
            if (name.Length == 0 || !(char.IsAsciiLetter(name[0]) || name[0] == '_')) return false;
            for (int i = 0; i < name.Length; i++)
            {
                char character = name[i];
                if (char.IsAsciiLetterOrDigit(character) || character is '-' or '.') continue;
                // An encoded character begins with "_x".
                if (character != '_' || (i + 1 < name.Length && name[i + 1] is 'x' or 'X')) return false;
            }

            return true;
        }

        private void Optional(string name, string? value)
        {
            if (value is not null) Attribute(name, value);
        }

        private void Attribute(string name, long value)
        {
            Begin(name);
            output.Write(value);
            output.Write('"');
        }

        private void Attribute(string name, string value)
        {
            Begin(name);
            output.WriteEscaped(value);
            output.Write('"');
        }

        private void Begin(string name)
        {
            output.Write(' ');
            output.Write(name);
            output.Write("=\"");
        }
    }
}
