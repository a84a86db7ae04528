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

    private readonly DatagramSocket _socket;
    private readonly IPAddress _local;

    private LinkSocket(DatagramSocket socket, IPAddress local, int link)
    {
        _socket = socket;
        _local = local;
        Link = link;
    }

    /// <summary>Link id.</summary>
    public int Link { get; }

    public int Descriptor => _socket.Descriptor;

    /// <summary>Opens a link's socket.</summary>
    /// <exception cref="SocketException">The port is taken, or the address family is not available.</exception>
    public static LinkSocket Open(int link, IPAddress local, int port) =>
        new(new DatagramSocket(local, port, BufferSize, Prepare), local, link);

    /// <summary>Datagrams to be sent together.</summary>
    public SendQueue Queue => _socket.Queue;

    /// <inheritdoc cref="DatagramSocket.HasRest"/>
    public bool HasRest => _socket.HasRest;

    /// <inheritdoc cref="DatagramSocket.TryReceive"/>
    public bool TryReceive(out Span<byte> datagram, out LinkAddress source) => _socket.TryReceive(out datagram, out source);

    /// <inheritdoc cref="DatagramSocket.Send"/>
    public int Send(ReadOnlySpan<byte> datagram, DatagramTarget target) => _socket.Send(datagram, target);

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

    private static void Prepare(DatagramSocket socket)
    {
        var isIpv6 = socket.IsIpv6;
        var level = isIpv6 ? Native.Ipv6Level : Native.Ipv4Level;

        // The address may come later than the daemon: with free bind the link starts down instead of not at all.
        socket.Set(Native.Ipv4Level, Native.Ipv4FreeBind, 1);
        socket.Set(level, isIpv6 ? Native.Ipv6PathMtu : Native.Ipv4PathMtu, Native.PathMtuProbe);
        socket.Set(Native.SocketLevel, Native.SocketPriority, Native.PriorityInteractive);
        socket.Set(level, isIpv6 ? Native.Ipv6TrafficClass : Native.Ipv4TypeOfService, Native.LowDelay);
        ErrorQueue.Enable(socket);
    }
}
