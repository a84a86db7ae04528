namespace Mainstay.Ring.Core.Messages;

/// <summary>Functions of service cpg (spec/ring-wire.md section 4.1).</summary>
internal static class CpgFunction
{
    public const ushort ProcessJoin = 0;
    public const ushort ProcessLeave = 1;
    public const ushort JoinList = 2;
    public const ushort Multicast = 3;
    public const ushort ObsoleteDownlist = 4;
    public const ushort Downlist = 5;
    public const ushort PartialMulticast = 6;
}

/// <summary>A group name in its 136-byte field: length, hole, 128 bytes.</summary>
internal static class GroupNameField
{
    public const int Size = 136;
    public const int LengthMax = 128;

    private const int BytesOffset = 8;

    public static bool TryRead(ReadOnlySpan<byte> source, WireOrder order, out ReadOnlySpan<byte> name)
    {
        name = default;
        var length = order.ReadUInt32(source, 0);
        if (length > LengthMax) return false;
        name = source.Slice(BytesOffset, (int)length);
        return true;
    }

    public static void Write(Span<byte> target, ReadOnlySpan<byte> name)
    {
        target[..Size].Clear();
        WireOrder.Write(target, 0, (uint)name.Length);
        name.CopyTo(target[BytesOffset..]);
    }
}

/// <summary>procjoin and procleave.</summary>
internal ref struct CpgProcessMessage
{
    public const int Size = 168;

    private const int NameOffset = 16;
    private const int ProcessOffset = 152;
    private const int ReasonOffset = 160;

    public bool IsJoin;
    public ReadOnlySpan<byte> Group;
    public uint ProcessId;
    public uint Reason;

    public static bool TryRead(ReadOnlySpan<byte> source, bool isJoin, WireOrder order, out CpgProcessMessage message)
    {
        message = default;
        if (source.Length != Size) return false;
        message.IsJoin = isJoin;
        message.ProcessId = order.ReadUInt32(source, ProcessOffset);
        message.Reason = order.ReadUInt32(source, ReasonOffset);
        return GroupNameField.TryRead(source[NameOffset..], order, out message.Group);
    }

    public readonly void Write(Span<byte> target)
    {
        target[..Size].Clear();
        new ServiceHeader(ServiceId.Cpg, IsJoin ? CpgFunction.ProcessJoin : CpgFunction.ProcessLeave).Write(target, Size);
        GroupNameField.Write(target[NameOffset..], Group);
        WireOrder.Write(target, ProcessOffset, ProcessId);
        WireOrder.Write(target, ReasonOffset, Reason);
    }
}

/// <summary>joinlist: the joined processes of the sender. Its header is the 24-byte response header.</summary>
internal ref struct CpgJoinList
{
    public const int HeaderSize = 24;
    public const int EntrySize = 144;

    private const int NameOffset = 8;

    private ReadOnlySpan<byte> _entries;
    private WireOrder _order;

    public readonly int Count => _entries.Length / EntrySize;

    public static int SizeOf(int count) => HeaderSize + (count * EntrySize);

    public static bool TryRead(ReadOnlySpan<byte> source, WireOrder order, out CpgJoinList list)
    {
        list = default;
        if (source.Length < HeaderSize || (source.Length - HeaderSize) % EntrySize != 0) return false;
        list._entries = source[HeaderSize..];
        list._order = order;
        for (var i = 0; i < list.Count; i++)
        {
            if (!list.TryReadEntry(i, out _, out _)) return false;
        }

        return true;
    }

    public readonly bool TryReadEntry(int index, out uint processId, out ReadOnlySpan<byte> group)
    {
        var entry = _entries.Slice(index * EntrySize, EntrySize);
        processId = _order.ReadUInt32(entry, 0);
        return GroupNameField.TryRead(entry[NameOffset..], _order, out group);
    }

    public static void WriteHeader(Span<byte> target, int count)
    {
        target[..SizeOf(count)].Clear();
        new ServiceHeader(ServiceId.Cpg, CpgFunction.JoinList).Write(target, SizeOf(count));
    }

    public static void WriteEntry(Span<byte> target, int index, uint processId, ReadOnlySpan<byte> group)
    {
        var entry = target.Slice(HeaderSize + (index * EntrySize), EntrySize);
        WireOrder.Write(entry, 0, processId);
        GroupNameField.Write(entry[NameOffset..], group);
    }
}

