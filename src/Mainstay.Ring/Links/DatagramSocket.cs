using System.Net;
using System.Net.Sockets;
using Mainstay.Knet;

namespace Mainstay.Ring.Links;

/// <summary>A bound UDP socket, read and written by system calls that allocate nothing.</summary>
internal sealed unsafe class DatagramSocket : IDisposable
{
    private const int AttemptsMax = 64;
    private const int Flags = Native.MessageDontWait | Native.MessageNoSignal;

    // Sockets that only send have none.
    private ReceiveBatch? _received;
    private bool _tellsEnd;

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
            Queue = new SendQueue(Descriptor);
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

    /// <summary>Datagrams to be sent together.</summary>
    public SendQueue Queue { get; }

    /// <summary>
    /// Whether datagrams were read that <see cref="TryReceive"/> has not returned yet: the descriptor does not tell of them.
    /// </summary>
    public bool HasRest => _received is { HasRest: true };

    /// <summary>Port of the sender of the last datagram.</summary>
    public int SourcePort => _received?.SourcePort ?? 0;

    /// <summary>Errors of earlier datagrams that the kernel reported in place of a datagram.</summary>
    public long Returned { get; private set; }

    /// <summary>Sets an option; whether the kernel took it.</summary>
    public bool Set(int level, int name, int value) => Native.SetOption(Descriptor, level, name, &value, sizeof(int)) == 0;

    /// <summary>The next datagram, valid until the next call, and the caller's to change; false where none waits.</summary>
    public bool TryReceive(out Span<byte> datagram, out LinkAddress source)
    {
        _received ??= BeginToReceive();
        if (_received.TryTake(out datagram, out source)) return true;
        if (_tellsEnd)
        {
            _tellsEnd = false;
            return false;
        }

        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            var error = _received.Fill(Descriptor);
            if (error == 0)
            {
                // All that waited was read. To ask again would find the next token, and the one after it: others have their turn first.
                _tellsEnd = _received.IsShort;
                return _received.TryTake(out datagram, out source);
            }

            // An ICMP error of an earlier send is reported here; it says nothing about what waits behind it.
            if (!ErrorQueue.IsOfEarlier(error)) break;
            Returned++;
        }

        return false;
    }

    /// <summary>Sends one datagram at once; 0, or the kernel's error number.</summary>
    public int Send(ReadOnlySpan<byte> datagram, DatagramTarget target)
    {
        fixed (byte* bytes = datagram)
        fixed (byte* address = target.SocketAddress)
        {
            var size = (uint)target.SocketAddress.Length;
            var sent = Native.SendTo(Descriptor, bytes, (nuint)datagram.Length, Flags, address, size);
            if (sent < 0 && ErrorQueue.IsOfEarlier(Native.LastError))
            {
                sent = Native.SendTo(Descriptor, bytes, (nuint)datagram.Length, Flags, address, size);
            }

            return sent < 0 ? Native.LastError : 0;
        }
    }

    public void Dispose()
    {
        Socket.Dispose();
        Queue.Dispose();
        _received?.Dispose();
    }

    private ReceiveBatch BeginToReceive()
    {
        // Kernels before 5.0 do not know it: then datagrams come one by one.
        Set(Native.UdpLevel, Native.UdpReceiveOffload, 1);
        return new ReceiveBatch();
    }

    // Without the privilege the kernel gives what it allows.
    private void Enlarge(int size, int force, int plain)
    {
        if (!Set(Native.SocketLevel, force, size)) Set(Native.SocketLevel, plain, size);
    }
}
