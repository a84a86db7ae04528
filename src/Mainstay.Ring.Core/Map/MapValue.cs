using System.Globalization;
using System.Text;
using Mainstay.Ring.Core.Configuration;

namespace Mainstay.Ring.Core.Map;

/// <summary>A value of the map of keys (spec/corosync-conf.md section 8): a number, or bytes for texts and binaries. Equal by
/// content.</summary>
public readonly struct MapValue : IEquatable<MapValue>
{
    private MapValue(CmapValueType type, ulong number, byte[]? bytes)
    {
        Type = type;
        Number = number;
        Bytes = bytes;
    }

    /// <summary>The type.</summary>
    public CmapValueType Type { get; }

    /// <summary>A number: unsigned as it is, signed in two's complement of 64 bits, floating point as its IEEE 754 bits.</summary>
    public ulong Number { get; }

    /// <summary>Bytes of a text (UTF-8) or binary; empty for numbers.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The text of a <see cref="CmapValueType.Text"/>; empty for all else.</summary>
    public string Text => Type == CmapValueType.Text ? Encoding.UTF8.GetString(Bytes.Span) : string.Empty;

    /// <summary>Whether both have the same type and content.</summary>
    public static bool operator ==(MapValue left, MapValue right) => left.Equals(right);

    /// <summary>Whether type or content differ.</summary>
    public static bool operator !=(MapValue left, MapValue right) => !left.Equals(right);

    /// <summary>An unsigned 8-bit number.</summary>
    public static MapValue Of(byte value) => new(CmapValueType.UInt8, value, null);

    /// <summary>An unsigned 16-bit number.</summary>
    public static MapValue Of(ushort value) => new(CmapValueType.UInt16, value, null);

    /// <summary>A signed 32-bit number.</summary>
    public static MapValue Of(int value) => new(CmapValueType.Int32, unchecked((ulong)value), null);

    /// <summary>An unsigned 32-bit number.</summary>
    public static MapValue Of(uint value) => new(CmapValueType.UInt32, value, null);

    /// <summary>An unsigned 64-bit number.</summary>
    public static MapValue Of(ulong value) => new(CmapValueType.UInt64, value, null);

    /// <summary>A text.</summary>
    public static MapValue Of(string value) => new(CmapValueType.Text, 0, Encoding.UTF8.GetBytes(value));

    /// <summary>A value of a configuration file.</summary>
    public static MapValue Of(CmapValue value)
    {
        switch (value.Type)
        {
            case CmapValueType.Text:
                return Of(value.Text);
            case CmapValueType.Int8 or CmapValueType.Int16 or CmapValueType.Int32 or CmapValueType.Int64:
                _ = long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var signed);
                return new MapValue(value.Type, unchecked((ulong)signed), null);
            default:
                _ = ulong.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
                return new MapValue(value.Type, number, null);
        }
    }

    /// <summary>A number of any numeric type.</summary>
    /// <param name="type">The type.</param>
    /// <param name="number">As <see cref="Number"/>.</param>
    /// <param name="value">The value.</param>
    /// <returns>Whether the type is numeric and the number in its range.</returns>
    public static bool TryCreate(CmapValueType type, ulong number, out MapValue value)
    {
        var signed = unchecked((long)number);
        var fits = type switch
        {
            CmapValueType.Int8 => signed is >= sbyte.MinValue and <= sbyte.MaxValue,
            CmapValueType.UInt8 => number <= byte.MaxValue,
            CmapValueType.Int16 => signed is >= short.MinValue and <= short.MaxValue,
            CmapValueType.UInt16 => number <= ushort.MaxValue,
            CmapValueType.Int32 => signed is >= int.MinValue and <= int.MaxValue,
            CmapValueType.UInt32 or CmapValueType.Single => number <= uint.MaxValue,
            CmapValueType.Int64 or CmapValueType.UInt64 or CmapValueType.Real => true,
            _ => false,
        };
        value = fits ? new MapValue(type, number, null) : default;
        return fits;
    }

    /// <summary>A text or binary; the bytes are copied.</summary>
    /// <param name="type"><see cref="CmapValueType.Text"/> or <see cref="CmapValueType.Binary"/>.</param>
    /// <param name="bytes">Its bytes; a binary has at least one.</param>
    /// <param name="value">The value.</param>
    /// <returns>Whether the type is one of these and the size allowed.</returns>
    public static bool TryCreate(CmapValueType type, ReadOnlySpan<byte> bytes, out MapValue value)
    {
        var fits = bytes.Length <= KeyMap.ValueSizeMax
            && (type == CmapValueType.Text || (type == CmapValueType.Binary && !bytes.IsEmpty));
        value = fits ? new MapValue(type, 0, bytes.ToArray()) : default;
        return fits;
    }

    /// <summary>In the form of a configuration file's value; binaries have none.</summary>
    public CmapValue ToConfiguration() => Type switch
    {
        CmapValueType.Text => new CmapValue(Type, Text, 0),
        CmapValueType.Int8 or CmapValueType.Int16 or CmapValueType.Int32 or CmapValueType.Int64 =>
            new CmapValue(Type, unchecked((long)Number).ToString(CultureInfo.InvariantCulture), 0),
        _ => new CmapValue(Type, Number.ToString(CultureInfo.InvariantCulture), 0),
    };

    /// <inheritdoc/>
    public bool Equals(MapValue other) =>
        Type == other.Type && Number == other.Number && Bytes.Span.SequenceEqual(other.Bytes.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is MapValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => unchecked(((int)Type * 397) ^ (int)Number ^ Bytes.Length);
}
