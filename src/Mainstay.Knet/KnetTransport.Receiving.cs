using Mainstay.Knet.Compression;
using Mainstay.Knet.Fragments;
using Mainstay.Knet.Hosts;
using Mainstay.Knet.Links;
using Mainstay.Knet.Wire;
using Mainstay.Totem;

namespace Mainstay.Knet;

/// <content>Received datagrams (spec/knet-wire.md section 4).</content>
public sealed partial class KnetTransport
{
    /// <summary>A datagram arrived. Nothing but counters changes for one that is not authentic or not from where its host is.</summary>
    /// <param name="now">The time.</param>
    /// <param name="link">The link whose socket received it.</param>
    /// <param name="source">The address it came from.</param>
    /// <param name="datagram">Its bytes.</param>
    /// <param name="outbox">Receives answers, delivered packets and events.</param>
    public void HandleDatagram(Instant now, int link, LinkAddress source, ReadOnlySpan<byte> datagram, KnetOutbox outbox)
    {
        ArgumentNullException.ThrowIfNull(outbox);
        if (!_isStarted || _isStopped) return;
        if (!IsListed(link, source))
        {
            Refuse(now, outbox, KnetDropReason.UnlistedSource, new(KnetEventKind.UnlistedSource, default, link, 0, source));
            return;
        }

        var packet = datagram;
        var isAhead = false;
        if (!_crypto.IsClear)
        {
            if (!_crypto.TryOpen(datagram, _opened, out var size, out isAhead))
            {
                Refuse(now, outbox, KnetDropReason.NotAuthentic, new(KnetEventKind.NotAuthentic, default, link, 0, source));
                return;
            }

            packet = _opened.AsSpan(0, size);
            if (size < datagram.Length) Statistics.ReceivedProtected++;
        }

        if (!KnetHeader.TryRead(packet, out var header))
        {
            if (KnetHeader.IsOtherVersion(packet))
            {
                Refuse(
                    now, outbox, KnetDropReason.OtherVersion, new(KnetEventKind.OtherVersion, default, link, packet[0], source));
            }
            else
            {
                Statistics.CountDrop(KnetDropReason.Malformed);
            }

            return;
        }

        if (FindSource(now, header, link, source, outbox) is not { } host || host.Find(link) is not { } found) return;

        // Who sends with the new settings has had the sign that all nodes know them. A node that was slow to load them must not wait for
        // its own sign: the others may have forgotten the old settings by now and hear nothing of it any more.
        if (isAhead) ActivateCrypto(now, outbox);
        host.LastHeard = now;
        Dispatch(now, header, host, found, packet, datagram.Length, outbox);
    }

    private void Dispatch(
        Instant now, KnetHeader header, KnetHost host, KnetLink link, ReadOnlySpan<byte> packet, int wireSize, KnetOutbox outbox)
    {
        switch (header.Type)
        {
            case KnetPacketType.Data when DataHeader.TryRead(packet, header, out var data):
                link.Statistics.ReceivedData.Count(wireSize);
                HandleData(now, data, host, link, packet[DataHeader.Size..], outbox);
                break;
            case KnetPacketType.Ping when PingPacket.TryRead(packet, header, out var ping):
                link.Statistics.ReceivedPings.Count(wireSize);
                if (IsOnItsLink(now, ping.Link, host, link, outbox)) HandlePing(now, ping, host, link, outbox);
                break;
            case KnetPacketType.Pong when PingPacket.TryRead(packet, header, out var pong):
                link.Statistics.ReceivedPongs.Count(wireSize);
                if (IsOnItsLink(now, pong.Link, host, link, outbox)) HandlePong(now, pong, host, link, outbox);
                break;
            case KnetPacketType.PathMtuProbe when PathMtuPacket.TryRead(packet, header, out var probe):
                link.Statistics.ReceivedPathMtu.Count(wireSize);
                if (IsOnItsLink(now, probe.Link, host, link, outbox)) AnswerProbe(probe, link, outbox);
                break;
            case KnetPacketType.PathMtuReply when PathMtuPacket.TryRead(packet, header, out var reply):
                link.Statistics.ReceivedPathMtu.Count(wireSize);
                if (IsOnItsLink(now, reply.Link, host, link, outbox) && link.Search.IsRunning)
                {
                    ContinueSearch(now, host, link, link.Search.HandleReply(now, reply.OnWire), outbox);
                }

                break;
            default:
                Statistics.CountDrop(KnetDropReason.Malformed);
                break;
        }
    }

    /// <summary>Static links take nothing from addresses that are not configured for them (spec/knet-wire.md section 4).</summary>
    private bool IsListed(int link, LinkAddress source)
    {
        foreach (var host in _hosts)
        {
            if (host.Find(link) is { } found && found.Address == source) return true;
        }

        return false;
    }

    /// <summary>The host of a packet, if the packet came from where that host is.</summary>
    private KnetHost? FindSource(Instant now, KnetHeader header, int link, LinkAddress source, KnetOutbox outbox)
    {
        var node = new NodeId(header.Node);
        if (node == _settings.Self)
        {
            Refuse(now, outbox, KnetDropReason.OwnNodeId, new(KnetEventKind.OwnNodeId, node, link, 0, source));
            return null;
        }

        if (FindHost(header.Node) is not { } host)
        {
            Refuse(now, outbox, KnetDropReason.UnknownHost, new(KnetEventKind.UnknownHost, node, link, 0, source));
            return null;
        }

        if (host.Find(link)?.Address == source) return host;
        Refuse(now, outbox, KnetDropReason.UnlistedSource, new(KnetEventKind.UnlistedSource, node, link, 0, source));
        return null;
    }

