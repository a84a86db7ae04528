using Mainstay.Ring.Core.Messages;
using Mainstay.Totem;
using Mainstay.Totem.Wire;

namespace Mainstay.Conformance.Ring;

/// <summary>Every service message of the captured rings is read and written again to the same bytes (spec/ring-wire.md sections 4 and
/// 5).</summary>
public sealed class ServiceMessageCaptureTests
{
    [Theory]
    [InlineData("udpu3", 202)]
    [InlineData("udpu3loss", 478)]
    [InlineData("udp2", 42)]
    [InlineData("udpu2v6", 60)]
    public void Every_service_message_reads_and_writes_back_to_the_same_bytes(string capture, int countMin)
    {
        var kinds = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var (group, bytes) in Messages(capture))
        {
            var kind = group == MessageGroup.Synchronisation ? CheckSync(bytes) : CheckService(bytes);
            kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
        }

        var seen = string.Join(", ", kinds.Select(k => $"{k.Value} {k.Key}"));
        TestContext.Current.SendDiagnosticMessage($"{capture}: {seen}");
        Assert.True(kinds.Values.Sum() >= countMin, seen);
        Assert.Subset(kinds.Keys.ToHashSet(), new HashSet<string>(["barrier", "service_build", "downlist", "nodeinfo", "cmap"]));
    }

    [Fact]
    public void Truncated_and_flipped_service_messages_are_refused_or_read_but_never_throw()
    {
        foreach (var (group, bytes) in Messages("udpu3").DistinctBy(m => (m.Group, m.Bytes.Length, m.Bytes[0], m.Bytes[2])))
        {
            for (var size = 0; size < Math.Min(bytes.Length, 400); size++) ReadAny(group, bytes.AsSpan(0, size));
            for (var place = 0; place < Math.Min(bytes.Length, 400); place++)
            {
                foreach (var value in (byte[])[0x00, 0x7f, 0x80, 0xff])
                {
                    var copy = bytes.ToArray();
                    copy[place] = value;
                    ReadAny(group, copy);
                }
            }
        }
    }

    // In the order of the ring: by ring, then sequence, first copy of each.
    private static List<(MessageGroup Group, byte[] Bytes)> Messages(string capture)
    {
        var rings = new Dictionary<RingId, SortedDictionary<uint, (NodeId Node, byte[] Packet)>>();
        foreach (var datagram in Capture.Datagrams(capture))
        {
            if (!PacketHeader.TryRead(datagram.Payload, out var header) || !MessagePacket.TryRead(datagram.Payload, header, out var packet))
            {
                continue;
            }

            if (packet.IsEncapsulated) continue;
            if (!rings.TryGetValue(packet.Ring, out var ring)) rings[packet.Ring] = ring = [];
            ring.TryAdd(packet.Sequence.Value, (header.Sender, datagram.Payload[MessagePacket.HeaderSize..]));
        }

        var messages = new List<(MessageGroup, byte[])>();
        foreach (var ring in rings.OrderBy(r => r.Key.Sequence).Select(r => r.Value))
        {
            var assembler = new GroupAssembler();
            foreach (var (node, packet) in ring.Values)
            {
                assembler.Begin(new Output { Kind = OutputKind.Deliver, Node = node, Bytes = packet });
                while (assembler.TryRead(out var message)) messages.Add((message.Groups, message.Bytes.ToArray()));
            }

            Assert.Equal(0, assembler.PacketsMalformed);
        }

        return messages;
    }

    private static string CheckSync(byte[] bytes)
    {
        Assert.True(SyncMessage.TryRead(bytes, WireOrder.Little, out var message));
        var written = new byte[message.Size];
        message.Write(written);
        if (message.Services is null)
        {
            AssertSame(bytes, written, (0, 4), (8, 4), (16, 12));
            return "barrier";
        }

        AssertSame(bytes, written, (0, 4), (8, 4), (16, 12), (32, 4), (40, 512));
        return "service_build";
    }

    private static string CheckService(byte[] bytes)
    {
        Assert.True(ServiceHeader.TryRead(bytes, WireOrder.Little, out var header));
        var written = new byte[bytes.Length];
        return header.Service switch
        {
            ServiceId.Cmap => CheckCmap(bytes, written),
            ServiceId.Cfg => CheckCfg(header.Function, bytes, written),
            ServiceId.Cpg => CheckCpg(header.Function, bytes, written),
            ServiceId.Votequorum => CheckVotes(header.Function, bytes, written),
            _ => throw new Xunit.Sdk.XunitException($"unexpected service {header.Service}"),
        };
    }

    private static string CheckCmap(byte[] bytes, byte[] written)
    {
        Assert.True(CmapMessage.TryRead(bytes, WireOrder.Little, out var message));
        Assert.Equal(bytes.Length, message.Size);
        message.Write(written);
        AssertSame(bytes, written, (0, 4), (8, 4), (16, 1), (24, 1), (48, 2), (56, 20), (312, 1), (320, 8), (328, bytes.Length - 328));
        return "cmap";
    }

    private static string CheckCfg(ushort function, byte[] bytes, byte[] written)
    {
        switch (function)
        {
            case CfgFunction.KillNode:
                Assert.True(CfgKillNode.TryRead(bytes, WireOrder.Little, out var kill));
                kill.Write(written);
                AssertSame(bytes, written, (0, 4), (8, 4), (16, 4), (24, 2), (32, kill.Reason.Length));
                return "killnode";
            case CfgFunction.Reload:
                CfgFunction.WriteReload(written, WireOrder.Little.ReadUInt32(bytes, 16));
                AssertSame(bytes, written, (0, 4), (8, 4), (16, 4));
                return "reload";
            case CfgFunction.Shutdown:
                CfgFunction.WriteShutdown(written);
                AssertSame(bytes, written, (0, 4), (8, 4));
                return "shutdown";
            default:
                throw new Xunit.Sdk.XunitException($"unexpected cfg function {function}");
        }
    }

    private static string CheckCpg(ushort function, byte[] bytes, byte[] written)
    {
        switch (function)
        {
            case CpgFunction.ProcessJoin or CpgFunction.ProcessLeave:
                Assert.True(CpgProcessMessage.TryRead(bytes, function == CpgFunction.ProcessJoin, WireOrder.Little, out var process));
                process.Write(written);
                AssertSame(bytes, written, (0, 4), (8, 4), (16, 4), (24, process.Group.Length), (152, 4), (160, 4));
                return process.IsJoin ? "procjoin" : "procleave";
            case CpgFunction.JoinList:
                Assert.True(CpgJoinList.TryRead(bytes, WireOrder.Little, out var list));
                CpgJoinList.WriteHeader(written, list.Count);
                var ranges = new List<(int, int)> { (0, 4), (8, 4) };
                for (var i = 0; i < list.Count; i++)
                {
                    Assert.True(list.TryReadEntry(i, out var pid, out var group));
                    CpgJoinList.WriteEntry(written, i, pid, group);
                    var start = CpgJoinList.SizeOf(i);
                    ranges.AddRange([(start, 4), (start + 8, 4), (start + 16, group.Length)]);
                }

                AssertSame(bytes, written, [.. ranges]);
                return "joinlist";
            case CpgFunction.Multicast:
                Assert.True(CpgMulticast.TryRead(bytes, WireOrder.Little, out var message));
                message.WriteHeader(written);
                message.Payload.CopyTo(written.AsSpan(CpgMulticast.HeaderSize));
                AssertSame(
                    bytes,
                    written,
                    (0, 4),
                    (8, 4),
                    (16, 4),
                    (24, message.Group.Length),
                    (152, 4),
                    (160, 4),
                    (168, 4),
                    (176, bytes.Length - 176));
                return "mcast";
            case CpgFunction.Downlist:
                Assert.True(CpgDownlist.TryRead(bytes, WireOrder.Little, out var downlist));
                downlist.Write(written);
                AssertSame(bytes, written, (0, 4), (8, 4), (16, 4), (24, 4), (32, 4 * downlist.LeftNodes.Length));
                return "downlist";
            default:
                throw new Xunit.Sdk.XunitException($"unexpected cpg function {function}");
        }
    }

    private static string CheckVotes(ushort function, byte[] bytes, byte[] written)
    {
        switch (function)
        {
            case VotequorumFunction.NodeInfo:
                Assert.True(VoteNodeInfo.TryRead(bytes, WireOrder.Little, out var info));
                info.Write(written);
                AssertSame(bytes, written, (0, 4), (8, 4), (16, 16));
                return "nodeinfo";
            case VotequorumFunction.Reconfigure:
                Assert.True(VoteReconfigure.TryRead(bytes, WireOrder.Little, out var reconfigure));
                reconfigure.Write(written);
                AssertSame(bytes, written, (0, 4), (8, 4), (16, 12));
                return "reconfigure";
            case VotequorumFunction.DeviceRegister:
                Assert.True(VoteDeviceRegister.TryRead(bytes, WireOrder.Little, out var register));
                register.Write(written);
                AssertSame(bytes, written, (0, 4), (8, 4), (16, 4), (20, register.Name.Length + 1));
                return "qdevice_reg";
            case VotequorumFunction.DeviceReconfigure:
                Assert.True(VoteDeviceRename.TryRead(bytes, out var rename));
                rename.Write(written);
                AssertSame(bytes, written, (0, 4), (8, 4), (16, rename.OldName.Length + 1), (271, rename.NewName.Length + 1));
                return "qdevice_reconfigure";
            default:
                throw new Xunit.Sdk.XunitException($"unexpected votequorum function {function}");
        }
    }

    // The rest of a message are holes and unused tails of arrays: the reference leaves what was there, we write zeros.
    private static void AssertSame(byte[] captured, byte[] written, params (int Start, int Length)[] meaningful)
    {
        Assert.Equal(captured.Length, written.Length);
        var expected = new byte[captured.Length];
        foreach (var (start, length) in meaningful) captured.AsSpan(start, length).CopyTo(expected.AsSpan(start));
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(written));
    }

    private static void ReadAny(MessageGroup group, ReadOnlySpan<byte> bytes)
    {
        foreach (var order in (WireOrder[])[new WireOrder(false), new WireOrder(true)])
        {
            if (group == MessageGroup.Synchronisation) SyncMessage.TryRead(bytes, order, out _);
            ServiceHeader.TryRead(bytes, order, out _);
            CmapMessage.TryRead(bytes, order, out _);
            CfgKillNode.TryRead(bytes, order, out _);
            CpgProcessMessage.TryRead(bytes, true, order, out _);
            CpgJoinList.TryRead(bytes, order, out _);
            CpgMulticast.TryRead(bytes, order, out _);
            CpgPartialMulticast.TryRead(bytes, order, out _);
            CpgDownlist.TryRead(bytes, order, out _);
            VoteNodeInfo.TryRead(bytes, order, out _);
            VoteReconfigure.TryRead(bytes, order, out _);
            VoteDeviceRegister.TryRead(bytes, order, out _);
            VoteDeviceRename.TryRead(bytes, out _);
        }
    }
}
