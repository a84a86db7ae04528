using System.Buffers.Binary;
using System.Text;

namespace Mainstay.Ring.Client;

/// <summary>Builds frames in a reused buffer.</summary>
internal sealed class FrameWriter
{
    private byte[] _buffer = new byte[4096];
    private int _length;

    /// <summary>The frame, its size filled in.</summary>
    public ReadOnlySpan<byte> Finish()
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer, (uint)(_length - RingProtocol.SizeFieldSize));
        return _buffer.AsSpan(0, _length);
    }

    /// <summary>The frame as memory, its size filled in; valid until the next <see cref="Begin"/>.</summary>
    public ReadOnlyMemory<byte> FinishMemory()
    {
        Finish();
        return _buffer.AsMemory(0, _length);
    }

    public FrameWriter Begin(FrameKind kind, uint request)
    {
        _length = RingProtocol.SizeFieldSize;
        Byte((byte)kind);
        return UInt32(request);
    }

    public FrameWriter Byte(byte value)
    {
        Room(1)[0] = value;
        return this;
    }

    public FrameWriter UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(Room(2), value);
        return this;
    }

    public FrameWriter UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(Room(4), value);
        return this;
    }

    public FrameWriter UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(Room(8), value);
        return this;
    }

    public FrameWriter Text(string value)
    {
        var size = Math.Min(Encoding.UTF8.GetByteCount(value), ushort.MaxValue);
        UInt16((ushort)size);
        var target = Room(size);
        if (!Encoding.UTF8.TryGetBytes(value, target, out _)) target.Clear();
        return this;
    }

    public FrameWriter Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    /// <summary>Bytes with a 32-bit length before them.</summary>
    public FrameWriter Block(ReadOnlySpan<byte> value) => UInt32((uint)value.Length).Bytes(value);

    public FrameWriter Bytes(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Room(value.Length));
        return this;
    }

    private Span<byte> Room(int size)
    {
        if (_buffer.Length - _length < size) Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + size));
        var room = _buffer.AsSpan(_length, size);
        _length += size;
        return room;
    }
}
