namespace Mainstay.Totem.Wire;

/// <summary>An entry of the token's retransmit list.</summary>
internal readonly record struct RetransmitRequest(RingId Ring, MessageSequence Sequence);

/// <summary>
/// The regular token (spec/ring-wire.md section 2.1). One mutable instance serves an engine for its whole life: it is read into,
/// changed and written out without allocation.
/// </summary>
internal sealed class RegularToken
{
    public const int MinSize = 57;
    public const int RequestSize = RingId.Size + 4;
    public const int MaxSize = MinSize + (RequestSize * Limits.RetransmitEntriesMax);

    private readonly RetransmitRequest[] _requests = new RetransmitRequest[Limits.RetransmitEntriesMax];

    public PacketHeader Header { get; set; }

    public MessageSequence Sequence { get; set; }

    public TokenSequence TokenSequence { get; set; }

    /// <summary>All received up to: what every member has, as far as this rotation knows.</summary>
    public MessageSequence Aru { get; set; }

    /// <summary>Who lowered <see cref="Aru"/>; none when all have everything.</summary>
    public NodeId AruNode { get; set; }

    public RingId Ring { get; set; }

    public uint Backlog { get; set; }

    public uint FlowCount { get; set; }

    public bool RetransmitFlag { get; set; }

    public int RequestCount { get; private set; }

    public ReadOnlySpan<RetransmitRequest> Requests => _requests.AsSpan(0, RequestCount);

    public int Size => MinSize + (RequestSize * RequestCount);

    public bool TryRead(ReadOnlySpan<byte> source, in PacketHeader header)
    {
        if (source.Length is < MinSize or > Limits.TokenSizeMax)
        {
            return false;
        }

        var order = header.Order;
        var count = order.ReadUInt32(source[53..]);
        var flag = order.ReadUInt32(source[49..]);
        if (count > Limits.RetransmitEntriesMax || source.Length < MinSize + ((int)count * RequestSize) || flag > 1 || header.Sender.IsNone)
        {
            return false;
        }

        Header = header;
        Sequence = new(order.ReadUInt32(source[13..]));
        TokenSequence = new(order.ReadUInt32(source[17..]));
        Aru = new(order.ReadUInt32(source[21..]));
        AruNode = order.ReadNodeId(source[25..]);
        Ring = order.ReadRingId(source[29..]);
        Backlog = order.ReadUInt32(source[41..]);
        FlowCount = order.ReadUInt32(source[45..]);
        RetransmitFlag = flag == 1;
        RequestCount = (int)count;
        for (var index = 0; index < RequestCount; index++)
        {
            var entry = source.Slice(MinSize + (index * RequestSize), RequestSize);
            _requests[index] = new(order.ReadRingId(entry), new MessageSequence(order.ReadUInt32(entry[RingId.Size..])));
        }

        return true;
    }

    /// <summary>Writes the token in the byte order of its header.</summary>
    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> target)
    {
        var order = Header.Order;
        Header.Write(target);
        order.WriteUInt32(target[13..], Sequence.Value);
        order.WriteUInt32(target[17..], TokenSequence.Value);
        order.WriteUInt32(target[21..], Aru.Value);
        order.WriteNodeId(target[25..], AruNode);
        order.WriteRingId(target[29..], Ring);
        order.WriteUInt32(target[41..], Backlog);
        order.WriteUInt32(target[45..], FlowCount);
        order.WriteUInt32(target[49..], RetransmitFlag ? 1u : 0u);
        order.WriteUInt32(target[53..], (uint)RequestCount);
        for (var index = 0; index < RequestCount; index++)
        {
            var entry = target.Slice(MinSize + (index * RequestSize), RequestSize);
            order.WriteRingId(entry, _requests[index].Ring);
            order.WriteUInt32(entry[RingId.Size..], _requests[index].Sequence.Value);
        }

        return Size;
    }

    public bool IsRequested(MessageSequence sequence, RingId ring)
    {
        foreach (var request in Requests)
        {
            if (request.Sequence == sequence && request.Ring == ring)
            {
                return true;
            }
        }

        return false;
    }

    public void AddRequest(RetransmitRequest request)
    {
        Invariant.Check(RequestCount < Limits.RetransmitEntriesMax, "the retransmit list of the token is full");
        _requests[RequestCount++] = request;
    }

    public void RemoveRequestAt(int index)
    {
        RequestCount--;
        _requests.AsSpan(index + 1, RequestCount - index).CopyTo(_requests.AsSpan(index));
    }

    public void ClearRequests() => RequestCount = 0;
}
