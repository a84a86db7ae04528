using Mainstay.Knet;
using Mainstay.Totem;

namespace Mainstay.Simulator.Ring;

/// <content>Rings whose packets go through the knet layer: links, their faults, and the watch over members that uses them.</content>
public sealed partial class RingSimulation
{
    private const int IpAndUdpHeaders = 28;
    private const uint KnetRecord = 50;

    /// <summary>A network for each link, the first of which also brings what a node sends to itself.</summary>
    private readonly SimulatedNetwork[] _links;
    private readonly Prng _linkFaults;
    private readonly Prng _damage;
    private int _shrunkLink = -1;

    private SimulatedNetwork[] MakeNetworks() =>
    [
        .. Enumerable.Range(0, _scenario.Knet?.LinkCount ?? 1).Select(link => new SimulatedNetwork(
            _scenario, new Prng(_seed, stream: 2 + (100 * (ulong)link)), new Prng(_seed, stream: 8 + (100 * (ulong)link)), _faultCounts)),
    ];

    /// <summary>The links that a partition or a flapping concerns; a single one now and then, where there are several.</summary>
    private ArraySegment<SimulatedNetwork> DrawLinks()
    {
        if (_scenario.Knet is not { LinkCount: > 1 } knet || !_linkFaults.Chance(knet.SingleLink))
        {
            return _links;
        }

        _faultCounts.Count(FaultKind.SingleLink);
        var link = knet.FailingLink >= 0 ? knet.FailingLink : _linkFaults.Below(_links.Length);
        Say(0, $"on link {link} only:");
        return new ArraySegment<SimulatedNetwork>(_links, link, 1);
    }

    /// <summary>The paths of a link carry less than before, or as much again.</summary>
    private void ChangeMtu()
    {
        _shrunkLink = _shrunkLink >= 0 ? -1 : _linkFaults.Below(_links.Length);
        if (_shrunkLink >= 0)
        {
            _faultCounts.Count(FaultKind.PathMtuShrunk);
        }

        Say(0, _shrunkLink >= 0 ? $"link {_shrunkLink} carries {_scenario.Knet!.ShrunkMtu} bytes only" : "all links carry as much as ever");
        Schedule(_linkFaults, _scenario.Knet!.MtuChangeEvery, SimulatedEventKind.MtuChange);
    }

    private int PathMtu(int link)
    {
        var knet = _scenario.Knet!;
        var usual = link == 0 ? knet.PathMtu.First : knet.PathMtu.Others;
        return link == _shrunkLink ? Math.Min(usual, knet.ShrunkMtu) : usual;
    }

    private void StartKnet(SimulatedNode node)
    {
        if (node.Knet is { } knet)
        {
            knet.Transport.Start(node.Local(_queue.Now), knet.Sent);
            Flush(node, knet.Sent);
        }
    }

    private void TickKnet(SimulatedNode node)
    {
        if (node.Knet is not { } knet)
        {
            return;
        }

        var now = node.Local(_queue.Now);
        if (knet.Transport.NextDeadline <= now)
        {
            knet.Transport.HandleTimeout(now, knet.Sent);
            Flush(node, knet.Sent);
        }

        WatchPeers(node, knet, now);
    }

    private void WatchPeers(SimulatedNode node, SimulatedKnet knet, Instant now)
    {
        WatchFormation(node, knet, now);
        if (!node.IsRunning)
        {
            return;
        }

        var lastToken = node.Engine!.Statistics.LastTokenReceived;
        if (knet.Watch.NextDeadline(lastToken) > now)
        {
            return;
        }

        knet.Watch.HandleTimeout(now, lastToken, knet, node.Engine.IsForming);
        while (knet.Watch.TryTakeProbe(out var probed))
        {
            knet.Transport.Probe(now, probed, knet.Sent);
        }

        Flush(node, knet.Sent);
        while (node.IsRunning && knet.Watch.TryTakeGone(out var gone))
        {
            Say(node.Id, $"takes node {gone.Node} for gone: {gone.Cause}");
            _coverage.NoteWatch("gone");
            node.Engine!.HandlePeerGone(now, gone.Node, node.Outbox);
            CarryOut(node);
        }

        while (node.IsRunning && knet.Watch.TryTakeStalled(out var stalled))
        {
            Say(node.Id, $"had to wait for node {stalled}");
            _coverage.NoteWatch("stalled");
            node.Engine!.HandlePeerStalled(now, stalled, node.Outbox);
            CarryOut(node);
        }
    }

