namespace Mainstay.Ring.Core.Configuration;

/// <summary>Type of a configuration value; the numbers are those of the wire (spec/ring-wire.md section 4.3).</summary>
public enum CmapValueType : byte
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

    /// <summary>IEEE 754, 32 bits.</summary>
    Single = 9,

    /// <summary>IEEE 754, 64 bits.</summary>
    Real = 10,

    /// <summary>Text.</summary>
    Text = 11,

    /// <summary>Bytes.</summary>
    Binary = 12,
}

/// <summary>A configuration value with its type and the line it came from.</summary>
/// <param name="Type">The type.</param>
/// <param name="Text">The value as text; decimal for numbers.</param>
/// <param name="Line">1-based line, 0 for computed values.</param>
public readonly record struct CmapValue(CmapValueType Type, string Text, int Line)
{
    /// <summary>The type's short name as tools print it (<c>u32</c>, <c>str</c> ...).</summary>
    public string TypeName => Type switch
    {
        CmapValueType.Int8 => "i8",
        CmapValueType.UInt8 => "u8",
        CmapValueType.Int16 => "i16",
        CmapValueType.UInt16 => "u16",
        CmapValueType.Int32 => "i32",
        CmapValueType.UInt32 => "u32",
        CmapValueType.Int64 => "i64",
        CmapValueType.UInt64 => "u64",
        CmapValueType.Single => "flt",
        CmapValueType.Real => "dbl",
        CmapValueType.Text => "str",
        CmapValueType.Binary => "bin",
        _ => "none",
    };

    /// <summary>A computed unsigned 32-bit value.</summary>
    public static CmapValue Of(uint value) =>
        new(CmapValueType.UInt32, value.ToString(System.Globalization.CultureInfo.InvariantCulture), 0);

    /// <summary>A computed unsigned 8-bit value.</summary>
    public static CmapValue Of(byte value) =>
        new(CmapValueType.UInt8, value.ToString(System.Globalization.CultureInfo.InvariantCulture), 0);

    /// <summary>A computed text.</summary>
    public static CmapValue Of(string value) => new(CmapValueType.Text, value, 0);
}
