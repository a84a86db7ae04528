using Mainstay.Knet.Compression;
using Mainstay.Knet.Hosts;
using Mainstay.Knet.Links;
using Mainstay.Knet.Wire;
using Mainstay.Totem;

namespace Mainstay.Knet;

/// <content>Sending data (spec/knet-wire.md section 3).</content>
public sealed partial class KnetTransport
{
    /// <summary>Sends a packet to every reachable host.</summary>
    /// <returns>Whether there was one, and the packet was of acceptable length.</returns>
    public bool SendToAll(Instant now, ReadOnlySpan<byte> packet, KnetOutbox outbox)
    {
        ArgumentNullException.ThrowIfNull(outbox);
        return Send(now, null, packet, outbox);
    }

    /// <summary>Sends a packet to one host.</summary>
    /// <returns>Whether it is reachable, and the packet was of acceptable length.</returns>
    public bool Send(Instant now, NodeId target, ReadOnlySpan<byte> packet, KnetOutbox outbox)
    {
        ArgumentNullException.ThrowIfNull(outbox);
        var host = FindHost(target.Value);
        if (host is not null) return Send(now, host, packet, outbox);
        Statistics.SentToNobody++;
        return false;
    }

    private bool Send(Instant now, KnetHost? only, ReadOnlySpan<byte> packet, KnetOutbox outbox)
    {
        // Nobody to send to: no number is used up.
        if (_isStopped || !(only?.IsReachable ?? IsAnyReachable()))
        {
            Statistics.SentToNobody++;
            return false;
        }

        if (packet.Length is 0 or > KnetLimits.PacketSizeMax)
        {
            Statistics.Oversized++;
            return false;
        }

        var data = Compress(packet, out var compression);
        var count = (data.Length + DataMtu - 1) / DataMtu;
        if (count > KnetLimits.FragmentCountMax)
        {
            Statistics.Oversized++;
            return false;
        }

        _sent = _sent.Next;
        SendFragments(data, count, only, compression, outbox);
        if (_sent.Value % KnetLimits.PacketsPerForcedPing == 0) SendForcedPings(now, outbox);
        return true;
    }

    /// <summary>Cuts the data and sends the fragments, each protected in the buffer that it is sent from.</summary>
    private void SendFragments(ReadOnlySpan<byte> data, int count, KnetHost? only, CompressionModel compression, KnetOutbox outbox)
    {
        var room = _crypto.IsClear ? 0 : KnetLimits.ProtectionSizeMax;
        for (var number = 1; number <= count; number++)
        {
            var start = (number - 1) * DataMtu;
            var part = data[start..Math.Min(data.Length, start + DataMtu)];
            var size = DataHeader.Size + part.Length;
            var target = outbox.Reserve(size + room);
            var fragment = (byte)(count == 1 ? 0 : number);
            new DataHeader((ushort)_settings.Self.Value, _sent, compression, only is null, (byte)count, fragment, 0)
                .Write(target.AsSpan(_crypto.PacketOffset));
            part.CopyTo(target.AsSpan(_crypto.PacketOffset + DataHeader.Size));
            var datagram = new ReadOnlyMemory<byte>(target, 0, Protect(target, size));
            if (only is not null) Send(only, datagram, outbox);
            else SendToReachable(datagram, outbox);
        }
    }

    private bool IsAnyReachable()
    {
        foreach (var host in _hosts)
        {
            if (host.IsReachable) return true;
        }

        return false;
    }

    private ReadOnlySpan<byte> Compress(ReadOnlySpan<byte> packet, out CompressionModel compression)
    {
        compression = CompressionModel.None;
        var threshold = _settings.CompressionThreshold > 0 ? _settings.CompressionThreshold : KnetLimits.CompressionThresholdDefault;
        var isSmaller = _settings.Compression != CompressionModel.None && packet.Length > threshold
            && ZlibCodec.TryCompress(packet, _settings.CompressionLevel, _compressed, out _compressedSize);
        if (!isSmaller)
        {
            if (_settings.Compression != CompressionModel.None) Statistics.SentUncompressed++;
            return packet;
        }

        compression = CompressionModel.Zlib;
        Statistics.SentCompressed++;
        Statistics.SentCompressedOriginalBytes += packet.Length;
        Statistics.SentCompressedBytes += _compressedSize;
        return _compressed.AsSpan(0, _compressedSize);
    }

    private void SendToReachable(ReadOnlyMemory<byte> datagram, KnetOutbox outbox)
    {
        foreach (var host in _hosts)
        {
            if (host.IsReachable) Send(host, datagram, outbox);
        }
    }

    private void Send(KnetHost host, ReadOnlyMemory<byte> datagram, KnetOutbox outbox)
    {
        if (_settings.Mode == LinkMode.RoundRobin)
        {
            Send(host.NextInTurn(), datagram, outbox);
            return;
        }

        foreach (var link in host.Carriers) Send(link, datagram, outbox);
    }

    private static void Send(KnetLink link, ReadOnlyMemory<byte> datagram, KnetOutbox outbox)
    {
        link.Statistics.SentData.Count(datagram.Length);
        outbox.Add(new KnetOutput { Kind = KnetOutputKind.Send, Node = link.Node, Link = link.Id, Bytes = datagram });
    }

    /// <summary>Tells the sequence number, so that a host that missed much finds the place again.</summary>
    private void SendForcedPings(Instant now, KnetOutbox outbox)
    {
        foreach (var host in _hosts)
        {
            foreach (var link in host.Links) SendPing(now, link, isTimed: false, outbox);
        }
    }
}
