using System.Globalization;
using System.Text;
using System.Text.Json;
using Mainstay.Ring.Client;

namespace Mainstay.Cli.Ring;

/// <summary>The ring's status for people and for programs.</summary>
internal static class RingStatusText
{
    private static readonly JsonWriterOptions s_indented = new() { Indented = true };

    /// <summary>For people.</summary>
    public static string Text(RingIdentity identity, RingStatus status)
    {
        var quorum = status.Quorum;
        var text = new StringBuilder();
        text.AppendLine($"Cluster:   {(identity.ClusterName.Length > 0 ? identity.ClusterName : "(no name)")}");
        text.AppendLine($"Node:      {identity.LocalNodeId} ({NameOf(identity, identity.LocalNodeId)})");
        text.AppendLine($"Ring:      {quorum.Ring}, {status.State}");
        text.AppendLine($"Quorum:    {(quorum.IsQuorate ? "yes" : "NO, activity blocked")}: "
            + $"{quorum.Votes} of {quorum.ExpectedVotes} votes, {quorum.Quorum} needed"
            + (status.Flags.Count > 0 ? $" [{string.Join(' ', status.Flags)}]" : string.Empty));
        text.AppendLine("Members:");
        foreach (var node in identity.Nodes)
        {
            var state = quorum.Members.Contains(node.NodeId) ? "online" : "OFFLINE";
            var votes = status.MemberVotes.TryGetValue(node.NodeId, out var present) ? present : node.Votes;
            var local = node.NodeId == identity.LocalNodeId ? " (local)" : string.Empty;
            text.AppendLine($"  {node.NodeId,5}  {node.Name,-20} {state,-8} {votes,3} vote(s)  {string.Join(' ', node.Addresses)}{local}");
        }

        foreach (var unknown in quorum.Members.Where(m => identity.Nodes.All(n => n.NodeId != m)))
        {
            text.AppendLine($"  {unknown,5}  {"(not configured here)",-20} online");
        }

        foreach (var held in status.HeldOut)
        {
            text.AppendLine(
                $"Held out:  node {held.NodeId} ({NameOf(identity, held.NodeId)}) for {(held.MillisecondsLeft + 999) / 1000} s more: "
                    + $"it disturbed the ring again and again{held.Reason}");
        }

        text.AppendLine("Counters:");
        foreach (var (name, value) in status.Counters.Where(c => c.Value != 0))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {name,-36} {value}");
        }

        return text.ToString();
    }

    /// <summary>For programs.</summary>
    public static string Json(RingIdentity identity, RingStatus status)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, s_indented))
        {
            json.WriteStartObject();
            json.WriteString("cluster_name", identity.ClusterName);
            json.WriteNumber("local_node_id", identity.LocalNodeId);
            json.WriteString("state", status.State);
            json.WriteString("ring_id", status.Quorum.Ring.ToString());
            json.WriteStartObject("quorum");
            json.WriteBoolean("quorate", status.Quorum.IsQuorate);
            json.WriteNumber("votes", status.Quorum.Votes);
            json.WriteNumber("expected_votes", status.Quorum.ExpectedVotes);
            json.WriteNumber("highest_expected", status.HighestExpectedVotes);
            json.WriteNumber("quorum", status.Quorum.Quorum);
            json.WriteStartArray("flags");
            foreach (var flag in status.Flags) json.WriteStringValue(flag);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteStartArray("members");
            foreach (var member in status.Quorum.Members) json.WriteNumberValue(member);
            json.WriteEndArray();
            WriteNodes(json, identity, status);
            json.WriteStartArray("held_out");
            foreach (var held in status.HeldOut)
            {
                json.WriteStartObject();
                json.WriteNumber("id", held.NodeId);
                json.WriteNumber("ms_left", held.MillisecondsLeft);
                json.WriteString("cause", held.Cause.ToString().ToLowerInvariant());
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartObject("counters");
            foreach (var (name, value) in status.Counters) json.WriteNumber(name, value);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    private static void WriteNodes(Utf8JsonWriter json, RingIdentity identity, RingStatus status)
    {
        json.WriteStartArray("nodes");
        foreach (var node in identity.Nodes)
        {
            json.WriteStartObject();
            json.WriteNumber("id", node.NodeId);
            json.WriteString("name", node.Name);
            json.WriteBoolean("online", status.Quorum.Members.Contains(node.NodeId));
            json.WriteNumber("votes", status.MemberVotes.TryGetValue(node.NodeId, out var votes) ? votes : node.Votes);
            json.WriteStartArray("addresses");
            foreach (var address in node.Addresses) json.WriteStringValue(address);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string NameOf(RingIdentity identity, uint nodeId) =>
        identity.Nodes.FirstOrDefault(n => n.NodeId == nodeId)?.Name ?? nodeId.ToString(CultureInfo.InvariantCulture);
}
