using System.Net;
using System.Net.Sockets;
using Mainstay.Knet;

namespace Mainstay.Ring.Links;

/// <summary>
/// The UDP socket of one knet link (spec/knet-wire.md section 7): bound to the node's own address, never fragmented by IP.
/// </summary>
internal sealed unsafe class LinkSocket : IDisposable
{
    private const int BufferSize = 8 * 1024 * 1024;
    private const int AddressSizeMax = 128;
    private const int Ipv4SocketAddressSize = 16;
    private const int Flags = Native.MessageDontWait | Native.MessageNoSignal;

    private readonly Socket _socket;
    private readonly IPAddress _local;
    private readonly byte[] _source = new byte[AddressSizeMax];

    private LinkSocket(Socket socket, IPAddress local, int link)
    {
        _socket = socket;
        _local = local;
        Link = link;
        Descriptor = (int)socket.Handle;
    }

    /// <summary>Link id.</summary>
    public int Link { get; }

    public int Descriptor { get; }

    /// <summary>Opens a link's socket.</summary>
    /// <exception cref="SocketException">The port is taken, or the address family is not available.</exception>
    public static LinkSocket Open(int link, IPAddress local, int port)
    {
        var isIpv6 = local.AddressFamily == AddressFamily.InterNetworkV6;
        var socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (isIpv6) socket.DualMode = false;
            var descriptor = (int)socket.Handle;
            var level = isIpv6 ? Native.Ipv6Level : Native.Ipv4Level;

            // The address may come later than the daemon: with free bind the link starts down instead of not at all.
            Set(descriptor, Native.Ipv4Level, Native.Ipv4FreeBind, 1);
            Set(descriptor, level, isIpv6 ? Native.Ipv6PathMtu : Native.Ipv4PathMtu, Native.PathMtuProbe);
            Set(descriptor, Native.SocketLevel, Native.SocketPriority, Native.PriorityInteractive);
            Set(descriptor, level, isIpv6 ? Native.Ipv6TrafficClass : Native.Ipv4TypeOfService, Native.LowDelay);
            if (!Set(descriptor, Native.SocketLevel, Native.SocketReceiveBufferForce, BufferSize))
            {
                Set(descriptor, Native.SocketLevel, Native.SocketReceiveBuffer, BufferSize);
            }

            if (!Set(descriptor, Native.SocketLevel, Native.SocketSendBufferForce, BufferSize))
            {
                Set(descriptor, Native.SocketLevel, Native.SocketSendBuffer, BufferSize);
            }

            ErrorQueue.Enable(descriptor, isIpv6);
            socket.Bind(new IPEndPoint(local, port));
            return new LinkSocket(socket, local, link);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A target in the kernel's form.</summary>
    public static byte[] Target(IPAddress address, int port)
    {
        var serialized = new IPEndPoint(address, port).Serialize();
        return serialized.Buffer[..serialized.Size].ToArray();
    }

    /// <summary>Reads one datagram; false when none waits.</summary>
    public bool TryReceive(byte[] buffer, out int size, out LinkAddress source)
    {
        size = 0;
        source = default;
        var sourceSize = (uint)AddressSizeMax;
        nint count;
        fixed (byte* target = buffer)
        fixed (byte* from = _source)
        {
            count = Native.ReceiveFrom(Descriptor, target, (nuint)buffer.Length, Native.MessageDontWait, from, &sourceSize);
            if (count < 0 && ErrorQueue.IsOfEarlier(Native.LastError))
            {
                sourceSize = AddressSizeMax;
                count = Native.ReceiveFrom(Descriptor, target, (nuint)buffer.Length, Native.MessageDontWait, from, &sourceSize);
            }
        }

        if (count < 0) return false;
        size = (int)count;

        // sockaddr: family (2), port (2), then the IPv4 address at 4, or flow and the IPv6 address at 8.
        var address = sourceSize == Ipv4SocketAddressSize ? _source.AsSpan(4, 4) : _source.AsSpan(8, 16);
        return LinkAddress.TryRead(address, out source);
    }

    /// <summary>Sends one datagram; 0, or the kernel's error number.</summary>
    public int Send(ReadOnlySpan<byte> datagram, byte[] target)
    {
        fixed (byte* bytes = datagram)
        fixed (byte* address = target)
        {
            var sent = Native.SendTo(Descriptor, bytes, (nuint)datagram.Length, Flags, address, (uint)target.Length);
            if (sent < 0 && ErrorQueue.IsOfEarlier(Native.LastError))
            {
                sent = Native.SendTo(Descriptor, bytes, (nuint)datagram.Length, Flags, address, (uint)target.Length);
            }

            return sent < 0 ? Native.LastError : 0;
        }
    }

    /// <summary>What the interface towards an address takes, in bytes on the wire; 0 where the kernel does not say.</summary>
    public int InterfaceMtu(LinkAddress remote)
    {
        var isIpv6 = remote.IsIpv6;
        try
        {
            using var probe = new Socket(_local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            probe.Bind(new IPEndPoint(_local, 0));
            probe.Connect(new IPEndPoint(remote.ToIPAddress(), 1));
            int mtu;
            uint size = sizeof(int);
            var level = isIpv6 ? Native.Ipv6Level : Native.Ipv4Level;
            var name = isIpv6 ? Native.Ipv6Mtu : Native.Ipv4Mtu;
            return Native.GetOption((int)probe.Handle, level, name, &mtu, &size) == 0 ? mtu : 0;
        }
        catch (SocketException)
        {
            // No route: the search goes on by halves.
            return 0;
        }
    }

    public void Dispose() => _socket.Dispose();

    private static bool Set(int descriptor, int level, int name, int value) =>
        Native.SetOption(descriptor, level, name, &value, sizeof(int)) == 0;
}
