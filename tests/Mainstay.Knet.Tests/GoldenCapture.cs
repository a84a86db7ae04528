using System.Text.Json;
using Mainstay.Knet.Crypto;
using Mainstay.Testing;

namespace Mainstay.Knet.Tests;

/// <summary>One of the recorded knet rings, with the keys that open it.</summary>
internal sealed class GoldenCapture : IDisposable
{
    private readonly byte[] _packet = new byte[KnetLimits.DatagramSizeMax];

    private GoldenCapture(string name, IReadOnlyList<CapturedDatagram> datagrams, IReadOnlyList<CryptoSuite> suites, bool admitsClear)
    {
        Name = name;
        Datagrams = datagrams;
        Suites = suites;
        AdmitsClear = admitsClear;
    }

    public static string[] Names { get; } =
        ["knet2plain", "knet3aes256", "knet2nss", "knet2hash", "knet2zlib", "knet2rekey", "knet2qdev", "knet3lms"];

    public string Name { get; }

    public IReadOnlyList<CapturedDatagram> Datagrams { get; }

    public IReadOnlyList<CryptoSuite> Suites { get; }

    public bool AdmitsClear { get; }

    public static GoldenCapture Read(string name)
    {
        var folder = Repository.SharedPath("cases", "ring", name);
        using var description = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, name + ".json")));
        var root = description.RootElement;
        List<CryptoSuite> suites = [];
        if (root.TryGetProperty("crypto", out var configurations))
        {
            foreach (var configuration in configurations.EnumerateArray()) suites.Add(new CryptoSuite(Settings(configuration, folder)));
        }

        var datagrams = Capture.ReadUdp(Path.Combine(folder, name + ".pcap"))
            .Where(d => d.TargetPort is >= 5405 and < 5413).ToList();
        return new GoldenCapture(
            name, datagrams, suites, suites.Count == 0 || (root.TryGetProperty("clear", out var clear) && clear.GetBoolean()));
    }

    /// <summary>The packet of a datagram, and what protected it.</summary>
    public byte[] Open(byte[] datagram, out CryptoSuite? by)
    {
        foreach (var suite in Suites)
        {
            if (!suite.TryOpen(datagram, _packet, out var size)) continue;
            by = suite;
            return _packet[..size];
        }

        Assert.True(AdmitsClear, $"no key of {Name} opens a datagram");
        by = null;
        return datagram;
    }

    /// <summary>Settings of one of its nodes.</summary>
    public KnetSettings SettingsOf(int node)
    {
        var nodes = Name.StartsWith("knet3", StringComparison.Ordinal) ? 3 : 2;
        var links = Name == "knet2plain" ? 2 : 1;
        return TestSettings.Of((ushort)node, nodes, links, (host, link) => new LinkAddress((uint)((10 << 24) | ((77 + link) << 16) | (10 + host)), false)) with
        {
            Crypto = Suites.Count > 0 ? Suites[0].Settings : CryptoSettings.None,
        };
    }

    public void Dispose()
    {
        foreach (var suite in Suites) suite.Dispose();
    }

    private static CryptoSettings Settings(JsonElement configuration, string folder)
    {
        Assert.True(CryptoSettings.TryParseCipher(configuration.GetProperty("cipher").GetString()!, out var cipher));
        Assert.True(CryptoSettings.TryParseHash(configuration.GetProperty("hash").GetString()!, out var hash));
        return new CryptoSettings(cipher, hash, File.ReadAllBytes(Path.Combine(folder, configuration.GetProperty("keyfile").GetString()!)));
    }
}
