using System.Net.Sockets;
using System.Security.Cryptography;
using Mainstay.Knet;
using Mainstay.Ring.Core.Configuration;
using Mainstay.Totem;

namespace Mainstay.Ring.Links;

/// <summary>
/// Transport <c>knet</c>: a socket per link around the pure layer (<see cref="KnetTransport"/>). One socket's trouble does not touch the
/// other links.
/// </summary>
internal sealed class KnetLinks : IRingLink
{
    private const int SeedSize = 32;
    private const int DatagramsPerCallMax = 64;
    private const int ReturnedSizeMax = 256;

    // Datagrams that wait to be sent: about those of one full packet. More would keep the others waiting while the next is encrypted, fewer
    // would cost system calls.
    private const int WaitingMax = 40;

    private readonly KnetTransport _transport;
    private readonly KnetOutbox _received = new();
    private readonly KnetOutbox _sent = new();
    private readonly RefusedPeers _refused = new();
    private readonly byte[] _returned = new byte[ReturnedSizeMax];
    private readonly RingLog _log;
    private Dictionary<(uint Node, int Link), DatagramTarget> _targets = [];
    private LinkSocket[] _sockets = [];
    private int[] _descriptors = [];
    private KnetSection _section;
    private TimeSpan _token;
    private Instant _finishesCrypto = Instant.Never;
    private int _turn;
    private int _queued;
    private long _datagramCount;
    private long _sendErrors;

    private KnetLinks(RingConfiguration configuration, KnetSection section, RingLog log)
    {
        _log = log;
        _section = section;
        _token = TimeSpan.FromMilliseconds(configuration.Totem.Token);
        _transport = new KnetTransport(section.Settings, RandomNumberGenerator.GetBytes(SeedSize));
        Report = new KnetReport(_transport, configuration);
    }

    /// <inheritdoc/>
    public ReadOnlySpan<int> Descriptors => _descriptors;

    /// <inheritdoc/>
    public Instant NextDeadline => _finishesCrypto < _transport.NextDeadline ? _finishesCrypto : _transport.NextDeadline;

    /// <inheritdoc/>
    public ILinkReport Report { get; private set; }

