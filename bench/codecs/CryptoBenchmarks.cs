using BenchmarkDotNet.Attributes;
using Mainstay.Knet;
using Mainstay.Knet.Crypto;

namespace Mainstay.Codecs.Bench;

/// <summary>Ciphers and hashes of knet on a packet that fills an Ethernet frame.</summary>
[MemoryDiagnoser]
public class CryptoBenchmarks : IDisposable
{
    private const int Size = 1_400;

    private readonly byte[] _packet = new byte[2_048];
    private readonly byte[] _datagram = new byte[2_048];
    private readonly byte[] _opened = new byte[65_536];
    private CryptoSuite _suite = null!;
    private int _datagramSize;

    public static IEnumerable<string> AllSuites =>
    [
        "none/sha256", "aes128/sha256", "aes192/sha256", "aes256/sha256", "aes256/md5", "aes256/sha1", "aes256/sha384", "aes256/sha512",
    ];

    [ParamsSource(nameof(AllSuites))]
    public string Suite { get; set; } = "";

    [GlobalSetup]
    public void Prepare()
    {
        var names = Suite.Split('/');
        if (!CryptoSettings.TryParseCipher(names[0], out var cipher) || !CryptoSettings.TryParseHash(names[1], out var hash))
        {
            throw new InvalidOperationException($"{Suite} is unknown");
        }

        _suite = new CryptoSuite(new CryptoSettings(cipher, hash, new byte[256]));
        _datagramSize = Protect();
        _packet.CopyTo(_datagram, 0);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _suite?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>In place: from the second time on what was protected before is the packet, which costs the same.</summary>
    [Benchmark]
    public int Protect() => _suite.Protect(_packet, Size);

    /// <summary>Checks what <see cref="Prepare"/> protected, and decrypts it.</summary>
    [Benchmark]
    public int Open() => _suite.TryOpen(_datagram.AsSpan(0, _datagramSize), _opened, out var size)
        ? size
        : throw new InvalidOperationException("the datagram was refused");
}
