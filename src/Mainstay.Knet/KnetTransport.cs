using System.Collections.Immutable;
using Mainstay.Knet.Crypto;
using Mainstay.Knet.Fragments;
using Mainstay.Knet.Hosts;
using Mainstay.Knet.Links;
using Mainstay.Knet.Wire;
using Mainstay.Totem;

namespace Mainstay.Knet;

/// <summary>
/// The knet layer of one node (spec/knet-wire.md) as a pure state machine: redundant links to every host, their state and path MTU,
/// fragmentation, protection, compression, removal of copies. Inputs carry the monotonic time, outputs are appended to the caller's
/// <see cref="KnetOutbox"/>. Not thread-safe: one owner.
/// </summary>
/// <remarks>
/// The caller's duties: send what is to be sent on the socket of its link, unfragmented by IP (the "don't fragment" bit is set); call
/// <see cref="HandleTimeout"/> when <see cref="NextDeadline"/> has come; bring packets to this node itself back without this layer.
/// </remarks>
public sealed partial class KnetTransport : IDisposable
{
    private static readonly TimeSpan ReportPause = TimeSpan.FromSeconds(60);

    private readonly BufferPool _pool = new();
    private readonly CryptoSlots _crypto;
    private readonly byte[] _packet = new byte[KnetLimits.PacketSizeMax + KnetLimits.ProtectionSizeMax];
    private readonly byte[] _opened = new byte[KnetLimits.DatagramSizeMax];
    private readonly byte[] _compressed = new byte[KnetLimits.PacketSizeMax];
    private readonly Instant[] _nextReport = new Instant[(int)KnetEventKind.CryptoInUse + 1];
    private KnetSettings _settings;
    private ImmutableArray<KnetHost> _hosts = [];
    private PacketSequence _sent;
    private int _compressedSize;
    private Instant _deadline;
    private bool _isStarted;
    private bool _isStopped;

