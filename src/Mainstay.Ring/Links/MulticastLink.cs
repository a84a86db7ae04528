using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Mainstay.Knet;
using Mainstay.Ring.Core.Configuration;
using Mainstay.Totem;

namespace Mainstay.Ring.Links;

/// <summary>
/// The sockets of transport <c>udp</c> (spec/ring-wire.md section 1): one receives what goes to the group, one what goes to this node; one,
/// bound to the port below, sends both. Multicasts that wait are read before tokens, as the protocol wants it (spec/totem.md section 1.1).
/// </summary>
internal sealed class MulticastLink : IRingLink
{
    private const int BufferSize = 4 * 1024 * 1024;
    private const int AttemptsMax = 64;

    private readonly DatagramSocket _group;
    private readonly DatagramSocket _unicast;
    private readonly DatagramSocket _sender;
    private readonly DatagramTarget _groupTarget;
    private readonly int[] _descriptors;
    private readonly LinkAddress _self;
    private readonly int _senderPort;
    private readonly OwnIdWatch _ownId;
    private Dictionary<uint, DatagramTarget> _targets = [];
    private HashSet<LinkAddress> _members = [];
    private bool _blocksUnlisted;
    private long _received;
    private long _unlisted;
    private long _sendFailures;

    private MulticastLink(
        RingConfiguration configuration,
        MulticastSection multicast,
        (DatagramSocket Group, DatagramSocket Unicast, DatagramSocket Sender) sockets,
        RingLog log)
    {
        (_group, _unicast, _sender) = sockets;
        var port = configuration.Totem.Port;
        _senderPort = port - 1;
        _self = LinkAddress.Of(configuration.LocalNode.ResolvedAddress);
        _groupTarget = new DatagramTarget(multicast.Group, port);
        _ownId = new OwnIdWatch(configuration.LocalNode.NodeId, _self, log);
        _descriptors = [_group.Descriptor, _unicast.Descriptor];
        Report = new UnicastReport(configuration);
        SetMembers(configuration);
    }

    /// <inheritdoc/>
    public ReadOnlySpan<int> Descriptors => _descriptors;

    /// <inheritdoc/>
    public Instant NextDeadline => Instant.Never;

    /// <inheritdoc/>
    public ILinkReport Report { get; private set; }

