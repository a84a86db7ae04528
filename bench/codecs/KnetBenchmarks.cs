using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using Mainstay.Knet;
using Mainstay.Totem;

namespace Mainstay.Codecs.Bench;

/// <summary>How packets are protected.</summary>
public enum Protection
{
    /// <summary>Not at all.</summary>
    Plain,

    /// <summary>As <c>cluster setup</c> does.</summary>
    Aes256Sha256,
}

/// <summary>The knet layer: a packet of the ring cut, protected, opened and put together again.</summary>
[MemoryDiagnoser]
public class KnetBenchmarks : IDisposable
{
    private readonly KnetOutbox _sent = new();
    private readonly KnetOutbox _received = new();
    private readonly List<(int Link, byte[] Datagram)> _wire = [];
    private KnetTransport _sender = null!;
    private KnetTransport _receiver = null!;
    private byte[] _packet = [];
    private Instant _now = Instant.FromMilliseconds(1000);

    [Params(64, 1_400, 65_000)]
    public int Size { get; set; }

    [Params(Protection.Plain, Protection.Aes256Sha256)]
    public Protection Protection { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _packet = new byte[Size];
        _sender = new KnetTransport(SettingsOf(1, 2), new byte[32]);
        _receiver = new KnetTransport(SettingsOf(2, 1), [.. Enumerable.Repeat((byte)1, 32)]);
        _sender.Start(_now, _sent);
        _receiver.Start(_now, _received);
        for (var step = 0; step < 10_000 && !(_sender.IsReachable(new NodeId(2)) && _sender.DataMtu > 1000); step++)
        {
            _now += TimeSpan.FromMilliseconds(5);
            if (_sender.NextDeadline <= _now) _sender.HandleTimeout(_now, _sent);
            if (_receiver.NextDeadline <= _now) _receiver.HandleTimeout(_now, _received);
            Carry(_sent, 1, _receiver, _received);
            Carry(_received, 2, _sender, _sent);
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _sender?.Dispose();
        _receiver?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public int Send()
    {
        _sent.Clear();
        _sender.SendToAll(_now, _packet, _sent);
        return _sent.Count;
    }

    [Benchmark]
    public int SendAndReceive()
    {
        _sent.Clear();
        _sender.SendToAll(_now, _packet, _sent);
        var delivered = 0;
        foreach (ref readonly var output in _sent.Outputs)
        {
            if (output.Kind != KnetOutputKind.Send) continue;
            _receiver.HandleDatagram(_now, output.Link, AddressOf(1), output.Bytes.Span, _received);
            foreach (ref readonly var got in _received.Outputs) delivered += got.Bytes.Length;
            _received.Clear();
        }

        return delivered;
    }

    private static LinkAddress AddressOf(int node) => new((UInt128)((10u << 24) | (uint)node), false);

    private KnetSettings SettingsOf(uint self, int other) => new()
    {
        Self = new NodeId(self),
        Hosts = [new KnetHostSettings(new NodeId((uint)other), ImmutableSortedDictionary<int, LinkAddress>.Empty.Add(0, AddressOf(other)))],
        Links =
        [
            new KnetLinkSettings
            {
                Link = 0,
                PingInterval = TimeSpan.FromMilliseconds(750),
                PingTimeout = TimeSpan.FromMilliseconds(1500),
            },
        ],
        FixedMtu = 1500,
        Crypto = Protection == Protection.Plain
            ? CryptoSettings.None
            : new CryptoSettings(CryptoCipher.Aes256, CryptoHash.Sha256, new byte[256]),
    };

    private void Carry(KnetOutbox from, int node, KnetTransport to, KnetOutbox answers)
    {
        foreach (ref readonly var output in from.Outputs)
        {
            if (output.Kind == KnetOutputKind.Send) _wire.Add((output.Link, output.Bytes.ToArray()));
        }

        from.Clear();
        foreach (var (link, datagram) in _wire) to.HandleDatagram(_now, link, AddressOf(node), datagram, answers);
        _wire.Clear();
    }
}