    /// <summary>Makes a silent layer; <see cref="Start"/> brings it up.</summary>
    /// <param name="settings">Settings without a <see cref="KnetSettings.Problem"/>.</param>
    /// <param name="saltSeed">32 random bytes that are used for nothing else: what initialisation vectors are made from.</param>
    public KnetTransport(KnetSettings settings, ReadOnlySpan<byte> saltSeed)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (saltSeed.Length < SaltGenerator.SeedSize) throw new ArgumentException("32 bytes are needed", nameof(saltSeed));
        Check(settings);
        _settings = settings;
        _crypto = new CryptoSlots(settings.Crypto, saltSeed);
        DataMtu = MtuRules.UndiscoveredDataMtu(_crypto.Overhead);
    }

    /// <summary>When <see cref="HandleTimeout"/> must be called; <see cref="Instant.Never"/> before the start.</summary>
    public Instant NextDeadline => _isStarted && !_isStopped ? _deadline : Instant.Never;

    /// <summary>Data bytes of a fragment now: the least of all links that are up.</summary>
    public int DataMtu { get; private set; }

    /// <summary>The settings in force.</summary>
    public KnetSettings Settings => _settings;

    /// <summary>How packets are protected that are sent now.</summary>
    public CryptoSettings Crypto => _crypto.Settings;

    /// <summary>Counters of the whole layer.</summary>
    public KnetStatistics Statistics { get; } = new();

    /// <summary>Configured hosts, ascending ids.</summary>
    public IEnumerable<NodeId> Hosts => _hosts.Select(h => h.Node);

    /// <summary>Begins to look for the other hosts.</summary>
    public void Start(Instant now, KnetOutbox outbox)
    {
        if (_isStarted) return;
        _isStarted = true;
        SetHosts(now, outbox);
        HandleTimeout(now, outbox);
    }

    /// <summary>
    /// Other hosts, links, timings, compression or mode. Hosts and links that stay keep their state. Crypto does not change here: it has
    /// its own three steps.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="settings">Settings without a <see cref="KnetSettings.Problem"/>, of the same node.</param>
    /// <param name="outbox">Receives what follows from it.</param>
    public void Reconfigure(Instant now, KnetSettings settings, KnetOutbox outbox)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Check(settings);
        if (settings.Self != _settings.Self) throw new ArgumentException("a running node keeps its id", nameof(settings));
        var isOtherMtu = settings.FixedMtu != _settings.FixedMtu;
        _settings = settings;
        if (!_isStarted) return;
        SetHosts(now, outbox);
        if (isOtherMtu) SearchPathsAgain(now);
        UpdateDataMtu(outbox);
        HandleTimeout(now, outbox);
    }

    /// <summary>Sends nothing and takes nothing any more.</summary>
    public void Stop() => _isStopped = true;

    /// <summary>First step of a change of crypto: packets of the new settings are understood (spec/knet-wire.md section 2.1).</summary>
    public void LoadCrypto(CryptoSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Problem is { } problem) throw new ArgumentException(problem, nameof(settings));
        _crypto.Load(settings);
    }

    /// <summary>
    /// Second step, when every node has done the first: packets are sent with the new settings. A packet of another node that has done it
    /// does it here, too.
    /// </summary>
    public void ActivateCrypto(Instant now, KnetOutbox outbox)
    {
        if (!_crypto.Activate()) return;
        Report(outbox, KnetEventKind.CryptoInUse, NodeId.None, 0, 0);
        SearchPathsAgain(now);
        UpdateDataMtu(outbox);
        HandleTimeout(now, outbox);
    }

    /// <summary>Last step, when every node has done the second: the old settings are forgotten.</summary>
    public void FinishCrypto() => _crypto.Finish();

    /// <summary>State of a link, or <see langword="null"/> where it is not configured.</summary>
    public KnetLinkStatus? StatusOf(NodeId node, int link) => FindHost(node.Value)?.Find(link) is { } found
        ? new KnetLinkStatus(
            found.Address,
            found.IsConnected,
            found.HasValidMtu,
            found.OnWireMtu,
            DataMtuOf(found),
            FindHost(node.Value)!.Carriers.Contains(found),
            found.Statistics)
        : null;

    /// <summary>Whether data reaches a host.</summary>
    public bool IsReachable(NodeId node) => FindHost(node.Value) is { IsReachable: true };

    /// <summary>When an authentic packet of a host came last, on whatever link; <see cref="Instant.Zero"/> where none ever did.</summary>
    public Instant LastHeard(NodeId node) => FindHost(node.Value)?.LastHeard ?? Instant.Zero;

    /// <summary>Begins to count, on every link, how many pings are answered.</summary>
    public void CountAnswers()
    {
        foreach (var host in _hosts)
        {
            foreach (var link in host.Links) link.CountAnswers();
        }
    }

    /// <summary>
    /// How many pings a host has answered since <see cref="CountAnswers"/>, in thousandths, on the best of its links; -1 where too few were
    /// sent to tell.
    /// </summary>
    public int AnsweredPermille(NodeId node)
    {
        var best = -1;
        if (FindHost(node.Value) is not { } host) return best;
        foreach (var link in host.Links) best = Math.Max(best, link.AnsweredPermille);
        return best;
    }

    /// <summary>The host that has an address on a link.</summary>
    public bool TryFindHost(int link, LinkAddress address, out NodeId node)
    {
        foreach (var host in _hosts)
        {
            if (host.Find(link) is not { } found || found.Address != address) continue;
            node = host.Node;
            return true;
        }

        node = NodeId.None;
        return false;
    }

    /// <inheritdoc/>
    public void Dispose() => _crypto.Dispose();

    private static void Check(KnetSettings settings)
    {
        if (settings.Problem is { } problem) throw new ArgumentException(problem, nameof(settings));
    }

    private void SetHosts(Instant now, KnetOutbox outbox)
    {
        var hosts = ImmutableArray.CreateBuilder<KnetHost>(_settings.Hosts.Length);
        foreach (var wanted in _settings.Hosts.OrderBy(h => h.Node))
        {
            var host = FindHost(wanted.Node.Value) ?? new KnetHost(wanted.Node, _pool);
            host.SetLinks([.. _settings.Links.OrderBy(l => l.Link).Select(l => LinkOf(host, l, wanted.Addresses[l.Link], now))]);
            ChooseCarriers(host, outbox);
            hosts.Add(host);
        }

        foreach (var gone in _hosts.Where(h => !_settings.Hosts.Any(w => w.Node == h.Node))) gone.Fragments.Clear();
        _hosts = hosts.MoveToImmutable();
    }

    private static KnetLink LinkOf(KnetHost host, KnetLinkSettings settings, LinkAddress address, Instant now)
    {
        if (host.Find(settings.Link) is { } known && known.Address == address)
        {
            known.Settings = settings;
            return known;
        }

        var link = new KnetLink(host.Node, settings, address);
        link.Start(now);
        return link;
    }

    private KnetHost? FindHost(uint node)
    {
        var low = 0;
        var high = _hosts.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var found = _hosts[middle].Node.Value;
            if (found == node) return _hosts[middle];
            if (found < node) low = middle + 1;
            else high = middle - 1;
        }

        return null;
    }

    private void Report(KnetOutbox outbox, KnetEventKind kind, NodeId node, int link, int value) =>
        outbox.Add(new KnetOutput { Kind = KnetOutputKind.Report, Event = new KnetEvent(kind, node, link, value, default) });

    /// <summary>Counts a refused packet; the first of a kind is told, and then one a minute at most.</summary>
    private void Refuse(Instant now, KnetOutbox outbox, KnetDropReason reason, KnetEvent what)
    {
        Statistics.CountDrop(reason);
        ref var next = ref _nextReport[(int)what.Kind];
        if (now < next) return;
        next = now + ReportPause;
        outbox.Add(new KnetOutput { Kind = KnetOutputKind.Report, Event = what });
    }
}

/// <summary>State of one link to one host.</summary>
/// <param name="Address">The other end.</param>
/// <param name="IsConnected">Whether pongs come.</param>
/// <param name="HasValidMtu">Whether the path carries packets of the least size.</param>
/// <param name="OnWireMtu">Path MTU, bytes; 0 while it is not known.</param>
/// <param name="DataMtu">Data bytes per fragment on this link.</param>
/// <param name="CarriesData">Whether data takes this link now.</param>
/// <param name="Statistics">Its counters.</param>
public sealed record KnetLinkStatus(
    LinkAddress Address,
    bool IsConnected,
    bool HasValidMtu,
    int OnWireMtu,
    int DataMtu,
    bool CarriesData,
    KnetLinkStatistics Statistics);
