using Mainstay.Knet;
using Mainstay.Ring.Core;
using Mainstay.Ring.Core.Configuration;
using Mainstay.Ring.Core.Map;
using Mainstay.Totem;

namespace Mainstay.Ring.Links;

/// <summary>What knet tells of its links: state, MTU and the counters of <c>stats.knet.*</c> (spec/corosync-conf.md section 8).</summary>
/// <remarks>Times of compression and encryption are not measured: they show as the reference shows what never happened.</remarks>
internal sealed class KnetReport(KnetTransport transport, RingConfiguration configuration) : ILinkReport
{
    private const int LoopbackMtu = 65535;

    public string Transport => "knet";

    public IReadOnlyList<LinkStatus> Links(IReadOnlyList<uint> members)
    {
        var links = new List<LinkStatus>();
        foreach (var local in configuration.LocalNode.Links)
        {
            foreach (var node in configuration.Nodes.OrderBy(n => n.NodeId))
            {
                var remote = node.Links.First(l => l.Link == local.Link);
                var status = transport.StatusOf(new NodeId(node.NodeId), local.Link);
                var isSelf = node.NodeId == configuration.LocalNode.NodeId;

                // A node reaches itself on its first link, whatever happens outside.
                var isLoopback = isSelf && local == configuration.LocalNode.Links[0];
                if (isSelf && !isLoopback) continue;
                links.Add(new LinkStatus
                {
                    NodeId = node.NodeId,
                    Link = local.Link,
                    Protocol = "udp",
                    LocalAddress = local.Address.ToString(),
                    RemoteAddress = remote.Address.ToString(),
                    IsEnabled = true,
                    IsConnected = isLoopback || status is { IsConnected: true },
                    Mtu = isLoopback ? LoopbackMtu : status?.DataMtu ?? 0,
                    Counters = [.. Counters(status?.Statistics ?? new KnetLinkStatistics())],
                });
            }
        }

        return links;
    }

    public IEnumerable<KeyValuePair<string, MapValue>> Statistics()
    {
        const string Prefix = "stats.knet.handle.";
        var statistics = transport.Statistics;
        yield return Of("tx_uncompressed_packets", statistics.SentUncompressed);
        yield return Of("tx_compressed_packets", statistics.SentCompressed);
        yield return Of("tx_compressed_original_bytes", statistics.SentCompressedOriginalBytes);
        yield return Of("tx_compressed_size_bytes", statistics.SentCompressedBytes);
        yield return Of("rx_compressed_packets", statistics.ReceivedCompressed);
        yield return Of("rx_compressed_original_bytes", statistics.ReceivedCompressedOriginalBytes);
        yield return Of("rx_compressed_size_bytes", statistics.ReceivedCompressedBytes);
        yield return Of("tx_crypt_packets", statistics.SentProtected);
        yield return Of("tx_crypt_byte_overhead", statistics.ProtectionBytes);
        yield return Of("rx_crypt_packets", statistics.ReceivedProtected);
        foreach (var work in (string[])["tx_compress", "rx_compress", "tx_crypt", "rx_crypt"])
        {
            yield return new(Prefix + work + "_time_min", MapValue.Of(ulong.MaxValue));
            yield return Of(work + "_time_max", 0);
            yield return Of(work + "_time_ave", 0);
        }

        static KeyValuePair<string, MapValue> Of(string name, long value) => new(Prefix + name, MapValue.Of((ulong)value));
    }

    private static IEnumerable<KeyValuePair<string, MapValue>> Counters(KnetLinkStatistics statistics)
    {
        (string Name, KnetTraffic Sent, KnetTraffic Received)[] kinds =
        [
            ("data", statistics.SentData, statistics.ReceivedData),
            ("ping", statistics.SentPings, statistics.ReceivedPings),
            ("pmtu", statistics.SentPathMtu, statistics.ReceivedPathMtu),
            ("pong", statistics.SentPongs, statistics.ReceivedPongs),
        ];
        foreach (var (name, sent, received) in kinds)
        {
            yield return Long($"tx_{name}_packets", sent.Packets);
            yield return Long($"tx_{name}_bytes", sent.Bytes);
            yield return Long($"rx_{name}_packets", received.Packets);
            yield return Long($"rx_{name}_bytes", received.Bytes);
            yield return Int($"tx_{name}_errors", name == "data" ? statistics.SendErrors : 0);
            yield return Int($"tx_{name}_retries", 0);
        }

        yield return Long("tx_total_packets", kinds.Sum(k => k.Sent.Packets));
        yield return Long("tx_total_bytes", kinds.Sum(k => k.Sent.Bytes));
        yield return Long("tx_total_errors", statistics.SendErrors);
        yield return Long("rx_total_packets", kinds.Sum(k => k.Received.Packets));
        yield return Long("rx_total_bytes", kinds.Sum(k => k.Received.Bytes));
        yield return Long("rx_total_retries", 0);
        yield return Int("latency_min", statistics.LatencySamples == 0 ? uint.MaxValue : statistics.LatencyMin);
        yield return Int("latency_max", statistics.LatencyMax);
        yield return Int("latency_ave", statistics.LatencyAverage);
        yield return Int("latency_samples", statistics.LatencySamples);
        yield return Int("up_count", statistics.UpCount);
        yield return Int("down_count", statistics.DownCount);

        static KeyValuePair<string, MapValue> Long(string name, long value) => new(name, MapValue.Of((ulong)value));
        static KeyValuePair<string, MapValue> Int(string name, long value) => new(name, MapValue.Of((uint)Math.Min(value, uint.MaxValue)));
    }
}
