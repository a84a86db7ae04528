namespace Mainstay.Manager.Core;

/// <content>Who is a member, and quorum (spec/manager.md sections 12 and 15).</content>
internal sealed partial class ReplicatedState
{
    /// <summary>Members are gone. Called on every member at the same position, from the ordered membership.</summary>
    public void ApplyDepartures(IReadOnlyList<Departure> departures, List<Effect> effects)
    {
        Data.Position++;
        Data.MembershipCount++;
        Data.Quorum.IsCurrent = false;
        Data.Durability.IsActive = false;
        foreach (var departure in departures)
        {
            Data.MemberOrder.Remove(departure.NodeId);
            if (!Data.Nodes.TryGetValue(departure.NodeId, out var node)) continue;
            node.IsMember = false;
            node.PeerSince = 0;
            node.IsManagerLost = departure.Reason == DepartureReason.ProcessDown && !node.IsExpectedDown;
            if (departure.Reason == DepartureReason.NodeDown) node.RingSince = 0;
            node.Attributes.Clear();
            DropInFlight(node.Id);
            ForgetFencer(node.Id);
            effects.Add(new Noted(TraceKind.Node, DepartureText(node, departure.Reason), node.Name));
        }

        StatusChanged();
        Trigger();
    }

    /// <summary>
    /// An exchange is complete: all members hold this state from here on. Called on those that keep their state; the others get the
    /// result by snapshot. Members that did not hold it bring what their own executors know (spec/manager.md section 12 point 3).
    /// </summary>
    public void ApplyExchange(string nonce, IReadOnlyList<HelloCommand> hellos, string keptDigest, List<Effect> effects)
    {
        Data.Position++;
        Data.MembershipCount++;
        Data.Lineage = nonce;
        Data.Quorum.IsCurrent = false;
        Data.Durability.IsActive = false;
        Data.Durability.Term = hellos.Max(hello => Math.Max(hello.Term, hello.Promised));
        var present = new SortedSet<uint>(hellos.Select(hello => hello.NodeId));
        Data.MemberOrder.RemoveAll(id => !present.Contains(id));
        foreach (var hello in hellos) Integrate(hello, IsKeeper(hello, keptDigest), effects);
        foreach (var id in present)
        {
            if (!Data.MemberOrder.Contains(id)) Data.MemberOrder.Add(id);
        }

        foreach (var node in Data.Nodes.Values)
        {
            if (node.IsMember && !present.Contains(node.Id)) Invariant.Check(false, "a member that is gone has departed");
        }

        StatusChanged();
        Trigger();
    }

    private static bool IsKeeper(HelloCommand hello, string keptDigest) =>
        hello.IsLive && string.Equals(hello.Digest, keptDigest, StringComparison.Ordinal);

    private static string DepartureText(NodeRecord node, DepartureReason reason) => (reason, node.IsExpectedDown) switch
    {
        (_, true) => $"Node {node.Name} has left as expected",
        (DepartureReason.NodeDown, _) => $"Node {node.Name} is lost: it left the ring",
        (DepartureReason.ProcessDown, _) => $"The manager of node {node.Name} ended unexpectedly",
        _ => $"The manager of node {node.Name} left without permission",
    };

    private void Integrate(HelloCommand hello, bool isKeeper, List<Effect> effects)
    {
        var node = NodeFor(hello.NodeId);
        if (isKeeper && node.IsMember) return;
        node.Name = hello.NodeName;
        node.Incarnation = hello.Incarnation;
        node.IsManagerLost = false;
        node.IsExpectedDown = false;
        if (!node.IsMember)
        {
            node.IsMember = true;
            node.PeerSince = hello.Seconds;
            if (node.RingSince == 0) node.RingSince = hello.Seconds;
            effects.Add(new Noted(TraceKind.Node, $"Node {node.Name} has joined", node.Name));
        }

        DropInFlight(node.Id);
        node.Attributes.Clear();
        node.History.Clear();

        // A manager that has just started knows nothing: all its resources are probed again.
        foreach (var (name, value) in hello.Attributes) node.Attributes[name] = value;
        foreach (var (resource, history) in hello.History) node.History[resource] = history;
        foreach (var action in hello.Pending) Data.InFlight[action.TransitionKey] = action;
    }

    private void ApplyQuorum(QuorumCommand command, List<Effect> effects)
    {
        // The membership has changed since: what was quorate then says nothing about now.
        if (command.MembershipCount != Data.MembershipCount) return;
        var quorum = Data.Quorum;
        var hadQuorum = quorum.IsQuorate;
        var wasCurrent = quorum.IsCurrent;
        var isChanged = hadQuorum != command.IsQuorate || !quorum.RingMembers.SequenceEqual(command.RingMembers);
        quorum.IsCurrent = true;
        quorum.IsQuorate = command.IsQuorate;
        quorum.WasQuorate |= command.IsQuorate;
        quorum.RingMembers = [.. command.RingMembers];
        quorum.Votes = command.Votes;
        quorum.ExpectedVotes = command.ExpectedVotes;
        quorum.Needed = command.Quorum;
        if (hadQuorum != command.IsQuorate)
        {
            effects.Add(new Noted(
                TraceKind.Quorum,
                command.IsQuorate ? "The partition has quorum" : "The partition has no quorum",
                Subject: $"{command.Votes} of {command.ExpectedVotes} votes"));
        }

        UpdateRingMembership(command);
        if (isChanged || !wasCurrent)
        {
            StatusChanged();
            Trigger();
        }

        // A state that began without a quorum may have fenced nobody; a changed quorum is a new chance for all that was given up.
        if (command.IsQuorate && !hadQuorum) Data.FencingFailures.Clear();
        BeginTerm(effects);
    }

    private void UpdateRingMembership(QuorumCommand command)
    {
        // A node whose manager was never heard of stays unknown although it is on the ring: its manager may have died and left resources
        // running. It counts as never seen, and start-up fencing takes care of it.
        foreach (var id in command.RingMembers)
        {
            if (Data.Nodes.TryGetValue(id, out var node) && node.RingSince == 0) node.RingSince = command.Seconds;
        }

        foreach (var node in Data.Nodes.Values)
        {
            if (!command.RingMembers.Contains(node.Id) && !node.IsMember) node.RingSince = 0;
        }
    }

    private NodeRecord NodeFor(uint id)
    {
        if (Data.Nodes.TryGetValue(id, out var node)) return node;
        node = new NodeRecord { Id = id, Name = NodeName(id), IsExpectedDown = true };
        Data.Nodes[id] = node;
        return node;
    }

    private void DropInFlight(uint nodeId)
    {
        List<string>? dropped = null;
        foreach (var (key, action) in Data.InFlight)
        {
            if (action.NodeId == nodeId) (dropped ??= []).Add(key);
        }

        foreach (var key in dropped ?? []) Data.InFlight.Remove(key);
    }
}
