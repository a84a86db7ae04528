namespace Mainstay.Manager.Core.Tests.Harness;

/// <summary>
/// Agreed order with virtual synchrony: within a component all members get the same messages and membership changes in the same order, each at
/// its own pace. When a component breaks up, the last messages of lost senders that no survivor has processed may be lost to all survivors.
/// </summary>
internal sealed class SimRing(SimCluster cluster)
{
    private long _order;

    public int Quorum => (cluster.Nodes.Count / 2) + 1;

    public void Send(SimNode sender, byte[] payload)
    {
        sender.Outgoing.Enqueue(payload);
        var run = sender.Run;
        cluster.At(cluster.Random.Next(0, 2), () =>
        {
            if (sender.Run == run && sender.IsRunning && sender.Outgoing.TryDequeue(out var message)) Order(sender, message);
        });
    }

    /// <summary>A manager process joins the group.</summary>
    public void Join(SimNode node)
    {
        var members = Component(node.Component).Where(peer => peer.IsRunning).ToList();
        node.Push(QuorumOf(node.Component));
        foreach (var peer in members)
        {
            peer.Push(new SimMembership(Ids(members), [node.Id], []));
            peer.Group = Ids(members);
        }
    }

    /// <summary>A manager process ends; the node stays on the ring.</summary>
    public void Leave(SimNode node, DepartureReason reason)
    {
        var members = Component(node.Component).Where(peer => peer.IsRunning && peer != node).ToList();
        foreach (var peer in members)
        {
            peer.Push(new SimMembership(Ids(members), [], [new Departure(node.Id, reason)]));
            peer.Group = Ids(members);
        }
    }

    /// <summary>The ring forms anew: each powered node is in the component the function says.</summary>
    public void Reconfigure(Func<SimNode, int> componentOf)
    {
        foreach (var component in cluster.Nodes.Where(node => node.IsPowered).GroupBy(componentOf).OrderBy(group => group.Key).ToList())
        {
            var nodes = component.ToList();
            var running = nodes.Where(node => node.IsRunning).ToList();
            Recover(running);
            foreach (var node in nodes) node.Component = component.Key;
            var quorum = QuorumOf(component.Key, nodes);
            foreach (var node in running)
            {
                var old = node.Group;
                var members = Ids(running);
                var joined = members.Where(id => !old.Contains(id)).ToList();
                var left = old.Where(id => !members.Contains(id)).Select(id => new Departure(id, DepartureReason.NodeDown)).ToList();
                if (left.Count > 0) node.Push(new SimMembership([.. members.Where(old.Contains)], [], left));
                if (cluster.Random.Next(2) == 0) node.Push(quorum);
                if (joined.Count > 0) node.Push(new SimMembership(members, joined, []));
                node.Push(quorum);
                node.Group = members;
            }
        }
    }

    private static List<uint> Ids(IEnumerable<SimNode> nodes) => [.. nodes.Select(node => node.Id).Order()];

    private IEnumerable<SimNode> Component(int component) => cluster.Nodes.Where(node => node.IsPowered && node.Component == component);

    private SimQuorum QuorumOf(int component) => QuorumOf(component, [.. Component(component)]);

    private SimQuorum QuorumOf(int component, List<SimNode> nodes)
    {
        _ = component;
        var votes = (uint)nodes.Count;
        return new SimQuorum(new QuorumView(votes >= Quorum, Ids(nodes), votes, (uint)cluster.Nodes.Count, (uint)Quorum));
    }

    private void Order(SimNode sender, byte[] message)
    {
        var entry = new SimMessage(++_order, sender.Id, sender.Component, message);
        foreach (var peer in Component(sender.Component).Where(peer => peer.IsRunning && peer.Group.Contains(sender.Id)).ToList()) peer.Push(entry);
    }

    /// <summary>Survivors of one old component agree on what was delivered in it.</summary>
    private void Recover(List<SimNode> survivors)
    {
        foreach (var group in survivors.GroupBy(node => node.Component).ToList())
        {
            var alive = group.Select(node => node.Id).ToHashSet();
            var processed = group.Max(node => node.LastProcessed);
            var last = group.SelectMany(node => node.Inbox.OfType<SimMessage>()).Select(message => message.Order).DefaultIfEmpty(processed).Max();
            var cut = processed + cluster.Random.NextInt64(last - processed + 1);
            foreach (var node in group) node.Inbox.RemoveAll(item => item is SimMessage message && message.Order > cut && !alive.Contains(message.Sender));
        }
    }
}

internal abstract record SimDelivery;

internal sealed record SimMessage(long Order, uint Sender, int Component, byte[] Payload) : SimDelivery;

internal sealed record SimMembership(List<uint> Members, List<uint> Joined, List<Departure> Left) : SimDelivery;

internal sealed record SimQuorum(QuorumView Quorum) : SimDelivery;
