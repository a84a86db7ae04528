namespace Mainstay.Knet;

/// <summary>How the data of a packet is compressed; the numbers are those of the wire (spec/knet-wire.md section 1.1).</summary>
public enum CompressionModel : byte
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>RFC 1950; the one model that this version can read and write.</summary>
    Zlib = 1,

    /// <summary>LZ4 block.</summary>
    Lz4 = 2,

    /// <summary>LZ4 block, compressed harder.</summary>
    Lz4Hc = 3,

    /// <summary>LZO1X.</summary>
    Lzo2 = 4,

    /// <summary>XZ container.</summary>
    Lzma = 5,

    /// <summary>bzip2.</summary>
    Bzip2 = 6,

    /// <summary>Zstandard.</summary>
    Zstd = 7,
}
