namespace Mainstay.Scheduler;

/// <content>Bundles (spec/scheduler-placement.md section 10.4).</content>
internal sealed partial class Assigner
{
    // There is no guard against a second request: it repeats the dump and the changes of tables (section 10.4).
    private ClusterNode? AssignBundle(ClusterResource bundle, bool stopIfFail)
    {
        bundle.IsAssigning = true;
        Dump(bundle, "pcmk__bundle_assign", true);
        var settings = bundle.Bundle!;
        var order = new InstanceOrder(this);
        var containers = MergeSort.Sort(settings.Replicas.ConvertAll(r => r.Container), order.Compare);
        AssignInstances(bundle, containers, settings.ReplicaCount, settings.ReplicasPerHost);
        foreach (var replica in settings.Replicas) AssignReplica(replica, stopIfFail);
        if (settings.InnerClone is { } clone)
        {
            foreach (var node in state.NodeList)
            {
                if (clone.Table.Contains(node))
                {
                    clone.Table.SetScore(node, settings.Replicas.Exists(r => r.Node == node) ? 0 : -Scores.Infinity);
                    state.Reasons?.InBundle(clone, node, null);
                }
            }

            Assign(clone, null, stopIfFail);
        }

        bundle.IsAssigning = false;
        bundle.IsUnassigned = false;
        return null;
    }

    private void AssignReplica(BundleReplica replica, bool stopIfFail)
    {
        var container = replica.Container;
        if (replica.Ip is { } ip) Assign(ip, null, stopIfFail);
        if (replica.Connection is { } connection)
        {
            if (container.AssignedNode is { IsRemoteOrGuest: true, Connection: { } hostConnection })
            {
                Colocations.Add(state, orders, new ColocationConstraint
                {
                    Id = "#replica-remote-with-host-remote",
                    Dependent = connection,
                    Primary = hostConnection,
                    Score = Scores.Infinity,
                    HasInfluence = true,
                });
            }

            Assign(connection, container.AssignedNode, stopIfFail);
        }

        if (replica is not { Child: { } child, Node: { } bundleNode }) return;
        foreach (var node in state.NodeList)
        {
            if (!child.Table.Contains(node)) continue;
            if (node != bundleNode) child.Table.SetScore(node, -Scores.Infinity);
            else if (!FailureThreshold.IsReached(state, child, node, out _)) child.Table.SetScore(node, Scores.Infinity);
            state.Reasons?.InBundle(child, node, bundleNode);
        }

        var clone = child.Parent!;
        bool wasAssigning = clone.IsAssigning;
        clone.IsAssigning = true;
        Assign(child, bundleNode, stopIfFail);
        clone.IsAssigning = wasAssigning;
    }
}
