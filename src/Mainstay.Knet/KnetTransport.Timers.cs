using Mainstay.Knet.Hosts;
using Mainstay.Knet.Links;
using Mainstay.Knet.Wire;
using Mainstay.Totem;

namespace Mainstay.Knet;

/// <content>Pings, silence and path MTU by time (spec/knet-wire.md sections 5 and 6).</content>
public sealed partial class KnetTransport
{
    /// <summary>Does everything whose time has come.</summary>
    public void HandleTimeout(Instant now, KnetOutbox outbox)
    {
        ArgumentNullException.ThrowIfNull(outbox);
        if (!_isStarted || _isStopped) return;
        _deadline = Instant.Never;
        foreach (var host in _hosts)
        {
            foreach (var link in host.Links)
            {
                Serve(now, host, link, outbox);
                _deadline = Earliest(_deadline, link.NextPing, link.SilenceDeadline(now), link.Search.Deadline, link.NextSearch);
            }
        }
    }

    /// <summary>Pings a host on all its links now, besides the pings that are due: it is in doubt whether it is there.</summary>
    public void Probe(Instant now, NodeId node, KnetOutbox outbox)
    {
        ArgumentNullException.ThrowIfNull(outbox);
        if (!_isStarted || _isStopped || FindHost(node.Value) is not { } host) return;
        foreach (var link in host.Links) SendPing(now, link, isTimed: true, outbox);
    }

    /// <summary>
    /// This host's interface of a link can carry nothing any more: the link is down to every host, without waiting for pongs that cannot
    /// come. It comes up again as after silence.
    /// </summary>
    public void HandleInterfaceDown(Instant now, int link, KnetOutbox outbox)
    {
        ArgumentNullException.ThrowIfNull(outbox);
        if (!_isStarted || _isStopped) return;
        foreach (var host in _hosts)
        {
            if (host.Find(link) is { } found) GoDown(now, host, found, outbox);
        }
    }

    /// <summary>The kernel refused a path MTU probe because it is larger than the interface takes.</summary>
    /// <param name="now">The time.</param>
    /// <param name="node">The host it was for.</param>
    /// <param name="link">Link id.</param>
    /// <param name="interfaceMtu">What the interface takes, in bytes on the wire; 0 where unknown.</param>
    /// <param name="outbox">Receives the next probe.</param>
    public void HandleProbeRefused(Instant now, NodeId node, int link, int interfaceMtu, KnetOutbox outbox)
    {
        ArgumentNullException.ThrowIfNull(outbox);
        if (FindHost(node.Value) is not { } host || host.Find(link) is not { } found || !found.Search.IsRunning) return;
        ContinueSearch(now, host, found, found.Search.HandleRefused(now, interfaceMtu), outbox);
    }

    /// <summary>The kernel refused a datagram for another reason.</summary>
    public void CountSendError(NodeId node, int link)
    {
        if (FindHost(node.Value)?.Find(link) is { } found) found.Statistics.SendErrors++;
    }

    private static Instant Earliest(Instant a, Instant b, Instant c, Instant d, Instant e)
    {
        var first = a < b ? a : b;
        if (c < first) first = c;
        if (d < first) first = d;
        return e < first ? e : first;
    }

    private void Serve(Instant now, KnetHost host, KnetLink link, KnetOutbox outbox)
    {
        if (link.IsSilent(now)) GoDown(now, host, link, outbox);
        if (link.NextPing <= now)
        {
            SendPing(now, link, isTimed: true, outbox);
            link.PingSent(now);
        }

        if (link.Search.Deadline <= now) ContinueSearch(now, host, link, link.Search.HandleTimeout(now), outbox);
        if (link.NextSearch <= now) BeginSearch(now, host, link, outbox);
    }

    private void GoUp(Instant now, KnetHost host, KnetLink link, KnetOutbox outbox)
    {
        link.GoUp(now);
        Report(outbox, KnetEventKind.LinkUp, host.Node, link.Id, 0);
        ChooseCarriers(host, outbox);
        BeginSearch(now, host, link, outbox);
        UpdateDataMtu(outbox);
        _deadline = now;
    }

    private void GoDown(Instant now, KnetHost host, KnetLink link, KnetOutbox outbox)
    {
        var wasUp = link.IsConnected;
        link.GoDown(now);
        if (!wasUp) return;
        Report(outbox, KnetEventKind.LinkDown, host.Node, link.Id, 0);
        ChooseCarriers(host, outbox);
        UpdateDataMtu(outbox);
    }

    private void ChooseCarriers(KnetHost host, KnetOutbox outbox)
    {
        var wasReachable = host.IsReachable;
        host.ChooseCarriers(_settings.Mode);
        if (host.IsReachable == wasReachable) return;
        if (wasReachable) host.HandleUnreachable();
        Report(outbox, wasReachable ? KnetEventKind.HostUnreachable : KnetEventKind.HostReachable, host.Node, 0, 0);
    }