    /// <summary>Opens the sockets and joins the group.</summary>
    /// <exception cref="SocketException">A port is taken, or the address is not of this host.</exception>
    public static MulticastLink Open(RingConfiguration configuration, MulticastSection multicast, RingLog log)
    {
        var (local, port) = (configuration.LocalNode.ResolvedAddress, configuration.Totem.Port);
        var opened = new List<DatagramSocket>();
        try
        {
            // Bound to the group's address it hears the group alone, not what else comes to the port.
            opened.Add(new DatagramSocket(multicast.Group, port, BufferSize, PrepareReceiver));
            if (!multicast.IsBroadcast) Join(opened[0].Socket, multicast.Group, local);
            opened.Add(new DatagramSocket(local, port, BufferSize));
            opened.Add(new DatagramSocket(local, port - 1, BufferSize, s => PrepareSender(s.Socket, multicast, local)));
            return new MulticastLink(configuration, multicast, (opened[0], opened[1], opened[2]), log);
        }
        catch
        {
            foreach (var socket in opened) socket.Dispose();
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

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Receive(Instant now)
    {
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            var socket = _group;
            if (!socket.TryReceive(out var datagram, out var source))
            {
                socket = _unicast;
                if (!socket.TryReceive(out datagram, out source)) return default;
            }

            // The kernel brings our own multicasts back; the daemon has looped them already.
            if (datagram.IsEmpty || (source == _self && socket.SourcePort == _senderPort)) continue;
            if (_blocksUnlisted && !_members.Contains(source))
            {
                _unlisted++;
                continue;
            }

            if (_ownId.Refuses(datagram, source)) continue;
            _received++;
            return datagram;
        }

        return default;
    }

    /// <inheritdoc/>
    public bool HasRest => _group.HasRest || _unicast.HasRest;

    /// <inheritdoc/>
    public void Multicast(Instant now, ReadOnlySpan<byte> packet) => _sender.Queue.Add(packet, _groupTarget);

    /// <inheritdoc/>
    public void Send(Instant now, uint node, ReadOnlySpan<byte> packet)
    {
        if (_targets.TryGetValue(node, out var target)) _sender.Queue.Add(packet, target);
        else _sendFailures++;
    }

    /// <summary>Multicasts come before tokens where they were queued before them: the group is a target of its own.</summary>
    public void Flush()
    {
        _sender.Queue.Flush();
        TakeFailures(_groupTarget);
        foreach (var target in _targets.Values) TakeFailures(target);
    }

    /// <inheritdoc/>
    public Instant LastHeard(NodeId node) => Instant.Zero;

    /// <inheritdoc/>
    public void Probe(Instant now, NodeId node)
    {
        // Not with this transport: nodes are not watched.
    }

    /// <inheritdoc/>
    public void ReadErrors(Instant now)
    {
        // No errors are asked of the kernel.
    }

    /// <inheritdoc/>
    public void HandleInterfaceDown(Instant now, int link)
    {
        // There is no other link to go over to.
    }

    /// <inheritdoc/>
    public bool TryTakeRefused(out (NodeId Node, bool IsProbe) refused)
    {
        refused = default;
        return false;
    }

    /// <inheritdoc/>
    public void Reconfigure(Instant now, RingConfiguration configuration)
    {
        Flush();
        Report = new UnicastReport(configuration);
        SetMembers(configuration);
    }

    /// <inheritdoc/>
    public void AddCounters(IDictionary<string, long> counters)
    {
        counters["link.datagrams_sent"] = _sender.Queue.Sent;
        counters["link.datagrams_received"] = _received;
        counters["link.dropped_unlisted_source"] = _unlisted;
        counters["link.dropped_own_node_id"] = _ownId.Dropped;
        counters["link.send_failures"] = _sendFailures;
    }

    public void Dispose()
    {
        _group.Dispose();
        _unicast.Dispose();
        _sender.Dispose();
    }

    private static void PrepareReceiver(DatagramSocket socket)
    {
        // Other programs of the host may listen to the same group.
        socket.Socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, optionValue: true);
    }

    private static void Join(Socket socket, IPAddress group, IPAddress local)
    {
        if (group.AddressFamily == AddressFamily.InterNetwork)
        {
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(group, local));
        }
        else
        {
            socket.SetSocketOption(
                SocketOptionLevel.IPv6, SocketOptionName.AddMembership, new IPv6MulticastOption(group, InterfaceIndex(local)));
        }
    }

    private static void PrepareSender(Socket socket, MulticastSection multicast, IPAddress local)
    {
        if (multicast.IsBroadcast)
        {
            socket.EnableBroadcast = true;
            return;
        }

        if (local.AddressFamily == AddressFamily.InterNetwork)
        {
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, local.GetAddressBytes());
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, multicast.TimeToLive);
        }
        else
        {
            socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastInterface, (int)InterfaceIndex(local));
            socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastTimeToLive, multicast.TimeToLive);
        }
    }

    private static long InterfaceIndex(IPAddress local) =>
        NetworkInterface.GetAllNetworkInterfaces()
            .FirstOrDefault(i => i.GetIPProperties().UnicastAddresses.Any(a => a.Address.Equals(local)))
            ?.GetIPProperties().GetIPv6Properties().Index ?? 0;

    private void SetMembers(RingConfiguration configuration)
    {
        _blocksUnlisted = configuration.Totem.BlockUnlistedIps;
        _members = [.. configuration.Nodes.Select(n => LinkAddress.Of(n.ResolvedAddress))];
        _targets = configuration.Nodes.ToDictionary(
            n => n.NodeId, n => new DatagramTarget(n.ResolvedAddress, configuration.Totem.Port));
    }

    private void TakeFailures(DatagramTarget target)
    {
        _sendFailures += target.Failures;
        target.Failures = 0;
    }
}
