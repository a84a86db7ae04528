using System.Net;
using Mainstay.Testing;
using Mainstay.Totem;
using Mainstay.Totem.Wire;

namespace Mainstay.Conformance.Tests.Ring;

/// <summary>Every totem packet of the golden captures is read without a byte left over and written again to the same bytes.</summary>
public sealed class TotemCaptureTests
{
    [Theory]
    [InlineData("udpu3", 1000)]
    [InlineData("udpu3loss", 1000)]
    [InlineData("udpu2v6", 200)]
    [InlineData("udp2", 200)]
    public void Every_packet_is_read_and_written_again_to_the_same_bytes(string name, int expectedAtLeast)
    {
        var counts = new SortedDictionary<PacketType, int>();
        var groupPackets = 0;
        foreach (var datagram in Packets(name))
        {
            Assert.True(PacketHeader.TryRead(datagram.Payload, out var header), $"header at {datagram.Time}");
            counts[header.Type] = counts.GetValueOrDefault(header.Type) + 1;
            Assert.Equal(Convert.ToHexString(datagram.Payload), Convert.ToHexString(Rewrite(datagram.Payload, header, ref groupPackets)));
        }

        Assert.True(counts.Values.Sum() >= expectedAtLeast, string.Join(' ', counts));
        Assert.True(groupPackets > 0);
        foreach (var type in (PacketType[])[PacketType.RegularToken, PacketType.Message, PacketType.Join, PacketType.CommitToken])
        {
            Assert.True(counts.GetValueOrDefault(type) > 0, $"no {type} in {name}");
        }
    }

    [Theory]
    [InlineData("udpu3")]
    [InlineData("udp2")]
    [InlineData("udpu2v6")]
    public void All_messages_of_a_ring_are_reassembled(string name)
    {
        // Per ring, in the order of its sequence, as a node that was there from the start would deliver them.
        var rings = new SortedDictionary<(ulong, uint), SortedDictionary<uint, (MessagePacket Packet, byte[] Bytes)>>();
        foreach (var datagram in Packets(name))
        {
            if (MessagePacket.TryRead(datagram.Payload, out var message) && !message.IsEncapsulated)
            {
                var key = (message.Ring.Sequence, message.Ring.Representative.Value);
                var ring = rings.TryGetValue(key, out var known) ? known : rings[key] = [];
                ring[message.Sequence.Value] = (message, datagram.Payload[MessagePacket.HeaderSize..]);
            }
        }

        var messages = 0;
        foreach (var ring in rings.Values)
        {
            var assembler = new GroupAssembler();
            foreach (var (packet, bytes) in ring.Values)
            {
                assembler.Begin(new Output { Kind = OutputKind.Deliver, Node = packet.Header.Sender, Bytes = bytes });
                while (assembler.TryRead(out var message))
                {
                    Assert.NotEqual(MessageGroup.None, message.Groups);

                    // The service header tells the message's own length (spec/ring-wire.md section 4).
                    Assert.Equal(message.Bytes.Length, BitConverter.ToInt32(message.Bytes[8..]));
                    messages++;
                }
            }

            Assert.Equal(0, assembler.PacketsMalformed);
            Assert.Equal(0, assembler.MessagesIgnored);
        }

        Assert.True(messages > 40, $"{messages} messages");
    }

    internal static IEnumerable<CapturedDatagram> Packets(string name) =>
        Capture.ReadUdp(Repository.SharedPath("cases", "ring", name, $"{name}.pcap"))
            .Where(datagram => datagram.TargetPort == 5405);

    private static byte[] Rewrite(ReadOnlySpan<byte> bytes, in PacketHeader header, ref int groupPackets)
    {
        var target = new byte[bytes.Length];
        switch (header.Type)
        {
            case PacketType.RegularToken:
                var token = new RegularToken();
                Assert.True(token.TryRead(bytes, header));
                Assert.Equal(bytes.Length, token.Write(target));
                break;
            case PacketType.CommitToken:
                var commit = new CommitToken();
                Assert.True(commit.TryRead(bytes, header));
                Assert.Equal(bytes.Length, commit.Write(target));
                break;
            case PacketType.Join:
                Assert.True(JoinPacket.TryRead(bytes, header, out var join));
                Assert.Equal(
                    bytes.Length, JoinPacket.Write(target, header, join.Sender, join.RingSequence, List(join.Processors), List(join.Failed)));
                break;
            case PacketType.MergeDetect:
                Assert.True(MergeDetectPacket.TryRead(bytes, header, out var merge));
                Assert.Equal(MergeDetectPacket.Size, bytes.Length);
                merge.Write(target);
                break;
            case PacketType.HoldCancel:
                Assert.True(HoldCancelPacket.TryRead(bytes, header, out var cancel));
                Assert.Equal(HoldCancelPacket.Size, bytes.Length);
                cancel.Write(target);
                break;
            default:
                RewriteMessage(bytes, header, target, ref groupPackets);
                break;
        }

        return target;
    }

    private static void RewriteMessage(ReadOnlySpan<byte> bytes, in PacketHeader header, Span<byte> target, ref int groupPackets)
    {
        Assert.True(MessagePacket.TryRead(bytes, header, out var message));
        message.Write(target);
        var payload = bytes[MessagePacket.HeaderSize..];
        if (message.IsEncapsulated)
        {
            Assert.True(PacketHeader.TryRead(payload, out var inner));
            RewriteMessage(payload, inner, target[MessagePacket.HeaderSize..], ref groupPackets);
            return;
        }

        groupPackets++;
        Assert.True(GroupPacket.TryRead(payload, header.Order, out var packet));
        var lengths = new ushort[packet.Count];
        for (var index = 0; index < lengths.Length; index++)
        {
            lengths[index] = (ushort)packet.Length(index);
        }

        var size = GroupPacket.Write(
            target[MessagePacket.HeaderSize..], header.Order, packet.Fragment, packet.Continuation, lengths, packet.Data);
        Assert.Equal(payload.Length, size);
    }

    private static NodeId[] List(NodeListView view)
    {
        var nodes = new NodeId[view.Count];
        for (var index = 0; index < nodes.Length; index++)
        {
            nodes[index] = view[index];
        }

        return nodes;
    }

    internal static IPAddress Address(uint node) => IPAddress.Parse($"10.77.0.1{node}");
}
