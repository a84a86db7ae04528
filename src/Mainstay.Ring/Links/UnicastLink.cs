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
internal sealed unsafe class UnicastLink : IRingLink
{
    private const int BufferSize = 4 * 1024 * 1024;
    private const int AddressSizeMax = 128;
    private const int AttemptsMax = 64;
    private const int ReturnedSizeMax = 256;

    private readonly Socket _main;
    private readonly int[] _mainDescriptor;
    private readonly byte[] _datagram = new byte[UdpFraming.DatagramSizeMax];
    private readonly byte[] _source = new byte[AddressSizeMax];
    private readonly byte[] _probe = new byte[UnicastProbe.Size];
    private readonly RefusedPeers _refused = new();
    private Instant[] _heard = [];
    private readonly byte[] _returned = new byte[ReturnedSizeMax];
    private LinkAddress[] _addresses = [];
    private Socket?[] _perMember = [];
    private int[] _descriptors = [];
    private byte[][] _targets = [];
    private UnicastMembers _members;
    private int _self;
    private long _unlisted;
    private long _sendFailures;
    private long _sent;
    private long _received;

    private UnicastLink(Socket main, RingConfiguration configuration)
    {
        _main = main;
        _mainDescriptor = [(int)main.Handle];
        _members = MembersOf(configuration);
        Report = new UnicastReport(configuration);
        OpenPerMember(configuration);
    }

    /// <inheritdoc/>
    public ILinkReport Report { get; private set; }

    /// <inheritdoc/>
    public ReadOnlySpan<int> Descriptors => _mainDescriptor;

    /// <inheritdoc/>
    public Instant NextDeadline => Instant.Never;

