using System.IO.Compression;

namespace Mainstay.Knet.Compression;

/// <summary>
/// Compression by zlib (spec/knet-wire.md section 3). It is the one step of the data path that allocates: the framework offers zlib
/// as a stream only.
/// </summary>
internal static class ZlibCodec
{
    private const int DefaultLevel = 6;
    private const int LevelMax = 9;

    /// <summary>Compresses where that makes the packet smaller.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="level"><c>knet_compression_level</c>: 1 to 9; everything else is the default.</param>
    /// <param name="target">Receives the result; at least as long as the packet.</param>
    /// <param name="size">Size of the result.</param>
    /// <returns>Whether the result is smaller than the packet.</returns>
    public static bool TryCompress(ReadOnlySpan<byte> packet, int level, byte[] target, out int size)
    {
        size = 0;
        using var output = new MemoryStream(target, 0, packet.Length);
        var options = new ZLibCompressionOptions { CompressionLevel = level is > 0 and <= LevelMax ? level : DefaultLevel };
        try
        {
            using var stream = new ZLibStream(output, options, leaveOpen: true);
            stream.Write(packet);
        }
        catch (NotSupportedException)
        {
            // The target is as long as the packet: what does not fit is not smaller.
            return false;
        }

        size = (int)output.Position;
        return size < packet.Length;
    }

    /// <summary>Decompresses a packet.</summary>
    /// <param name="packet">The compressed bytes: the first <paramref name="packetSize"/> of the array.</param>
    /// <param name="packetSize">How many bytes.</param>
    /// <param name="target">Receives the result; what does not fit is refused.</param>
    /// <param name="size">Size of the result.</param>
    /// <returns>Whether the packet was a sound stream of acceptable size.</returns>
    public static bool TryDecompress(byte[] packet, int packetSize, byte[] target, out int size)
    {
        size = 0;
        using var input = new MemoryStream(packet, 0, packetSize, writable: false);
        using var stream = new ZLibStream(input, CompressionMode.Decompress);
        try
        {
            while (size < target.Length)
            {
                var read = stream.Read(target, size, target.Length - size);
                if (read == 0) return size > 0;
                size += read;
            }

            return stream.ReadByte() < 0;
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException)
        {
            // Not a stream of zlib, or one that asks for a dictionary: the framework has an IOException of its own for that.
            return false;
        }
    }
}