/// <summary>mcast: a message of a process to its group.</summary>
internal ref struct CpgMulticast
{
    public const int HeaderSize = 184;

    private const int NameOffset = 16;
    private const int LengthOffset = 152;
    private const int ProcessOffset = 160;
    private const int SourceOffset = 168;
    private const int ConnectionOffset = 176;

    public ReadOnlySpan<byte> Group;
    public uint ProcessId;
    public uint SourceNode;
    public ulong Connection;
    public ReadOnlySpan<byte> Payload;

    public static bool TryRead(ReadOnlySpan<byte> source, WireOrder order, out CpgMulticast message)
    {
        message = default;
        if (source.Length < HeaderSize || order.ReadUInt32(source, LengthOffset) != (uint)(source.Length - HeaderSize)) return false;
        message.ProcessId = order.ReadUInt32(source, ProcessOffset);
        message.SourceNode = order.ReadUInt32(source, SourceOffset);
        message.Connection = order.ReadUInt64(source, ConnectionOffset);
        message.Payload = source[HeaderSize..];
        return GroupNameField.TryRead(source[NameOffset..], order, out message.Group);
    }

    /// <summary>Writes all but the payload, which follows as the second piece of the submission.</summary>
    public readonly void WriteHeader(Span<byte> target)
    {
        target[..HeaderSize].Clear();
        new ServiceHeader(ServiceId.Cpg, CpgFunction.Multicast).Write(target, HeaderSize + Payload.Length);
        GroupNameField.Write(target[NameOffset..], Group);
        WireOrder.Write(target, LengthOffset, (uint)Payload.Length);
        WireOrder.Write(target, ProcessOffset, ProcessId);
        WireOrder.Write(target, SourceOffset, SourceNode);
        WireOrder.Write(target, ConnectionOffset, Connection);
    }
}

/// <summary>Which piece of a message longer than the IPC buffer a partial_mcast is.</summary>
internal enum CpgPartialKind : uint
{
    First = 1,
    Continued = 2,
    Last = 3,
}

/// <summary>partial_mcast: a piece of a message that the client library split (about 1 MiB and more).</summary>
internal ref struct CpgPartialMulticast
{
    public const int HeaderSize = 200;

    private const int NameOffset = 16;
    private const int TotalOffset = 152;
    private const int LengthOffset = 160;
    private const int ProcessOffset = 168;
    private const int KindOffset = 176;
    private const int SourceOffset = 184;
    private const int ConnectionOffset = 192;

    public ReadOnlySpan<byte> Group;
    public uint TotalLength;
    public uint ProcessId;
    public CpgPartialKind Kind;
    public uint SourceNode;
    public ulong Connection;
    public ReadOnlySpan<byte> Fragment;

    public static bool TryRead(ReadOnlySpan<byte> source, WireOrder order, out CpgPartialMulticast message)
    {
        message = default;
        if (source.Length < HeaderSize || order.ReadUInt32(source, LengthOffset) != (uint)(source.Length - HeaderSize)) return false;
        message.TotalLength = order.ReadUInt32(source, TotalOffset);
        message.ProcessId = order.ReadUInt32(source, ProcessOffset);
        message.Kind = (CpgPartialKind)order.ReadUInt32(source, KindOffset);
        message.SourceNode = order.ReadUInt32(source, SourceOffset);
        message.Connection = order.ReadUInt64(source, ConnectionOffset);
        message.Fragment = source[HeaderSize..];
        return message.Kind is CpgPartialKind.First or CpgPartialKind.Continued or CpgPartialKind.Last
            && GroupNameField.TryRead(source[NameOffset..], order, out message.Group);
    }

    public readonly void WriteHeader(Span<byte> target)
    {
        target[..HeaderSize].Clear();
        new ServiceHeader(ServiceId.Cpg, CpgFunction.PartialMulticast).Write(target, HeaderSize + Fragment.Length);
        GroupNameField.Write(target[NameOffset..], Group);
        WireOrder.Write(target, TotalOffset, TotalLength);
        WireOrder.Write(target, LengthOffset, (uint)Fragment.Length);
        WireOrder.Write(target, ProcessOffset, ProcessId);
        WireOrder.Write(target, KindOffset, (uint)Kind);
        WireOrder.Write(target, SourceOffset, SourceNode);
        WireOrder.Write(target, ConnectionOffset, Connection);
    }
}

/// <summary>downlist: which nodes of the sender's previous membership are gone.</summary>
/// <param name="OldMemberCount">Members of the previous membership.</param>
/// <param name="LeftNodes">Node ids, at most 384.</param>
internal readonly record struct CpgDownlist(uint OldMemberCount, uint[] LeftNodes)
{
    public const int Size = 1568;
    public const int NodeCountMax = 384;

    private const int OldOffset = 16;
    private const int LeftOffset = 24;
    private const int ListOffset = 32;

    public static bool TryRead(ReadOnlySpan<byte> source, WireOrder order, out CpgDownlist message)
    {
        message = default;
        if (source.Length != Size) return false;
        var count = order.ReadUInt32(source, LeftOffset);
        if (count > NodeCountMax) return false;
        var nodes = new uint[count];
        for (var i = 0; i < nodes.Length; i++) nodes[i] = order.ReadUInt32(source, ListOffset + (4 * i));
        message = new CpgDownlist(order.ReadUInt32(source, OldOffset), nodes);
        return true;
    }

    public void Write(Span<byte> target)
    {
        target[..Size].Clear();
        new ServiceHeader(ServiceId.Cpg, CpgFunction.Downlist).Write(target, Size);
        WireOrder.Write(target, OldOffset, OldMemberCount);
        WireOrder.Write(target, LeftOffset, (uint)LeftNodes.Length);
        for (var i = 0; i < LeftNodes.Length; i++) WireOrder.Write(target, ListOffset + (4 * i), LeftNodes[i]);
    }
}
