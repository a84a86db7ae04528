using System.Runtime.InteropServices;
using Mainstay.Knet;

namespace Mainstay.Ring.Links;

/// <summary>
/// What the kernel knows of datagrams that came back (<c>IP_RECVERR</c>, ip(7)): here only "connection refused", the answer of a host on
/// which nobody listens on the port.
/// </summary>
internal static unsafe class ErrorQueue
{
    private const int AddressSizeMax = 128;
    private const int ControlSizeMax = 512;
    private const int ReadsMax = 64;

    /// <summary>Asks for the queue. Where the kernel has none nothing is ever read from it.</summary>
    public static void Enable(DatagramSocket socket)
    {
        var isIpv6 = socket.IsIpv6;
        socket.Set(
            isIpv6 ? Native.Ipv6Level : Native.Ipv4Level, isIpv6 ? Native.Ipv6ReceiveErrors : Native.Ipv4ReceiveErrors, 1);
    }

    /// <summary>The next refused datagram; others are read over.</summary>
    /// <param name="descriptor">The socket.</param>
    /// <param name="buffer">Receives the beginning of the datagram, as it came back.</param>
    /// <param name="size">How much of it came back, bytes.</param>
    /// <param name="target">Where it was sent to.</param>
    /// <returns>False when none waits.</returns>
    public static bool TryReadRefused(int descriptor, Span<byte> buffer, out int size, out LinkAddress target)
    {
        size = 0;
        target = default;
        var name = stackalloc byte[AddressSizeMax];
        var control = stackalloc byte[ControlSizeMax];
        fixed (byte* bytes = buffer)
        {
            for (var count = 0; count < ReadsMax; count++)
            {
                var vector = new IoVector { Base = bytes, Length = (nuint)buffer.Length };
                var header = new MessageHeader
                {
                    Name = name,
                    NameLength = AddressSizeMax,
                    Vectors = &vector,
                    VectorCount = 1,
                    Control = control,
                    ControlLength = ControlSizeMax,
                };
                var read = Native.ReceiveMessage(descriptor, &header, Native.MessageErrorQueue | Native.MessageDontWait);
                if (read < 0) return false;
                if (!IsRefused(new ReadOnlySpan<byte>(control, (int)header.ControlLength))) continue;

                // sockaddr: family (2), port (2), then the IPv4 address at 4, or flow and the IPv6 address at 8.
                var isIpv4 = header.NameLength == 16;
                if (!LinkAddress.TryRead(new ReadOnlySpan<byte>(name + (isIpv4 ? 4 : 8), isIpv4 ? 4 : 16), out target)) continue;
                size = (int)read;
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether an error of a send or a receive is one of an earlier datagram: the call itself did nothing and is to be
    /// repeated.</summary>
    public static bool IsOfEarlier(int error) =>
        error is Native.ErrorConnectionRefused or Native.ErrorHostUnreachable or Native.ErrorNetworkUnreachable or Native.ErrorHostDown
            or Native.ErrorProtocolUnreachable;

    // Control messages: length (8), level (4), type (4), then sock_extended_err: error number (4), origin (1), type (1), code (1).
    private static bool IsRefused(ReadOnlySpan<byte> control)
    {
        const int HeaderSize = 16;
        const int ErrorSize = 16;
        while (control.Length >= HeaderSize + ErrorSize)
        {
            var length = MemoryMarshal.Read<ulong>(control);
            if (length < HeaderSize || length > (ulong)control.Length) return false;
            var level = MemoryMarshal.Read<int>(control[8..]);
            var type = MemoryMarshal.Read<int>(control[12..]);
            var isError = (level == Native.Ipv4Level && type == Native.Ipv4ReceiveErrors)
                || (level == Native.Ipv6Level && type == Native.Ipv6ReceiveErrors);
            if (isError && length >= HeaderSize + ErrorSize)
            {
                return MemoryMarshal.Read<int>(control[HeaderSize..]) == Native.ErrorConnectionRefused;
            }

            var aligned = (int)((length + 7) & ~7UL);
            if (aligned > control.Length) return false;
            control = control[aligned..];
        }

        return false;
    }
}
