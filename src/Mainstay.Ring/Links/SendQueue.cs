using System.Runtime.InteropServices;

namespace Mainstay.Ring.Links;

/// <summary>
/// Datagrams of one socket that are sent together: one system call for many (<c>sendmmsg</c>), and runs of equal size to one target as
/// one large packet that the kernel or the network card cuts (<c>UDP_SEGMENT</c>, udp(7)); on the wire they are the same datagrams.
/// </summary>
/// <remarks>Only the addresses of the bytes are kept: they must lie in memory that does not move (pinned) until the flush.</remarks>
internal sealed unsafe class SendQueue : IDisposable
{
    private const int MessagesMax = 64;
    private const int VectorsMax = 1024;
    private const int SegmentsMax = 64;

    // What an IP packet holds, with room for any headers.
    private const int RunSizeMax = 65_000;

    // Control message: length (8), level (4), type (4), size of a segment (2), padding.
    private const int ControlSize = 24;
    private const int ControlLength = 18;

    private readonly int _descriptor;
    private readonly DatagramCalls _calls;
    private readonly List<DatagramTarget> _targets = [];
    private Entry[] _entries = new Entry[128];
    private MessageBatchEntry* _messages;
    private IoVector* _vectors;
    private byte* _controls;
    private DatagramTarget?[] _messageTargets = [];
    private int _messageCount;
    private int _vectorCount;
    private bool _isSegmenting = true;

    /// <param name="descriptor">The socket.</param>
    /// <param name="calls">How it is written to.</param>
    public SendQueue(int descriptor, DatagramCalls? calls = null)
    {
        _descriptor = descriptor;
        _calls = calls ?? DatagramCalls.Kernel;
    }

    /// <summary>Datagrams that wait.</summary>
    public int Count { get; private set; }

    /// <summary>Datagrams that the kernel took.</summary>
    public long Sent { get; private set; }

    /// <summary>Appends a datagram.</summary>
    /// <param name="pinned">Its bytes, in memory that does not move until <see cref="Flush"/>.</param>
    /// <param name="target">Where it goes.</param>
    public void Add(ReadOnlySpan<byte> pinned, DatagramTarget target)
    {
        if (Count == _entries.Length) Array.Resize(ref _entries, Count * 2);
        ref var entry = ref _entries[Count];
        fixed (byte* bytes = pinned) entry = new Entry { Bytes = bytes, Size = pinned.Length, Next = -1 };
        if (target.First < 0)
        {
            target.First = Count;
            _targets.Add(target);
        }
        else
        {
            _entries[target.Last].Next = Count;
        }

        target.Last = Count++;
    }

    /// <summary>Sends all, target by target, each target's in their order. Failures are counted at the target.</summary>
    public void Flush()
    {
        if (Count == 0) return;
        if (_messages is null) Allocate();
        foreach (var target in _targets)
        {
            for (var index = target.First; index >= 0;) index = AddRun(target, index);
            target.First = target.Last = -1;
        }

        Send();
        _targets.Clear();
        Count = 0;
    }

    public void Dispose()
    {
        NativeMemory.Free(_messages);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_controls);
        _messages = null;
    }

    private void Allocate()
    {
        _messages = (MessageBatchEntry*)NativeMemory.AllocZeroed(MessagesMax, (nuint)sizeof(MessageBatchEntry));
        _vectors = (IoVector*)NativeMemory.AllocZeroed(VectorsMax, (nuint)sizeof(IoVector));
        _controls = (byte*)NativeMemory.AllocZeroed(MessagesMax, ControlSize);
        _messageTargets = new DatagramTarget?[MessagesMax];
    }

    /// <summary>Makes one message of a datagram and those behind it that may go with it; returns the next entry, or -1.</summary>
    private int AddRun(DatagramTarget target, int index)
    {
        if (_messageCount == MessagesMax || _vectorCount + SegmentsMax > VectorsMax) Send();
        var first = _vectorCount;
        var segment = _entries[index].Size;
        var total = 0;
        while (index >= 0)
        {
            ref var entry = ref _entries[index];
            var count = _vectorCount - first;

            // All of a run have the same size, but the last, which may be shorter.
            if (count > 0 && (!_isSegmenting || count == SegmentsMax || entry.Size > segment || total + entry.Size > RunSizeMax)) break;
            _vectors[_vectorCount++] = new IoVector { Base = entry.Bytes, Length = (nuint)entry.Size };
            total += entry.Size;
            index = entry.Next;
            if (entry.Size < segment) break;
        }

        ref var header = ref _messages[_messageCount].Header;
        header = default;
        fixed (byte* name = target.SocketAddress) header.Name = name;
        header.NameLength = (uint)target.SocketAddress.Length;
        header.Vectors = _vectors + first;
        header.VectorCount = (nuint)(_vectorCount - first);
        if (header.VectorCount > 1)
        {
            var control = _controls + (_messageCount * ControlSize);
            *(ulong*)control = ControlLength;
            *(int*)(control + 8) = Native.UdpLevel;
            *(int*)(control + 12) = Native.UdpSegment;
            *(ushort*)(control + 16) = (ushort)segment;
            header.Control = control;
            header.ControlLength = ControlSize;
        }

        _messageTargets[_messageCount++] = target;
        return index;
    }

    private void Send()
    {
        var done = 0;
        var isRepeated = false;
        while (done < _messageCount)
        {
            var sent = _calls.SendMany(_descriptor, _messages + done, _messageCount - done, out var error);
            if (sent > 0)
            {
                for (var end = done + sent; done < end; done++) Sent += (long)_messages[done].Header.VectorCount;
                isRepeated = false;
                continue;
            }

            if (!isRepeated && (error == Native.ErrorInterrupted || ErrorQueue.IsOfEarlier(error)))
            {
                isRepeated = true;
                continue;
            }

            Fail(done++, error);
            isRepeated = false;
        }

        _messageCount = 0;
        _vectorCount = 0;
    }

    private void Fail(int index, int error)
    {
        ref var header = ref _messages[index].Header;
        var target = _messageTargets[index]!;
        var isFull = error is Native.ErrorWouldBlock or Native.ErrorNoBuffers;
        if (header.VectorCount == 1 || isFull)
        {
            target.Failures += (int)header.VectorCount;
            return;
        }

        // The kernel or the device does not segment, or the path has become narrower: one by one it is told.
        var taken = 0;
        for (nuint i = 0; i < header.VectorCount; i++)
        {
            ref var vector = ref header.Vectors[i];
            if (_calls.SendOne(_descriptor, vector, header.Name, header.NameLength) == 0) taken++;
        }

        Sent += taken;
        target.Failures += (int)header.VectorCount - taken;
        if (taken == (int)header.VectorCount) _isSegmenting = false;
    }

    private struct Entry
    {
        public byte* Bytes;
        public int Size;
        public int Next;
    }
}
