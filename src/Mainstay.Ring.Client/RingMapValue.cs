using System.Globalization;
using System.Text;

namespace Mainstay.Ring.Client;

/// <summary>Type of a value in a map of keys.</summary>
public enum RingMapType : byte
{
    /// <summary>No value.</summary>
    None = 0,

    /// <summary>Signed, 8 bits.</summary>
    Int8 = 1,

    /// <summary>Unsigned, 8 bits.</summary>
    UInt8 = 2,

    /// <summary>Signed, 16 bits.</summary>
    Int16 = 3,

    /// <summary>Unsigned, 16 bits.</summary>
    UInt16 = 4,

    /// <summary>Signed, 32 bits.</summary>
    Int32 = 5,

    /// <summary>Unsigned, 32 bits.</summary>
    UInt32 = 6,

    /// <summary>Signed, 64 bits.</summary>
    Int64 = 7,

    /// <summary>Unsigned, 64 bits.</summary>
    UInt64 = 8,

    /// <summary>Floating point, 32 bits.</summary>
    Single = 9,

    /// <summary>Floating point, 64 bits.</summary>
    Real = 10,

    /// <summary>Text.</summary>
    Text = 11,

    /// <summary>Bytes.</summary>
    Binary = 12,
}

/// <summary>A typed value in a map of keys. Equal by content.</summary>
public readonly struct RingMapValue : IEquatable<RingMapValue>
{
    private readonly ulong _number;
    private readonly byte[]? _bytes;

    private RingMapValue(RingMapType type, ulong number, byte[]? bytes)
    {
        Type = type;
        _number = number;
        _bytes = bytes;
    }

    /// <summary>The type.</summary>
    public RingMapType Type { get; }

    /// <summary>The type's short name: <c>u32</c>, <c>str</c> ...</summary>
    public string TypeName => Type switch
    {
        RingMapType.Int8 => "i8",
        RingMapType.UInt8 => "u8",
        RingMapType.Int16 => "i16",
        RingMapType.UInt16 => "u16",
        RingMapType.Int32 => "i32",
        RingMapType.UInt32 => "u32",
        RingMapType.Int64 => "i64",
        RingMapType.UInt64 => "u64",
        RingMapType.Single => "flt",
        RingMapType.Real => "dbl",
        RingMapType.Text => "str",
        RingMapType.Binary => "bin",
        _ => "none",
    };

    /// <summary>Bytes of a text (UTF-8) or a binary; empty for numbers.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>A number's 64 bits: two's complement where signed, IEEE 754 where floating point.</summary>
    internal ulong Bits => _number;

    /// <summary>Whether both have the same type and content.</summary>
    public static bool operator ==(RingMapValue left, RingMapValue right) => left.Equals(right);

    /// <summary>Whether type or content differ.</summary>
    public static bool operator !=(RingMapValue left, RingMapValue right) => !left.Equals(right);

    /// <summary>An unsigned 8-bit number.</summary>
    public static RingMapValue Of(byte value) => new(RingMapType.UInt8, value, null);

    /// <summary>An unsigned 32-bit number.</summary>
    public static RingMapValue Of(uint value) => new(RingMapType.UInt32, value, null);

    /// <summary>An unsigned 64-bit number.</summary>
    public static RingMapValue Of(ulong value) => new(RingMapType.UInt64, value, null);

    /// <summary>A number with 32 bits of floating point.</summary>
    public static RingMapValue Of(float value) => new(RingMapType.Single, BitConverter.SingleToUInt32Bits(value), null);

    /// <summary>A number with 64 bits of floating point.</summary>
    public static RingMapValue Of(double value) => new(RingMapType.Real, BitConverter.DoubleToUInt64Bits(value), null);

    /// <summary>A text.</summary>
    public static RingMapValue Of(string value) => new(RingMapType.Text, 0, Encoding.UTF8.GetBytes(value));

    /// <summary>A binary; the bytes are copied.</summary>
    public static RingMapValue OfBinary(ReadOnlySpan<byte> value) => new(RingMapType.Binary, 0, value.ToArray());

    /// <summary>A signed number of 8, 16, 32 or 64 bits.</summary>
    /// <exception cref="ArgumentException">The type is no signed number.</exception>
    public static RingMapValue OfSigned(RingMapType type, long value) =>
        type is RingMapType.Int8 or RingMapType.Int16 or RingMapType.Int32 or RingMapType.Int64
            ? new RingMapValue(type, unchecked((ulong)value), null)
            : throw new ArgumentException($"{type} is not a signed number", nameof(type));

    /// <summary>An unsigned number of 8, 16, 32 or 64 bits.</summary>
    /// <exception cref="ArgumentException">The type is no unsigned number.</exception>
    public static RingMapValue OfUnsigned(RingMapType type, ulong value) =>
        type is RingMapType.UInt8 or RingMapType.UInt16 or RingMapType.UInt32 or RingMapType.UInt64
            ? new RingMapValue(type, value, null)
            : throw new ArgumentException($"{type} is not an unsigned number", nameof(type));

    /// <summary>The number as signed; 0 for texts and binaries.</summary>
    public long ToInt64() => unchecked((long)_number);

    /// <summary>The number as unsigned; 0 for texts and binaries.</summary>
    public ulong ToUInt64() => _number;

    /// <summary>A floating-point number; 0 for all else.</summary>
    public double ToDouble() => Type switch
    {
        RingMapType.Single => BitConverter.UInt32BitsToSingle((uint)_number),
        RingMapType.Real => BitConverter.UInt64BitsToDouble(_number),
        _ => 0,
    };

    /// <summary>As the reference's tool prints it; a binary is empty.</summary>
    public override string ToString() => Type switch
    {
        RingMapType.Int8 or RingMapType.Int16 or RingMapType.Int32 or RingMapType.Int64 => ToInt64().ToString(CultureInfo.InvariantCulture),
        RingMapType.Single or RingMapType.Real => Printed(ToDouble()),
        RingMapType.Text => Encoding.UTF8.GetString(Bytes.Span),
        RingMapType.Binary or RingMapType.None => string.Empty,
        _ => _number.ToString(CultureInfo.InvariantCulture),
    };

    // As printf(3).
    private static string Printed(double value)
    {
        if (double.IsFinite(value)) return value.ToString("F6", CultureInfo.InvariantCulture);
        return (double.IsNegative(value) ? "-" : string.Empty) + (double.IsNaN(value) ? "nan" : "inf");
    }

    /// <inheritdoc/>
    public bool Equals(RingMapValue other) =>
        Type == other.Type && _number == other._number && Bytes.Span.SequenceEqual(other.Bytes.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RingMapValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Type, _number, Bytes.Length);

    internal static void Write(FrameWriter writer, RingMapValue value)
    {
        writer.Byte((byte)value.Type);
        if (value.Type is RingMapType.Text or RingMapType.Binary) writer.Block(value.Bytes.Span);
        else if (value.Type != RingMapType.None) writer.UInt64(value._number);
    }

    internal static RingMapValue Read(ref FrameReader reader)
    {
        var type = (RingMapType)reader.Byte();
        return type switch
        {
            RingMapType.None => default,
            RingMapType.Text or RingMapType.Binary => new RingMapValue(type, 0, reader.Block().ToArray()),
            _ => new RingMapValue(type, reader.UInt64(), null),
        };
    }
}
