using System.Runtime.InteropServices;
using Mainstay.Knet;

namespace Mainstay.Ring.Links;

/// <summary>
/// Datagrams of one socket read together: one system call for many (<c>recvmmsg</c>), and what came as one large packet
/// (<c>UDP_GRO</c>, udp(7)) taken apart here. Memory is touched only as far as it is needed.
/// </summary>
internal sealed unsafe class ReceiveBatch : IDisposable
{
    private const int MessagesMax = 32;
    private const int SizeMax = 65536;
    private const int AddressSizeMax = 32;
    private const int Ipv4SocketAddressSize = 16;
    private const int ControlSize = 64;
    private const int ControlHeaderSize = 16;
    private const int Truncated = 0x20;
    private const int ControlTruncated = 8;

    private readonly DatagramCalls _calls;
    private byte* _bytes = (byte*)NativeMemory.Alloc(MessagesMax, SizeMax);
    private readonly MessageBatchEntry* _messages;
    private readonly IoVector* _vectors;
    private readonly byte* _addresses;
    private readonly byte* _controls;
    private int _count;
    private int _next;
    private byte* _rest;
    private int _restSize;
    private int _segment;
    private LinkAddress _source;

    /// <param name="calls">How sockets are read.</param>
    public ReceiveBatch(DatagramCalls? calls = null)
    {
        _calls = calls ?? DatagramCalls.Kernel;
        _messages = (MessageBatchEntry*)NativeMemory.AllocZeroed(MessagesMax, (nuint)sizeof(MessageBatchEntry));
        _vectors = (IoVector*)NativeMemory.AllocZeroed(MessagesMax, (nuint)sizeof(IoVector));
        _addresses = (byte*)NativeMemory.AllocZeroed(MessagesMax, AddressSizeMax);
        _controls = (byte*)NativeMemory.AllocZeroed(MessagesMax, ControlSize);
        for (var i = 0; i < MessagesMax; i++) _vectors[i] = new IoVector { Base = _bytes + (i * SizeMax), Length = SizeMax };
    }

    /// <summary>Whether something was read that was not taken yet.</summary>
    public bool HasRest => _restSize > 0 || _next < _count;

    /// <summary>Whether the last <see cref="Fill"/> read all that waited.</summary>
    public bool IsShort => _count < MessagesMax;

    /// <summary>Port of the sender of the last datagram taken.</summary>
    public int SourcePort { get; private set; }

    /// <summary>Reads what waits; 0, or the kernel's error number.</summary>
    public int Fill(int descriptor)
    {
        for (var i = 0; i < MessagesMax; i++)
        {
            ref var header = ref _messages[i].Header;
            header.Name = _addresses + (i * AddressSizeMax);
            header.NameLength = AddressSizeMax;
            header.Vectors = _vectors + i;
            header.VectorCount = 1;
            header.Control = _controls + (i * ControlSize);
            header.ControlLength = ControlSize;
            header.Flags = 0;
        }

        _next = 0;
        _count = Math.Max(0, _calls.ReceiveMany(descriptor, _messages, MessagesMax, out var error));
        return error;
    }

    /// <summary>The next datagram; it may be changed, and is valid until the batch is filled again.</summary>
    public bool TryTake(out Span<byte> datagram, out LinkAddress source)
    {
        while (_restSize == 0)
        {
            datagram = default;
            source = default;
            if (_next == _count) return false;
            Open(_next++);
            if (_restSize > 0 || _segment > 0) continue;
            source = _source;
            return true;
        }

        var size = Math.Min(_segment, _restSize);
        datagram = new Span<byte>(_rest, size);
        source = _source;
        _rest += size;
        _restSize -= size;
        return true;
    }

    public void Dispose()
    {
        NativeMemory.Free(_bytes);
        NativeMemory.Free(_messages);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_addresses);
        NativeMemory.Free(_controls);
        _bytes = null;
    }

    /// <summary>
    /// Begins to take a message apart. One of a stranger's family is passed over, and so is one that came without its end or without the
    /// word of where to cut it.
    /// </summary>
    private void Open(int index)
    {
        ref var message = ref _messages[index];
        _rest = _vectors[index].Base;
        _restSize = (int)message.Length;

        // sockaddr: family (2), port (2), then the IPv4 address at 4, or flow and the IPv6 address at 8.
        var name = message.Header.Name;
        SourcePort = (name[2] << 8) | name[3];
        var isIpv4 = message.Header.NameLength == Ipv4SocketAddressSize;
        _segment = SegmentSize(message.Header);
        var isWhole = (message.Header.Flags & (Truncated | ControlTruncated)) == 0;
        if (isWhole && LinkAddress.TryRead(new ReadOnlySpan<byte>(name + (isIpv4 ? 4 : 8), isIpv4 ? 4 : 16), out _source))
        {
            // An empty datagram is one, too.
            if (_segment <= 0) _segment = _restSize;
            return;
        }

        _segment = 1;
        _restSize = 0;
    }

    // Control messages: length (8), level (4), type (4), then the size of the segments.
    private static int SegmentSize(in MessageHeader header)
    {
        var control = header.Control;
        var left = (long)header.ControlLength;
        while (left >= ControlHeaderSize + sizeof(ushort))
        {
            var length = *(long*)control;
            if (length < ControlHeaderSize || length > left) return 0;
            if (*(int*)(control + 8) == Native.UdpLevel && *(int*)(control + 12) == Native.UdpReceiveOffload)
            {
                return *(ushort*)(control + ControlHeaderSize);
            }

            var aligned = (length + 7) & ~7L;
            control += aligned;
            left -= aligned;
        }

        return 0;
    }
}
