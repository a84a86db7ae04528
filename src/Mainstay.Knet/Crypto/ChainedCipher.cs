using System.Security.Cryptography;

namespace Mainstay.Knet.Crypto;

/// <summary>
/// AES-CBC with a new initialisation vector for every packet on one transform that is never reset, so that neither key schedules nor
/// contexts are made per packet.
/// </summary>
/// <remarks>
/// A running CBC transform combines the first block of a packet with the last cipher block of the packet before, C, where a new one would
/// combine it with the vector V. Both are known, so the difference V xor C is applied to that one block of plain text and the result
/// is exactly the CBC of a new transform started with V.
/// </remarks>
internal sealed class ChainedCipher : IDisposable
{
    public const int BlockSize = 16;

    private readonly Aes _aes;
    private readonly ICryptoTransform _encryptor;
    private readonly ICryptoTransform _decryptor;
    private readonly byte[] _lastSent = new byte[BlockSize];
    private readonly byte[] _lastReceived = new byte[BlockSize];

    public ChainedCipher(byte[] key)
    {
        _aes = Aes.Create();
        _aes.Key = key;
        _aes.IV = new byte[BlockSize];
        _aes.Mode = CipherMode.CBC;
        _aes.Padding = PaddingMode.None;
        _encryptor = _aes.CreateEncryptor();
        _decryptor = _aes.CreateDecryptor();
    }

    /// <summary>Encrypts in place: the buffer begins with the vector, and <paramref name="size"/> bytes, whole blocks, follow it.</summary>
    public void Encrypt(byte[] buffer, int size)
    {
        Combine(buffer.AsSpan(BlockSize), buffer, _lastSent);
        _encryptor.TransformBlock(buffer, BlockSize, size, buffer, BlockSize);
        buffer.AsSpan(size, BlockSize).CopyTo(_lastSent);
    }

    /// <summary>Decrypts whole blocks into another array.</summary>
    public void Decrypt(byte[] encrypted, int offset, int size, ReadOnlySpan<byte> vector, byte[] plain)
    {
        _decryptor.TransformBlock(encrypted, offset, size, plain, 0);
        Combine(plain, vector, _lastReceived);
        encrypted.AsSpan(offset + size - BlockSize, BlockSize).CopyTo(_lastReceived);
    }

    public void Dispose()
    {
        _encryptor.Dispose();
        _decryptor.Dispose();
        _aes.Dispose();
    }

    private static void Combine(Span<byte> block, ReadOnlySpan<byte> vector, ReadOnlySpan<byte> chained)
    {
        for (var index = 0; index < BlockSize; index++)
        {
            block[index] ^= (byte)(vector[index] ^ chained[index]);
        }
    }
}
