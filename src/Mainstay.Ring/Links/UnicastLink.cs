using System.Net;
using System.Net.Sockets;
using Mainstay.Knet;
using Mainstay.Ring.Core.Configuration;
using Mainstay.Totem;

namespace Mainstay.Ring.Links;

/// <summary>
/// The sockets of transport <c>udpu</c> (spec/ring-wire.md section 1): one bound to the local address and the ring's port receives and
/// sends tokens; one per other member, on a port of the kernel's choice, carries its copy of each multicast. What goes to this node itself
/// is not a matter of sockets: the daemon loops it back.
/// </summary>
internal sealed class UnicastLink : IRingLink
{
    private const int BufferSize = 4 * 1024 * 1024;
    private const int AttemptsMax = 64;
    private const int ReturnedSizeMax = 256;

    private readonly DatagramSocket _main;
    private readonly int[] _mainDescriptor;
    private readonly byte[] _probe = new byte[UnicastProbe.Size];
    private readonly RefusedPeers _refused = new();
    private readonly byte[] _returned = new byte[ReturnedSizeMax];
    private readonly OwnIdWatch _ownId;
    private Peers _peers;
    private long _unlisted;
    private long _sendFailures;
    private long _sentSingly;
    private long _sentByEarlierPeers;
    private long _received;

    private UnicastLink(DatagramSocket main, RingConfiguration configuration, RingLog log)
    {
        _ownId = new OwnIdWatch(configuration.LocalNode.NodeId, LinkAddress.Of(configuration.LocalNode.ResolvedAddress), log);
        _main = main;
        _mainDescriptor = [main.Descriptor];
        _peers = new Peers(configuration);
        Report = new UnicastReport(configuration);
    }

    /// <inheritdoc/>
    public ILinkReport Report { get; private set; }

    /// <inheritdoc/>
    public ReadOnlySpan<int> Descriptors => _mainDescriptor;

    /// <inheritdoc/>
    public Instant NextDeadline => Instant.Never;

