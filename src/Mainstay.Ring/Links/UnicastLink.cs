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

    private readonly Socket _main;
    private readonly int[] _mainDescriptor;
    private readonly byte[] _datagram = new byte[UdpFraming.DatagramSizeMax];
    private readonly byte[] _source = new byte[AddressSizeMax];
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
    public ReadOnlySpan<byte> Receive(Instant now) => TryReceive(_datagram, out var size) ? _datagram.AsSpan(0, size) : default;

    /// <inheritdoc/>
    public void AddCounters(IDictionary<string, long> counters)
    {
        counters["link.datagrams_sent"] = _sent;
        counters["link.datagrams_received"] = _received;
        counters["link.dropped_unlisted_source"] = _unlisted;
        counters["link.send_failures"] = _sendFailures;
    }

    // Reads one admitted datagram; false when none waits.
    private bool TryReceive(Span<byte> buffer, out int size)
    {
        size = 0;
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

            if (!IsListed())
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
        _targets = new byte[_members.Count][];
        for (var i = 0; i < _members.Count; i++)
        {
            _targets[i] = LinkSocket.Target(_members.AddressAt(i), configuration.Totem.Port);
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
            if (Native.SendTo(descriptor, bytes, (nuint)datagram.Length, Flags, address, (uint)target.Length) < 0)
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
    private bool IsListed()
    {
        if (!_members.BlocksUnlisted) return true;
        var source = _source.AsSpan();
        for (var i = 0; i < _targets.Length; i++)
        {
            var target = _targets[i];
            if (target[0] != source[0]) continue;
            var isV4 = target.Length == 16;
            if (isV4 ? source.Slice(4, 4).SequenceEqual(target.AsSpan(4, 4)) : source.Slice(8, 16).SequenceEqual(target.AsSpan(8, 16)))
            {
                return true;
            }
        }

        return false;
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
