namespace Mainstay.Knet;

/// <summary><c>crypto_cipher</c>.</summary>
public enum CryptoCipher
{
    /// <summary>Not encrypted.</summary>
    None = 0,

    /// <summary>AES-128-CBC.</summary>
    Aes128 = 16,

    /// <summary>AES-192-CBC.</summary>
    Aes192 = 24,

    /// <summary>AES-256-CBC.</summary>
    Aes256 = 32,
}

/// <summary><c>crypto_hash</c>; the reference knows no other (sha224 is refused by it, too).</summary>
public enum CryptoHash
{
    /// <summary>Not authenticated.</summary>
    None = 0,

    /// <summary>HMAC-MD5.</summary>
    Md5 = 16,

    /// <summary>HMAC-SHA-1.</summary>
    Sha1 = 20,

    /// <summary>HMAC-SHA-256.</summary>
    Sha256 = 32,

    /// <summary>HMAC-SHA-384.</summary>
    Sha384 = 48,

    /// <summary>HMAC-SHA-512.</summary>
    Sha512 = 64,
}

/// <summary>How packets are protected (spec/knet-wire.md section 2). The model (nss, openssl) makes no difference on the wire.</summary>
/// <param name="Cipher">The cipher; one requires a hash.</param>
/// <param name="Hash">The hash.</param>
/// <param name="Key">The shared key, 128 to 4096 bytes; empty where nothing is protected.</param>
public sealed record CryptoSettings(CryptoCipher Cipher, CryptoHash Hash, ReadOnlyMemory<byte> Key)
{
    /// <summary>Clear packets.</summary>
    public static CryptoSettings None { get; } = new(CryptoCipher.None, CryptoHash.None, default);

    /// <summary>Whether packets are protected at all.</summary>
    public bool IsOn => Hash != CryptoHash.None;

    /// <summary>What is wrong with the settings, in words, or <see langword="null"/>.</summary>
    public string? Problem
    {
        get
        {
            if (Cipher != CryptoCipher.None && Hash == CryptoHash.None)
            {
                return "crypto_cipher requires crypto_hash with value other than none";
            }

            return IsOn && Key.Length is < KnetLimits.KeySizeMin or > KnetLimits.KeySizeMax
                ? $"the key has {Key.Length} bytes; {KnetLimits.KeySizeMin} to {KnetLimits.KeySizeMax} are accepted"
                : null;
        }
    }

    /// <summary>The cipher of a configured name (<c>none</c>, <c>aes128</c> ...).</summary>
    public static bool TryParseCipher(string name, out CryptoCipher cipher)
    {
        (cipher, var isKnown) = name switch
        {
            "none" => (CryptoCipher.None, true),
            "aes128" => (CryptoCipher.Aes128, true),
            "aes192" => (CryptoCipher.Aes192, true),
            "aes256" => (CryptoCipher.Aes256, true),
            _ => (CryptoCipher.None, false),
        };
        return isKnown;
    }

    /// <summary>The hash of a configured name (<c>none</c>, <c>sha256</c> ...).</summary>
    public static bool TryParseHash(string name, out CryptoHash hash)
    {
        (hash, var isKnown) = name switch
        {
            "none" => (CryptoHash.None, true),
            "md5" => (CryptoHash.Md5, true),
            "sha1" => (CryptoHash.Sha1, true),
            "sha256" => (CryptoHash.Sha256, true),
            "sha384" => (CryptoHash.Sha384, true),
            "sha512" => (CryptoHash.Sha512, true),
            _ => (CryptoHash.None, false),
        };
        return isKnown;
    }

    /// <summary>Whether packets protected by either are opened by the other.</summary>
    public bool IsSameAs(CryptoSettings other) =>
        Cipher == other.Cipher && Hash == other.Hash && (!IsOn || Key.Span.SequenceEqual(other.Key.Span));

    /// <summary>Names only: a key is not for logs.</summary>
    public override string ToString() => $"{Cipher}/{Hash}".ToLowerInvariant();
}