    /// <summary>Opens the sockets.</summary>
    /// <exception cref="SocketException">A port is taken.</exception>
    public static KnetLinks Open(RingConfiguration configuration, KnetSection section, RingLog log)
    {
        var links = new KnetLinks(configuration, section, log);
        try
        {
            links.OpenSockets(configuration, section);
            return links;
        }
        catch
        {
            links.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Start(Instant now)
    {
        _transport.Start(now, _sent);
        Queue(now);
        Flush();
    }

    /// <inheritdoc/>
    public void HandleTimeout(Instant now)
    {
        if (_finishesCrypto <= now)
        {
            _finishesCrypto = Instant.Never;
            _transport.FinishCrypto();
            _log.Notice("the old crypto settings are forgotten");
        }

        _transport.HandleTimeout(now, _sent);
        Queue(now);
        Flush();
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Receive(Instant now)
    {
        _received.Clear();
        var silent = 0;
        for (var count = 0; count < DatagramsPerCallMax && silent < _sockets.Length; count++)
        {
            var socket = _sockets[_turn % _sockets.Length];
            if (!socket.TryReceive(out var datagram, out var source))
            {
                silent++;
                _turn++;
                continue;
            }

            silent = 0;
            _datagramCount++;
            _transport.HandleDatagram(now, socket.Link, source, datagram, _received);
            if (_received.Count == 0) continue;
            if (CarryOutReceived(now) is { } packet) return packet.Span;
            _received.Clear();
        }

        return default;
    }

    /// <inheritdoc/>
    public void Multicast(Instant now, ReadOnlySpan<byte> packet)
    {
        _transport.SendToAll(now, packet, _sent);
        Queue(now);
    }

    /// <inheritdoc/>
    public void Send(Instant now, uint node, ReadOnlySpan<byte> packet)
    {
        _transport.Send(now, new NodeId(node), packet, _sent);
        Queue(now);
    }

    /// <inheritdoc/>
    public bool HasRest
    {
        get
        {
            foreach (var socket in _sockets)
            {
                if (socket.HasRest) return true;
            }

            return false;
        }
    }

    /// <inheritdoc/>
    public void Flush()
    {
        foreach (var socket in _sockets) socket.Queue.Flush();
        foreach (var ((node, link), target) in _targets)
        {
            for (; target.Failures > 0; target.Failures--) CountFailure(new NodeId(node), link);
        }

        _sent.Clear();
        _queued = 0;
    }

    /// <inheritdoc/>
    public void Reconfigure(Instant now, RingConfiguration configuration)
    {
        if (configuration.Knet is not { } section) return;
        Flush();
        OpenSockets(configuration, section);
        _section = section;
        _token = TimeSpan.FromMilliseconds(configuration.Totem.Token);
        Report = new KnetReport(_transport, configuration);
        _transport.Reconfigure(now, section.Settings, _sent);
        Queue(now);
        Flush();
    }

    /// <inheritdoc/>
    public Instant LastHeard(NodeId node) => _transport.LastHeard(node);

    /// <inheritdoc/>
    public void CountAnswers() => _transport.CountAnswers();

    /// <inheritdoc/>
    public int AnsweredPermille(NodeId node) => _transport.AnsweredPermille(node);

    /// <inheritdoc/>
    public void Probe(Instant now, NodeId node)
    {
        Flush();
        _transport.Probe(now, node, _sent);
        foreach (ref readonly var output in _sent.Outputs)
        {
            if (output.Kind == KnetOutputKind.Send) _refused.NoteProbe(output.Node.Value, output.Link, output.Bytes.Span);
        }

        Queue(now);
        Flush();
    }

    /// <inheritdoc/>
    public void ReadErrors(Instant now)
    {
        Span<int> others = stackalloc int[KnetLimits.LinkCountMax];
        foreach (var socket in _sockets)
        {
            while (ErrorQueue.TryReadRefused(socket.Descriptor, _returned, out var size, out var target))
            {
                if (!_transport.TryFindHost(socket.Link, target, out var node)) continue;
                var count = 0;
                foreach (var link in _section.Settings.Links)
                {
                    if (link.Link != socket.Link
                        && _transport.StatusOf(node, link.Link) is { IsConnected: true }) others[count++] = link.Link;
                }

                _refused.NoteRefusal(now, node.Value, socket.Link, _returned.AsSpan(0, size), others[..count]);
            }
        }
    }

    /// <inheritdoc/>
    public void HandleInterfaceDown(Instant now, int link)
    {
        _transport.HandleInterfaceDown(now, link, _sent);
        Queue(now);
        Flush();
    }

    /// <inheritdoc/>
    public bool TryTakeRefused(out (NodeId Node, bool IsProbe) refused) => _refused.TryTake(out refused);

    /// <summary>
    /// First step of a change of crypto, where the configuration asks for one (spec/knet-wire.md section 2.1). Whether it does: then all
    /// nodes are to be told.
    /// </summary>
    public bool TryBeginCryptoChange()
    {
        var wanted = _section.Settings.Crypto;
        if (wanted.IsSameAs(_transport.Crypto)) return false;
        _transport.LoadCrypto(wanted);
        _log.Notice($"crypto settings {wanted} are loaded");
        return true;
    }

    /// <summary>This node's own message about a phase of the change was delivered.</summary>
    public void HandleCryptoPhase(Instant now, uint phase)
    {
        if (phase == 1)
        {
            _transport.ActivateCrypto(now, _sent);
            Queue(now);
            Flush();
            return;
        }

        // A node that is slow to read its file may still send with the old key: it is understood a little longer.
        _finishesCrypto = now + _token;
    }

    /// <inheritdoc/>
    public void AddCounters(IDictionary<string, long> counters)
    {
        var statistics = _transport.Statistics;
        counters["link.datagrams_received"] = _datagramCount;
        counters["link.send_failures"] = _sendErrors;
        counters["knet.delivered"] = statistics.Delivered;
        counters["knet.data_mtu"] = _transport.DataMtu;
        counters["knet.sent_to_nobody"] = statistics.SentToNobody;
        foreach (var reason in Enum.GetValues<KnetDropReason>())
        {
            counters[$"knet.dropped.{reason}"] = statistics.Dropped(reason);
        }

        foreach (var host in _transport.Hosts)
        {
            foreach (var link in _section.Settings.Links)
            {
                if (_transport.StatusOf(host, link.Link) is not { } status) continue;
                var prefix = $"knet.node{host}.link{link.Link}.";
                counters[prefix + "connected"] = status.IsConnected ? 1 : 0;
                counters[prefix + "mtu"] = status.DataMtu;
                counters[prefix + "latency_ave"] = status.Statistics.LatencyAverage;
                counters[prefix + "down_count"] = status.Statistics.DownCount;
                counters[prefix + "up_count"] = status.Statistics.UpCount;
                counters[prefix + "tx_data_packets"] = status.Statistics.SentData.Packets;
                counters[prefix + "rx_data_packets"] = status.Statistics.ReceivedData.Packets;
            }
        }
    }

    public void Dispose()
    {
        foreach (var socket in _sockets) socket.Dispose();
        _transport.Dispose();
    }

    /// <summary>Opens what is new, keeps what stays, closes what is gone; changes nothing where opening fails.</summary>
    private void OpenSockets(RingConfiguration configuration, KnetSection section)
    {
        var opened = new List<LinkSocket>();
        var next = new List<LinkSocket>();
        try
        {
            foreach (var link in configuration.LocalNode.Links)
            {
                var socket = Array.Find(_sockets, s => s.Link == link.Link);
                if (socket is null)
                {
                    socket = LinkSocket.Open(link.Link, link.Address, section.Ports[link.Link]);
                    opened.Add(socket);
                }

                next.Add(socket);
            }
        }
        catch (SocketException)
        {
            foreach (var socket in opened) socket.Dispose();
            throw;
        }

        foreach (var gone in _sockets.Except(next)) gone.Dispose();
        _sockets = [.. next];
        _descriptors = [.. next.Select(s => s.Descriptor)];
        _targets = configuration.Nodes.SelectMany(n => n.Links.Select(l => (n.NodeId, Link: l))).ToDictionary(
            t => (t.NodeId, t.Link.Link), t => new DatagramTarget(t.Link.Address, section.Ports[t.Link.Link]));
    }

    /// <summary>Lets what is to be sent wait for the flush, and carries out the rest.</summary>
    private void Queue(Instant now)
    {
        // A refused probe appends the next one.
        while (_queued < _sent.Count)
        {
            var output = _sent.Outputs[_queued++];
            if (output.Kind != KnetOutputKind.Send) Tell(output);
            else if (output.IsProbe) Send(now, output, _sent);
            else if (Find(output) is var (socket, target)) socket.Queue.Add(output.Bytes.Span, target);
        }

        if (_queued >= WaitingMax) Flush();
    }

    /// <summary>Sends and tells what is to be; returns the delivered packet, of which there is one at most per datagram.</summary>
    private ReadOnlyMemory<byte>? CarryOutReceived(Instant now)
    {
        ReadOnlyMemory<byte>? packet = null;
        for (var index = 0; index < _received.Count; index++)
        {
            var output = _received.Outputs[index];
            if (output.Kind == KnetOutputKind.Deliver) packet = output.Bytes;
            else if (output.Kind == KnetOutputKind.Send) Send(now, output, _received);
            else Tell(output);
        }

        return packet;
    }

    private void Tell(in KnetOutput output)
    {
        if (output.Event.Kind == KnetEventKind.CryptoInUse)
        {
            _log.Notice($"crypto settings {_transport.Crypto} are in use");
            return;
        }

        var (priority, text) = KnetEventText.Of(output.Event);
        _log.Add(priority, text);
    }

    private (LinkSocket Socket, DatagramTarget Target)? Find(in KnetOutput output)
    {
        foreach (var socket in _sockets)
        {
            if (socket.Link != output.Link) continue;
            return _targets.TryGetValue((output.Node.Value, output.Link), out var target) ? (socket, target) : null;
        }

        return null;
    }

    private void Send(Instant now, in KnetOutput output, KnetOutbox outbox)
    {
        if (Find(output) is not var (socket, target)) return;
        var error = socket.Send(output.Bytes.Span, target);
        if (error == 0) return;
        if (error == Native.ErrorMessageSize && output.IsProbe && _transport.StatusOf(output.Node, output.Link) is { } status)
        {
            _transport.HandleProbeRefused(now, output.Node, output.Link, socket.InterfaceMtu(status.Address), outbox);
            return;
        }

        CountFailure(output.Node, output.Link);
    }

    private void CountFailure(NodeId node, int link)
    {
        _sendErrors++;
        _transport.CountSendError(node, link);
    }
}
