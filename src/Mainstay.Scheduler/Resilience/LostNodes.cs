using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>Marks nodes in a CIB as gone without a farewell (spec/scheduler-history.md section 4.3): the cluster must fence them.</summary>
internal static class LostNodes
{
    /// <summary>A copy of the CIB in which the nodes left the membership unexpectedly.</summary>
    /// <param name="cib">The CIB; not changed.</param>
    /// <param name="state">The same CIB as read.</param>
    /// <param name="lost">Cluster nodes.</param>
    /// <param name="hasQuorum">Whether the rest has quorum.</param>
    public static CibDocument Mark(CibDocument cib, ClusterState state, IReadOnlyList<ClusterNode> lost, bool hasQuorum)
    {
        var copy = cib.Clone();
        foreach (var node in lost)
        {
            var entry = copy.Status?.Elements("node_state").FirstOrDefault(e =>
                string.Equals(e.Id(), node.Id, StringComparison.OrdinalIgnoreCase)
                || string.Equals(e.Value("uname"), node.Name, StringComparison.OrdinalIgnoreCase));
            if (entry is null) continue;
            entry.SetAttributeValue("in_ccm", "false");
            entry.SetAttributeValue("crmd", "offline");
            entry.SetAttributeValue("expected", "member");
        }

        copy.Root.SetAttributeValue("have-quorum", hasQuorum ? "1" : "0");
        var survivor = state.NodeList.Find(n => n is { Kind: NodeKind.Cluster, IsOnlineAndClean: true } && !lost.Contains(n));
        if (survivor is not null && lost.Any(n => n.IsDc)) copy.Root.SetAttributeValue("dc-uuid", survivor.Id);
        return copy;
    }
}