    private bool IsOnItsLink(Instant now, byte named, KnetHost host, KnetLink link, KnetOutbox outbox)
    {
        if (named == link.Id) return true;
        Refuse(now, outbox, KnetDropReason.WrongLink, new(KnetEventKind.WrongLink, host.Node, link.Id, named, link.Address));
        return false;
    }

    /// <summary>Any ping of a known host is answered, also while its link is down.</summary>
    private void HandlePing(Instant now, in PingPacket ping, KnetHost host, KnetLink link, KnetOutbox outbox)
    {
        host.NotePing(now, ping, link.Settings.PingTimeout);
        (ping with { IsPong = true, Node = (ushort)_settings.Self.Value }).Write(_packet);
        link.Statistics.SentPongs.Count(Send(link, PingPacket.Size, outbox));
    }

    private void HandlePong(Instant now, in PingPacket pong, KnetHost host, KnetLink link, KnetOutbox outbox)
    {
        if (link.HandlePong(now, pong)) GoUp(now, host, link, outbox);
        var silence = link.SilenceDeadline(now);
        if (silence < _deadline) _deadline = silence;
    }

    private void AnswerProbe(in PathMtuPacket probe, KnetLink link, KnetOutbox outbox)
    {
        (probe with { IsReply = true, Node = (ushort)_settings.Self.Value }).Write(_packet.AsSpan(0, PathMtuPacket.Size));
        link.Statistics.SentPathMtu.Count(Send(link, PathMtuPacket.Size, outbox));
    }

    private void HandleData(
        Instant now, in DataHeader header, KnetHost host, KnetLink link, ReadOnlySpan<byte> data, KnetOutbox outbox)
    {
        // The path works in both directions: no need to wait for more pongs.
        if (!link.IsConnected && link.HasPong) GoUp(now, host, link, outbox);
        if (!host.IsReachable)
        {
            Statistics.CountDrop(KnetDropReason.HostUnreachable);
            return;
        }

        host.NoteData();
        if (!host.Duplicates.IsNew(header.Sequence))
        {
            Statistics.CountDrop(KnetDropReason.Duplicate);
            return;
        }

        if (header.Channel != 0)
        {
            Statistics.CountDrop(KnetDropReason.OtherChannel);
            return;
        }

        if (!header.IsFragment)
        {
            host.Duplicates.MarkDelivered(header.Sequence);
            Deliver(now, header, host, link, data, outbox);
            return;
        }

        switch (host.Fragments.Add(header, data, host.Duplicates.Highest, out var whole))
        {
            case ReassemblyResult.Complete:
                host.Duplicates.MarkDelivered(header.Sequence);
                DeliverWhole(now, header, host, link, whole!, outbox);
                break;
            case ReassemblyResult.Repeated:
                Statistics.CountDrop(KnetDropReason.Duplicate);
                break;
            case ReassemblyResult.Inconsistent:
                Statistics.CountDrop(KnetDropReason.InconsistentFragment);
                break;
            case ReassemblyResult.TooLate:
                Statistics.CountDrop(KnetDropReason.LateFragment);
                break;
            default:
                break;
        }
    }

    private void DeliverWhole(
        Instant now, in DataHeader header, KnetHost host, KnetLink link, Reassembly whole, KnetOutbox outbox)
    {
        var size = whole.Size;
        if (header.Compression != CompressionModel.None)
        {
            Deliver(now, header, host, link, whole.Buffer.AsSpan(0, size), outbox);
            host.Fragments.Release(whole);
            return;
        }

        // Not copied: the memory goes with the output and comes back when that is carried out.
        var buffer = whole.End();
        outbox.Adopt(buffer, _pool);
        Deliver(host, buffer, size, outbox);
    }

    private void Deliver(
        Instant now, in DataHeader header, KnetHost host, KnetLink link, ReadOnlySpan<byte> data, KnetOutbox outbox)
    {
        switch (header.Compression)
        {
            case CompressionModel.None:
                var plain = outbox.Reserve(data.Length);
                data.CopyTo(plain);
                Deliver(host, plain, data.Length, outbox);
                break;
            case CompressionModel.Zlib:
                Decompress(host, data, outbox);
                break;
            default:
                Refuse(
                    now,
                    outbox,
                    KnetDropReason.UnreadableCompression,
                    new(KnetEventKind.UnreadableCompression, host.Node, link.Id, (int)header.Compression, link.Address));
                break;
        }
    }

    private void Decompress(KnetHost host, ReadOnlySpan<byte> data, KnetOutbox outbox)
    {
        data.CopyTo(_compressed);
        var target = outbox.Reserve(KnetLimits.PacketSizeMax);
        if (!ZlibCodec.TryDecompress(_compressed, data.Length, target, out var size) || size > KnetLimits.PacketSizeMax)
        {
            Statistics.CountDrop(KnetDropReason.BadCompression);
            return;
        }

        Statistics.ReceivedCompressed++;
        Statistics.ReceivedCompressedBytes += data.Length;
        Statistics.ReceivedCompressedOriginalBytes += size;
        Deliver(host, target, size, outbox);
    }

    private void Deliver(KnetHost host, byte[] packet, int size, KnetOutbox outbox)
    {
        Statistics.Delivered++;
        outbox.Add(new KnetOutput
        {
            Kind = KnetOutputKind.Deliver,
            Node = host.Node,
            Bytes = new ReadOnlyMemory<byte>(packet, 0, size),
        });
    }
}
