namespace Mainstay.Scheduler;

/// <summary>Pass 13, first part: what runs where is asked where it is not known (spec/scheduler-actions.md section 9).</summary>
internal sealed class ProbesPass(ClusterState state, ActionStore actions, OrderStore orders)
{
    private static readonly KeyValuePair<string, string>[] NotRunning = [new("op_target_rc", "7")];
    private static readonly KeyValuePair<string, string>[] Promoted = [new("op_target_rc", "8")];

    // By resource: the ordering of probes before its start that further probes may join.
    private readonly Ordering?[] _open = new Ordering?[state.AllResources.Count];

    // How many nodes can be asked.
    private readonly int _probing = state.NodeList.Count(static n => n is { Online: true, Unclean: false, ProbesAllowed: true });

    public void Run()
    {
        if (state.Options.StartupProbes) state.Actions.EnsureCapacity(state.Actions.Count + ExpectedAtMost());
        foreach (var node in state.NodeList)
        {
            if (!node.Online)
            {
                if (node.Kind == NodeKind.Remote && node.Connection is not null
                    && RemoteConnections.StateOf(state, node) == RemoteConnectionState.Failed)
                {
                    Fencing.Fence(state, actions, node, "the connection is unrecoverable", false);
                }

                continue;
            }

            if (node.Unclean || !node.ProbesAllowed) continue;
            foreach (var resource in state.ResourceList) Probe(resource, node);
        }
    }

    private bool Probe(ClusterResource resource, ClusterNode node)
    {
        if (!state.Options.StartupProbes) return false;
        if (node.IsRemoteOrGuest)
        {
            if (resource.IsFenceDevice || resource.IsRemoteConnection) return false;
            if (node.IsGuest && !resource.IsBundle && resource.Primitives().Any(p => p.Launched.Exists(l => l.IsRemoteConnection)))
            {
                return false;
            }
        }

        switch (resource.Variant)
        {
            case ResourceVariant.Group:
                bool any = false;
                foreach (var member in resource.ChildList) any |= Probe(member, node);
                return any;
            case ResourceVariant.Clone:
                return ProbeClone(resource, node);
            case ResourceVariant.Bundle:
                return ProbeBundle(resource, node);
            default:
                return ProbePrimitive(resource, node);
        }
    }

    private bool ProbePrimitive(ClusterResource resource, ClusterNode node)
    {
        if (resource is { Launcher: not null, IsRemoteConnection: false } || resource.IsRemoved || resource.Probed.Contains(node))
        {
            return false;
        }
        var table = resource.Table;
        if (resource.HasExclusiveProbes || resource.Top.HasExclusiveProbes)
        {
            if (!table.Contains(node) || table.Discovery(node) != DiscoveryMode.Exclusive) return false;
        }

        var discovery = table.Contains(node) ? table.Discovery(node) : node.BaseDiscovery;
        if (discovery == DiscoveryMode.Never) return false;
        if (node.IsGuest && !MayProbeGuest(resource, node)) return false;
        CreateProbe(resource, node);
        return true;
    }

    private bool MayProbeGuest(ClusterResource resource, ClusterNode node)
    {
        if (node.Connection?.Launcher is not { } container) return true;
        var top = resource.Top;
        if (container.CurrentRole == Role.Stopped)
        {
            if (container.AssignedNode is { } host && !container.Probed.Contains(host))
            {
                orders.Add(container, TaskKind.Monitor, top, TaskKind.Start, OrderFlags.Ordered);
                Close(top);
            }

            return false;
        }

        bool willStop = node.RemoteReset || node.Unclean || container.IsFailed || container.NextRole == Role.Stopped
            || (container.AssignedNode is { } next && !container.Active.Contains(next));
        if (!willStop) return true;
        orders.Add(container, TaskKind.Stop, top, TaskKind.Start, OrderFlags.Ordered);
        Close(top);
        return false;
    }

