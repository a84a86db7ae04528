using Mainstay.Knet;

namespace Mainstay.Simulator.Ring;

/// <summary>What carries the ring's packets in a simulation.</summary>
public enum RingTransport
{
    /// <summary>Datagrams as they are, one path between two nodes.</summary>
    Plain,

    /// <summary>The knet layer of every node, on one to eight links.</summary>
    Knet,
}

/// <summary>The knet layer of a run, and what happens to single links.</summary>
public sealed record KnetScenario
{
    /// <summary>Links between any two nodes, 1 to 8.</summary>
    public required int LinkCount { get; init; }

    /// <summary>How data is spread over them.</summary>
    public LinkMode Mode { get; init; } = LinkMode.Passive;

    /// <summary>By how much each link is preferred to the one before; 0 = all alike.</summary>
    public int PrioritySteps { get; init; }

    /// <summary>Protection of packets.</summary>
    public CryptoSettings Crypto { get; init; } = CryptoSettings.None;

    /// <summary>Whether data is compressed.</summary>
    public bool IsCompressed { get; init; }

    /// <summary>Time between pings of a link.</summary>
    public required TimeSpan PingInterval { get; init; }

    /// <summary>Silence after which a link is down.</summary>
    public required TimeSpan PingTimeout { get; init; }

    /// <summary>Pongs before a link is up.</summary>
    public uint PongCount { get; init; } = 2;

    /// <summary>Time between searches of the path MTU.</summary>
    public required TimeSpan PathMtuInterval { get; init; }

    /// <summary>A given MTU; 0 = it is searched.</summary>
    public int FixedMtu { get; init; }

    /// <summary>Largest IP packet that a host sends.</summary>
    public int InterfaceMtu { get; init; } = 1500;

    /// <summary>Largest IP packet that gets through, of the first link and of all others.</summary>
    public (int First, int Others) PathMtu { get; init; } = (1500, 1500);

    /// <summary>Mean time until paths of a link carry less than before, or as much again; 0 = never.</summary>
    public long MtuChangeEvery { get; init; }

    /// <summary>What they carry then.</summary>
    public int ShrunkMtu { get; init; } = 600;

    /// <summary>Share of partitions and flapping that concern one link alone, in millionths.</summary>
    public int SingleLink { get; init; }

    /// <summary>The one link that fails where a single one does; -1 = any.</summary>
    public int FailingLink { get; init; } = -1;

    /// <summary>Share of datagrams of which a byte is damaged, in millionths; only with crypto, which must notice.</summary>
    public int Damage { get; init; }
}

/// <content>Rings on knet.</content>
public sealed partial record RingScenario
{
    /// <summary>Rings with more nodes have two links at most: pings would be all that happens.</summary>
    private const int LargeNodeCount = 8;

    private const int KnetPacketSizeMax = 65536 - (2 * Mainstay.Totem.Limits.MessageHeaderSize);

    /// <summary>The knet layer; <see langword="null"/> = datagrams go as they are.</summary>
    public KnetScenario? Knet { get; init; }

    /// <summary>Draws the scenario of a seed.</summary>
    public static RingScenario Draw(ulong seed, RingProfile profile, RingTransport transport) =>
        transport == RingTransport.Knet ? WithKnet(Draw(seed, profile), seed) : Draw(seed, profile);

    /// <summary>Adds the knet layer from a stream of its own: everything else of a seed stays what it is without.</summary>
    private static RingScenario WithKnet(RingScenario scenario, ulong seed)
    {
        var prng = new Prng(seed, stream: 15);
        var token = scenario.Options.Token;
        var isEthernet = prng.Chance(700_000);
        var interfaceMtu = isEthernet ? 1500 : (int)Pick(prng, 9000, 65535, 1400);
        var pathMtu = (int)Pick(prng, interfaceMtu, interfaceMtu, 1400, 600);
        var crypto = DrawCrypto(prng);
        var isDamaged = prng.Chance(300_000);
        var linkCount = (int)Pick(prng, 1, 2, 2, 2, 3, 8);
        return scenario with
        {
            Options = scenario.Options with { PacketSizeMax = KnetPacketSizeMax },
            EventCountMax = scenario.EventCountMax * 4,
            Knet = new KnetScenario
            {
                LinkCount = scenario.NodeCount > LargeNodeCount ? Math.Min(2, linkCount) : linkCount,
                Mode = (LinkMode)prng.Below(3),
                PrioritySteps = prng.Chance(300_000) ? 1 : 0,
                Crypto = crypto,
                IsCompressed = prng.Chance(100_000),
                PingInterval = token / 4,
                PingTimeout = token / 2,
                PongCount = (uint)Pick(prng, 2, 2, 1, 5),
                PathMtuInterval = token * 10,
                FixedMtu = prng.Chance(100_000) ? Math.Min(interfaceMtu, pathMtu) : 0,
                InterfaceMtu = interfaceMtu,
                PathMtu = (interfaceMtu, Math.Min(interfaceMtu, pathMtu)),
                MtuChangeEvery = prng.Chance(150_000) ? token.Ticks * 100 * Pick(prng, 1, 5, 20) : 0,
                SingleLink = (int)Pick(prng, 0, 500_000, 1_000_000),
                Damage = isDamaged && crypto.Hash != CryptoHash.None ? (int)Pick(prng, 1_000, 50_000) : 0,
            },
        };
    }

    private static CryptoSettings DrawCrypto(Prng prng)
    {
        var key = new byte[128];
        for (var index = 0; index < key.Length; index++) key[index] = (byte)prng.Below(256);
        return prng.Below(6) switch
        {
            0 => new CryptoSettings(CryptoCipher.Aes256, CryptoHash.Sha256, key),
            1 => new CryptoSettings(CryptoCipher.None, CryptoHash.Sha1, key),
            _ => CryptoSettings.None,
        };
    }
}
