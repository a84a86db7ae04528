using System.Text;
using Mainstay.Ring.Core.Messages;
using Mainstay.Ring.Core.Services;

namespace Mainstay.Ring.Core.Tests;

/// <summary>
/// Messages that Corosync's client library splits (partial_mcast, spec/ring-wire.md section 4.1), and what is left when a sender goes in
/// the middle of one. Every piece is longer than a packet, so both layers put together.
/// </summary>
public sealed class PartialMulticastTests
{
    private const int PieceSize = 5000;

    private static readonly uint[] Three = [1, 2, 3];
    private static readonly GroupProcess s_sender = new(1, 100);

    [Fact]
    public void Pieces_become_one_message_for_every_member()
    {
        var ring = Formed();
        Send(ring, CpgPartialKind.First, 'a');
        Send(ring, CpgPartialKind.Continued, 'b');
        ring.Run(100);
        Assert.Empty(Messages(ring, 2));
        Send(ring, CpgPartialKind.Last, 'c');
        ring.Run(100);
        foreach (var node in Three) Assert.Equal([Whole("abc")], Messages(ring, node));
    }

    [Fact]
    public void A_node_that_crashes_in_mid_message_leaves_nothing_behind()
    {
        var ring = Formed();
        Send(ring, CpgPartialKind.First, 'a');
        Send(ring, CpgPartialKind.Continued, 'b');
        ring.Run(100);
        ring.Crash(1);
        ring.RunUntilFormed(2, 3);
        ring.Boot(1);
        ring.RunUntilFormed(1, 2, 3);
        Assert.Equal(RequestResult.Accepted, ring.Join(1, 1, "g", 100));
        ring.Run(100);

        // The same process id begins anew; the end alone is no message, whoever heard the beginning.
        Send(ring, CpgPartialKind.Last, 'c');
        Send(ring, CpgPartialKind.First, 'x');
        Send(ring, CpgPartialKind.Continued, 'y');
        Send(ring, CpgPartialKind.Last, 'z');
        ring.Run(200);
        Assert.Equal([Whole("xyz")], Messages(ring, 2));
        Assert.Equal([Whole("xyz")], Messages(ring, 3));
    }

    [Fact]
    public void A_process_that_ends_in_mid_message_leaves_nothing_behind()
    {
        var ring = Formed();
        Send(ring, CpgPartialKind.First, 'a');
        Send(ring, CpgPartialKind.Continued, 'b');
        ring.Run(100);
        ring.Disconnect(1, 1);
        ring.Run(100);
        Assert.Equal(RequestResult.Accepted, ring.Join(1, 5, "g", 100));
        ring.Run(100);
        Send(ring, CpgPartialKind.Last, 'c');
        ring.Run(100);
        Assert.Empty(Messages(ring, 2));
        Assert.Equal(RequestResult.Accepted, ring.Send(1, 5, "whole"));
        ring.Run(100);
        Assert.Equal(["1/100 whole"], Messages(ring, 2));
    }

    [Fact]
    public void Who_joins_in_mid_message_gets_the_next_one()
    {
        var ring = new VirtualRing(Three);
        ring.RunUntilFormed(1, 2, 3);
        ring.Isolate(3);
        ring.RunUntilFormed(1, 2);
        ring.Join(1, 1, "g", 100);
        ring.Join(2, 1, "g", 200);
        ring.Join(3, 1, "g", 300);
        ring.Run(100);
        Send(ring, CpgPartialKind.First, 'a');
        ring.Run(100);
        ring.Heal();
        ring.RunUntilFormed(1, 2, 3);
        Send(ring, CpgPartialKind.Continued, 'b');
        Send(ring, CpgPartialKind.Last, 'c');
        ring.Send(1, 1, "next");
        ring.Run(200);
        Assert.Equal([Whole("abc"), "1/100 next"], Messages(ring, 2));
        Assert.Equal(["1/100 next"], Messages(ring, 3));
    }

    [Fact]
    public void Pieces_for_a_group_without_a_process_of_the_sender_are_not_kept()
    {
        var ring = new VirtualRing(Three);
        ring.RunUntilFormed(1, 2, 3);
        ring.Join(2, 1, "g", 200);
        ring.Run(100);
        Send(ring, CpgPartialKind.First, 'a');
        ring.Run(100);
        ring.Join(1, 1, "g", 100);
        ring.Run(100);
        Send(ring, CpgPartialKind.Continued, 'b');
        Send(ring, CpgPartialKind.Last, 'c');
        ring.Run(100);
        Assert.Empty(Messages(ring, 2));
    }

