using System.Security.Cryptography;
using Mainstay.Knet.Crypto;

namespace Mainstay.Knet.Tests;

/// <summary>Datagrams whose code is right and whose inside cannot be (spec/knet-wire.md section 2): of who has the key and a bug.</summary>
public sealed class CryptoSanityTests : IDisposable
{
    private static readonly CryptoSettings s_settings = TestSettings.Crypto();

    private readonly CryptoSuite _suite = new(s_settings);
    private readonly byte[] _packet = new byte[KnetLimits.DatagramSizeMax];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(31)]
    [InlineData(33)]
    public void What_is_not_a_vector_and_whole_blocks_is_refused(int size) =>
        Assert.False(_suite.TryOpen(Authentic(new byte[size]), _packet, out _));

    [Theory]
    [InlineData(new byte[] { 1 }, true)]
    [InlineData(new byte[] { 2, 2 }, true)]
    [InlineData(new byte[] { 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16 }, true)]
    [InlineData(new byte[] { 0 }, false)]
    [InlineData(new byte[] { 17 }, false)]
    [InlineData(new byte[] { 255 }, false)]
    [InlineData(new byte[] { 1, 2 }, false)]
    [InlineData(new byte[] { 9, 3, 3 }, false)]
    public void A_packet_ends_with_as_many_bytes_of_padding_as_they_say(byte[] end, bool isSound)
    {
        // Two blocks, the last of them ending in what is to be padding; all bytes before it are another value than any padding.
        var plain = Enumerable.Repeat((byte)0xee, 32).ToArray();
        end.CopyTo(plain, plain.Length - end.Length);
        Assert.Equal(isSound, _suite.TryOpen(Authentic(Encrypted(plain)), _packet, out var size));
        if (isSound) Assert.Equal(plain.Length - end.Length, size);
    }

    /// <summary>A padding that is longer than a block although all its bytes agree.</summary>
    [Fact]
    public void A_padding_is_a_block_at_most() =>
        Assert.False(_suite.TryOpen(Authentic(Encrypted([.. Enumerable.Repeat((byte)17, 32)])), _packet, out _));

    [Theory]
    [InlineData(KnetLimits.DatagramSizeMax, true)]
    [InlineData(KnetLimits.DatagramSizeMax + 1, false)]
    public void A_datagram_that_is_too_long_is_refused(int size, bool isOpened)
    {
        var settings = TestSettings.Crypto(CryptoCipher.None);
        using var suite = new CryptoSuite(settings);
        var datagram = new byte[size + KnetLimits.ProtectionSizeMax];
        var length = suite.Protect(datagram, size - (int)settings.Hash);
        Assert.Equal(size, length);
        Assert.Equal(isOpened, suite.TryOpen(datagram.AsSpan(0, length), _packet, out _));
    }

    [Theory]
    [InlineData(KnetLimits.DatagramSizeMax, true)]
    [InlineData(KnetLimits.DatagramSizeMax + 1, false)]
    public void So_is_a_clear_one_while_crypto_is_switched_on(int size, bool isOpened)
    {
        using var slots = new CryptoSlots(CryptoSettings.None, TestSettings.Seed);
        slots.Load(s_settings);
        Assert.False(slots.IsClear);
        Assert.Equal(isOpened, slots.TryOpen(new byte[size], _packet, out _, out _));
    }

    [Fact]
    public void A_change_of_crypto_that_began_before_the_last_one_was_finished_keeps_both()
    {
        using var slots = new CryptoSlots(s_settings, TestSettings.Seed);
        slots.Load(CryptoSettings.None);
        Assert.True(slots.Activate());
        slots.Load(s_settings);
        slots.Finish();
        Assert.True(slots.TryOpen(Authentic(Encrypted([.. Enumerable.Repeat((byte)16, 16)])), _packet, out _, out var isAhead));
        Assert.True(isAhead);
        Assert.True(slots.Activate());
        Assert.True(slots.AdmitsClear);
        slots.Finish();
        Assert.False(slots.AdmitsClear);
        Assert.False(slots.TryOpen(new byte[20], _packet, out _, out _));
    }

    public void Dispose() => _suite.Dispose();

    private static byte[] Encrypted(byte[] plain)
    {
        using var aes = Aes.Create();
        aes.Key = s_settings.Key[..(int)s_settings.Cipher].ToArray();
        var vector = new byte[16];
        return [.. vector, .. aes.EncryptCbc(plain, vector, PaddingMode.None)];
    }

    private static byte[] Authentic(byte[] content) => [.. content, .. HMACSHA256.HashData(s_settings.Key.Span, content)];
}