    /// <summary>Opens the sockets.</summary>
    /// <exception cref="SocketException">The address is not of this host, or the port is taken.</exception>
    public static UnicastLink Open(RingConfiguration configuration)
    {
        var main = Bind(configuration.LocalNode.ResolvedAddress, configuration.Totem.Port);
        ErrorQueue.Enable((int)main.Handle, configuration.LocalNode.ResolvedAddress.AddressFamily == AddressFamily.InterNetworkV6);
        try
        {
            return new UnicastLink(main, configuration);
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
        var previous = _perMember;
        _members = MembersOf(configuration);
        Report = new UnicastReport(configuration);
        OpenPerMember(configuration);
        foreach (var socket in previous) socket?.Dispose();
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Receive(Instant now)
    {
        while (TryReceive(now, out var size, out var from))
        {
            var datagram = _datagram.AsSpan(0, size);
            if (UnicastProbe.IsAnswer(datagram)) continue;
            if (!UnicastProbe.IsQuestion(datagram)) return datagram;
            UnicastProbe.MakeAnswer(datagram);
            if (from >= 0 && from != _self) Send(_mainDescriptor[0], from, datagram);
        }

        return default;
    }

    /// <inheritdoc/>
    public Instant LastHeard(NodeId node) => _members.IndexOf(node.Value) is >= 0 and var index ? _heard[index] : Instant.Zero;

    /// <inheritdoc/>
    public void Probe(Instant now, NodeId node)
    {
        var index = _members.IndexOf(node.Value);
        if (index < 0 || index == _self) return;
        UnicastProbe.WriteQuestion(_probe);
        _refused.NoteProbe(node.Value, 0, _probe);
        Send(_mainDescriptor[0], index, _probe);
    }

    /// <inheritdoc/>
    public void ReadErrors(Instant now)
    {
        while (ErrorQueue.TryReadRefused(_mainDescriptor[0], _returned, out var size, out var target))
        {
            for (var i = 0; i < _members.Count; i++)
            {
                if (_addresses[i] != target) continue;
                _refused.NoteRefusal(now, _members.NodeIdAt(i), 0, _returned.AsSpan(0, size), []);
            }
        }
    }

    /// <inheritdoc/>
    public bool TryTakeRefused(out (NodeId Node, bool IsProbe) refused) => _refused.TryTake(out refused);

    /// <inheritdoc/>
    public void AddCounters(IDictionary<string, long> counters)
    {
        counters["link.datagrams_sent"] = _sent;
        counters["link.datagrams_received"] = _received;
        counters["link.dropped_unlisted_source"] = _unlisted;
        counters["link.send_failures"] = _sendFailures;
    }

    // Reads one admitted datagram, and which member it is from (-1 where none is); false when none waits.
    private bool TryReceive(Instant now, out int size, out int from)
    {
        size = 0;
        from = -1;
        Span<byte> buffer = _datagram;
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            var sourceSize = (uint)AddressSizeMax;
            nint count;
            fixed (byte* target = buffer)
            fixed (byte* source = _source)
            {
                count = Native.ReceiveFrom(_mainDescriptor[0], target, (nuint)buffer.Length, Native.MessageDontWait, source, &sourceSize);
            }

            if (count < 0)
            {
                if (Native.LastError is Native.ErrorWouldBlock or Native.ErrorInterrupted) return false;

                // An ICMP error of an earlier send is reported here; it says nothing about what waits behind it.
                _sendFailures++;
                continue;
            }

            from = IndexOfSource();
            if (from >= 0) _heard[from] = now;
            if (from < 0 && _members.BlocksUnlisted)
            {
                _unlisted++;
                continue;
            }

            if (count == 0) continue;
            _received++;
            size = (int)count;
            return true;
        }

        return false;
    }

    /// <summary>One copy to every other member.</summary>
    public void Multicast(Instant now, ReadOnlySpan<byte> packet)
    {
        for (var i = 0; i < _targets.Length; i++)
        {
            if (i != _self) Send(_descriptors[i], i, packet);
        }
    }

    /// <summary>To one other member, from the ring's port.</summary>
    public void Send(Instant now, uint node, ReadOnlySpan<byte> packet)
    {
        var index = _members.IndexOf(node);
        if (index < 0)
        {
            _sendFailures++;
            return;
        }

        Send(_mainDescriptor[0], index, packet);
    }

    public void Dispose()
    {
        foreach (var socket in _perMember) socket?.Dispose();
        _main.Dispose();
    }

    private static UnicastMembers MembersOf(RingConfiguration configuration) => new(
        configuration.Nodes.Select(n => new KeyValuePair<uint, IPAddress>(n.NodeId, n.ResolvedAddress)),
        configuration.Totem.BlockUnlistedIps);

    private void OpenPerMember(RingConfiguration configuration)
    {
        _self = _members.IndexOf(configuration.LocalNode.NodeId);
        _perMember = new Socket?[_members.Count];
        _descriptors = new int[_members.Count];
        _heard = new Instant[_members.Count];
        _addresses = new LinkAddress[_members.Count];
        _targets = new byte[_members.Count][];
        for (var i = 0; i < _members.Count; i++)
        {
            _targets[i] = LinkSocket.Target(_members.AddressAt(i), configuration.Totem.Port);
            _addresses[i] = LinkAddress.Of(_members.AddressAt(i));
            if (i == _self) continue;
            var socket = Bind(configuration.LocalNode.ResolvedAddress, 0);
            _perMember[i] = socket;
            _descriptors[i] = (int)socket.Handle;
        }
    }

    private void Send(int descriptor, int index, ReadOnlySpan<byte> datagram)
    {
        var target = _targets[index];
        fixed (byte* bytes = datagram)
        fixed (byte* address = target)
        {
            const int Flags = Native.MessageDontWait | Native.MessageNoSignal;
            var sent = Native.SendTo(descriptor, bytes, (nuint)datagram.Length, Flags, address, (uint)target.Length);
            if (sent < 0 && ErrorQueue.IsOfEarlier(Native.LastError))
            {
                sent = Native.SendTo(descriptor, bytes, (nuint)datagram.Length, Flags, address, (uint)target.Length);
            }

            if (sent < 0)
            {
                _sendFailures++;
            }
            else
            {
                _sent++;
            }
        }
    }

    // sockaddr: family (2), port (2), then the IPv4 address at 4 or flow and the IPv6 address at 8.
    private int IndexOfSource()
    {
        var source = _source.AsSpan();
        for (var i = 0; i < _targets.Length; i++)
        {
            var target = _targets[i];
            if (target[0] != source[0]) continue;
            var isV4 = target.Length == 16;
            if (isV4 ? source.Slice(4, 4).SequenceEqual(target.AsSpan(4, 4)) : source.Slice(8, 16).SequenceEqual(target.AsSpan(8, 16)))
            {
                return i;
            }
        }

        return -1;
    }

    private static Socket Bind(IPAddress local, int port)
    {
        var socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (local.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = false;
            socket.Bind(new IPEndPoint(local, port));
            Enlarge((int)socket.Handle, Native.SocketReceiveBufferForce, Native.SocketReceiveBuffer);
            Enlarge((int)socket.Handle, Native.SocketSendBufferForce, Native.SocketSendBuffer);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void Enlarge(int descriptor, int force, int plain)
    {
        var size = BufferSize;
        if (Native.SetOption(descriptor, Native.SocketLevel, force, &size, sizeof(int)) == 0) return;

        // Without the privilege the kernel gives what it allows.
        _ = Native.SetOption(descriptor, Native.SocketLevel, plain, &size, sizeof(int));
    }
}
