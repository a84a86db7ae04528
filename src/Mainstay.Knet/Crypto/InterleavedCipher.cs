using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mainstay.Knet.Crypto;

/// <summary>
/// AES-CBC encryption of up to eight packets at once by the processor's AES instructions. In one packet every block waits for the one
/// before it, so that the processor's AES unit is idle most of the time; the fragments of a message have a vector each and are
/// independent of each other.
/// </summary>
internal sealed class InterleavedCipher
{
    /// <summary>Packets at once: as many as keep the AES units of today's processors busy.</summary>
    public const int LanesMax = 8;

    private const int BlockSize = 16;
    private const int WordsPerBlock = 4;

    private readonly Vector128<byte>[] _roundKeys;

    // What lanes without a packet work on.
    private byte[] _idle = [];

    public InterleavedCipher(ReadOnlySpan<byte> key) => _roundKeys = Expand(key);

    /// <summary>Whether this processor has the instructions.</summary>
    public static bool IsSupported => Aes.IsSupported;

    /// <summary>
    /// Encrypts in place. Each buffer begins with its initialisation vector, and <paramref name="size"/> bytes of plain text, whole
    /// blocks, follow it.
    /// </summary>
    public void Encrypt(ReadOnlySpan<byte[]> buffers, int size)
    {
        if (buffers.Length > LanesMax) throw new ArgumentException("there are too many buffers", nameof(buffers));
        if (size % BlockSize != 0) throw new ArgumentException("whole blocks are encrypted", nameof(size));
        foreach (var buffer in buffers)
        {
            if (buffer.Length < BlockSize + size) throw new ArgumentException("a buffer is too short", nameof(buffers));
        }

        if (_idle.Length < BlockSize + size) _idle = GC.AllocateUninitializedArray<byte>(BlockSize + size);
        Encrypt(
            _roundKeys,
            ref Lane(buffers, 0),
            ref Lane(buffers, 1),
            ref Lane(buffers, 2),
            ref Lane(buffers, 3),
            ref Lane(buffers, 4),
            ref Lane(buffers, 5),
            ref Lane(buffers, 6),
            ref Lane(buffers, 7),
            (nuint)size);
    }

    /// <summary>Forgets the key.</summary>
    public void Clear() => Array.Clear(_roundKeys);

    private ref byte Lane(ReadOnlySpan<byte[]> buffers, int index) =>
        ref MemoryMarshal.GetArrayDataReference(index < buffers.Length ? buffers[index] : _idle);

    // Not compiled ahead: there the instructions of this processor are not known.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Encrypt(
        Vector128<byte>[] keys,
        ref byte b0,
        ref byte b1,
        ref byte b2,
        ref byte b3,
        ref byte b4,
        ref byte b5,
        ref byte b6,
        ref byte b7,
        nuint size)
    {
        Vector128<byte> s0 = Vector128.LoadUnsafe(ref b0), s1 = Vector128.LoadUnsafe(ref b1), s2 = Vector128.LoadUnsafe(ref b2);
        Vector128<byte> s3 = Vector128.LoadUnsafe(ref b3), s4 = Vector128.LoadUnsafe(ref b4), s5 = Vector128.LoadUnsafe(ref b5);
        Vector128<byte> s6 = Vector128.LoadUnsafe(ref b6), s7 = Vector128.LoadUnsafe(ref b7);
        for (nuint at = BlockSize; at <= size; at += BlockSize)
        {
            var key = keys[0];
            s0 ^= key ^ Vector128.LoadUnsafe(ref b0, at);
            s1 ^= key ^ Vector128.LoadUnsafe(ref b1, at);
            s2 ^= key ^ Vector128.LoadUnsafe(ref b2, at);
            s3 ^= key ^ Vector128.LoadUnsafe(ref b3, at);
            s4 ^= key ^ Vector128.LoadUnsafe(ref b4, at);
            s5 ^= key ^ Vector128.LoadUnsafe(ref b5, at);
            s6 ^= key ^ Vector128.LoadUnsafe(ref b6, at);
            s7 ^= key ^ Vector128.LoadUnsafe(ref b7, at);
            for (var round = 1; round < keys.Length - 1; round++)
            {
                key = keys[round];
                s0 = Aes.Encrypt(s0, key);
                s1 = Aes.Encrypt(s1, key);
                s2 = Aes.Encrypt(s2, key);
                s3 = Aes.Encrypt(s3, key);
                s4 = Aes.Encrypt(s4, key);
                s5 = Aes.Encrypt(s5, key);
                s6 = Aes.Encrypt(s6, key);
                s7 = Aes.Encrypt(s7, key);
            }

            key = keys[^1];
            (s0 = Aes.EncryptLast(s0, key)).StoreUnsafe(ref b0, at);
            (s1 = Aes.EncryptLast(s1, key)).StoreUnsafe(ref b1, at);
            (s2 = Aes.EncryptLast(s2, key)).StoreUnsafe(ref b2, at);
            (s3 = Aes.EncryptLast(s3, key)).StoreUnsafe(ref b3, at);
            (s4 = Aes.EncryptLast(s4, key)).StoreUnsafe(ref b4, at);
            (s5 = Aes.EncryptLast(s5, key)).StoreUnsafe(ref b5, at);
            (s6 = Aes.EncryptLast(s6, key)).StoreUnsafe(ref b6, at);
            (s7 = Aes.EncryptLast(s7, key)).StoreUnsafe(ref b7, at);
        }
    }

    /// <summary>The key schedule (FIPS 197, section 5.2).</summary>
    private static Vector128<byte>[] Expand(ReadOnlySpan<byte> key)
    {
        var given = MemoryMarshal.Cast<byte, uint>(key);
        var rounds = given.Length + 6;
        var keys = new Vector128<byte>[rounds + 1];
        var words = MemoryMarshal.Cast<Vector128<byte>, uint>(keys.AsSpan());
        given.CopyTo(words);
        var constant = 1u;
        for (var index = given.Length; index < words.Length; index++)
        {
            var word = words[index - 1];
            if (index % given.Length == 0)
            {
                word = Substitute(word, rotated: true) ^ constant;
                constant = (constant << 1) ^ ((constant >> 7) * 0x11b);
            }
            else if (given.Length > 2 * WordsPerBlock - 2 && index % given.Length == WordsPerBlock)
            {
                word = Substitute(word, rotated: false);
            }

            words[index] = words[index - given.Length] ^ word;
        }

        return keys;
    }

    // The instruction gives SubWord of its second word, and the same rotated.
    private static uint Substitute(uint word, bool rotated) =>
        Aes.KeygenAssist(Vector128.Create(0, word, 0, 0).AsByte(), 0).AsUInt32()[rotated ? 1 : 0];
}
