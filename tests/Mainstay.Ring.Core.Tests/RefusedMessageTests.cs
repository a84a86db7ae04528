using System.Text;
using Mainstay.Ring.Core.Messages;
using Mainstay.Ring.Core.Services;

namespace Mainstay.Ring.Core.Tests;

/// <summary>Messages that are well formed and not for this node, or not from who may send them (spec/ring-wire.md sections 4 and
/// 5).</summary>
public sealed class RefusedMessageTests
{
    [Fact]
    public void A_change_of_crypto_is_the_sign_for_its_sender_alone()
    {
        var ring = Formed();
        ring.Do(2, (now, outbox) => ring[2].AnnounceCrypto(now, outbox));
        ring.Run(200);
        Assert.Equal(["CryptoPhase 0 1", "CryptoPhase 0 2"], ring.Answers(2));
        Assert.Empty(ring.Answers(1));
    }

    [Fact]
    public void A_shutdown_ends_its_sender_alone_and_a_killed_node_is_the_one_that_is_named()
    {
        var ring = Formed();
        ring.SendService(2, Written(CfgFunction.ShutdownSize, CfgFunction.WriteShutdown));
        ring.Run(200);
        Assert.Equal("shutdown was requested", ring.EndOf(2));
        ring.SendService(1, Written(CfgKillNode.Size, new CfgKillNode(3, "no member").Write));
        ring.Run(200);
        Assert.Null(ring.EndOf(1));
    }

    [Fact]
    public void A_node_without_processes_in_a_group_cannot_address_it()
    {
        var ring = Formed();
        ring.Join(1, 5, "g", 100);
        ring.Run(100);
        var before = ring.Events(1, 5).Count;
        ring.SendService(2, Multicast("from nobody"));
        ring.Run(100);
        Assert.Equal(before, ring.Events(1, 5).Count);
        ring.Join(2, 6, "g", 200);
        ring.Run(100);
        ring.SendService(2, Multicast("from somebody"));
        ring.Run(100);
        Assert.Equal("2/200 from somebody", ring.Events(1, 5)[^1]);
    }

    /// <summary>A damaged message of every service, unknown functions, an unknown service: counted, and nothing else.</summary>
    [Fact]
    public void What_cannot_be_read_is_counted_and_what_is_not_known_too()
    {
        var ring = Formed();
        var malformed = ring[1].Counters.MalformedMessages;
        var unknown = ring[1].Counters.UnknownMessages;
        (ServiceId Service, ushort Function)[] damaged =
        [
            (ServiceId.Cmap, 0), (ServiceId.Cfg, CfgFunction.KillNode), (ServiceId.Cfg, CfgFunction.CryptoReconfigure),
            (ServiceId.Cpg, CpgFunction.ProcessJoin), (ServiceId.Cpg, CpgFunction.ProcessLeave), (ServiceId.Cpg, CpgFunction.JoinList),
            (ServiceId.Cpg, CpgFunction.Multicast), (ServiceId.Cpg, CpgFunction.Downlist), (ServiceId.Cpg, CpgFunction.PartialMulticast),
            (ServiceId.Votequorum, VotequorumFunction.NodeInfo), (ServiceId.Votequorum, VotequorumFunction.Reconfigure),
            (ServiceId.Votequorum, VotequorumFunction.DeviceRegister), (ServiceId.Votequorum, VotequorumFunction.DeviceReconfigure),
        ];
        foreach (var (service, function) in damaged) Send(ring, service, function);
        Assert.Equal(malformed + damaged.Length, ring[1].Counters.MalformedMessages);
        Send(ring, ServiceId.Cfg, 99);
        Send(ring, ServiceId.Cpg, 99);
        Send(ring, ServiceId.Votequorum, 99);
        Send(ring, ServiceId.Pload, 0);
        Send(ring, (ServiceId)77, 0);
        Assert.Equal(unknown + 5, ring[1].Counters.UnknownMessages);
        Assert.Equal((null, null), (ring.EndOf(1), ring.EndOf(2)));
        Assert.True(ring[1].IsSynchronised && ring[1].Quorum.IsQuorate);
    }

