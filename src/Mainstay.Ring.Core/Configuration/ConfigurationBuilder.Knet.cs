using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Mainstay.Knet;
using Mainstay.Totem;

namespace Mainstay.Ring.Core.Configuration;

/// <content>Transport knet: links, crypto, compression (spec/knet-wire.md section 7, spec/corosync-conf.md section 2).</content>
internal sealed partial class ConfigurationBuilder
{
    private const uint PathMtuIntervalMax = 86400;

    private KnetSection ReadKnet(TotemSection totem, List<ConfiguredNode> nodes, ConfiguredNode local, CryptoSettings crypto)
    {
        CheckLinks(nodes, local);
        var settings = new KnetSettings
        {
            Self = new NodeId(local.NodeId),
            Hosts =
            [
                .. nodes.Where(n => n.NodeId != local.NodeId).OrderBy(n => n.NodeId).Select(n => new KnetHostSettings(
                    new NodeId(n.NodeId), n.Links.ToImmutableSortedDictionary(l => l.Link, l => LinkAddress.Of(l.Address)))),
            ],
            Links = [.. local.Links.Select(l => ReadLink(l.Link, totem.Token))],
            Crypto = crypto,
            Mode = Text("totem.link_mode", "passive") switch
            {
                "active" => LinkMode.Active,
                "rr" => LinkMode.RoundRobin,
                _ => LinkMode.Passive,
            },
            PathMtuInterval = TimeSpan.FromSeconds(NonZero("knet_pmtud_interval", 30)),
            FixedMtu = (int)Math.Min(Number("totem.knet_mtu", 0), int.MaxValue),
            Compression = ReadCompression(),
            CompressionThreshold = (int)Math.Min(Number("totem.knet_compression_threshold", 0), KnetLimits.PacketSizeMax),
            CompressionLevel = int.TryParse(
                Text("totem.knet_compression_level", "0"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var level)
                ? level
                : 0,
        };
        if (settings.PathMtuInterval > TimeSpan.FromSeconds(PathMtuIntervalMax))
        {
            Refuse($"knet_pmtud_interval must be 1 to {PathMtuIntervalMax} seconds", LineOf("totem.knet_pmtud_interval"));
        }

        // Whatever an earlier check has told about is not told twice.
        var isSound = !_problems.Exists(p => p.Severity == ProblemSeverity.Error);
        if (isSound && settings.FindProblem() is { } problem) Refuse(problem.Text, LineOf($"totem.{problem.Option}"));
        return new KnetSection(settings, local.Links.ToImmutableSortedDictionary(l => l.Link, l => PortOf(l.Link)));
    }

    private int PortOf(int link) =>
        (int)Math.Min(Number($"totem.interface.{link}.mcastport", (uint)(UdpFraming.DefaultPort + link)), ushort.MaxValue);

    private void CheckLinks(List<ConfiguredNode> nodes, ConfiguredNode local)
    {
        foreach (var node in nodes)
        {
            foreach (var link in local.Links)
            {
                var other = node.Links.FirstOrDefault(l => l.Link == link.Link);
                var line = LineOf($"nodelist.node.{node.Position}.ring{link.Link}_addr");
                if (other is null)
                {
                    Refuse(
                        $"node {node.NodeId} has no ring{link.Link}_addr as node {local.NodeId} has: all nodes need the same links", line);
                }
                else if (LinkAddress.Of(other.Address).IsIpv6 != LinkAddress.Of(link.Address).IsIpv6)
                {
                    Refuse($"the addresses of link {link.Link} are of different families (IPv4 and IPv6)", line);
                }
            }
        }

        foreach (var shared in nodes.SelectMany(n => n.Links.Select(l => (Node: n, Link: l)))
            .GroupBy(l => (l.Link.Link, l.Link.Address)).Where(g => g.Select(l => l.Node.NodeId).Distinct().Count() > 1))
        {
            var (node, link) = shared.Last();
            Warn(
                $"nodes {string.Join(" and ", shared.Select(s => s.Node.NodeId))} have the same address {link.Address} on link {link.Link}",
                $"nodelist.node.{node.Position}.ring{link.Link}_addr");
        }
    }

    private KnetLinkSettings ReadLink(int link, uint token)
    {
        var prefix = $"totem.interface.{link}.";
        if (Text(prefix + "knet_transport", "udp") == "sctp")
        {
            Refuse("knet_transport sctp is not supported: use udp", LineOf(prefix + "knet_transport"));
        }

        var (interval, timeout, pongs) = PingTimes(link, token);
        return new KnetLinkSettings
        {
            Link = link,
            Priority = (byte)Math.Clamp(Number(prefix + "knet_link_priority", 1), 1, byte.MaxValue),
            PingInterval = TimeSpan.FromMilliseconds(Math.Max(1, interval)),
            PingTimeout = TimeSpan.FromMilliseconds(Math.Max(1, timeout)),
            Precision = Number(prefix + "knet_ping_precision", 0) is > 0 and var precision ? precision : 2048,
            PongCount = pongs,
        };
    }

    /// <summary>Effective ping times of a link in milliseconds, and its pong count.</summary>
    private (uint Interval, uint Timeout, uint Pongs) PingTimes(int link, uint token)
    {
        var prefix = $"totem.interface.{link}.";
        var pongs = Number(prefix + "knet_pong_count", 0) is > 0 and var given ? given : 2;
        var interval = Number(prefix + "knet_ping_interval", 0) is > 0 and var set ? set : (uint)(token / (pongs * 2UL));
        var timeout = Number(prefix + "knet_ping_timeout", 0) is > 0 and var allowed ? allowed : token / pongs;
        return (interval, timeout, pongs);
    }

    private CompressionModel ReadCompression()
    {
        var name = Text("totem.knet_compression_model", "none");
        if (name is "none") return CompressionModel.None;
        if (name is "zlib") return CompressionModel.Zlib;
        Refuse(
            $"knet_compression_model {name} is not available in this version: use zlib or none on all nodes",
            LineOf("totem.knet_compression_model"));
        return CompressionModel.None;
    }

    private CryptoSettings ReadCrypto(RingTransport transport)
    {
        var secauth = Text("totem.secauth", "off") == "on";
        var isKnown = CryptoSettings.TryParseCipher(Text("totem.crypto_cipher", secauth ? "aes256" : "none"), out var cipher)
            & CryptoSettings.TryParseHash(Text("totem.crypto_hash", secauth ? "sha256" : "none"), out var hash);

        // The parser has told what is unknown, with its line.
        if (!isKnown || (cipher == CryptoCipher.None && hash == CryptoHash.None)) return CryptoSettings.None;
        var line = LineOf("totem.crypto_cipher") is var l and > 0 ? l : LineOf("totem.crypto_hash");
        if (cipher != CryptoCipher.None && hash == CryptoHash.None)
        {
            Refuse("crypto_cipher requires crypto_hash with value other than none", line);
        }

        if (transport != RingTransport.Knet) Refuse("crypto_cipher and crypto_hash require transport knet", line);
        return new CryptoSettings(cipher, hash, ReadKey());
    }

    private ReadOnlyMemory<byte> ReadKey()
    {
        if (_keys.TryGetValue("totem.key", out var value) && !_keys.ContainsKey("totem.keyfile"))
        {
            var bytes = Encoding.UTF8.GetBytes(value.Text);
            if (bytes.Length is < KnetLimits.KeySizeMin or > KnetLimits.KeySizeMax)
            {
                Refuse($"totem.key has {bytes.Length} bytes; 128 to 4096 are accepted", value.Line);
            }

            return bytes;
        }

        var file = Text("totem.keyfile", "/etc/corosync/authkey");
        var (key, problem) = _environment.ReadKeyFile(file);
        if (problem is not null)
        {
            Refuse($"Could not open the key file {file}: {problem}", LineOf("totem.keyfile"));
            return default;
        }

        if (key.Length < KnetLimits.KeySizeMin)
        {
            Refuse($"The key file {file} has {key.Length} bytes; 128 at least are needed", LineOf("totem.keyfile"));
            return default;
        }

        if (key.Length <= KnetLimits.KeySizeMax) return key;
        var rest = $"The key file {file} has more than 4096 bytes: those after them do not count";
        Add(ProblemSeverity.Warning, rest, LineOf("totem.keyfile"), ConfigurationProblem.FileExitStatus);
        return key[..KnetLimits.KeySizeMax];
    }
}
