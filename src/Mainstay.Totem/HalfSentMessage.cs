using Mainstay.Totem.Wire;

namespace Mainstay.Totem;

/// <summary>
/// Remembers the parts of a cut message that were sent while the rest still waits. When nodes join in between, the message is sent again
/// from its beginning; otherwise old members would deliver it and new members would not.
/// </summary>
/// <remarks>
/// On the wire: one packet with a message to nobody, which makes every receiver drop the part it holds (the reference drops that packet,
/// too), then the sent parts, numbered so that the waiting rest continues them.
/// </remarks>
internal sealed class HalfSentMessage
{
    private byte[] _sent = new byte[4096];
    private int _count;

    /// <summary>A packet of the lane goes out.</summary>
    public void Note(ReadOnlySpan<byte> payload)
    {
        var isRead = GroupPacket.TryRead(payload, ByteOrder.Little, out var packet);
        Invariant.Check(isRead, "this node packed a packet that cannot be read");
        if (packet.Fragment == 0)
        {
            _count = 0;
            return;
        }

        if (packet.Continuation == 0 || packet.Count > 1)
        {
            _count = 0;
        }

        Append(packet.Data[^packet.Length(packet.Count - 1)..]);
    }

    /// <summary>Puts the parts sent so far before what waits.</summary>
    public bool Restart(PacketQueue queue, PacketPool pool, int packetSizeMax)
    {
        if (_count == 0)
        {
            return false;
        }

        var link = NextContinuation(queue);
        Invariant.Check(link != 0, "the rest of a half-sent message does not wait at the head of the queue");

        var partSize = packetSizeMax - GroupPacket.HeaderSize - GroupPacket.LengthSize;
        var partCount = (_count + partSize - 1) / partSize;
        for (var part = partCount - 1; part >= 0; part--)
        {
            var bytes = _sent.AsSpan(part * partSize, Math.Min(partSize, _count - (part * partSize)));
            queue.Push(Pack(pool, fragment: link, continuation: part == 0 ? (byte)0 : link, bytes));
        }

        queue.Push(Pack(pool, fragment: 0, continuation: 0, GroupHeader.Nobody));
        _count = 0;
        return true;
    }

    /// <summary>Tells receivers that the rest of a half-sent message will not come.</summary>
    public void Abandon(PacketQueue queue, PacketPool pool)
    {
        if (_count > 0)
        {
            queue.Push(Pack(pool, fragment: 0, continuation: 0, GroupHeader.Nobody));
            _count = 0;
        }
    }

    private static byte NextContinuation(PacketQueue queue)
    {
        if (queue.Count == 0)
        {
            return 0;
        }

        var isRead = GroupPacket.TryRead(queue.Peek()[MessagePacket.HeaderSize..], ByteOrder.Little, out var next);
        Invariant.Check(isRead, "this node packed a packet that cannot be read");
        return next.Continuation;
    }

    private static Packet Pack(PacketPool pool, byte fragment, byte continuation, ReadOnlySpan<byte> data)
    {
        var packet = pool.Rent(MessagePacket.HeaderSize + GroupPacket.HeaderSize + GroupPacket.LengthSize + data.Length);
        packet.Bytes[..MessagePacket.HeaderSize].Clear();
        GroupPacket.Write(
            packet.Bytes[MessagePacket.HeaderSize..], ByteOrder.Little, fragment, continuation, [(ushort)data.Length], data);
        return packet;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_sent.Length < _count + bytes.Length)
        {
            Array.Resize(ref _sent, Math.Max(_sent.Length * 2, _count + bytes.Length));
        }

        bytes.CopyTo(_sent.AsSpan(_count));
        _count += bytes.Length;
    }
}