    [Fact]
    public void Votes_do_not_count_where_there_is_no_quorum_provider()
    {
        var ring = new VirtualRing([1, 2], _ => Configuration.QuorumSettings.Disabled);
        ring.RunUntilFormed(1, 2);
        var unknown = ring[1].Counters.UnknownMessages;
        ring.SendService(2, Written(VoteNodeInfo.Size, new VoteNodeInfo(2, 5, 9, VoteFlags.None).Write));
        ring.Run(100);
        Assert.Equal(unknown + 1, ring[1].Counters.UnknownMessages);
        Assert.True(ring[1].Quorum.IsQuorate);
    }

    /// <summary>Only what a node says in its first synchronisation with others decides whether it may take part; a version of 0 is
    /// none.</summary>
    [Fact]
    public void A_node_without_a_configuration_version_meets_any_other()
    {
        var ring = Booted((1, 7), (2, 0));
        ring.RunUntilFormed(1, 2);
        Assert.Equal((null, null), (ring.EndOf(1), ring.EndOf(2)));
    }

    [Fact]
    public void A_version_that_changes_later_ends_nobody()
    {
        var ring = Booted((1, 7), (2, 7), (3, 7));
        ring.RunUntilFormed(1, 2, 3);
        ring.Do(2, (now, outbox) => ring[2].Reconfigure(now, ring.OptionsOf(2) with { ConfigVersion = 8 }, outbox));
        ring.Crash(3);
        ring.RunUntilFormed(1, 2);
        Assert.Equal((null, null), (ring.EndOf(1), ring.EndOf(2)));
    }

    /// <summary>Being alone is no synchronisation with others: the check is still to come.</summary>
    [Fact]
    public void A_node_that_was_alone_before_is_checked_when_it_meets_the_others()
    {
        var ring = Booted((1, 7), (2, 8));
        ring.Isolate(1);
        ring.RunUntilFormed(1);
        ring.RunUntilFormed(2);
        ring.Heal();
        ring.Run(3000);
        Assert.Contains("config_version is 7 here and 8", ring.EndOf(1), StringComparison.Ordinal);
        Assert.Null(ring.EndOf(2));
    }

    [Fact]
    public void A_message_that_begins_anew_takes_the_place_of_the_one_that_was_not_ended()
    {
        var parts = new PartialMessages();
        Assert.Equal(PartialResult.Incomplete, Add(parts, CpgPartialKind.First, 5, "old", out _));
        Assert.Equal(PartialResult.Incomplete, Add(parts, CpgPartialKind.First, 4, "ab", out _));
        Assert.Equal(1, parts.Count);
        Assert.Equal(PartialResult.Complete, Add(parts, CpgPartialKind.Last, 4, "cd", out var whole));
        Assert.Equal(("abcd", 0), (whole, parts.Count));
    }

    private static PartialResult Add(PartialMessages parts, CpgPartialKind kind, uint total, string text, out string whole)
    {
        var part = new CpgPartialMulticast { Group = "g"u8, Kind = kind, TotalLength = total, Fragment = Encoding.UTF8.GetBytes(text) };
        var result = parts.Add(new GroupProcess(1, 100), part, out var bytes);
        whole = Encoding.UTF8.GetString(bytes);
        return result;
    }

    private static VirtualRing Formed()
    {
        var ring = new VirtualRing([1, 2]);
        ring.RunUntilFormed(1, 2);
        return ring;
    }

    private static VirtualRing Booted(params (uint Node, ulong Version)[] nodes)
    {
        var ring = new VirtualRing([.. nodes.Select(n => n.Node)]);
        foreach (var (node, _) in nodes) ring.Crash(node);
        foreach (var (node, version) in nodes) ring.Boot(node, version);
        return ring;
    }

    private static void Send(VirtualRing ring, ServiceId service, ushort function)
    {
        ring.SendService(2, Written(ServiceHeader.Size + 1, t => new ServiceHeader(service, function).Write(t, ServiceHeader.Size + 1)));
        ring.Run(20);
    }

    private static byte[] Multicast(string text)
    {
        var message = new byte[CpgMulticast.HeaderSize + text.Length];
        var payload = message.AsSpan(CpgMulticast.HeaderSize);
        Encoding.UTF8.GetBytes(text, payload);
        new CpgMulticast { Group = "g"u8, ProcessId = 200, SourceNode = 2, Payload = payload }.WriteHeader(message);
        return message;
    }

    private delegate void Writer(Span<byte> target);

    private static byte[] Written(int size, Writer write)
    {
        var bytes = new byte[size];
        write(bytes);
        return bytes;
    }
}
