using System.Net;
using System.Net.Sockets;
using Mainstay.Knet;

namespace Mainstay.Ring;

/// <summary>
/// The sockets of transport <c>udpu</c> (spec/ring-wire.md section 1): one bound to the local address and the ring's port receives and
/// sends tokens; one per other member, on a port of the kernel's choice, carries its copy of each multicast. What goes to this node itself
/// is
/// not a matter of sockets: the daemon loops it back.
/// </summary>
internal sealed unsafe class UnicastLink : IDisposable
{
    private const int BufferSize = 4 * 1024 * 1024;
    private const int AddressSizeMax = 128;
    private const int AttemptsMax = 64;

    private readonly Socket _main;
    private readonly Socket?[] _perMember;
    private readonly int[] _descriptors;
    private readonly byte[][] _targets;
    private readonly UnicastMembers _members;
    private readonly int _self;
    private readonly int _mainDescriptor;
    private readonly byte[] _source = new byte[AddressSizeMax];

    private UnicastLink(Socket main, UnicastMembers members, uint self, int port, IPAddress local)
    {
        _main = main;
        _members = members;
        _self = members.IndexOf(self);
        _mainDescriptor = (int)main.Handle;
        _perMember = new Socket?[members.Count];
        _descriptors = new int[members.Count];
        _targets = new byte[members.Count][];
        for (var i = 0; i < members.Count; i++)
        {
            var end = new IPEndPoint(members.AddressAt(i), port);
            _targets[i] = end.Serialize().Buffer[..end.Serialize().Size].ToArray();
            if (i == _self) continue;
            var socket = Bind(local, 0);
            _perMember[i] = socket;
            _descriptors[i] = (int)socket.Handle;
        }
    }

    /// <summary>The descriptor to wait on.</summary>
    public int Descriptor => _mainDescriptor;

    /// <summary>Datagrams dropped because their source is no configured member.</summary>
    public long Unlisted { get; private set; }

    /// <summary>Datagrams the kernel did not take.</summary>
    public long SendFailures { get; private set; }

    /// <summary>Datagrams sent.</summary>
    public long Sent { get; private set; }

    /// <summary>Datagrams received and admitted.</summary>
    public long Received { get; private set; }

    /// <summary>Opens the sockets.</summary>
    /// <exception cref="SocketException">The address is not of this host, or the port is taken.</exception>
    public static UnicastLink Open(UnicastMembers members, uint self, IPAddress local, int port)
    {
        var main = Bind(local, port);
        try
        {
            return new UnicastLink(main, members, self, port, local);
        }
        catch
        {
            main.Dispose();
            throw;
        }
    }

    /// <summary>Same socket, other members (reload): nothing that waits in it is lost.</summary>
    public UnicastLink WithMembers(UnicastMembers members, uint self, IPAddress local, int port)
    {
        var next = new UnicastLink(_main, members, self, port, local)
        {
            Unlisted = Unlisted,
            SendFailures = SendFailures,
            Sent = Sent,
            Received = Received,
        };
        foreach (var socket in _perMember) socket?.Dispose();
        return next;
    }

    /// <summary>Reads one admitted datagram; false when none waits.</summary>
    public bool TryReceive(Span<byte> buffer, out int size)
    {
        size = 0;
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            var sourceSize = (uint)AddressSizeMax;
            nint count;
            fixed (byte* target = buffer)
            fixed (byte* source = _source)
            {
                count = Native.ReceiveFrom(_mainDescriptor, target, (nuint)buffer.Length, Native.MessageDontWait, source, &sourceSize);
            }

            if (count < 0)
            {
                if (Native.LastError is Native.ErrorWouldBlock or Native.ErrorInterrupted) return false;

                // An ICMP error of an earlier send is reported here; it says nothing about what waits behind it.
                SendFailures++;
                continue;
            }

            if (!IsListed())
            {
                Unlisted++;
                continue;
            }

            Received++;
            size = (int)count;
            return true;
        }

        return false;
    }

    /// <summary>One copy to every other member.</summary>
    public void Multicast(ReadOnlySpan<byte> datagram)
    {
        for (var i = 0; i < _targets.Length; i++)
        {
            if (i != _self) Send(_descriptors[i], i, datagram);
        }
    }

    /// <summary>To one other member, from the ring's port.</summary>
    public void Send(uint nodeId, ReadOnlySpan<byte> datagram)
    {
        var index = _members.IndexOf(nodeId);
        if (index < 0)
        {
            SendFailures++;
            return;
        }

        Send(_mainDescriptor, index, datagram);
    }

    public void Dispose()
    {
        foreach (var socket in _perMember) socket?.Dispose();
        _main.Dispose();
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
                SendFailures++;
            }
            else
            {
                Sent++;
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
