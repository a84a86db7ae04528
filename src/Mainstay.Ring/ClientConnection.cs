using System.Buffers.Binary;
using Mainstay.Ring.Client;
using Mainstay.Totem;

namespace Mainstay.Ring;

/// <summary>One local client: its descriptor, its unread requests and its unsent events. Bounded on both sides.</summary>
internal sealed unsafe class ClientConnection : IDisposable
{
    /// <summary>Unsent bytes beyond which a client is dropped: it does not read its events.</summary>
    public const int UnsentSizeMax = 64 * 1024 * 1024;

    /// <summary>
    /// Unsent bytes beyond which a client's requests wait until it has read: who sends faster than it reads what comes of it
    /// would be dropped.
    /// </summary>
    public const int UnsentSizeBusy = 4 * 1024 * 1024;

    /// <summary>A message of this size is handed to the kernel from where it lies, rather than copied to be sent with others.</summary>
    private const int LargeMessageMin = 32 * 1024;

    private const int InputSizeMax = 256 * 1024;
    private const int MessageHeaderSize = RingProtocol.HeaderSize + 8;

    private byte[] _input = new byte[4096];
    private readonly UnsentBytes _unsent;
    private int _inputSize;
    private bool _isInputShort;
    private int _inputUsed;
    private string? _processName;

    public ClientConnection(int number, int descriptor, uint processId, uint userId, Instant greetsUntil, ChunkPool pool)
    {
        _unsent = new UnsentBytes(pool);
        Number = number;
        Descriptor = descriptor;
        ProcessId = processId;
        UserId = userId;
        GreetsUntil = greetsUntil;
    }

    /// <summary>The daemon's number of the client; never reused.</summary>
    public int Number { get; }

    public int Descriptor { get; }

    public uint ProcessId { get; }

    public uint UserId { get; }

    /// <summary>Whether it said hello.</summary>
    public bool IsGreeted { get; set; }

    /// <summary>When it must have said hello.</summary>
    public Instant GreetsUntil { get; }

    /// <summary>A request that cannot be taken now stays first in the input; nothing more is read meanwhile.</summary>
    public bool IsStalled { get; set; }

    /// <summary>Whether it is stalled because it was behind when its turn came.</summary>
    public bool IsHeldBack { get; private set; }

    /// <summary>Whether it has more unread than those have who may ask for more.</summary>
    public bool IsBehind => _unsent.Count > UnsentSizeBusy;

    /// <summary>Whether the client was told that it is stalled.</summary>
    public bool IsToldStalled { get; set; }

    /// <summary>How often it was stalled.</summary>
    public ulong Stalls { get; set; }

    /// <summary>Requests worked off.</summary>
    public ulong Requests { get; private set; }

    /// <summary>Answers to requests.</summary>
    public ulong Responses { get; set; }

    /// <summary>Events sent.</summary>
    public ulong Dispatched { get; set; }

    /// <summary>Whether it joined a group.</summary>
    public bool IsInGroup { get; set; }

    /// <summary>Number of the shutdown request that waits for its decision, 0 for none.</summary>
    public uint ShutdownRequest { get; set; }

    /// <summary>Number of the device registration that waits until all nodes know it, 0 for none.</summary>
    public uint DeviceRequest { get; set; }

    /// <summary>Name of the client's program as the kernel knows it.</summary>
    public string ProcessName => _processName ??= NameOf(ProcessId);

    /// <summary>Bytes that wait to be sent.</summary>
    public int UnsentSize => _unsent.Count;

    /// <summary>Why it is to be closed, or <see langword="null"/>.</summary>
    public string? CloseReason { get; set; }

    /// <summary>Number of the join request that waits for its delivery, 0 for none.</summary>
    public uint JoinRequest { get; set; }

    /// <summary>Number of the leave request that waits for its delivery, 0 for none.</summary>
    public uint LeaveRequest { get; set; }

    public bool WantsToSend => _unsent.Count > 0;

    public bool WantsToRead => !IsStalled && CloseReason is null;

    /// <summary>Reads what is there; false when the other side is gone.</summary>
    public bool Receive()
    {
        if (_inputUsed > 0)
        {
            _input.AsSpan(_inputUsed, _inputSize - _inputUsed).CopyTo(_input);
            _inputSize -= _inputUsed;
            _inputUsed = 0;
        }

        if (_inputSize == _input.Length)
        {
            Array.Resize(ref _input, Math.Min(_input.Length * 2, RingProtocol.RequestSizeMax + RingProtocol.SizeFieldSize));
        }
        else if (_isInputShort && _input.Length < InputSizeMax)
        {
            // A busy client: fewer calls with more in each.
            Array.Resize(ref _input, _input.Length * 4);
        }

        nint count;
        fixed (byte* target = &_input[_inputSize])
        {
            count = Native.ReceiveFrom(Descriptor, target, (nuint)(_input.Length - _inputSize), Native.MessageDontWait, null, null);
        }

        if (count > 0)
        {
            _inputSize += (int)count;
            _isInputShort = _inputSize == _input.Length;
            return true;
        }

        return count < 0 && Native.LastError is Native.ErrorWouldBlock or Native.ErrorInterrupted;
    }

