namespace Mainstay.Totem;

/// <content>
/// What goes beyond the reference, and only where every node concerned is known to run this implementation: acting on evidence that a
/// node is gone before the timeouts say so, and holding out nodes that make the ring form anew again and again (docs/totem.md, "Failure
/// detection").
/// </content>
public sealed partial class TotemRing
{
    /// <summary>Nodes known to run this implementation.</summary>
    private readonly NodeSet _mainstayNodes = new();

    /// <summary>Nodes that said good-bye since the ring was installed: their absence is no trouble.</summary>
    private readonly NodeSet _leavers = new();

    private readonly NodeSet _disturbers = new();
    private readonly HoldOutBook _heldOut = new();

    /// <summary>
    /// Which nodes are known to run this implementation, this one need not be named. Where others take part, the reference's behaviour is
    /// kept to the letter.
    /// </summary>
    public void SetMainstayNodes(ReadOnlySpan<NodeId> nodes) => _mainstayNodes.SetTo(nodes);

    /// <summary>Whether all members of the present ring, or all that try to form one and have not failed, run this
    /// implementation.</summary>
    public bool IsUniform => IsUniformWithout(NodeId.None);

    /// <summary>The nodes that are held out now, ascending; meaningful while <see cref="IsUniform"/>.</summary>
    public IReadOnlyList<HeldOutNode> HeldOutAt(Instant now) => [.. _heldOut.At(now).Where(held => !_members.Contains(held.Node))];

    /// <summary>
    /// There is evidence that a node's ring process has ended, or that nothing reaches it. The node is given up at once; the others
    /// follow the join that says so, as they would after the timeouts. Ignored in a mixed ring and about nodes that do not take part.
    /// </summary>
    /// <remarks>
    /// Safe whatever the evidence is worth: Gather may be entered at any time, and failed sets decide only with whom a ring is formed. A
    /// node given up by mistake forms a ring of its own and merges as after a partition.
    /// </remarks>
    /// <param name="now">The time.</param>
    /// <param name="node">The other node.</param>
    /// <param name="outbox">Receives outputs.</param>
    /// <returns>Whether it was acted upon.</returns>
    public bool HandlePeerGone(Instant now, NodeId node, Outbox outbox)
    {
        Enter(now, outbox);
        Count(TotemInput.PeerGone);
        if (State == TotemState.Stopped
            || node == Self
            || !_procSet.Contains(node)
            || _failSet.Contains(node)
            || !IsUniformWithout(node))
        {
            Rule(TotemRule.EvidenceIgnored);
            return false;
        }

        Rule(TotemRule.PeerGivenUp);
        Statistics.PeersGone++;
        _failSet.Add(node);
        EnterGather(GatherReason.PeerGone, node);
        return true;
    }

    private bool IsUniformWithout(NodeId gone)
    {
        foreach (var node in _procSet.Nodes)
        {
            if (node != Self && node != gone && !_failSet.Contains(node) && !_mainstayNodes.Contains(node))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Whether a node's wish to join is not to be heard now. One who is named by a node that we do listen to is heard too: else that node
    /// would wait in vain for our agreement.
    /// </summary>
    private bool IsHeldOut(NodeId node) => !_procSet.Contains(node) && _heldOut.IsHeldOut(node, _now) && IsUniform;

    /// <summary>
    /// A ring is being installed: takes note of the nodes that the old ring lost on the way and of those that all agreed to have failed.
    /// All that continue together see the same, and so come to the same verdict. Only a small part of the nodes can be at fault: where
    /// the ring broke into halves, nobody is held out by either.
    /// </summary>
    private void NoteDisturbers()
    {
        _disturbers.SetToDifference(_members, _transitional);
        _disturbers.AddAll(_failSet);
        _candidates.SetToDifference(_disturbers, _leavers);
        _leavers.Clear();
        var continuing = _transitional.Count;
        var isFew = _candidates.Count == 1 || _candidates.Count * 4 <= continuing + _candidates.Count;
        if (continuing < 2 || !isFew || _options.HoldOut == TimeSpan.Zero)
        {
            return;
        }

        foreach (var node in _candidates.Nodes)
        {
            var duration = node == Self
                ? TimeSpan.Zero
                : _heldOut.Strike(node, _now, _options.HoldOut, _options.HoldOutMax);
            if (duration > TimeSpan.Zero)
            {
                Rule(TotemRule.NodeHeldOut);
                Trace(TraceKind.HeldOut, node, (ulong)(duration.Ticks / TimeSpan.TicksPerMillisecond), 0);
            }
        }
    }
}