    private void CreateProbe(ClusterResource resource, ClusterNode node)
    {
        // Asking is allowed for unmanaged resources too.
        var top = resource.Top;
        if (!top.IsClone) top = resource;
        if (!top.IsClone && !resource.Actions.MayHaveTask(TaskKind.Monitor))
        {
            resource.Actions.Reserve(new ActionKey(TaskKind.Monitor), Expected(resource));
        }

        var probe = actions.Custom(resource, TaskKind.Monitor, node, false);
        probe.Clear(ActionFlags.Optional);
        Unfencing.OrderAfter(state, actions, orders, resource, node, probe, OrderFlags.Ordered);
        if (!resource.Active.Contains(node)) probe.Meta.SetOwn(NotRunning);
        else if (resource.CurrentRole == Role.Promoted) probe.Meta.SetOwn(Promoted);
        var flags = OrderFlags.Ordered;
        if (!probe.IsRunnable && !top.IsActiveAnywhere) flags |= OrderFlags.UnrunnableFirstBlocks;
        ref var open = ref _open[top.Index];
        if (open is null || open.Flags != flags) open = orders.AddProbes(top, flags, top.IsClone ? 1 : Expected(resource));
        open.Probes!.Add(probe);
    }

    /// <summary>How many probes of a resource there will be at most, where that is known.</summary>
    private int Expected(ClusterResource resource) =>
        resource.HasExclusiveProbes || resource.Top.HasExclusiveProbes ? 1 : Math.Max(1, _probing - resource.Probed.Count);

    // With a start, a stop and a monitor of each.
    private int ExpectedAtMost()
    {
        const int Others = 3;
        int count = 0;
        foreach (var resource in state.AllResources)
        {
            if (resource.IsPrimitive && !resource.IsRemoved) count += Expected(resource) + Others;
        }

        return count;
    }

    /// <summary>
    /// Other orderings of a resource have their place between those of its probes: what is older counts first. So later probes begin a new
    /// ordering.
    /// </summary>
    private void Close(ClusterResource resource) => _open[resource.Index] = null;

    private bool ProbeClone(ClusterResource clone, ClusterNode node)
    {
        if (clone.HasExclusiveProbes)
        {
            if (clone.Table.Contains(node) && clone.Table.Discovery(node) != DiscoveryMode.Exclusive)
            {
                clone.Table.Remove(node);
                return false;
            }
        }

        SortByNumber(clone);
        if (clone.IsUnique)
        {
            bool any = false;
            foreach (var instance in clone.ChildList) any |= Probe(instance, node);
            return any;
        }

        var chosen = clone.ChildList.Find(i => i.IsProbedBelow(node))
            ?? clone.ChildList.Find(i => i.AssignedLocation() == node)
            ?? clone.ChildList[0];
        return Probe(chosen, node);
    }

    private static void SortByNumber(ClusterResource clone)
    {
        // It is sorted after the first node already.
        for (int i = 1; i < clone.ChildList.Count; i++)
        {
            if (clone.ChildList[i].InstanceNumber >= clone.ChildList[i - 1].InstanceNumber) continue;
            clone.ChildList = MergeSort.Sort(clone.ChildList, (a, b) => a.InstanceNumber.CompareTo(b.InstanceNumber));
            return;
        }
    }

    private bool ProbeBundle(ClusterResource bundle, ClusterNode node)
    {
        bool any = false;
        var settings = bundle.Bundle!;
        foreach (var replica in settings.Replicas)
        {
            if (replica.Ip is { } ip) any |= Probe(ip, node);
            if (replica.Child is { } child && replica.Node == node) any |= Probe(child, node);
            if (Probe(replica.Container, node))
            {
                any = true;
                OrderOtherContainers(settings, replica, node);
            }

            if (replica.Connection is { } connection && Probe(connection, node))
            {
                any = true;
                var probe = ActionStore.First(connection, new ActionKey(TaskKind.Monitor), node);
                if (probe is null) continue;
                orders.Add(replica.Container, TaskKind.Start, probe, OrderFlags.NestedRemoteProbe);
                Close(replica.Container);
            }
        }

        return any;
    }

    private void OrderOtherContainers(BundleSettings settings, BundleReplica replica, ClusterNode node)
    {
        if (settings.ReplicasPerHost > 1) return;
        var probe = ActionStore.First(replica.Container, new ActionKey(TaskKind.Monitor), node);
        if (probe is null) return;
        foreach (var other in settings.Replicas)
        {
            if (other == replica) continue;
            orders.Add(probe, other.Container, TaskKind.Start, OrderFlags.Ordered | OrderFlags.IfOnSameNode);
            Close(other.Container);
        }
    }
}
