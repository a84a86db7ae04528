using Mainstay.Totem.Wire;

namespace Mainstay.Totem;

/// <summary>One message of a group, reassembled.</summary>
public readonly ref struct GroupMessage
{
    internal GroupMessage(
        NodeId origin, MessageGroup groups, ReadOnlySpan<byte> bytes, ReadOnlyMemory<byte> lasting, bool foreignByteOrder)
    {
        Origin = origin;
        Groups = groups;
        Bytes = bytes;
        Lasting = lasting;
        ForeignByteOrder = foreignByteOrder;
    }

    /// <summary>Who sent it.</summary>
    public NodeId Origin { get; }

    /// <summary>The groups it is addressed to.</summary>
    public MessageGroup Groups { get; }

    /// <summary>The message after the group header; valid until the next call on the assembler.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>
    /// The same bytes in memory that lives as long as the outbox they came in; empty where the message was put together of parts.
    /// </summary>
    public ReadOnlyMemory<byte> Lasting { get; }

    /// <summary>Whether its integers are in the other byte order (big-endian).</summary>
    public bool ForeignByteOrder { get; }
}

/// <summary>
/// The receiving half of the group layer (spec/ring-wire.md section 3.3): turns delivered packets into messages. It keeps two sets of
/// reassembly states, one for normal operation and one from a regular configuration change until synchronisation ends.
/// </summary>
/// <remarks>
/// Usage: for <see cref="OutputKind.Deliver"/> call <see cref="Begin"/>, then <see cref="TryRead"/> until it returns false. Whoever handles
/// the last message of a synchronisation calls <see cref="SynchronisationFinished"/> at once, before reading on: the rest of the
/// outbox may already belong to normal operation.
/// </remarks>
public sealed class GroupAssembler
{
    private readonly Dictionary<NodeId, Reassembly> _normal = [];
    private readonly Dictionary<NodeId, Reassembly> _synchronisation = [];
    private bool _isSynchronising = true;

    private ReadOnlyMemory<byte> _packet;
    private NodeId _origin;
    private ByteOrder _order;
    private int _count;
    private byte _fragment;
    private byte _continuation;
    private int _index;
    private int _offset;
    private Reassembly? _current;

    /// <summary>Packets dropped because they were malformed.</summary>
    public long PacketsMalformed { get; private set; }

    /// <summary>Parts of messages dropped: the rest was sent before this node joined, or never, because the sender left.</summary>
    public long FragmentsDropped { get; private set; }

    /// <summary>Messages dropped because they are for no known group or have a bad group header.</summary>
    public long MessagesIgnored { get; private set; }

    /// <summary>Takes a delivered packet; what is unread of the previous one is lost.</summary>
    public void Begin(in Output deliver)
    {
        _packet = deliver.Bytes;
        _origin = deliver.Node;
        _order = deliver.ForeignByteOrder ? ByteOrder.Big : ByteOrder.Little;
        _index = 0;
        _count = 0;
        if (!GroupPacket.TryRead(_packet.Span, _order, out var packet))
        {
            PacketsMalformed++;
            _packet = default;
            return;
        }

        // Read once: a packet may hold some hundred messages.
        _count = packet.Count;
        _fragment = packet.Fragment;
        _continuation = packet.Continuation;
        _offset = _packet.Length - packet.Data.Length;
        var states = _isSynchronising ? _synchronisation : _normal;
        if (!states.TryGetValue(_origin, out _current))
        {
            _current = new Reassembly();
            states.Add(_origin, _current);
        }

        if (packet.Continuation == _current.Expected)
        {
            return;
        }

        // The end or the beginning of something is missing. A message that starts here is whole, though.
        FragmentsDropped++;
        _current.Clear();
        if (packet.Continuation != 0)
        {
            _offset += packet.Length(0);
            _index = 1;
        }
    }

