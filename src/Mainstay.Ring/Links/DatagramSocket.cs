using System.Net;
using System.Net.Sockets;
using Mainstay.Knet;

namespace Mainstay.Ring.Links;

/// <summary>A bound UDP socket, read and written by system calls that allocate nothing.</summary>
internal sealed unsafe class DatagramSocket : IDisposable
{
    private const int AddressSizeMax = 128;
    private const int Ipv4SocketAddressSize = 16;
    private const int AttemptsMax = 64;
    private const int Flags = Native.MessageDontWait | Native.MessageNoSignal;

    private readonly byte[] _source = new byte[AddressSizeMax];

    /// <summary>Opens and binds.</summary>
    /// <param name="local">Address to bind; decides the family.</param>
    /// <param name="port">Port to bind, 0 for one of the kernel's choice.</param>
    /// <param name="bufferSize">Wanted size of the kernel's buffers, in bytes.</param>
    /// <param name="prepare">Sets further options before the socket is bound.</param>
    /// <exception cref="SocketException">The port is taken, or the address is not of this host.</exception>
    public DatagramSocket(IPAddress local, int port, int bufferSize, Action<DatagramSocket>? prepare = null)
    {
        IsIpv6 = local.AddressFamily == AddressFamily.InterNetworkV6;
        Socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (IsIpv6) Socket.DualMode = false;
            Descriptor = (int)Socket.Handle;
            prepare?.Invoke(this);
            Enlarge(bufferSize, Native.SocketReceiveBufferForce, Native.SocketReceiveBuffer);
            Enlarge(bufferSize, Native.SocketSendBufferForce, Native.SocketSendBuffer);
            Socket.Bind(new IPEndPoint(local, port));
        }
        catch
        {
            Socket.Dispose();
            throw;
        }
    }

    public Socket Socket { get; }

    public int Descriptor { get; }

    public bool IsIpv6 { get; }

    /// <summary>Port of the sender of the last datagram.</summary>
    public int SourcePort => (_source[2] << 8) | _source[3];

    /// <summary>Errors of earlier datagrams that the kernel reported in place of a datagram.</summary>
    public long Returned { get; private set; }

    /// <summary>A target in the kernel's form.</summary>
    public static byte[] Target(IPAddress address, int port)
    {
        var serialized = new IPEndPoint(address, port).Serialize();
        return serialized.Buffer[..serialized.Size].ToArray();
    }

    /// <summary>Sets an option; whether the kernel took it.</summary>
    public bool Set(int level, int name, int value) => Native.SetOption(Descriptor, level, name, &value, sizeof(int)) == 0;

    /// <summary>Reads one datagram; false where none waits.</summary>
    public bool TryReceive(byte[] buffer, out int size, out LinkAddress source)
    {
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            var sourceSize = (uint)AddressSizeMax;
            nint count;
            fixed (byte* target = buffer)
            fixed (byte* from = _source)
            {
                count = Native.ReceiveFrom(Descriptor, target, (nuint)buffer.Length, Native.MessageDontWait, from, &sourceSize);
            }

            if (count >= 0)
            {
                size = (int)count;

                // sockaddr: family (2), port (2), then the IPv4 address at 4, or flow and the IPv6 address at 8.
                var address = sourceSize == Ipv4SocketAddressSize ? _source.AsSpan(4, 4) : _source.AsSpan(8, 16);
                return LinkAddress.TryRead(address, out source);
            }

            // An ICMP error of an earlier send is reported here; it says nothing about what waits behind it.
            if (!ErrorQueue.IsOfEarlier(Native.LastError)) break;
            Returned++;
        }

        size = 0;
        source = default;
        return false;
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

    public void Dispose() => Socket.Dispose();

    // Without the privilege the kernel gives what it allows.
    private void Enlarge(int size, int force, int plain)
    {
        if (!Set(Native.SocketLevel, force, size)) Set(Native.SocketLevel, plain, size);
    }
}
