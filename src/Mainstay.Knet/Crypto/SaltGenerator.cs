using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Mainstay.Knet.Crypto;

/// <summary>
/// Initialisation vectors that nobody can foretell, from one random seed: a counter encrypted under a key that is used for nothing else.
/// The seed is an input, so the core stays deterministic and needs no system call per packet.
/// </summary>
internal sealed class SaltGenerator : IDisposable
{
    public const int SeedSize = 32;

    private const int SaltSize = 16;
    private const int BatchSize = 256 * SaltSize;

    private readonly Aes _aes;
    private readonly ICryptoTransform _transform;
    private readonly byte[] _counters = new byte[BatchSize];
    private readonly byte[] _salts = new byte[BatchSize];
    private ulong _counter;
    private int _used = BatchSize;

    public SaltGenerator(ReadOnlySpan<byte> seed)
    {
        _aes = Aes.Create();
        _aes.Key = seed[..SeedSize].ToArray();
        _aes.Mode = CipherMode.ECB;
        _aes.Padding = PaddingMode.None;
        _transform = _aes.CreateEncryptor();
    }

    /// <summary>The next 16 bytes; valid until the next call.</summary>
    public ReadOnlySpan<byte> Next()
    {
        if (_used == BatchSize) Refill();
        var salt = _salts.AsSpan(_used, SaltSize);
        _used += SaltSize;
        return salt;
    }

    public void Dispose()
    {
        _transform.Dispose();
        _aes.Dispose();
    }

    private void Refill()
    {
        for (var offset = 0; offset < BatchSize; offset += SaltSize)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(_counters.AsSpan(offset), ++_counter);
        }

        _transform.TransformBlock(_counters, 0, BatchSize, _salts, 0);
        _used = 0;
    }
}
