using System.Text;
using Mainstay.Ring.Core.Configuration;
using Mainstay.Ring.Core.Detection;
using Mainstay.Ring.Core.Services;
using Mainstay.Totem;

namespace Mainstay.Ring.Core;

/// <content>
/// Knowing who runs this implementation, and finding out early who is gone (docs/ring.md, "Failure detection"). The first is agreed
/// state: every such node joins a process group of this name, which Corosync's nodes see and do not mind.
/// </content>
public sealed partial class RingNode
{
    private static readonly byte[] s_ownGroup = Encoding.ASCII.GetBytes("mainstay/ring");

    private readonly PeerWatch _watch = new();
    private readonly FormationWatch _formation = new();
    private readonly IPeerContact? _contact;
    private bool _isAnnounced;

    /// <summary>Whether all members are known to run this implementation: what goes beyond the reference is on.</summary>
    public bool IsUniform { get; private set; }

    /// <summary>Nodes that disturbed the ring too often and are not let in for a while, ascending.</summary>
    public IReadOnlyList<HeldOutNode> HeldOutAt(Instant now) => IsUniform ? _totem.HeldOutAt(now) : [];

    /// <summary>A datagram to a node was refused by its host: nobody listens on the ring's port, on no link.</summary>
    /// <param name="now">The time.</param>
    /// <param name="node">The node.</param>
    /// <param name="isProbe">Whether what came back was the last probe (<see cref="RingOutputKind.ProbePeer"/>), byte for byte.</param>
    /// <param name="outbox">Receives outputs.</param>
    public void HandlePeerRefused(Instant now, NodeId node, bool isProbe, RingOutbox outbox)
    {
        if (_contact is null || _left) return;
        _watch.HandleRefused(now, node, isProbe, _contact);
        GiveUpGone(now, outbox);
        Drain(now, outbox);
    }

    /// <summary>
    /// No interface of this host can carry the ring's packets any more: all others are out of reach, and this node knows it before its
    /// timeouts do.
    /// </summary>
    public void HandleIsolated(Instant now, RingOutbox outbox)
    {
        if (_left || !IsUniform) return;
        outbox.Log(LogPriority.Warning, "no interface of this host can carry the ring's packets: all other nodes are given up");
        foreach (var member in _totem.Membership.Where(m => m != Self)) _totem.HandlePeerGone(now, member, outbox.Network);
        Drain(now, outbox);
    }

    private Instant WatchDeadline
    {
        get
        {
            if (_contact is null || _left) return Instant.Never;
            var peers = _watch.NextDeadline(_totem.Statistics.LastTokenReceived);
            var formation = _formation.NextDeadline(IsUniform && _totem.IsForming);
            return formation < peers ? formation : peers;
        }
    }

    /// <summary>The token of an idle ring is held for so long and goes round; soon after that it is late.</summary>
    private static TimeSpan LateAfter(TotemOptions options) => options.Hold < options.TokenRetransmit
        ? options.Hold + ((options.TokenRetransmit - options.Hold) / 4)
        : options.TokenRetransmit;

    private void WatchPeers(Instant now, RingOutbox outbox)
    {
        if (_contact is null || WatchDeadline > now) return;
        _watch.HandleTimeout(now, _totem.Statistics.LastTokenReceived, _contact, _totem.IsForming);
        while (_watch.TryTakeProbe(out var node)) outbox.Add(new RingOutput { Kind = RingOutputKind.ProbePeer, Number = node.Value });
        WatchFormation(now, _contact, outbox);
        GiveUpGone(now, outbox);
        while (_watch.TryTakeStalled(out var stalled))
        {
            if (_totem.HandlePeerStalled(now, stalled, outbox.Network))
            {
                outbox.Log(LogPriority.Notice, $"the ring had to wait for node {stalled}");
            }
        }
    }

    private void WatchFormation(Instant now, IPeerContact contact, RingOutbox outbox)
    {
        if (_formation.NextDeadline(IsUniform && _totem.IsForming) > now) return;
        var lossy = _formation.HandleTimeout(now, _totem.Attendants, _totem.InstalledRing, contact);
        while (_formation.TryTakeProbe(out var node)) outbox.Add(new RingOutput { Kind = RingOutputKind.ProbePeer, Number = node.Value });
        if (lossy != NodeId.None && _totem.HandlePeerStalled(now, lossy, outbox.Network))
        {
            outbox.Log(LogPriority.Notice, $"node {lossy} is given up: no ring can be formed with it, it loses too many packets");
        }
    }

    private void GiveUpGone(Instant now, RingOutbox outbox)
    {
        while (_watch.TryTakeGone(out var gone))
        {
            if (!_totem.HandlePeerGone(now, gone.Node, outbox.Network)) continue;
            outbox.Log(LogPriority.Notice, gone.Cause == PeerGoneCause.Refused
                ? $"node {gone.Node} is given up: its host is there, but no ring process"
                : $"node {gone.Node} is given up: it answered no probe for {_options.PeerPatience.TotalMilliseconds:0} ms");
        }
    }

    /// <summary>The membership, or the group of those who run this implementation, changed.</summary>
    private void UpdatePeers()
    {
        if (_options.ProcessId == 0) return;

        // Who went and is back may run anything now; the groups hear of it when they have synchronised.
        NodeId[] own = _groups.Find(s_ownGroup) is { } group
            ? [.. group.Members.Where(m => !_groups.LostNodes.Contains(m.NodeId)).Select(m => new NodeId(m.NodeId)).Distinct()]
            : [];
        _totem.SetMainstayNodes(own);
        IsUniform = _totem.Membership.Length > 0 && _totem.Membership.All(m => m == Self || own.Contains(m));
        _watch.SetPeers(IsUniform ? _totem.Membership.Where(m => m != Self) : []);
    }

    private void AnnounceSelf(Instant now, RingOutbox outbox)
    {
        if (_isAnnounced || _options.ProcessId == 0 || !IsOpen) return;
        _isAnnounced = SendProcess(now, s_ownGroup, _options.ProcessId, ProcessReason.Join, outbox);
        if (_isAnnounced) Drain(now, outbox);
    }
}
