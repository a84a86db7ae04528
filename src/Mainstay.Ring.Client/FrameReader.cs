using System.Buffers.Binary;
using System.Text;

namespace Mainstay.Ring.Client;

/// <summary>Reads a frame's body; what is missing reads as zero and makes <see cref="IsValid"/> false.</summary>
internal ref struct FrameReader
{
    private ReadOnlySpan<byte> _rest;

    public FrameReader(ReadOnlySpan<byte> body)
    {
        _rest = body;
        IsValid = true;
    }

    public bool IsValid { get; private set; }

    public readonly ReadOnlySpan<byte> Rest => _rest;

    public byte Byte() => Take(1) is { Length: 1 } bytes ? bytes[0] : (byte)0;

    public ushort UInt16() => Take(2) is { Length: 2 } bytes ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : (ushort)0;

    public uint UInt32() => Take(4) is { Length: 4 } bytes ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;

    public ulong UInt64() => Take(8) is { Length: 8 } bytes ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;

    public string Text() => Encoding.UTF8.GetString(Take(UInt16()));

    /// <summary>Bytes with a 32-bit length before them.</summary>
    public ReadOnlySpan<byte> Block() => Take(Count(1));

    /// <summary>A count of items of at least <paramref name="itemSize"/> bytes each; never more than what is left can hold.</summary>
    public int Count(int itemSize)
    {
        var count = UInt32();
        if (count <= (uint)(_rest.Length / itemSize)) return (int)count;
        IsValid = false;
        return 0;
    }

    private ReadOnlySpan<byte> Take(int size)
    {
        if (_rest.Length < size)
        {
            IsValid = false;
            _rest = default;
            return default;
        }

        var bytes = _rest[..size];
        _rest = _rest[size..];
        return bytes;
    }
}