    /// <summary>The oldest complete request; false when there is none or the input is unreadable (then there is a close reason).</summary>
    public bool TryPeek(out FrameKind kind, out uint request, out ReadOnlySpan<byte> body)
    {
        kind = default;
        request = 0;
        body = default;
        var input = _input.AsSpan(_inputUsed, _inputSize - _inputUsed);
        if (input.Length < RingProtocol.HeaderSize) return false;
        var size = BinaryPrimitives.ReadUInt32LittleEndian(input);
        if (size is < RingProtocol.HeaderSize - RingProtocol.SizeFieldSize or > RingProtocol.RequestSizeMax)
        {
            CloseReason ??= $"a frame of {size} bytes is not accepted";
            return false;
        }

        if (input.Length < (int)size + RingProtocol.SizeFieldSize) return false;
        kind = (FrameKind)input[RingProtocol.SizeFieldSize];
        request = BinaryPrimitives.ReadUInt32LittleEndian(input[(RingProtocol.SizeFieldSize + 1)..]);
        body = input[RingProtocol.HeaderSize..((int)size + RingProtocol.SizeFieldSize)];
        return true;
    }

    /// <summary>Stalls the client if it is behind, and no longer if it was for this reason; whether it is.</summary>
    public bool HoldBackIfBehind()
    {
        if (IsBehind) IsStalled = true;
        else if (IsHeldBack) IsStalled = false;
        return IsHeldBack = IsBehind;
    }

    /// <summary>The request peeked at is done.</summary>
    public void Consume()
    {
        Requests++;
        _inputUsed += (int)BinaryPrimitives.ReadUInt32LittleEndian(_input.AsSpan(_inputUsed)) + RingProtocol.SizeFieldSize;
    }

    /// <summary>Appends bytes to send; the client is marked for closing where it has too much unread.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        if (HasRoomFor(bytes.Length)) _unsent.Append(bytes);
    }

    /// <summary>Sends the event of a message: a large one at once as far as the kernel takes it, the others with the next flush.</summary>
    public void SendMessage(uint node, uint process, ReadOnlySpan<byte> payload)
    {
        if (!HasRoomFor(MessageHeaderSize + payload.Length)) return;
        Span<byte> header = stackalloc byte[MessageHeaderSize];
        BinaryPrimitives.WriteInt32LittleEndian(header, MessageHeaderSize - RingProtocol.SizeFieldSize + payload.Length);
        header[RingProtocol.SizeFieldSize] = (byte)FrameKind.Message;
        header[(RingProtocol.SizeFieldSize + 1)..].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header[RingProtocol.HeaderSize..], node);
        BinaryPrimitives.WriteUInt32LittleEndian(header[(RingProtocol.HeaderSize + 4)..], process);
        if (payload.Length >= LargeMessageMin && (!WantsToSend || Flush()) && !WantsToSend)
        {
            var sent = SendNow(header, payload);
            _unsent.Append(sent < MessageHeaderSize ? header[sent..] : default);
            _unsent.Append(payload[Math.Max(0, sent - MessageHeaderSize)..]);
            return;
        }

        _unsent.Append(header);
        _unsent.Append(payload);
    }

    /// <summary>Sends what the kernel takes; false when the other side is gone.</summary>
    public bool Flush()
    {
        while (WantsToSend)
        {
            nint count;
            var first = _unsent.First;
            fixed (byte* source = first)
            {
                count = Native.SendTo(
                    Descriptor, source, (nuint)first.Length, Native.MessageDontWait | Native.MessageNoSignal, null, 0);
            }

            if (count < 0) return Native.LastError is Native.ErrorWouldBlock or Native.ErrorInterrupted;
            _unsent.Consume((int)count);
        }

        return true;
    }

    public void Dispose()
    {
        _unsent.Clear();
        _ = Native.Close(Descriptor);
    }

    private bool HasRoomFor(int size)
    {
        if (CloseReason is null && _unsent.Count + size > UnsentSizeMax) CloseReason = "it does not read its events fast enough";
        return CloseReason is null;
    }

    /// <summary>Sends two pieces without copying them; returns how many bytes of both the kernel took.</summary>
    private int SendNow(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        fixed (byte* firstBytes = first)
        fixed (byte* secondBytes = second)
        {
            var vectors = stackalloc IoVector[2];
            vectors[0] = new IoVector { Base = firstBytes, Length = (nuint)first.Length };
            vectors[1] = new IoVector { Base = secondBytes, Length = (nuint)second.Length };
            var header = new MessageHeader { Vectors = vectors, VectorCount = 2 };
            var sent = Native.SendMessage(Descriptor, &header, Native.MessageDontWait | Native.MessageNoSignal);

            // Whether the other side is gone the next flush tells.
            return (int)Math.Max(0, sent);
        }
    }

    private static string NameOf(uint processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/comm").TrimEnd('\n');
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }
}
