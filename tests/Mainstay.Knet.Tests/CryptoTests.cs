using Mainstay.Testing;
using System.Security.Cryptography;
using Mainstay.Knet.Crypto;
using Mainstay.Knet.Links;

namespace Mainstay.Knet.Tests;

public sealed class CryptoTests
{
    private static readonly byte[] Salt = [.. Enumerable.Range(0, 16).Select(i => (byte)(i * 7))];

    public static TheoryData<CryptoCipher, CryptoHash> Combinations
    {
        get
        {
            var all = new TheoryData<CryptoCipher, CryptoHash>();
            foreach (var cipher in Enum.GetValues<CryptoCipher>())
            {
                foreach (var hash in Enum.GetValues<CryptoHash>().Where(h => h != CryptoHash.None)) all.Add(cipher, hash);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public void Every_cipher_with_every_hash_gives_what_the_one_shot_calls_of_the_framework_give(CryptoCipher cipher, CryptoHash hash)
    {
        var settings = TestSettings.Crypto(cipher, hash);
        using var suite = new CryptoSuite(settings);
        var random = new SplitMix(1);
        for (var size = 7; size < 120; size++)
        {
            var packet = random.Bytes(size);
            var salt = random.Bytes(16);
            var datagram = Protect(suite, packet, salt);
            Assert.Equal(Convert.ToHexString(Expected(settings, packet, salt)), Convert.ToHexString(datagram));
            Assert.Equal(packet, Open(suite, datagram));
        }
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public void A_datagram_changed_in_any_byte_or_cut_anywhere_is_refused(CryptoCipher cipher, CryptoHash hash)
    {
        using var suite = new CryptoSuite(TestSettings.Crypto(cipher, hash));
        var datagram = Protect(suite, new SplitMix(2).Bytes(50), Salt);
        for (var index = 0; index < datagram.Length; index++)
        {
            datagram[index] ^= 1;
            Assert.Null(Open(suite, datagram));
            datagram[index] ^= 1;
            Assert.Null(Open(suite, datagram[..index]));
        }

        Assert.NotNull(Open(suite, datagram));
    }

    [Theory]
    [InlineData(CryptoCipher.None, CryptoHash.None, 1446, 482)]
    [InlineData(CryptoCipher.Aes256, CryptoHash.Sha256, 1397, 421)]
    public void Data_per_fragment_is_that_of_the_reference(CryptoCipher cipher, CryptoHash hash, int discovered, int undiscovered)
    {
        var overhead = new ProtectionOverhead(cipher != CryptoCipher.None, (int)hash);
        Assert.Equal(discovered, MtuRules.DataMtu(1500, isIpv6: false, overhead));
        Assert.Equal(undiscovered, MtuRules.UndiscoveredDataMtu(overhead));
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public void The_largest_fragment_of_every_combination_fits_the_path_and_one_more_byte_would_not(CryptoCipher cipher, CryptoHash hash)
    {
        using var suite = new CryptoSuite(TestSettings.Crypto(cipher, hash));
        foreach (var onWire in Enumerable.Range(1280, 40))
        {
            var room = MtuRules.DatagramSize(onWire, isIpv6: true);
            var packet = suite.Overhead.PacketSizeMax(room);
            Assert.True(Protect(suite, new byte[packet], Salt).Length <= room);
            Assert.True(Protect(suite, new byte[packet + 1], Salt).Length > room);
        }
    }

    [Fact]
    public void Initialisation_vectors_never_repeat_and_depend_on_the_seed()
    {
        using var one = new SaltGenerator(TestSettings.Seed);
        using var two = new SaltGenerator(TestSettings.Seed.Reverse().ToArray());
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var count = 0; count < 2000; count++)
        {
            Assert.True(seen.Add(Convert.ToHexString(one.Next())));
            Assert.True(seen.Add(Convert.ToHexString(two.Next())));
        }
    }

    [Fact]
    public void A_key_change_understands_both_keys_until_it_is_finished()
    {
        var (old, next) = (TestSettings.Crypto(), TestSettings.Crypto(CryptoCipher.Aes128, CryptoHash.Sha512, start: 99));
        using var slots = new CryptoSlots(old, TestSettings.Seed);
        using var oldSuite = new CryptoSuite(old);
        using var nextSuite = new CryptoSuite(next);
        byte[] packet = [1, 2, 3, 4, 5, 6, 7];
        var (withOld, withNext) = (Protect(oldSuite, packet, Salt), Protect(nextSuite, packet, Salt));

        Assert.Equal((true, false, false), Opened());
        slots.Load(next);
        Assert.Equal((true, true, false), Opened());
        Assert.True(slots.Settings.IsSameAs(old));
        Assert.True(slots.Activate());
        Assert.Equal((true, true, false), Opened());
        Assert.True(slots.Settings.IsSameAs(next));
        slots.Finish();
        Assert.Equal((false, true, false), Opened());

        (bool Old, bool Next, bool Clear) Opened() => (Opens(slots, withOld), Opens(slots, withNext), Opens(slots, packet));
    }

    [Fact]
    public void Crypto_can_be_switched_off_and_on_again_at_run_time()
    {
        var settings = TestSettings.Crypto();
        using var slots = new CryptoSlots(settings, TestSettings.Seed);
        using var suite = new CryptoSuite(settings);
        byte[] packet = [1, 2, 3, 4, 5, 6, 7];
        var datagram = Protect(suite, packet, Salt);
        slots.Load(CryptoSettings.None);
        Assert.True(Opens(slots, packet) && Opens(slots, datagram));
        slots.Activate();
        Assert.True(Opens(slots, packet) && Opens(slots, datagram));
        slots.Finish();
        Assert.False(slots.Settings.IsOn);
        slots.Load(settings);
        Assert.True(Opens(slots, packet) && Opens(slots, datagram));
        slots.Activate();
        slots.Finish();
        Assert.True(Opens(slots, datagram));
        Assert.False(Opens(slots, packet));
    }

    [Theory]
    [InlineData("sha224")]
    [InlineData("sha3-256")]
    [InlineData("SHA256")]
    public void A_hash_that_the_reference_refuses_is_unknown(string name) => Assert.False(CryptoSettings.TryParseHash(name, out _));

    [Theory]
    [InlineData(127, false)]
    [InlineData(128, true)]
    [InlineData(1000, true)]
    [InlineData(4096, true)]
    [InlineData(4097, false)]
    public void Keys_of_every_legal_size_are_taken(int size, bool isLegal)
    {
        var settings = new CryptoSettings(CryptoCipher.Aes192, CryptoHash.Sha1, TestSettings.Key(size));
        Assert.Equal(isLegal, settings.Problem is null);
        if (!isLegal) return;
        using var suite = new CryptoSuite(settings);
        Assert.NotNull(Open(suite, Protect(suite, new byte[26], Salt)));
    }

    [Fact]
    public void A_cipher_without_a_hash_is_refused() =>
        Assert.Contains("requires crypto_hash", new CryptoSettings(CryptoCipher.Aes128, CryptoHash.None, TestSettings.Key()).Problem, StringComparison.Ordinal);

    internal static byte[] Protect(CryptoSuite suite, byte[] packet, byte[] salt)
    {
        var target = new byte[packet.Length + KnetLimits.ProtectionSizeMax];
        salt.CopyTo(target, 0);
        packet.CopyTo(target, suite.PacketOffset);
        return target[..suite.Protect(target, packet.Length)];
    }

    private static byte[]? Open(CryptoSuite suite, byte[] datagram)
    {
        var packet = new byte[KnetLimits.DatagramSizeMax];
        return suite.TryOpen(datagram, packet, out var size) ? packet[..size] : null;
    }

    private static bool Opens(CryptoSlots slots, byte[] datagram) => slots.TryOpen(datagram, new byte[KnetLimits.DatagramSizeMax], out _, out _);

    private static byte[] Expected(CryptoSettings settings, byte[] packet, byte[] salt)
    {
        var body = packet;
        if (settings.Cipher != CryptoCipher.None)
        {
            using var aes = Aes.Create();
            aes.Key = settings.Key[..(int)settings.Cipher].ToArray();
            body = [.. salt, .. aes.EncryptCbc(packet, salt)];
        }

        return [.. body, .. CryptographicOperations.HmacData(Name(settings.Hash), settings.Key.Span, body)];
    }

    private static HashAlgorithmName Name(CryptoHash hash) => new(hash.ToString().ToUpperInvariant());
}
