namespace Mainstay.Totem.Wire;

/// <summary>What one member reports in the commit token.</summary>
/// <param name="Ring">The ring it comes from.</param>
/// <param name="Aru">All received up to, in that ring.</param>
/// <param name="HighDelivered">Highest delivered, in that ring.</param>
/// <param name="HasAll">Whether it lacks no message that any member is known to have.</param>
internal readonly record struct CommitEntry(RingId Ring, MessageSequence Aru, MessageSequence HighDelivered, bool HasAll);

/// <summary>The commit token (spec/ring-wire.md section 2.5); mutable and reused like <see cref="RegularToken"/>.</summary>
internal sealed class CommitToken
{
    public const int MinSize = 41;
    public const int EntrySize = RingId.Size + 12;
    public const int MaxSize = MinSize + ((4 + EntrySize) * Limits.NodeCountMax);

    private readonly NodeId[] _members = new NodeId[Limits.NodeCountMax];
    private readonly CommitEntry[] _entries = new CommitEntry[Limits.NodeCountMax];

    public PacketHeader Header { get; set; }

    public TokenSequence TokenSequence { get; set; }

    public RingId Ring { get; set; }

    public uint RetransmitFlag { get; set; }

    /// <summary>How many members have filled in their entry.</summary>
    public int FilledCount { get; set; }

    public int Count { get; private set; }

    public ReadOnlySpan<NodeId> Members => _members.AsSpan(0, Count);

    public Span<CommitEntry> Entries => _entries.AsSpan(0, Count);

    public int Size => MinSize + ((4 + EntrySize) * Count);

    public void Reset(RingId ring, ReadOnlySpan<NodeId> members)
    {
        Ring = ring;
        TokenSequence = default;
        RetransmitFlag = 0;
        FilledCount = 0;
        Count = members.Length;
        members.CopyTo(_members);
        Entries.Clear();
    }

    public bool TryRead(ReadOnlySpan<byte> source, in PacketHeader header)
    {
        if (source.Length < MinSize)
        {
            return false;
        }

        var order = header.Order;
        var filled = order.ReadUInt32(source[33..]);
        var count = order.ReadUInt32(source[37..]);
        if (count is 0 or > Limits.NodeCountMax || filled > count || source.Length < MinSize + ((4 + EntrySize) * (int)count))
        {
            return false;
        }

        Header = header;
        TokenSequence = new(order.ReadUInt32(source[13..]));
        Ring = order.ReadRingId(source[17..]);
        RetransmitFlag = order.ReadUInt32(source[29..]);
        FilledCount = (int)filled;
        Count = (int)count;
        var previous = NodeId.None;
        for (var index = 0; index < Count; index++)
        {
            var member = order.ReadNodeId(source[(MinSize + (index * 4))..]);
            if (member <= previous)
            {
                return false;
            }

            _members[index] = previous = member;
            ReadEntry(source.Slice(MinSize + (Count * 4) + (index * EntrySize), EntrySize), order, out _entries[index]);
        }

        return !header.Sender.IsNone && Ring.Representative == _members[0];
    }

    /// <summary>Writes the token in the byte order of its header.</summary>
    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> target)
    {
        var order = Header.Order;
        Header.Write(target);
        order.WriteUInt32(target[13..], TokenSequence.Value);
        order.WriteRingId(target[17..], Ring);
        order.WriteUInt32(target[29..], RetransmitFlag);
        order.WriteUInt32(target[33..], (uint)FilledCount);
        order.WriteUInt32(target[37..], (uint)Count);
        for (var index = 0; index < Count; index++)
        {
            order.WriteNodeId(target[(MinSize + (index * 4))..], _members[index]);
            var entry = target.Slice(MinSize + (Count * 4) + (index * EntrySize), EntrySize);
            order.WriteRingId(entry, _entries[index].Ring);
            order.WriteUInt32(entry[12..], _entries[index].Aru.Value);
            order.WriteUInt32(entry[16..], _entries[index].HighDelivered.Value);
            order.WriteUInt32(entry[20..], _entries[index].HasAll ? 1u : 0u);
        }

        return Size;
    }

    private static void ReadEntry(ReadOnlySpan<byte> source, ByteOrder order, out CommitEntry entry) => entry = new(
        order.ReadRingId(source),
        new MessageSequence(order.ReadUInt32(source[12..])),
        new MessageSequence(order.ReadUInt32(source[16..])),
        order.ReadUInt32(source[20..]) != 0);
}
