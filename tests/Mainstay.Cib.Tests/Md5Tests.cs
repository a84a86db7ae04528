using System.Security.Cryptography;
using System.Text;

namespace Mainstay.Cib.Tests;

/// <summary>Our MD5 is MD5.</summary>
public sealed class Md5Tests
{
    // RFC 1321 appendix A.5.
    [Theory]
    [InlineData("", "d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("a", "0cc175b9c0f1b6a831c399e269772661")]
    [InlineData("abc", "900150983cd24fb0d6963f7d28e17f72")]
    [InlineData("message digest", "f96b697d7cb7938d525a2f31aaf161d0")]
    [InlineData("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b")]
    [InlineData("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "d174ab98d277d9f5a5611c2c9f419d9f")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345678901234567890", "57edf4a22be3c955ac49da2e2107b67a")]
    public void The_test_suite_of_the_standard_passes(string text, string digest) => Assert.Equal(digest, CibDigest.Md5(text));

    [Fact]
    public void Texts_of_every_length_around_the_blocks_have_the_frameworks_digest()
    {
        for (int length = 0; length < 1300; length += length < 200 ? 1 : 37)
        {
            string text = string.Concat(Enumerable.Range(0, length).Select(i => (char)('!' + (((i * 7) + length) % 90))));
#pragma warning disable CA5351 // the digest of the interchange format
            string expected = Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5351
            Assert.Equal(expected, CibDigest.Md5(text));
        }
    }
}