    /// <summary>The next complete message of the packet.</summary>
    public bool TryRead(out GroupMessage message)
    {
        message = default;
        while (_current is not null && _index < _count)
        {
            var length = _order.ReadUInt16(_packet.Span[(GroupPacket.HeaderSize + (_index * GroupPacket.LengthSize))..]);
            var part = _packet.Slice(_offset, length);
            var isFirst = _index == 0;
            _offset += length;
            _index++;
            if (_index == _count && _fragment != 0)
            {
                if (!_current.Append(part.Span, continues: isFirst && _continuation != 0, expected: _fragment))
                {
                    FragmentsDropped++;
                }

                return false;
            }

            if (isFirst && _continuation != 0)
            {
                if (TryOpen(_current.Finish(part.Span), default, out message)) return true;
            }
            else if (TryOpen(part.Span, part, out message))
            {
                return true;
            }

            MessagesIgnored++;
        }

        return false;
    }

    /// <summary>A configuration change came out of the engine.</summary>
    public void HandleConfigurationChange(ConfigurationChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        foreach (var node in change.Left)
        {
            _normal.Remove(node);
            _synchronisation.Remove(node);
        }

        if (change.Kind == ConfigurationKind.Regular)
        {
            _isSynchronising = true;
        }
    }

    /// <summary>Synchronisation ended: back to the states of normal operation.</summary>
    public void SynchronisationFinished() => _isSynchronising = false;

    /// <summary>Reads the group header (spec/ring-wire.md section 3.4).</summary>
    private bool TryOpen(ReadOnlySpan<byte> whole, ReadOnlyMemory<byte> lasting, out GroupMessage message)
    {
        message = default;
        if (whole.Length < 2)
        {
            return false;
        }

        var count = _order.ReadUInt16(whole);
        var offset = 2 + (count * 2);
        if (whole.Length < offset)
        {
            return false;
        }

        var groups = MessageGroup.None;
        for (var index = 0; index < count; index++)
        {
            var length = _order.ReadUInt16(whole[(2 + (index * 2))..]);
            if (whole.Length - offset < length)
            {
                return false;
            }

            var name = whole.Slice(offset, length);
            offset += length;
            groups |= name.SequenceEqual("a"u8) ? MessageGroup.Services : MessageGroup.None;
            groups |= name.SequenceEqual("sync"u8) ? MessageGroup.Synchronisation : MessageGroup.None;
        }

        message = new GroupMessage(
            _origin, groups, whole[offset..], lasting.IsEmpty ? default : lasting[offset..], _order == ByteOrder.Big);
        return groups != MessageGroup.None;
    }

    /// <summary>The unfinished message of one sender.</summary>
    private sealed class Reassembly
    {
        private byte[] _buffer = [];
        private int _count;

        /// <summary>The continuation number that the next packet must have; 0 if nothing is unfinished.</summary>
        public byte Expected { get; private set; }

        public void Clear()
        {
            _count = 0;
            Expected = 0;
        }

        /// <summary>Keeps a part whose rest is still to come.</summary>
        /// <returns>False if the message grew too large: it is dropped.</returns>
        public bool Append(ReadOnlySpan<byte> part, bool continues, byte expected)
        {
            if (!continues)
            {
                _count = 0;
            }

            if (_count + part.Length > Limits.GroupMessageSizeMax)
            {
                Clear();
                return false;
            }

            Reserve(_count + part.Length);
            part.CopyTo(_buffer.AsSpan(_count));
            _count += part.Length;
            Expected = expected;
            return true;
        }

        /// <summary>Adds the last part.</summary>
        /// <returns>The whole message, valid until the next change.</returns>
        public ReadOnlySpan<byte> Finish(ReadOnlySpan<byte> part)
        {
            Reserve(_count + part.Length);
            part.CopyTo(_buffer.AsSpan(_count));
            var whole = _buffer.AsSpan(0, _count + part.Length);
            Clear();
            return whole;
        }

        private void Reserve(int size)
        {
            if (_buffer.Length < size)
            {
                Array.Resize(ref _buffer, Math.Max(4096, Math.Max(_buffer.Length * 2, size)));
            }
        }
    }
}
