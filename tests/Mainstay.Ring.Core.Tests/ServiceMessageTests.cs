using System.Buffers.Binary;
using Mainstay.Ring.Core.Messages;
using Mainstay.Totem;

namespace Mainstay.Ring.Core.Tests;

/// <summary>The sanity checks of service and synchronisation messages (spec/ring-wire.md sections 4 and 5): what a member sends is read
/// whole or not at all.</summary>
public sealed class ServiceMessageTests
{
    private static readonly RingId s_ring = new(new NodeId(1), 9);

    /// <summary>Sizes that the protocol fixes: neither a byte less nor one more.</summary>
    [Theory]
    [InlineData("killnode")]
    [InlineData("procjoin")]
    [InlineData("joinlist")]
    [InlineData("mcast")]
    [InlineData("partial_mcast")]
    [InlineData("downlist")]
    [InlineData("nodeinfo")]
    [InlineData("reconfigure")]
    [InlineData("qdevice_reg")]
    [InlineData("qdevice_reconfigure")]
    [InlineData("barrier")]
    [InlineData("service_build")]
    public void A_message_of_another_size_is_refused(string name)
    {
        var good = Sample(name);
        Assert.True(IsRead(name, good));
        for (var size = 0; size < good.Length; size++) Assert.False(IsRead(name, good.AsSpan(0, size)), $"{name} cut to {size}");
        Assert.False(IsRead(name, [.. good, 0]));
        Assert.False(IsRead(name, [.. good, .. new byte[8]]));
    }

    /// <summary>A sender of another version may append fields to these.</summary>
    [Theory]
    [InlineData("cmap")]
    [InlineData("cmap without value")]
    [InlineData("crypto_reconfig")]
    public void A_message_that_is_too_short_is_refused(string name)
    {
        var good = Sample(name);
        Assert.True(IsRead(name, good));
        Assert.True(IsRead(name, [.. good, 0]));
        for (var size = 0; size < good.Length; size++) Assert.False(IsRead(name, good.AsSpan(0, size)), $"{name} cut to {size}");
    }

