using System.Globalization;
using System.Xml;

namespace Mainstay.Scheduler;

/// <summary>Writes a transition graph as XML (spec/scheduler-output.md section 2).</summary>
public static class TransitionGraphXml
{
    /// <summary>Feature set written into each action, that of the reference version whose decisions are reproduced.</summary>
    public const string FeatureSet = "3.20.5";

    /// <summary>Writes the graph, indented by two spaces per level, without XML declaration.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="output">Where to write; not closed.</param>
    public static void Write(TransitionGraph graph, TextWriter output)
    {
        var settings = new XmlWriterSettings
        {
            Indent = true,
            IndentChars = "  ",
            NewLineChars = "\n",
            OmitXmlDeclaration = true,
            CloseOutput = false,
        };
        using (var writer = XmlWriter.Create(output, settings))
        {
            WriteGraph(writer, graph);
        }

        output.Write('\n');
    }

    /// <summary>The graph as text.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>The same text that <see cref="Write"/> produces.</returns>
    public static string ToText(TransitionGraph graph)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        Write(graph, text);
        return text.ToString();
    }

    private static void WriteGraph(XmlWriter writer, TransitionGraph graph)
    {
        writer.WriteStartElement("transition_graph");
        writer.WriteAttributeString("cluster-delay", graph.ClusterDelay);
        writer.WriteAttributeString("fencing-timeout", graph.FencingTimeout);
        writer.WriteAttributeString("failed-stop-offset", graph.FailedStopOffset);
        writer.WriteAttributeString("failed-start-offset", graph.FailedStartOffset);
        writer.WriteAttributeString("batch-limit", Text(graph.BatchLimit));
        writer.WriteAttributeString("transition_id", Text(graph.TransitionId));
        if (graph.MigrationLimit > 0) writer.WriteAttributeString("migration-limit", Text(graph.MigrationLimit));
        if (graph.RecheckBy is { } recheck) writer.WriteAttributeString("recheck-by", Text(recheck));

        var byId = new Dictionary<int, GraphAction>();
        foreach (var synapse in graph.Synapses)
        {
            foreach (var action in synapse.Actions) byId[action.Id] = action;
        }

        foreach (var action in graph.Unattainable) byId[action.Id] = action;
        foreach (var synapse in graph.Synapses) WriteSynapse(writer, synapse, byId);
        writer.WriteEndElement();
    }

    private static void WriteSynapse(XmlWriter writer, Synapse synapse, Dictionary<int, GraphAction> byId)
    {
        writer.WriteStartElement("synapse");
        writer.WriteAttributeString("id", Text(synapse.Id));
        if (synapse.Priority > 0) writer.WriteAttributeString("priority", Text(synapse.Priority));
        writer.WriteStartElement("action_set");
        foreach (var action in synapse.Actions)
        {
            WriteReference(writer, action);
            WriteChildren(writer, action);
            writer.WriteEndElement();
        }

        writer.WriteEndElement();
        writer.WriteStartElement("inputs");
        foreach (int input in synapse.Inputs)
        {
            writer.WriteStartElement("trigger");
            WriteReference(writer, byId[input]);
            writer.WriteEndElement();
            writer.WriteEndElement();
        }

        writer.WriteEndElement();
        writer.WriteEndElement();
    }

    private static void WriteReference(XmlWriter writer, GraphAction action)
    {
        writer.WriteStartElement(ElementName(action.Kind));
        WriteOptional(writer, "mode", action.Mode);
        writer.WriteAttributeString("id", Text(action.Id));
        writer.WriteAttributeString("operation", action.Task);
        writer.WriteAttributeString("operation_key", action.Key);
        WriteOptional(writer, "internal_operation_key", action.InternalKey);
        WriteOptional(writer, "on_node", action.NodeName);
        WriteOptional(writer, "on_node_uuid", action.NodeId);
        WriteOptional(writer, "router_node", action.RouterNode);
        if (action.ShutdownLock is { } since) writer.WriteAttributeString("shutdown-lock", Text(since));
    }

    private static void WriteChildren(XmlWriter writer, GraphAction action)
    {
        if (action.Resource is { } resource)
        {
            writer.WriteStartElement("primitive");
            writer.WriteAttributeString("id", resource.Id);
            WriteOptional(writer, "long-id", resource.LongId);
            WriteOptional(writer, "class", resource.Class);
            WriteOptional(writer, "provider", resource.Provider);
            WriteOptional(writer, "type", resource.Type);
            writer.WriteEndElement();
        }

        writer.WriteStartElement("attributes");
        foreach (var pair in action.Attributes) writer.WriteAttributeString(XmlConvert.EncodeLocalName(pair.Key), pair.Value);
        foreach (var pair in action.NumberedParameters)
        {
            writer.WriteStartElement("param");
            writer.WriteAttributeString("name", pair.Key);
            writer.WriteAttributeString("value", pair.Value);
            writer.WriteEndElement();
        }

        writer.WriteEndElement();
        if (action.Downed.Count > 0)
        {
            writer.WriteStartElement("downed");
            foreach (string id in action.Downed) WriteNode(writer, id, null);
            writer.WriteEndElement();
        }

        if (action.Maintenance.Count == 0) return;
        writer.WriteStartElement("maintenance");
        foreach (var change in action.Maintenance) WriteNode(writer, change.NodeId, change.InMaintenance ? "1" : "0");
        writer.WriteEndElement();
    }

    private static void WriteNode(XmlWriter writer, string id, string? maintenance)
    {
        writer.WriteStartElement("node");
        writer.WriteAttributeString("id", id);
        WriteOptional(writer, "node_in_maintenance", maintenance);
        writer.WriteEndElement();
    }

    private static void WriteOptional(XmlWriter writer, string name, string? value)
    {
        if (value is not null) writer.WriteAttributeString(name, value);
    }

    private static string ElementName(GraphActionKind kind) => kind switch
    {
        GraphActionKind.PseudoEvent => "pseudo_event",
        GraphActionKind.CrmEvent => "crm_event",
        _ => "rsc_op",
    };

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
