using System.Globalization;
using Mainstay.Ring.Client;

namespace Mainstay.Cli.Rendering;

/// <summary>Votes and quorum as listings.</summary>
internal static class QuorumListings
{
    /// <summary>The partition of this node, then all nodes.</summary>
    public static IEnumerable<Listing> All(RingIdentity identity, RingStatus status)
    {
        var quorum = status.Quorum;
        var facts = Listing.OfFacts(null);
        facts.Add("Cluster", new Cell(identity.ClusterName.Length > 0 ? identity.ClusterName : "(no name)", Tone.Strong));
        facts.Add("Quorum", quorum.IsQuorate ? new Cell("yes", Tone.Good) : new Cell("NO: activity blocked", Tone.Alarm));
        facts.Add(
            "Votes",
            string.Create(CultureInfo.InvariantCulture, $"{quorum.Votes} of {quorum.ExpectedVotes}, {quorum.Quorum} needed"));
        facts.Add("Flags", string.Join(' ', status.Flags));
        facts.Add("Ring", $"{quorum.Ring}, {status.State}");
        yield return facts;

        var nodes = new Listing("Nodes", "Id", "Node", "State", "Votes", "Addresses") { TextColumns = new HashSet<int> { 4 } };
        foreach (var node in identity.Nodes)
        {
            var votes = status.MemberVotes.TryGetValue(node.NodeId, out var present) ? present : node.Votes;
            nodes.Add(
                node.NodeId.ToString(CultureInfo.InvariantCulture),
                node.Name + (node.NodeId == identity.LocalNodeId ? " (this node)" : ""),
                quorum.Members.Contains(node.NodeId) ? new Cell("online", Tone.Good) : new Cell("OFFLINE", Tone.Bad),
                votes.ToString(CultureInfo.InvariantCulture),
                string.Join(' ', node.Addresses));
        }

        foreach (var unknown in quorum.Members.Where(m => identity.Nodes.All(n => n.NodeId != m)))
        {
            nodes.Add(
                unknown.ToString(CultureInfo.InvariantCulture), "(not configured here)", new Cell("online", Tone.Warning), "", "");
        }

        yield return nodes;
    }
}
