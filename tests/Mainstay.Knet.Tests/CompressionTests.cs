using Mainstay.Knet.Compression;

namespace Mainstay.Knet.Tests;

public sealed class CompressionTests
{
    /// <summary>Found by <c>mainstay ring-sim --fuzz-decoders</c> (seed 1): the framework has an exception of its own for this.</summary>
    [Fact]
    public void A_stream_that_asks_for_a_dictionary_is_refused()
    {
        byte[] packet = [0x58, 0x28, 0x1D, 0x20, 0x5F, 0x83, 0x9B, 0xE2];
        Assert.False(ZlibCodec.TryDecompress(packet, packet.Length, new byte[1024], out _));
    }
}