    private void WatchFormation(SimulatedNode node, SimulatedKnet knet, Instant now)
    {
        var engine = node.Engine!;
        if (knet.FormationDeadline(engine) > now)
        {
            return;
        }

        var lossy = knet.Formation.HandleTimeout(now, engine.Attendants, engine.InstalledRing, knet);
        while (knet.Formation.TryTakeProbe(out var probed))
        {
            knet.Transport.Probe(now, probed, knet.Sent);
        }

        Flush(node, knet.Sent);
        if (node.IsRunning && lossy != NodeId.None)
        {
            Say(node.Id, $"cannot form a ring with node {lossy}");
            _coverage.NoteWatch("obstructing");
            engine.HandlePeerStalled(now, lossy, node.Outbox);
            CarryOut(node);
        }
    }

    /// <summary>A datagram arrived on a link.</summary>
    private void ReceiveOnLink(SimulatedNode node, SimulatedPacket packet)
    {
        var knet = node.Knet!;
        knet.Received.Clear();
        var source = SimulatedKnet.Address(packet.Source, packet.Link);
        knet.Transport.HandleDatagram(node.Local(_queue.Now), packet.Link, source, packet.Bytes, knet.Received);
        _packets.Release(packet);
        for (var index = 0; node.IsRunning && index < knet.Received.Count; index++)
        {
            var output = knet.Received.Outputs[index];
            if (output.Kind == KnetOutputKind.Deliver)
            {
                Hear(node, WirePacket.Read(output.Bytes.Span), output.Bytes.Span);
                CarryOut(node);
            }
            else
            {
                CarryOut(node, output, knet.Received);
            }
        }

        if (node.IsRunning)
        {
            ScheduleTimer(node);
        }
    }

    private void Flush(SimulatedNode node, KnetOutbox outbox)
    {
        // A refused probe leads to the next one at once, in the same outbox.
        for (var index = 0; index < outbox.Count; index++)
        {
            CarryOut(node, outbox.Outputs[index], outbox);
        }

        outbox.Clear();
    }

    private void CarryOut(SimulatedNode node, in KnetOutput output, KnetOutbox outbox)
    {
        if (output.Kind == KnetOutputKind.Send)
        {
            SendOnLink(node, output, outbox);
            return;
        }

        var happened = output.Event;
        Record(node.Id, KnetRecord, ((ulong)happened.Kind << 32) ^ ((ulong)happened.Link << 16) ^ happened.Node.Value);
        _coverage.Note(happened.Kind);
        Say(node.Id, $"knet: {happened.Kind} node {happened.Node} link {happened.Link} {happened.Value}");
    }

    private void SendOnLink(SimulatedNode node, in KnetOutput output, KnetOutbox outbox)
    {
        var knet = _scenario.Knet!;
        var size = output.Bytes.Length + IpAndUdpHeaders;
        if (size > knet.InterfaceMtu)
        {
            if (output.IsProbe)
            {
                node.Knet!.Transport.HandleProbeRefused(
                    node.Local(_queue.Now), output.Node, output.Link, knet.InterfaceMtu, outbox);
            }
            else if (knet.FixedMtu <= knet.InterfaceMtu)
            {
                Fail("knet", $"node {node.Id} sends {size} bytes of data on an interface that takes {knet.InterfaceMtu}");
            }

            return;
        }

        Record(node.Id, KnetRecord + 1, Digest.Of(output.Bytes.Span));
        if (size > PathMtu(output.Link))
        {
            _faultCounts.Count(FaultKind.DatagramTooLarge);
            return;
        }

        Span<long> arrivals = stackalloc long[SimulatedNetwork.CopiesMax];
        var count = _links[output.Link].Send(_queue.Now, node.Id, output.Node.Value, TypeOf(output), arrivals);
        if (count == 0)
        {
            return;
        }

        var packet = _packets.Rent(output.Bytes.Span, node.Id, output.Link);
        if (_faultsOn && knet.Damage > 0 && _damage.Chance(knet.Damage))
        {
            _faultCounts.Count(FaultKind.DatagramDamaged);
            packet.Damage(_damage.Below(packet.Bytes.Length), (byte)(1 + _damage.Below(255)));
        }

        for (var index = 0; index < count; index++)
        {
            packet.References++;
            _queue.Schedule(arrivals[index], new(SimulatedEventKind.Datagram, output.Node.Value, packet));
        }

        _packets.Release(packet);
    }

    /// <summary>What losses of one type alone go by: data, ping, pong, probe of the path, its reply; only data and probes are told apart
    /// where packets are protected.</summary>
    private WireType TypeOf(in KnetOutput output)
    {
        const int LinkManagement = 0x80;
        var first = output.Bytes.Span[1];
        var isClear = _scenario.Knet!.Crypto.Hash == CryptoHash.None;
        return isClear && first >= LinkManagement ? (WireType)(first - LinkManagement) : output.IsProbe ? (WireType)3 : default;
    }
}