    [Theory]
    [InlineData("killnode", 24, 257)]
    [InlineData("killnode", 24, ushort.MaxValue)]
    [InlineData("crypto_reconfig", 16, 0)]
    [InlineData("crypto_reconfig", 16, 3)]
    [InlineData("procjoin", 16, 129)]
    [InlineData("procjoin", 16, -1)]
    [InlineData("joinlist", 32, 129)]
    [InlineData("joinlist", 176, 129)]
    [InlineData("mcast", 16, 129)]
    [InlineData("mcast", 152, 4)]
    [InlineData("mcast", 152, 6)]
    [InlineData("mcast", 152, -1)]
    [InlineData("partial_mcast", 16, 129)]
    [InlineData("partial_mcast", 160, 4)]
    [InlineData("partial_mcast", 160, 6)]
    [InlineData("partial_mcast", 176, 0)]
    [InlineData("partial_mcast", 176, 4)]
    [InlineData("downlist", 24, 385)]
    [InlineData("downlist", 24, -1)]
    [InlineData("reconfigure", 24, 0)]
    [InlineData("reconfigure", 24, 4)]
    [InlineData("qdevice_reg", 16, 2)]
    [InlineData("cmap", 24, 0)]
    [InlineData("cmap", 48, 256)]
    [InlineData("cmap", 48, ushort.MaxValue)]
    [InlineData("cmap", 48, 19)]
    [InlineData("cmap", 56, 0x2e2e2e2e)]
    [InlineData("cmap", 312, 6)]
    [InlineData("cmap", 320, 4)]
    [InlineData("cmap", 320, 0)]
    [InlineData("cmap without value", 312, 8)]
    [InlineData("cmap without value", 320, 8)]
    [InlineData("service_build", 32, 129)]
    [InlineData("service_build", 32, -1)]
    [InlineData("service_build", 40, 65536)]
    [InlineData("service_build", 40, -1)]
    [InlineData("service_build", 8, 551)]
    [InlineData("service_build", 0, 0)]
    [InlineData("service_build", 0, 2)]
    [InlineData("barrier", 8, 33)]
    [InlineData("barrier", 0, 1)]
    public void A_field_that_cannot_be_is_refused(string name, int offset, int value)
    {
        var message = Sample(name);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(offset), value);
        Assert.False(IsRead(name, message));
    }

    [Theory]
    [InlineData("killnode", 24, 255)]
    [InlineData("procjoin", 16, 128)]
    [InlineData("procjoin", 16, 0)]
    [InlineData("downlist", 24, 384)]
    [InlineData("reconfigure", 24, 3)]
    [InlineData("service_build", 32, 128)]
    [InlineData("service_build", 40, 65535)]
    [InlineData("crypto_reconfig", 16, 2)]
    public void The_last_value_that_can_be_is_taken(string name, int offset, int value)
    {
        var message = Sample(name);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(offset), value);
        Assert.True(IsRead(name, message));
    }

    [Fact]
    public void A_service_message_has_its_header_and_the_size_that_the_header_tells()
    {
        var message = Sample("nodeinfo");
        Assert.True(ServiceHeader.TryRead(message, WireOrder.Little, out var header));
        Assert.Equal((ServiceId.Votequorum, VotequorumFunction.NodeInfo), (header.Service, header.Function));
        Assert.False(ServiceHeader.TryRead([.. message, 0], WireOrder.Little, out _));
        Assert.False(ServiceHeader.TryRead(message.AsSpan(0, message.Length - 1), WireOrder.Little, out _));
        Assert.False(ServiceHeader.TryRead(message, new WireOrder(true), out _));
        for (var size = 0; size < ServiceHeader.Size; size++)
        {
            Assert.False(ServiceHeader.TryRead(message.AsSpan(0, size), WireOrder.Little, out _));
        }
    }

    private static bool IsRead(string name, ReadOnlySpan<byte> message) => name switch
    {
        "killnode" => CfgKillNode.TryRead(message, WireOrder.Little, out _),
        "crypto_reconfig" => CfgFunction.TryReadCryptoReconfigure(message, WireOrder.Little, out _),
        "procjoin" => CpgProcessMessage.TryRead(message, isJoin: true, WireOrder.Little, out _),
        "joinlist" => CpgJoinList.TryRead(message, WireOrder.Little, out var list) && list.Count > 1,
        "mcast" => CpgMulticast.TryRead(message, WireOrder.Little, out _),
        "partial_mcast" => CpgPartialMulticast.TryRead(message, WireOrder.Little, out _),
        "downlist" => CpgDownlist.TryRead(message, WireOrder.Little, out _),
        "nodeinfo" => VoteNodeInfo.TryRead(message, WireOrder.Little, out _),
        "reconfigure" => VoteReconfigure.TryRead(message, WireOrder.Little, out _),
        "qdevice_reg" => VoteDeviceRegister.TryRead(message, WireOrder.Little, out _),
        "qdevice_reconfigure" => VoteDeviceRename.TryRead(message, out _),
        "cmap" or "cmap without value" => CmapMessage.TryRead(message, WireOrder.Little, out _),
        _ => SyncMessage.TryRead(message, WireOrder.Little, out _),
    };

    private static byte[] Sample(string name)
    {
        switch (name)
        {
            case "killnode":
                return Written(CfgKillNode.Size, new CfgKillNode(2, "why").Write);
            case "crypto_reconfig":
                return Written(CfgFunction.CryptoReconfigureSize, t => CfgFunction.WriteCryptoReconfigure(t, CfgFunction.CryptoActivate));
            case "procjoin":
                return Written(
                    CpgProcessMessage.Size, t => new CpgProcessMessage { IsJoin = true, Group = "g"u8, ProcessId = 7 }.Write(t));
            case "joinlist":
                var list = new byte[CpgJoinList.SizeOf(2)];
                CpgJoinList.WriteHeader(list, 2);
                CpgJoinList.WriteEntry(list, 0, 7, "g"u8);
                CpgJoinList.WriteEntry(list, 1, 8, "h"u8);
                return list;
            case "mcast":
                return Written(
                    CpgMulticast.HeaderSize + 5, t => new CpgMulticast { Group = "g"u8, Payload = "hello"u8 }.WriteHeader(t));
            case "partial_mcast":
                return Written(CpgPartialMulticast.HeaderSize + 5, t => new CpgPartialMulticast
                {
                    Group = "g"u8,
                    TotalLength = 5,
                    Kind = CpgPartialKind.First,
                    Fragment = "hello"u8,
                }.WriteHeader(t));
            case "downlist":
                return Written(CpgDownlist.Size, new CpgDownlist(2, [3]).Write);
            case "nodeinfo":
                return Written(VoteNodeInfo.Size, new VoteNodeInfo(1, 1, 2, VoteFlags.None).Write);
            case "reconfigure":
                return Written(VoteReconfigure.Size, new VoteReconfigure(0, 2, VoteParameter.ExpectedVotes).Write);
            case "qdevice_reg":
                return Written(VoteDeviceRegister.Size, new VoteDeviceRegister(true, "Qdevice").Write);
            case "qdevice_reconfigure":
                return Written(VoteDeviceRename.Size, new VoteDeviceRename("a", "b").Write);
            case "cmap":
                return Written(CmapMessage.SizeWithValue, new CmapMessage(CmapMessage.InSynchronisation, 3).Write);
            case "cmap without value":
                return Written(CmapMessage.SizeWithoutValue, new CmapMessage(CmapMessage.InSynchronisation, 0).Write);
            case "barrier":
                return Written(SyncMessage.BarrierSize, new SyncMessage(s_ring, null).Write);
            default:
                return Written(SyncMessage.BuildSize, new SyncMessage(s_ring, [0, 2, 3, 5]).Write);
        }
    }

    private delegate void Writer(Span<byte> target);

    private static byte[] Written(int size, Writer write)
    {
        var bytes = new byte[size];
        write(bytes);
        return bytes;
    }
}