    private void SendPing(Instant now, KnetLink link, bool isTimed, KnetOutbox outbox)
    {
        const long NanosecondsPerSecond = 1_000_000_000;
        new PingPacket(
            IsPong: false,
            (ushort)_settings.Self.Value,
            (byte)link.Id,
            (ulong)(now.Nanoseconds / NanosecondsPerSecond),
            (ulong)(now.Nanoseconds % NanosecondsPerSecond),
            _sent,
            isTimed).Write(_packet);
        link.Statistics.SentPings.Count(Send(link, PingPacket.Size, outbox));
    }

    /// <summary>Protects the packet in <see cref="_packet"/> and sends it on one link; returns the size of the datagram.</summary>
    private int Send(KnetLink link, int size, KnetOutbox outbox, bool isProbe = false)
    {
        var bytes = Protect(size, outbox);
        outbox.Add(new KnetOutput
        {
            Kind = KnetOutputKind.Send,
            Node = link.Node,
            Link = link.Id,
            Bytes = bytes,
            IsProbe = isProbe,
        });
        return bytes.Length;
    }

    private ReadOnlyMemory<byte> Protect(int size, KnetOutbox outbox)
    {
        var target = outbox.Reserve(size + KnetLimits.ProtectionSizeMax);
        _packet.AsSpan(0, size).CopyTo(target.AsSpan(_crypto.PacketOffset));
        return new ReadOnlyMemory<byte>(target, 0, Protect(target, size));
    }

    /// <summary>Protects a packet where it lies; returns the size of the datagram.</summary>
    private int Protect(byte[] datagram, int size)
    {
        var length = _crypto.Protect(datagram, size);
        if (_crypto.InUse == 0) return length;
        Statistics.SentProtected++;
        Statistics.ProtectionBytes += length - size;
        return length;
    }

    private void BeginSearch(Instant now, KnetHost host, KnetLink link, KnetOutbox outbox)
    {
        if (_settings.FixedMtu > 0)
        {
            link.Search.Stop();
            link.NextSearch = Instant.Never;
            if (link.SetOnWireMtu(_settings.FixedMtu)) MtuChanged(host, link, outbox);
            return;
        }

        link.NextSearch = Instant.Never;
        var isSlow = _crypto.Overhead.HasCipher;
        var patience = isSlow ? link.Settings.PingTimeout + link.Settings.PingTimeout : link.Settings.PingTimeout;
        link.Search.Begin(now, patience, isSlow ? ProtectionOverhead.BlockSize : 1);
        SendProbe(link, outbox);
    }

    private void ContinueSearch(Instant now, KnetHost host, KnetLink link, bool isToProbe, KnetOutbox outbox)
    {
        if (isToProbe)
        {
            SendProbe(link, outbox);

            // Data must not keep to a size that has just failed until the search has found another.
            if (link.ForgetOnWireMtu(link.Search.Bad)) MtuChanged(host, link, outbox);
        }
        else if (!link.Search.IsRunning)
        {
            // A path that carries not even the least size is tried again soon: data must not wait for the next regular search.
            link.NextSearch = now + (link.Search.Found == 0 ? link.Settings.PingTimeout : _settings.PathMtuInterval);
            if (link.SetOnWireMtu(link.Search.Found)) MtuChanged(host, link, outbox);
        }

        _deadline = now;
    }

    private void SendProbe(KnetLink link, KnetOutbox outbox)
    {
        var onWire = link.Search.Current;
        var size = MtuRules.ProbeSize(onWire, link.Address.IsIpv6, _crypto.Overhead);
        new PathMtuPacket(IsReply: false, (ushort)_settings.Self.Value, (byte)link.Id, (ushort)onWire).Write(_packet.AsSpan(0, size));
        link.Statistics.SentPathMtu.Count(Send(link, size, outbox, isProbe: true));
    }

    private void SearchPathsAgain(Instant now)
    {
        foreach (var host in _hosts)
        {
            foreach (var link in host.Links)
            {
                link.Search.Stop();
                if (link.IsConnected) link.NextSearch = now;
            }
        }
    }

    private void MtuChanged(KnetHost host, KnetLink link, KnetOutbox outbox)
    {
        Report(outbox, KnetEventKind.LinkMtu, host.Node, link.Id, link.OnWireMtu);
        ChooseCarriers(host, outbox);
        UpdateDataMtu(outbox);
    }

    private int DataMtuOf(KnetLink link) => link.OnWireMtu == 0
        ? MtuRules.UndiscoveredDataMtu(_crypto.Overhead)
        : MtuRules.DataMtu(link.OnWireMtu, link.Address.IsIpv6, _crypto.Overhead);

    private void UpdateDataMtu(KnetOutbox outbox)
    {
        var least = int.MaxValue;
        foreach (var host in _hosts)
        {
            foreach (var link in host.Links)
            {
                if (link.IsUsable) least = Math.Min(least, DataMtuOf(link));
            }
        }

        var mtu = least == int.MaxValue ? MtuRules.UndiscoveredDataMtu(_crypto.Overhead) : least;
        if (mtu == DataMtu) return;
        DataMtu = mtu;
        Report(outbox, KnetEventKind.DataMtu, NodeId.None, 0, mtu);
    }
}
