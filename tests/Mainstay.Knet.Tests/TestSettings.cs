using System.Collections.Immutable;
using Mainstay.Totem;

namespace Mainstay.Knet.Tests;

internal static class TestSettings
{
    /// <summary>32 bytes for initialisation vectors.</summary>
    public static byte[] Seed { get; } = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    public static byte[] Key(int size = 256, int start = 11) => [.. Enumerable.Range(0, size).Select(i => (byte)((37 * i) + start))];

    public static CryptoSettings Crypto(CryptoCipher cipher = CryptoCipher.Aes256, CryptoHash hash = CryptoHash.Sha256, int start = 11) =>
        new(cipher, hash, hash == CryptoHash.None ? default(ReadOnlyMemory<byte>) : Key(start: start));

    /// <summary>Node ids 1 to <paramref name="nodes"/>; the defaults for a token timeout of 3000 ms.</summary>
    public static KnetSettings Of(ushort self, int nodes, int links, Func<int, int, LinkAddress>? address = null)
    {
        address ??= Address;
        return new KnetSettings
        {
            Self = new NodeId(self),
            Hosts =
            [
                .. Enumerable.Range(1, nodes).Where(n => n != self).Select(n => new KnetHostSettings(
                    new NodeId((uint)n), Enumerable.Range(0, links).ToImmutableSortedDictionary(l => l, l => address(n, l)))),
            ],
            Links =
            [
                .. Enumerable.Range(0, links).Select(l => new KnetLinkSettings
                {
                    Link = l,
                    PingInterval = TimeSpan.FromMilliseconds(750),
                    PingTimeout = TimeSpan.FromMilliseconds(1500),
                }),
            ],
        };
    }

    public static LinkAddress Address(int node, int link) => new((uint)((10 << 24) | (link << 16) | node), false);
}