    /// <summary>Nothing would tell that such a process is gone: what is kept of it would be kept for ever.</summary>
    [Fact]
    public void Pieces_of_a_process_that_is_not_in_the_group_are_not_kept()
    {
        var ring = Formed();
        for (var process = 1u; process <= 50; process++) Send(ring, CpgPartialKind.First, 'a', 5_000 + process);
        Send(ring, CpgPartialKind.First, 'a');
        ring.Run(500);
        Assert.All(Three, node => Assert.Equal(1, ring[node].UnfinishedMessages));
        Assert.Equal(RequestResult.Accepted, ring.LeaveGroup(1, 1));
        ring.Run(100);
        Send(ring, CpgPartialKind.First, 'b');
        ring.Run(100);
        Assert.All(Three, node => Assert.Equal(0, ring[node].UnfinishedMessages));
    }

    [Fact]
    public void Nothing_is_kept_of_a_node_that_is_lost()
    {
        var ring = Formed();
        Send(ring, CpgPartialKind.First, 'a');
        ring.Run(100);
        Assert.Equal(1, ring[2].UnfinishedMessages);
        ring.Crash(1);
        ring.RunUntilFormed(2, 3);
        Assert.Equal((0, 0), (ring[2].UnfinishedMessages, ring[3].UnfinishedMessages));
    }

    [Fact]
    public void Two_groups_of_one_process_do_not_mix()
    {
        var parts = new PartialMessages();
        Assert.Equal(PartialResult.Incomplete, Add(parts, "g", CpgPartialKind.First, 4, "ab", out _));
        Assert.Equal(PartialResult.Incomplete, Add(parts, "h", CpgPartialKind.First, 4, "AB", out _));
        Assert.Equal(PartialResult.Complete, Add(parts, "g", CpgPartialKind.Last, 4, "cd", out var first));
        Assert.Equal(PartialResult.Complete, Add(parts, "h", CpgPartialKind.Last, 4, "CD", out var second));
        Assert.Equal(("abcd", "ABCD", 0), (first, second, parts.Count));
    }

    [Fact]
    public void Pieces_that_contradict_their_length_drop_the_message()
    {
        var parts = new PartialMessages();
        Assert.Equal(PartialResult.Dropped, Add(parts, "g", CpgPartialKind.First, PartialMessages.TotalSizeMax + 1, "ab", out _));
        Add(parts, "g", CpgPartialKind.First, 3, "ab", out _);
        Assert.Equal(PartialResult.Dropped, Add(parts, "g", CpgPartialKind.Continued, 3, "cd", out _));
        Add(parts, "g", CpgPartialKind.First, 5, "ab", out _);
        Assert.Equal(PartialResult.Dropped, Add(parts, "g", CpgPartialKind.Last, 5, "cd", out _));
        Add(parts, "g", CpgPartialKind.First, 5, "ab", out _);
        Assert.Equal(PartialResult.Dropped, Add(parts, "g", CpgPartialKind.Continued, 6, "cd", out _));
        Assert.Equal(PartialResult.Incomplete, Add(parts, "g", CpgPartialKind.Last, 5, "cde", out _));
        Assert.Equal(0, parts.Count);
    }

    private static PartialResult Add(PartialMessages parts, string group, CpgPartialKind kind, int total, string text, out string whole)
    {
        var part = new CpgPartialMulticast
        {
            Group = Encoding.UTF8.GetBytes(group),
            Kind = kind,
            TotalLength = (uint)total,
            Fragment = Encoding.UTF8.GetBytes(text),
        };
        var result = parts.Add(s_sender, part, out var bytes);
        whole = Encoding.UTF8.GetString(bytes);
        return result;
    }

    private static VirtualRing Formed()
    {
        var ring = new VirtualRing(Three);
        ring.RunUntilFormed(1, 2, 3);
        foreach (var node in Three) ring.Join(node, 1, "g", node * 100);
        ring.Run(100);
        return ring;
    }

    /// <summary>A piece of three from a process on node 1.</summary>
    private static void Send(VirtualRing ring, CpgPartialKind kind, char letter, uint process = 100)
    {
        var bytes = new byte[CpgPartialMulticast.HeaderSize + PieceSize];
        var fragment = bytes.AsSpan(CpgPartialMulticast.HeaderSize);
        fragment.Fill((byte)letter);
        new CpgPartialMulticast
        {
            Group = "g"u8,
            ProcessId = process,
            SourceNode = s_sender.NodeId,
            Kind = kind,
            TotalLength = 3 * PieceSize,
            Fragment = fragment,
        }.WriteHeader(bytes);
        ring.SendService(s_sender.NodeId, bytes);
    }

    private static string Whole(string letters) => $"1/100 {string.Concat(letters.Select(letter => new string(letter, PieceSize)))}";

    private static List<string> Messages(VirtualRing ring, uint node) =>
        [.. ring.Events(node, 1).Where(line => line.StartsWith("1/100 ", StringComparison.Ordinal))];
}
