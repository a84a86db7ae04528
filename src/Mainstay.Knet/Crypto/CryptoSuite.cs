using System.Security.Cryptography;
using Mainstay.Knet.Links;

namespace Mainstay.Knet.Crypto;

/// <summary>
/// One crypto configuration at work (spec/knet-wire.md section 2): salt, AES-CBC of the padded packet, authentication code over both. No
/// allocation per packet.
/// </summary>
internal sealed class CryptoSuite : IDisposable
{
    private readonly IncrementalHash _hash;
    private readonly ChainedCipher? _cipher;
    private readonly byte[] _code = new byte[64];
    private readonly byte[] _received = new byte[KnetLimits.DatagramSizeMax];

    public CryptoSuite(CryptoSettings settings)
    {
        Settings = settings;
        Overhead = new ProtectionOverhead(settings.Cipher != CryptoCipher.None, (int)settings.Hash);
        _hash = IncrementalHash.CreateHMAC(NameOf(settings.Hash), settings.Key.Span);
        if (settings.Cipher != CryptoCipher.None) _cipher = new ChainedCipher(settings.Key[..(int)settings.Cipher].ToArray());
    }

    public CryptoSettings Settings { get; }

    public ProtectionOverhead Overhead { get; }

    /// <summary>Where in a datagram the packet lies that <see cref="Protect"/> is to protect: behind the salt, if there is one.</summary>
    public int PacketOffset => _cipher is null ? 0 : ProtectionOverhead.SaltSize;

    /// <summary>Protects a packet where it lies.</summary>
    /// <param name="datagram">
    /// Where there is a cipher, the salt, 16 bytes that nobody can foretell, then at <see cref="PacketOffset"/> the packet; it has room for
    /// <see cref="KnetLimits.ProtectionSizeMax"/> bytes more than the packet, and is the datagram afterwards.
    /// </param>
    /// <param name="size">Size of the packet.</param>
    /// <returns>Size of the datagram.</returns>
    public int Protect(byte[] datagram, int size)
    {
        var length = size;
        if (_cipher is not null)
        {
            var padding = ChainedCipher.BlockSize - (size % ChainedCipher.BlockSize);
            datagram.AsSpan(PacketOffset + size, padding).Fill((byte)padding);
            _cipher.Encrypt(datagram, size + padding);
            length = PacketOffset + size + padding;
        }

        _hash.AppendData(datagram, 0, length);
        return length + _hash.GetHashAndReset(datagram.AsSpan(length));
    }

    /// <summary>Opens a datagram.</summary>
    /// <param name="datagram">As received; unchanged.</param>
    /// <param name="packet">Receives the packet; as long as the largest datagram.</param>
    /// <param name="size">Size of the packet.</param>
    /// <returns>Whether it is authentic.</returns>
    public bool TryOpen(ReadOnlySpan<byte> datagram, byte[] packet, out int size)
    {
        size = 0;
        var length = datagram.Length - Overhead.HashSize;
        if (length <= 0 || datagram.Length > _received.Length) return false;
        _hash.AppendData(datagram[..length]);
        var codeSize = _hash.GetHashAndReset(_code);
        if (!CryptographicOperations.FixedTimeEquals(_code.AsSpan(0, codeSize), datagram[length..])) return false;
        if (_cipher is null)
        {
            datagram[..length].CopyTo(packet);
            size = length;
            return true;
        }

        var encrypted = length - ProtectionOverhead.SaltSize;
        if (encrypted <= 0 || encrypted % ChainedCipher.BlockSize != 0) return false;
        datagram.Slice(ProtectionOverhead.SaltSize, encrypted).CopyTo(_received);
        _cipher.Decrypt(_received, 0, encrypted, datagram[..ProtectionOverhead.SaltSize], packet);
        return TryRemovePadding(packet, encrypted, out size);
    }

    public void Dispose()
    {
        _hash.Dispose();
        _cipher?.Dispose();
    }

    private static bool TryRemovePadding(ReadOnlySpan<byte> packet, int padded, out int size)
    {
        var padding = packet[padded - 1];
        size = padded - padding;
        return padding is > 0 and <= ChainedCipher.BlockSize
            && packet[size..padded].IndexOfAnyExcept(padding) < 0;
    }

    private static HashAlgorithmName NameOf(CryptoHash hash) => hash switch
    {
        CryptoHash.Md5 => HashAlgorithmName.MD5,
        CryptoHash.Sha1 => HashAlgorithmName.SHA1,
        CryptoHash.Sha256 => HashAlgorithmName.SHA256,
        CryptoHash.Sha384 => HashAlgorithmName.SHA384,
        CryptoHash.Sha512 => HashAlgorithmName.SHA512,
        _ => throw new ArgumentOutOfRangeException(nameof(hash), hash, "without a hash nothing is protected"),
    };
}
