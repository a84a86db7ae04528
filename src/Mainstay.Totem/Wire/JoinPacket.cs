namespace Mainstay.Totem.Wire;

/// <summary>A list of node ids inside a packet, in the sender's byte order.</summary>
internal readonly ref struct NodeListView(ReadOnlySpan<byte> bytes, ByteOrder order)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly ByteOrder _order = order;

    public int Count => _bytes.Length / 4;

    public NodeId this[int index] => _order.ReadNodeId(_bytes[(index * 4)..]);
}

/// <summary>A join message, or a leave (spec/ring-wire.md section 2.4).</summary>
internal readonly ref struct JoinPacket
{
    public const int MinSize = PacketHeader.Size + 20;
    public const int MaxSize = MinSize + (2 * 4 * Limits.NodeCountMax);

    private JoinPacket(PacketHeader header, NodeId sender, ulong ringSequence, NodeListView processors, NodeListView failed)
    {
        Header = header;
        Sender = sender;
        RingSequence = ringSequence;
        Processors = processors;
        Failed = failed;
    }

    public PacketHeader Header { get; }

    /// <summary>Who says it; the real leaver in a leave, where the header has no sender.</summary>
    public NodeId Sender { get; }

    public bool IsLeave => Header.Sender.IsNone;

    public ulong RingSequence { get; }

    public NodeListView Processors { get; }

    public NodeListView Failed { get; }

    public static bool TryRead(ReadOnlySpan<byte> source, in PacketHeader header, out JoinPacket packet)
    {
        packet = default;
        if (source.Length < MinSize)
        {
            return false;
        }

        var order = header.Order;
        var sender = order.ReadNodeId(source[13..]);
        var processorCount = order.ReadUInt32(source[17..]);
        var failedCount = order.ReadUInt32(source[21..]);
        if (processorCount > Limits.NodeCountMax || failedCount > Limits.NodeCountMax)
        {
            return false;
        }

        var processorBytes = (int)processorCount * 4;
        var failedBytes = (int)failedCount * 4;
        if (source.Length < MinSize + processorBytes + failedBytes)
        {
            return false;
        }

        packet = new(
            header,
            sender,
            order.ReadUInt64(source[25..]),
            new NodeListView(source.Slice(MinSize, processorBytes), order),
            new NodeListView(source.Slice(MinSize + processorBytes, failedBytes), order));
        return packet.IsConsistent();
    }

    /// <summary>Writes a join (or a leave, if the header has no sender) with lists in the given order.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(
        Span<byte> target,
        in PacketHeader header,
        NodeId sender,
        ulong ringSequence,
        ReadOnlySpan<NodeId> processors,
        ReadOnlySpan<NodeId> failed)
    {
        var order = header.Order;
        header.Write(target);
        order.WriteNodeId(target[13..], sender);
        order.WriteUInt32(target[17..], (uint)processors.Length);
        order.WriteUInt32(target[21..], (uint)failed.Length);
        order.WriteUInt64(target[25..], ringSequence);
        var offset = MinSize;
        foreach (var node in processors)
        {
            order.WriteNodeId(target[offset..], node);
            offset += 4;
        }

        foreach (var node in failed)
        {
            order.WriteNodeId(target[offset..], node);
            offset += 4;
        }

        return offset;
    }

    private static bool HasNone(NodeListView list)
    {
        for (var index = 0; index < list.Count; index++)
        {
            if (list[index].IsNone)
            {
                return true;
            }
        }

        return false;
    }

    private bool IsConsistent() =>
        !Sender.IsNone && (IsLeave || Header.Sender == Sender) && !HasNone(Processors) && !HasNone(Failed);
}
