using System.Text;
using Mainstay.Knet;
using Mainstay.Knet.Compression;
using Mainstay.Knet.Wire;
using Mainstay.Ring.Core.Messages;
using Mainstay.Totem;
using Mainstay.Totem.Wire;

namespace Mainstay.Simulator.Fuzzing;

/// <summary>Good packets of every kind, composed here or taken from captures, with what they contain.</summary>
internal static class PacketCorpus
{
    /// <summary>Larger than any packet composed here.</summary>
    private const int SizeMax = 2048;

    private static readonly RingId s_ring = new(new NodeId(1), 9);
    private static readonly NodeId[] s_nodes = [new(1), new(2), new(3)];

    /// <summary>All packets to begin with.</summary>
    /// <param name="captures">A folder that is searched for pcap files, or none.</param>
    public static byte[][] Collect(string? captures)
    {
        var packets = new List<byte[]>();
        packets.AddRange(RingPackets());
        packets.AddRange(ServiceMessages());
        packets.AddRange(KnetPackets());
        if (captures is not null)
        {
            foreach (var file in Directory.EnumerateFiles(captures, "*.pcap", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                packets.AddRange(CaptureFile.ReadUdp(file));
            }
        }

        foreach (var packet in packets.ToArray())
        {
            packets.AddRange(Contents(packet));
        }

        return [.. packets];
    }

    /// <summary>What a ring message carries: the group packet, and the messages in it; a knet data packet: the ring packet.</summary>
    private static IEnumerable<byte[]> Contents(byte[] packet)
    {
        var found = new List<byte[]>();
        var ringPacket = packet;
        if (KnetHeader.TryRead(packet, out var knet) && DataHeader.TryRead(packet, knet, out var data) && !data.IsFragment)
        {
            ringPacket = packet[DataHeader.Size..];
            found.Add(ringPacket);
        }

        if (!MessagePacket.TryRead(ringPacket, out var message))
        {
            return found;
        }

        var body = ringPacket[MessagePacket.HeaderSize..];
        found.Add(body);
        var assembler = new GroupAssembler();
        assembler.Begin(new Output
        {
            Kind = OutputKind.Deliver,
            Node = message.Origin,
            Bytes = body,
            ForeignByteOrder = message.Header.Order == ByteOrder.Big,
        });
        while (assembler.TryRead(out var inner))
        {
            found.Add(inner.Bytes.ToArray());
        }

        return found;
    }

    private static IEnumerable<byte[]> RingPackets()
    {
        foreach (var order in new[] { ByteOrder.Little, ByteOrder.Big })
        {
            var header = new PacketHeader(PacketType.RegularToken, 0, new NodeId(2), new NodeId(3), order);
            var token = new RegularToken { Header = header, Sequence = new(40), TokenSequence = new(7), Aru = new(38), Ring = s_ring };
            token.AddRequest(new RetransmitRequest(s_ring, new MessageSequence(39)));
            token.AddRequest(new RetransmitRequest(s_ring, new MessageSequence(40)));
            yield return Compose(token.Write);

            var commit = new CommitToken { Header = header with { Type = PacketType.CommitToken } };
            commit.Reset(s_ring, s_nodes);
            commit.FilledCount = 2;
            yield return Compose(commit.Write);

            var join = header with { Type = PacketType.Join };
            yield return Compose(bytes => JoinPacket.Write(bytes, join, new NodeId(2), 9, s_nodes, [new NodeId(3)]));
            yield return Compose(bytes => JoinPacket.Write(
                bytes, join with { Sender = NodeId.None }, new NodeId(2), 9, [new NodeId(1)], [new NodeId(2)]));
            yield return Compose(bytes =>
            {
                new MergeDetectPacket(header with { Type = PacketType.MergeDetect }, new NodeId(2), s_ring).Write(bytes);
                return MergeDetectPacket.Size;
            });
            yield return Compose(bytes =>
            {
                new HoldCancelPacket(header with { Type = PacketType.HoldCancel }, s_ring).Write(bytes);
                return HoldCancelPacket.Size;
            });
            var plain = header with { Type = PacketType.Message, Encapsulation = PacketHeader.Plain };
            yield return Compose(bytes =>
            {
                new MessagePacket(plain, new NodeId(2), new MessageSequence(41), 1, s_ring, 0, 0).Write(bytes);
                byte[] content = [1, 0, 1, 0, (byte)'a', 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 0, 4, 0, (byte)'s', (byte)'y', (byte)'n', (byte)'c',
                    5];
                return MessagePacket.HeaderSize + GroupPacket.Write(bytes[MessagePacket.HeaderSize..], order, 0, 0, [14, 9], content);
            });
        }
    }

    private static IEnumerable<byte[]> ServiceMessages()
    {
        var name = "a group"u8.ToArray();
        yield return Compose(VoteNodeInfo.Size, new VoteNodeInfo(2, 1, 3, default).Write);
        yield return Compose(VoteReconfigure.Size, new VoteReconfigure(2, 5, VoteParameter.ExpectedVotes).Write);
        yield return Compose(VoteDeviceRegister.Size, new VoteDeviceRegister(true, "QDEVICE").Write);
        yield return Compose(VoteDeviceRename.Size, new VoteDeviceRename("QDEVICE", "other").Write);
        yield return Compose(CmapMessage.SizeWithValue, new CmapMessage(1, 7).Write);
        yield return Compose(CmapMessage.SizeWithoutValue, new CmapMessage(0, 0).Write);
        yield return Compose(SyncMessage.BarrierSize, new SyncMessage(s_ring, null).Write);
        yield return Compose(SyncMessage.BuildSize, new SyncMessage(s_ring, [1, 2, 5]).Write);
        yield return Compose(CfgKillNode.Size, new CfgKillNode(3, "why").Write);
        yield return Compose(CpgDownlist.Size, new CpgDownlist(3, [2, 3]).Write);
        yield return Compose(bytes =>
        {
            new CpgProcessMessage { IsJoin = true, Group = name, ProcessId = 4711, Reason = 1 }.Write(bytes);
            return CpgProcessMessage.Size;
        });
        yield return Compose(bytes =>
        {
            CpgJoinList.WriteHeader(bytes, 2);
            CpgJoinList.WriteEntry(bytes, 0, 1, name);
            CpgJoinList.WriteEntry(bytes, 1, 2, name);
            return CpgJoinList.SizeOf(2);
        });
        yield return Compose(bytes =>
        {
            var payload = Encoding.UTF8.GetBytes("a payload");
            new CpgMulticast { Group = name, ProcessId = 1, SourceNode = 2, Payload = payload }.WriteHeader(bytes);
            payload.CopyTo(bytes[CpgMulticast.HeaderSize..]);
            return CpgMulticast.HeaderSize + payload.Length;
        });
        yield return Compose(bytes =>
        {
            var part = Encoding.UTF8.GetBytes("a part");
            new CpgPartialMulticast { Group = name, Kind = CpgPartialKind.First, TotalLength = 12, Fragment = part }.WriteHeader(bytes);
            part.CopyTo(bytes[CpgPartialMulticast.HeaderSize..]);
            return CpgPartialMulticast.HeaderSize + part.Length;
        });
    }

    private static IEnumerable<byte[]> KnetPackets()
    {
        yield return Compose(PingPacket.Size, new PingPacket(false, 2, 0, 5, 6, new PacketSequence(3), true).Write);
        yield return Compose(PingPacket.Size, new PingPacket(true, 2, 0, 5, 6, new PacketSequence(3), false).Write);
        yield return Compose(PathMtuPacket.Size, new PathMtuPacket(true, 2, 0, 1500).Write);
        yield return Compose(200, new PathMtuPacket(false, 2, 0, 1500).Write);
        foreach (var (count, number) in new (byte, byte)[] { (1, 0), (2, 1), (2, 2), (3, 2) })
        {
            yield return Compose(120, new DataHeader(2, new PacketSequence(9), CompressionModel.None, true, count, number, 0).Write);
        }

        var stream = CompressedMessage();
        yield return stream;
        yield return Compose(bytes =>
        {
            new DataHeader(2, new PacketSequence(9), CompressionModel.Zlib, true, 1, 1, 0).Write(bytes);
            stream.CopyTo(bytes[DataHeader.Size..]);
            return DataHeader.Size + stream.Length;
        });
    }

    private static byte[] CompressedMessage()
    {
        var stream = new byte[SizeMax];
        return ZlibCodec.TryCompress(new byte[SizeMax], 0, stream, out var size)
            ? stream[..size]
            : throw new InvalidOperationException("zeros did not become fewer");
    }

    private static byte[] Compose(Writer write)
    {
        var bytes = new byte[SizeMax];
        return bytes[..write(bytes)];
    }

    private static byte[] Compose(int size, FixedWriter write)
    {
        var bytes = new byte[size];
        write(bytes);
        return bytes;
    }

    private delegate int Writer(Span<byte> target);

    private delegate void FixedWriter(Span<byte> target);
}