    /// <summary>Opens the sockets.</summary>
    /// <exception cref="SocketException">The address is not of this host, or the port is taken.</exception>
    public static UnicastLink Open(RingConfiguration configuration, RingLog log)
    {
        var main = new DatagramSocket(
            configuration.LocalNode.ResolvedAddress, configuration.Totem.Port, BufferSize, ErrorQueue.Enable);
        try
        {
            return new UnicastLink(main, configuration, log);
        }
        catch
        {
            main.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Start(Instant now)
    {
        // Nothing is to be done before the first datagram.
    }

    /// <inheritdoc/>
    public void HandleTimeout(Instant now)
    {
        // No deadlines.
    }

    /// <summary>Same main socket, other members: nothing that waits in it is lost.</summary>
    public void Reconfigure(Instant now, RingConfiguration configuration)
    {
        Flush();
        var next = new Peers(configuration);
        _sentByEarlierPeers += _peers.Sent;
        _peers.Dispose();
        _peers = next;
        Report = new UnicastReport(configuration);
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Receive(Instant now)
    {
        // Bounded, so that who sends nothing but probes, or strangers, keep the daemon from nothing else.
        for (var attempt = 0; attempt < AttemptsMax && _main.TryReceive(out var datagram, out var source); attempt++)
        {
            var from = _peers.IndexOf(source);
            if (from >= 0) _peers.Heard[from] = now;
            if (from < 0 && _peers.Members.BlocksUnlisted)
            {
                _unlisted++;
                continue;
            }

            if (datagram.IsEmpty || UnicastProbe.IsAnswer(datagram)) continue;
            if (!UnicastProbe.IsQuestion(datagram))
            {
                if (_ownId.Refuses(datagram, source)) continue;
                _received++;
                return datagram;
            }

            UnicastProbe.MakeAnswer(datagram);
            if (from >= 0 && from != _peers.Self) SendNow(from, datagram);
        }

        return default;
    }

    /// <inheritdoc/>
    public Instant LastHeard(NodeId node) => _peers.Members.IndexOf(node.Value) is >= 0 and var index ? _peers.Heard[index] : Instant.Zero;

    /// <inheritdoc/>
    public void Probe(Instant now, NodeId node)
    {
        var index = _peers.Members.IndexOf(node.Value);
        if (index < 0 || index == _peers.Self) return;
        UnicastProbe.WriteQuestion(_probe);
        _refused.NoteProbe(node.Value, 0, _probe);
        SendNow(index, _probe);
    }

    /// <inheritdoc/>
    public void ReadErrors(Instant now)
    {
        while (ErrorQueue.TryReadRefused(_mainDescriptor[0], _returned, out var size, out var target))
        {
            for (var i = 0; i < _peers.Members.Count; i++)
            {
                if (_peers.Addresses[i] != target) continue;
                _refused.NoteRefusal(now, _peers.Members.NodeIdAt(i), 0, _returned.AsSpan(0, size), []);
            }
        }
    }

    /// <inheritdoc/>
    public void HandleInterfaceDown(Instant now, int link)
    {
        // There is no other link to go over to.
    }

    /// <inheritdoc/>
    public bool TryTakeRefused(out (NodeId Node, bool IsProbe) refused) => _refused.TryTake(out refused);

    /// <inheritdoc/>
    public void AddCounters(IDictionary<string, long> counters)
    {
        counters["link.datagrams_sent"] = _sentSingly + _main.Queue.Sent + _peers.Sent + _sentByEarlierPeers;
        counters["link.datagrams_received"] = _received;
        counters["link.dropped_unlisted_source"] = _unlisted;
        counters["link.dropped_own_node_id"] = _ownId.Dropped;
        counters["link.send_failures"] = _sendFailures + _main.Returned;
    }

    /// <inheritdoc/>
    public bool HasRest => _main.HasRest;

    /// <summary>One copy to every other member.</summary>
    public void Multicast(Instant now, ReadOnlySpan<byte> packet)
    {
        for (var i = 0; i < _peers.Members.Count; i++)
        {
            _peers.Sockets[i]?.Queue.Add(packet, _peers.Targets[i]);
        }
    }

    /// <summary>To one other member, from the ring's port.</summary>
    public void Send(Instant now, uint node, ReadOnlySpan<byte> packet)
    {
        var index = _peers.Members.IndexOf(node);
        if (index < 0) _sendFailures++;
        else _main.Queue.Add(packet, _peers.TokenTargets[index]);
    }

    /// <summary>Multicasts first: a token must not overtake what was sent before it.</summary>
    public void Flush()
    {
        foreach (var socket in _peers.Sockets) socket?.Queue.Flush();
        _main.Queue.Flush();
        _sendFailures += _peers.TakeFailures();
    }

    public void Dispose()
    {
        _peers.Dispose();
        _main.Dispose();
    }

    private void SendNow(int index, ReadOnlySpan<byte> datagram)
    {
        if (_main.Send(datagram, _peers.TokenTargets[index]) == 0) _sentSingly++;
        else _sendFailures++;
    }

    /// <summary>The members of one configuration, by index, with the sockets for their multicasts. Made whole or not at all.</summary>
    private sealed class Peers : IDisposable
    {
        /// <exception cref="SocketException">A socket cannot be opened.</exception>
        public Peers(RingConfiguration configuration)
        {
            Members = new UnicastMembers(
                configuration.Nodes.Select(n => new KeyValuePair<uint, IPAddress>(n.NodeId, n.ResolvedAddress)),
                configuration.Totem.BlockUnlistedIps);
            Self = Members.IndexOf(configuration.LocalNode.NodeId);
            Heard = new Instant[Members.Count];
            Sockets = new DatagramSocket?[Members.Count];
            Addresses = [.. Enumerable.Range(0, Members.Count).Select(i => LinkAddress.Of(Members.AddressAt(i)))];
            Targets = TargetsAt(configuration.Totem.Port);
            TokenTargets = TargetsAt(configuration.Totem.Port);
            try
            {
                for (var i = 0; i < Sockets.Length; i++)
                {
                    if (i != Self) Sockets[i] = new DatagramSocket(configuration.LocalNode.ResolvedAddress, 0, BufferSize);
                }
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public UnicastMembers Members { get; }

        public int Self { get; }

        /// <summary>When the last datagram of each came.</summary>
        public Instant[] Heard { get; }

        public LinkAddress[] Addresses { get; }

        /// <summary>Where each one's own socket sends to.</summary>
        public DatagramTarget[] Targets { get; }

        /// <summary>The same for the ring's socket: a target belongs to one queue.</summary>
        public DatagramTarget[] TokenTargets { get; }

        /// <summary>One per other member.</summary>
        public DatagramSocket?[] Sockets { get; }

        /// <summary>Datagrams that the members' sockets have sent.</summary>
        public long Sent => Sockets.Sum(s => s?.Queue.Sent ?? 0);

        public int IndexOf(LinkAddress source)
        {
            for (var i = 0; i < Addresses.Length; i++)
            {
                if (Addresses[i] == source) return i;
            }

            return -1;
        }

        /// <summary>Datagrams that could not be sent since the last call.</summary>
        public int TakeFailures()
        {
            var count = 0;
            for (var i = 0; i < Targets.Length; i++)
            {
                count += Targets[i].Failures + TokenTargets[i].Failures;
                Targets[i].Failures = TokenTargets[i].Failures = 0;
            }

            return count;
        }

        public void Dispose()
        {
            foreach (var socket in Sockets) socket?.Dispose();
        }

        private DatagramTarget[] TargetsAt(int port) =>
            [.. Enumerable.Range(0, Members.Count).Select(i => new DatagramTarget(Members.AddressAt(i), port))];
    }
}
