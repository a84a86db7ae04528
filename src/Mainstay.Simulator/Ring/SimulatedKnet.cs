using System.Buffers.Binary;
using System.Collections.Immutable;
using Mainstay.Knet;
using Mainstay.Ring.Core.Detection;
using Mainstay.Totem;

namespace Mainstay.Simulator.Ring;

/// <summary>What is between a node's engine and its network: the real knet layer, and the real watch over the other members.</summary>
internal sealed class SimulatedKnet : IPeerContact, IDisposable
{
    private const int SeedSize = 32;
    private const uint Network = 10u << 24;
    private const int LinkShift = 16;
    private readonly bool _isUniform;

    public SimulatedKnet(RingScenario scenario, uint id, uint incarnation)
    {
        // A life of its own: initialisation vectors do not repeat after a restart.
        Span<byte> seed = stackalloc byte[SeedSize];
        seed.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(seed, id);
        BinaryPrimitives.WriteUInt32LittleEndian(seed[4..], incarnation);
        Transport = new KnetTransport(SettingsOf(scenario, id), seed);
        _isUniform = scenario.IsUniform;
        Watch.Apply(LateAfter(scenario.Options), scenario.Options.Token);
        Formation.Apply(scenario.Options.Token, scenario.Options.Token + scenario.Options.Consensus);
    }

    public KnetTransport Transport { get; }

    public PeerWatch Watch { get; } = new();

    public FormationWatch Formation { get; } = new();

    /// <summary>What received datagrams bring.</summary>
    public KnetOutbox Received { get; } = new();

    /// <summary>What goes out.</summary>
    public KnetOutbox Sent { get; } = new();

    /// <summary>When <see cref="Formation"/> must be asked; never in a mixed ring.</summary>
    public Instant FormationDeadline(TotemRing engine) => Formation.NextDeadline(_isUniform && engine.IsForming);

    /// <summary>Where a node's end of a link is.</summary>
    public static LinkAddress Address(uint node, int link) => new(Network | ((uint)link << LinkShift) | node, false);

    /// <inheritdoc/>
    public Instant LastHeard(NodeId node) => Transport.LastHeard(node);

    /// <inheritdoc/>
    public void CountAnswers() => Transport.CountAnswers();

    /// <inheritdoc/>
    public int AnsweredPermille(NodeId node) => Transport.AnsweredPermille(node);

    /// <inheritdoc/>
    public void Dispose() => Transport.Dispose();

    /// <summary>As the daemon has it (docs/ring.md, "Failure detection").</summary>
    private static TimeSpan LateAfter(TotemOptions options) => options.Hold < options.TokenRetransmit
        ? options.Hold + ((options.TokenRetransmit - options.Hold) / 4)
        : options.TokenRetransmit;

    private static KnetSettings SettingsOf(RingScenario scenario, uint id)
    {
        var knet = scenario.Knet!;
        return new KnetSettings
        {
            Self = new NodeId(id),
            Hosts =
            [
                .. Enumerable.Range(1, scenario.NodeCount).Where(node => node != id).Select(node => new KnetHostSettings(
                    new NodeId((uint)node),
                    Enumerable.Range(0, knet.LinkCount).ToImmutableSortedDictionary(link => link, link => Address((uint)node, link)))),
            ],
            Links =
            [
                .. Enumerable.Range(0, knet.LinkCount).Select(link => new KnetLinkSettings
                {
                    Link = link,
                    Priority = (byte)(1 + (link * knet.PrioritySteps)),
                    PingInterval = knet.PingInterval,
                    PingTimeout = knet.PingTimeout,
                    PongCount = knet.PongCount,
                }),
            ],
            Crypto = knet.Crypto,
            Mode = knet.Mode,
            PathMtuInterval = knet.PathMtuInterval,
            FixedMtu = knet.FixedMtu,
            Compression = knet.IsCompressed ? CompressionModel.Zlib : CompressionModel.None,
        };
    }
}
