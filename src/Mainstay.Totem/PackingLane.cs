using Mainstay.Totem.Wire;

namespace Mainstay.Totem;

/// <summary>The group headers of the two groups (spec/ring-wire.md section 3.4), as this node writes them.</summary>
internal static class GroupHeader
{
    public const int SizeMax = 8;

    /// <summary>A message to no group: everybody drops it.</summary>
    public static ReadOnlySpan<byte> Nobody => [0, 0];

    private static ReadOnlySpan<byte> Services => [1, 0, 1, 0, (byte)'a'];

    private static ReadOnlySpan<byte> Synchronisation => [1, 0, 4, 0, (byte)'s', (byte)'y', (byte)'n', (byte)'c'];

    public static ReadOnlySpan<byte> Of(MessageGroup group)
    {
        if (group == MessageGroup.Services)
        {
            return Services;
        }

        Invariant.Check(group == MessageGroup.Synchronisation, "a message goes to exactly one group");
        return Synchronisation;
    }
}

/// <summary>
/// Packs messages into packets and cuts long ones (spec/ring-wire.md section 3.2), and queues the packets until the token comes. There are
/// two: one for ordinary messages, one for those of synchronisation, so that neither gets into the middle of the other's fragments.
/// </summary>
internal sealed class PackingLane
{
    private readonly PacketPool _pool;
    private readonly int _packetSizeMax;
    private readonly byte[] _staged;
    private readonly ushort[] _lengths;
    private readonly HalfSentMessage _halfSent = new();
    private readonly int _capacity;
    private int _stagedCount;
    private int _lengthCount;
    private byte _nextFragment = 1;
    private byte _continuation;

    public PackingLane(PacketPool pool, int packetSizeMax)
    {
        _pool = pool;
        _packetSizeMax = packetSizeMax;
        _capacity = Math.Max(4, Limits.NewMessageQueueBytes / packetSizeMax);
        _staged = new byte[packetSizeMax];
        _lengths = new ushort[packetSizeMax / GroupPacket.LengthSize];

        // Room behind the capacity: a message that starts again takes at most its own size in packets, and one before it.
        Queue = new PacketQueue(pool, _capacity + (Limits.GroupMessageSizeMax / FragmentSizeMax) + 2);
    }

    /// <summary>Packets that wait for the token, with room for their message header.</summary>
    public PacketQueue Queue { get; }

    public bool HasPending => Queue.Count > 0 || _lengthCount > 0;

    /// <summary>One slot stays free for the packet that the token's arrival closes.</summary>
    public int AvailableSlots => Math.Max(0, _capacity - Queue.Count - 1);

    /// <summary>The largest part of a message in a packet of its own.</summary>
    private int FragmentSizeMax => _packetSizeMax - GroupPacket.HeaderSize - GroupPacket.LengthSize;

    /// <summary>Usable bytes of a packet that already has <see cref="_lengthCount"/> messages and gets one more.</summary>
    private int Usable => _packetSizeMax - GroupPacket.HeaderSize - (GroupPacket.LengthSize * (_lengthCount + 1));

    /// <summary>Whether a message of so many bytes, group header included, is certain to fit the queue.</summary>
    public bool HasRoomFor(int length) =>
        length < Limits.GroupMessageSizeMax && length < (long)AvailableSlots * (_packetSizeMax - 24);

    /// <summary>Adds a message of three pieces; the caller has made sure of the room.</summary>
    public void Add(ReadOnlySpan<byte> groupHeader, ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, DeliveryGuarantee guarantee)
    {
        if (Usable - _stagedCount <= groupHeader.Length)
        {
            Close(fragment: 0, guarantee);
        }

        var inPacket = 0;
        AddPiece(groupHeader, isLast: header.Length + payload.Length == 0, guarantee, ref inPacket);
        AddPiece(header, isLast: payload.Length == 0, guarantee, ref inPacket);
        AddPiece(payload, isLast: true, guarantee, ref inPacket);
        if (inPacket > 0)
        {
            _lengths[_lengthCount++] = (ushort)inPacket;
        }
    }

    /// <summary>The token is here: what is staged goes into the queue, if there is room.</summary>
    public void Flush()
    {
        if (_lengthCount > 0 && _capacity > Queue.Count)
        {
            Close(fragment: 0, DeliveryGuarantee.Agreed);
        }
    }

    /// <summary>The next packet to send; its message header is still to be written.</summary>
    public Packet Dequeue()
    {
        var packet = Queue.Dequeue();
        _halfSent.Note(packet.Bytes[MessagePacket.HeaderSize..]);
        return packet;
    }

    /// <summary>
    /// If the next packet continues a message whose beginning was sent in an earlier configuration, sends that message from its beginning:
    /// nodes that joined since have not seen it, and must deliver what all deliver.
    /// </summary>
    public bool RestartHalfSentMessage()
    {
        if (Queue.Count == 0)
        {
            Flush();
        }

        return _halfSent.Restart(Queue, _pool, _packetSizeMax);
    }

    /// <summary>
    /// Forgets everything that waits: a synchronisation that was cut short starts again with new messages, and remains of the old one would
    /// reach some nodes whole and others not.
    /// </summary>
    public void Discard()
    {
        Queue.Clear();
        _stagedCount = 0;
        _lengthCount = 0;
        _continuation = 0;
        _nextFragment = 1;
        _halfSent.Abandon(Queue, _pool);
    }

    private void AddPiece(ReadOnlySpan<byte> piece, bool isLast, DeliveryGuarantee guarantee, ref int inPacket)
    {
        while (piece.Length > 0)
        {
            if (_stagedCount + piece.Length < Usable - GroupPacket.LengthSize)
            {
                Stage(piece, ref inPacket);
                _nextFragment = 1;
                return;
            }

            var count = Math.Min(piece.Length, Usable - _stagedCount);
            Stage(piece[..count], ref inPacket);
            piece = piece[count..];
            _lengths[_lengthCount++] = (ushort)inPacket;
            inPacket = 0;
            var isFinished = isLast && piece.Length == 0;
            Close(isFinished ? (byte)0 : TakeFragmentNumber(), guarantee);
        }
    }

    private void Stage(ReadOnlySpan<byte> bytes, ref int inPacket)
    {
        bytes.CopyTo(_staged.AsSpan(_stagedCount));
        _stagedCount += bytes.Length;
        inPacket += bytes.Length;
    }

    /// <summary>1 to 255; 0 means "not a fragment" on the wire.</summary>
    private byte TakeFragmentNumber()
    {
        if (_nextFragment == 0)
        {
            _nextFragment = 1;
        }

        return _nextFragment++;
    }

    private void Close(byte fragment, DeliveryGuarantee guarantee)
    {
        Invariant.Check(_lengthCount > 0, "an empty packet was closed");
        var packet = _pool.Rent(
            MessagePacket.HeaderSize + GroupPacket.HeaderSize + (_lengthCount * GroupPacket.LengthSize) + _stagedCount);
        packet.Bytes[..MessagePacket.HeaderSize].Clear();
        ByteOrder.Little.WriteUInt32(packet.Bytes[MessagePacket.GuaranteeOffset..], (uint)guarantee);
        GroupPacket.Write(
            packet.Bytes[MessagePacket.HeaderSize..],
            ByteOrder.Little,
            fragment,
            _continuation,
            _lengths.AsSpan(0, _lengthCount),
            _staged.AsSpan(0, _stagedCount));
        Queue.Enqueue(packet);
        _continuation = fragment;
        _stagedCount = 0;
        _lengthCount = 0;
    }
}
