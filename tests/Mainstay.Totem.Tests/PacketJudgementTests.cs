using System.Text;
using Mainstay.Totem.Wire;

namespace Mainstay.Totem.Tests;

/// <summary>Packets that are sound in themselves and not for this node, this ring or this moment (spec/totem.md sections 4 to 6): each is
/// dropped, and the one that differs from it in one thing is taken.</summary>
public sealed class PacketJudgementTests
{
    private const ulong Installed = 9;
    private const ulong Next = 13;

    private static readonly uint[] s_members = [1, 2, 3];

    [Theory]
    [InlineData("join")]
    [InlineData("leave")]
    [InlineData("commit")]
    [InlineData("token")]
    [InlineData("message")]
    [InlineData("merge")]
    [InlineData("cancel")]
    public void Nothing_of_a_node_that_is_not_configured_counts(string packet)
    {
        var driven = DrivenRing.Operational();
        var received = driven.Ring.Statistics.TokensReceived;
        Send(driven, packet, 9);
        Assert.Equal((TotemState.Operational, 1L), (driven.State, driven.Dropped(DropReason.UnknownSender)));
        Assert.Equal(received, driven.Ring.Statistics.TokensReceived);
    }

    [Theory]
    [InlineData("join")]
    [InlineData("leave")]
    [InlineData("commit")]
    [InlineData("token")]
    [InlineData("message")]
    [InlineData("merge")]
    [InlineData("cancel")]
    public void Nothing_counts_after_the_good_bye(string packet)
    {
        var driven = DrivenRing.Operational();
        driven.Do((now, outbox) => driven.Ring.Leave(now, outbox));
        var outputs = driven.Outputs;
        Send(driven, packet, 1);
        Assert.Equal((TotemState.Stopped, 1L), (driven.State, driven.Dropped(DropReason.Stopped)));
        Assert.Equal(outputs, driven.Outputs);
    }

    /// <summary>spec/totem.md section 11, points 2 and 3.</summary>
    [Theory]
    [InlineData(1, Installed, new uint[] { }, TotemState.Gather)]
    [InlineData(1, Installed - 1, new uint[] { }, TotemState.Operational)]
    [InlineData(1, Installed, new uint[] { 2 }, TotemState.Operational)]
    [InlineData(4, Installed, new uint[] { 2 }, TotemState.Operational)]
    [InlineData(4, Installed - 1, new uint[] { }, TotemState.Gather)]
    public void A_join_in_operational_is_of_today_and_does_not_fail_this_node(uint sender, ulong ring, uint[] failed, TotemState expected)
    {
        var driven = DrivenRing.Operational();
        driven.Join(sender, ring, [1, 2, 3, 4], failed);
        Assert.Equal(expected, driven.State);
        Assert.Equal(expected == TotemState.Operational ? 1 : 0, driven.Dropped(DropReason.StaleJoin));
    }

    [Theory]
    [InlineData(1, Next, true)]
    [InlineData(1, Next + 4, true)]
    [InlineData(1, Next - 1, false)]
    [InlineData(4, Next, false)]
    [InlineData(4, Next + 4, false)]
    public void While_a_ring_forms_only_fresh_joins_of_its_members_count(uint sender, ulong ring, bool counts)
    {
        foreach (var state in (TotemState[])[TotemState.Commit, TotemState.Recovery])
        {
            var driven = DrivenRing.Gathering();
            driven.Commit(Next, s_members, 1, 1);
            if (state == TotemState.Recovery) driven.Commit(Next, s_members, 3, 10);
            Assert.Equal(state, driven.State);
            driven.Join(sender, ring, [1, 2, 3, 4], []);
            Assert.Equal(counts ? TotemState.Gather : state, driven.State);
        }
    }

    [Theory]
    [InlineData(1, new uint[] { 3 }, "1 2 3 4", "3")]
    [InlineData(4, new uint[] { 3 }, "1 2 3 4", "")]
    [InlineData(1, new uint[] { 2, 3 }, "1 2 3 4", "1")]
    [InlineData(4, new uint[] { 2 }, "1 2 3 4", "4")]
    public void Only_members_make_this_node_fail_others_and_who_fails_it_is_failed(
        uint sender, uint[] failed, string processors, string expected)
    {
        var driven = DrivenRing.Operational();
        driven.Do((now, outbox) => driven.Ring.ForceGather(now, outbox));
        driven.Join(sender, Installed, [1, 2, 3, 4], failed);
        Assert.Equal((processors, expected), driven.OwnJoin);
    }

    [Fact]
    public void Who_is_failed_brings_nobody_along()
    {
        var driven = DrivenRing.Operational();
        driven.Do((now, outbox) => driven.Ring.ForceGather(now, outbox));
        driven.Join(1, Installed, s_members, [2]);
        Assert.Equal(("1 2 3", "1"), driven.OwnJoin);
        driven.Join(1, Installed, [1, 2, 3, 4], []);
        Assert.Equal(("1 2 3", "1"), driven.OwnJoin);
        driven.Join(3, Installed, [1, 2, 3, 4], []);
        Assert.Equal(("1 2 3 4", "1"), driven.OwnJoin);
    }

    [Theory]
    [InlineData(false, TotemState.Commit)]
    [InlineData(true, TotemState.Gather)]
    public void A_good_bye_is_no_agreement(bool isLeave, TotemState expected)
    {
        var driven = new DrivenRing(2);
        driven.Join(3, 0, [2, 3], [], isLeave);
        Assert.Equal(expected, driven.State);
    }

    /// <summary>The commit token that node 2 waits for: ring 1.13 of nodes 1, 2 and 3, after node 1 filled in its entry.</summary>
    [Theory]
    [InlineData(Next, new uint[] { 1, 2, 3 }, 1, true)]
    [InlineData(Installed + 1, new uint[] { 1, 2, 3 }, 1, true)]
    [InlineData(Installed, new uint[] { 1, 2, 3 }, 1, false)]
    [InlineData(Installed - 1, new uint[] { 1, 2, 3 }, 1, false)]
    [InlineData(Next, new uint[] { 1, 2 }, 1, false)]
    [InlineData(Next, new uint[] { 1, 2, 3, 4 }, 1, false)]
    [InlineData(Next, new uint[] { 1, 2, 4 }, 1, false)]
    [InlineData(Next, new uint[] { 1, 2, 3 }, 0, false)]
    [InlineData(Next, new uint[] { 1, 2, 3 }, 2, false)]
    [InlineData(Next, new uint[] { 1, 2, 3 }, 3, false)]
    public void A_commit_token_in_gather_is_new_names_those_agreed_on_and_waits_for_this_node(
        ulong ring, uint[] members, int filled, bool isTaken)
    {
        var driven = DrivenRing.Operational();
        driven.Join(1, Installed, s_members, []);
        driven.Join(3, Installed, s_members, []);
        Assert.Equal(TotemState.Gather, driven.State);
        driven.Commit(ring, members, filled, 1);
        Assert.Equal(isTaken ? TotemState.Commit : TotemState.Gather, driven.State);
    }

    [Theory]
    [InlineData(Next, new uint[] { 1, 2, 3 }, 3, true)]
    [InlineData(Next + 4, new uint[] { 1, 2, 3 }, 3, false)]
    [InlineData(Next - 4, new uint[] { 1, 2, 3 }, 3, false)]
    [InlineData(Next, new uint[] { 1, 2, 3 }, 2, false)]
    [InlineData(Next, new uint[] { 1, 2 }, 2, false)]
    [InlineData(Next, new uint[] { 1, 2, 3, 4 }, 4, false)]
    public void A_commit_token_in_commit_is_that_of_the_ring_and_full(ulong ring, uint[] members, int filled, bool isTaken)
    {
        var driven = DrivenRing.Gathering();
        driven.Commit(Next, s_members, 1, 1);
        driven.Commit(ring, members, filled, 10);
        Assert.Equal(isTaken ? TotemState.Recovery : TotemState.Commit, driven.State);
    }

    /// <summary>spec/totem.md section 11, point 4: once, and not on a copy of the first return.</summary>
    [Fact]
    public void The_representative_makes_one_regular_token_when_the_commit_token_is_back_for_the_second_time()
    {
        var driven = new DrivenRing(1);
        driven.Join(2, 0, s_members, []);
        driven.Join(3, 0, s_members, []);
        Assert.Equal(TotemState.Commit, driven.State);
        const ulong Ring = 5;
        driven.Commit(Ring, s_members, 3, 3);
        Assert.Equal(TotemState.Recovery, driven.State);
        var sent = driven.Ring.Statistics.TokensSent;
        driven.Commit(Ring, s_members, 3, 3);
        driven.Commit(Ring, s_members, 3, 5);
        driven.Commit(Ring + 4, s_members, 3, 6);
        driven.Commit(Ring, [1, 2], 2, 6);
        driven.Commit(Ring, s_members, 2, 6);
        Assert.Equal(sent, driven.Ring.Statistics.TokensSent);
        driven.Commit(Ring, s_members, 3, 6);
        driven.Commit(Ring, s_members, 3, 6);
        driven.Commit(Ring, s_members, 3, 9);
        Assert.Equal(sent + 1, driven.Ring.Statistics.TokensSent);
    }

    [Fact]
    public void Only_the_representative_makes_a_regular_token()
    {
        var driven = DrivenRing.Gathering();
        driven.Form(Next, s_members);
        var sent = driven.Ring.Statistics.TokensSent;
        driven.Commit(Next, s_members, 3, 20);
        Assert.Equal(sent, driven.Ring.Statistics.TokensSent);
    }

    [Theory]
    [InlineData(Installed, 1, 100, 0, null)]
    [InlineData(Installed, 3, 100, Limits.WindowSlots - 1, null)]
    [InlineData(Installed - 4, 1, 100, 0, DropReason.OtherRing)]
    [InlineData(Next, 1, 100, 0, DropReason.OtherRing)]
    [InlineData(Installed, 4, 100, 0, DropReason.OtherRing)]
    [InlineData(Installed, 1, 12, 0, DropReason.Duplicate)]
    [InlineData(Installed, 1, 11, 0, DropReason.Duplicate)]
    [InlineData(Installed, 1, 100, Limits.WindowSlots, DropReason.OutOfWindow)]
    [InlineData(Installed, 1, 100, -1, DropReason.OutOfWindow)]
    public void A_token_is_that_of_the_ring_of_a_member_new_and_within_reach(
        ulong ring, uint sender, uint tokenSequence, int sequence, DropReason? expected)
    {
        var driven = DrivenRing.Operational();
        var received = driven.Ring.Statistics.TokensReceived;
        driven.Token(ring, sender, tokenSequence, unchecked((uint)sequence));
        Assert.Equal(expected is null ? received + 1 : received, driven.Ring.Statistics.TokensReceived);
        if (expected is { } reason) Assert.Equal(1, driven.Dropped(reason));
    }

    [Fact]
    public void Between_two_rings_no_token_counts()
    {
        var driven = DrivenRing.Operational();
        var received = driven.Ring.Statistics.TokensReceived;
        driven.Join(1, Installed, s_members, []);
        driven.Token(Installed);
        driven.Join(3, Installed, s_members, []);
        driven.Commit(Next, s_members, 1, 1);
        driven.Token(Next);
        Assert.Equal((TotemState.Commit, 2L), (driven.State, driven.Dropped(DropReason.NotInThisState)));
        Assert.Equal(received, driven.Ring.Statistics.TokensReceived);
    }

    [Fact]
    public void A_wake_up_call_is_for_the_ring_and_a_ring_that_has_a_token()
    {
        var driven = DrivenRing.Operational();
        driven.HoldCancel(1, Installed);
        Assert.Equal(0, driven.Dropped(DropReason.NotInThisState));
        driven.HoldCancel(1, Next);
        Assert.Equal(1, driven.Dropped(DropReason.NotInThisState));
        driven.Do((now, outbox) => driven.Ring.ForceGather(now, outbox));
        driven.HoldCancel(1, Installed);
        Assert.Equal(2, driven.Dropped(DropReason.NotInThisState));
    }

    [Fact]
    public void A_message_in_operational_is_plain_and_can_be_recovered()
    {
        var driven = DrivenRing.Operational();
        driven.Message(1, 1, Installed, "wrapped", isEncapsulated: true);
        Assert.Equal((0L, 1L), (driven.Ring.Statistics.MessagesReceived, driven.Dropped(DropReason.NotInThisState)));
        const int PayloadMax = Limits.DatagramSizeMax - (2 * MessagePacket.HeaderSize);
        driven.Receive(DrivenRing.MessageBytes(1, 1, Installed, new byte[PayloadMax + 1]));
        Assert.Equal((0L, 1L), (driven.Ring.Statistics.MessagesReceived, driven.Dropped(DropReason.Malformed)));
        driven.Receive(DrivenRing.MessageBytes(1, 1, Installed, new byte[PayloadMax]));
        driven.Message(3, 2, Installed, "plain");
        Assert.Equal(["1 " + new string('\0', PayloadMax), "3 plain"], driven.Delivered);
    }

    [Theory]
    [InlineData(1, Installed - 4, false)]
    [InlineData(1, Next, true)]
    [InlineData(4, Installed - 4, true)]
    [InlineData(4, Next, true)]
    [InlineData(2, Next, false)]
    public void Packets_of_another_ring_are_news_but_those_of_the_past_of_a_member_and_ones_own(uint sender, ulong ring, bool isNews)
    {
        foreach (var isMessage in (bool[])[true, false])
        {
            var driven = DrivenRing.Operational();
            if (isMessage) driven.Message(sender, 1, ring, "elsewhere");
            else driven.MergeDetect(sender, ring);
            Assert.Equal(isNews ? TotemState.Gather : TotemState.Operational, driven.State);
            Assert.Equal(isNews ? 0 : 1, driven.Dropped(DropReason.OtherRing));
        }
    }

    [Fact]
    public void A_merge_detect_of_this_ring_or_in_anothers_name_is_no_news()
    {
        var driven = DrivenRing.Operational();
        driven.MergeDetect(1, Installed);
        driven.MergeDetect(1, Next, named: 3);
        Assert.Equal((TotemState.Operational, 1L), (driven.State, driven.Dropped(DropReason.Malformed)));
    }

    [Fact]
    public void In_gather_a_stranger_in_another_ring_takes_part_and_who_is_known_is_no_news()
    {
        var driven = DrivenRing.Operational();
        driven.Do((now, outbox) => driven.Ring.ForceGather(now, outbox));
        driven.Gathers.Clear();
        driven.Message(1, 1, Next, "known");
        driven.MergeDetect(3, Next);
        Assert.Empty(driven.Gathers);
        driven.Message(4, 1, 21, "stranger");
        Assert.Equal([GatherReason.ForeignMessageInGather], driven.Gathers);
        Assert.Equal("1 2 3 4", driven.OwnJoin.Processors);
        driven.MergeDetect(4, 21);
        Assert.Single(driven.Gathers);
    }

    [Fact]
    public void In_gather_messages_of_the_ring_it_comes_from_are_plain_and_of_its_members()
    {
        var driven = DrivenRing.Operational();
        driven.Do((now, outbox) => driven.Ring.ForceGather(now, outbox));
        driven.Message(4, 1, Installed, "stranger");
        driven.Message(1, 2, Installed, "wrapped", isEncapsulated: true);
        Assert.Equal((0L, 2L), (driven.Ring.Statistics.MessagesReceived, driven.Dropped(DropReason.NotInThisState)));
        driven.Message(3, 1, Installed, "member");
        Assert.Equal(1, driven.Ring.Statistics.MessagesReceived);
    }

    [Fact]
    public void In_recovery_messages_are_those_of_the_new_ring_and_its_members()
    {
        var driven = DrivenRing.Gathering();
        driven.Form(Next, s_members);
        driven.Message(4, 1, Next, "stranger");
        driven.Message(1, 1, Next + 4, "another ring");
        Assert.Equal((0L, 2L), (driven.Ring.Statistics.MessagesReceived, driven.Dropped(DropReason.NotInThisState)));
        driven.Message(1, 1, Next, "member");
        driven.Message(1, 1, Next, "copy");
        driven.Message(1, Limits.WindowSlots + 1, Next, "beyond the window");
        Assert.Equal(1, driven.Ring.Statistics.MessagesReceived);
        Assert.Equal((1L, 1L), (driven.Dropped(DropReason.Duplicate), driven.Dropped(DropReason.OutOfWindow)));
    }

    /// <summary>Whoever sends without the token fills a place that the token will name: it is passed over.</summary>
    [Fact]
    public void A_place_in_the_order_that_is_taken_is_passed_over()
    {
        var driven = DrivenRing.Operational();
        driven.Message(3, 2, Installed, "forged");
        driven.Do((now, outbox) => Assert.True(driven.Ring.Submit(
            now, MessageGroup.Services, Encoding.UTF8.GetBytes("mine"), [], DeliveryGuarantee.Agreed, outbox)));
        driven.Token(Installed, sequence: 1);
        Assert.Equal(new MessageSequence(3), driven.Forwarded.Sequence);
        Assert.Empty(driven.Delivered);
        driven.Message(1, 1, Installed, "first");
        Assert.Equal(["1 first", "3 forged"], driven.Delivered[..2]);
        Assert.EndsWith("mine", driven.Delivered[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Only_messages_of_this_ring_are_sent_again_and_a_hole_is_asked_for_once()
    {
        var driven = DrivenRing.Operational();
        driven.Message(1, 1, Installed, "here");
        RetransmitRequest elsewhere = new(new RingId(new NodeId(1), Next), new MessageSequence(1));
        RetransmitRequest here = new(new RingId(new NodeId(1), Installed), new MessageSequence(1));
        RetransmitRequest missing = new(new RingId(new NodeId(1), Installed), new MessageSequence(2));
        driven.Token(Installed, sequence: 2, requests: [elsewhere, here, missing]);
        Assert.Equal(1, driven.Ring.Statistics.MessagesRetransmitted);
        for (var visit = 0; visit < 10; visit++) driven.Token(Installed, sequence: 2, requests: [elsewhere, missing]);
        Assert.Equal(1, driven.Ring.Statistics.MessagesRetransmitted);
        Assert.Equal([elsewhere, missing], driven.Forwarded.Requests.ToArray());
    }

    [Fact]
    public void A_token_has_room_for_thirty_requests()
    {
        var driven = DrivenRing.Operational();
        for (var visit = 0; visit < 6; visit++) driven.Token(Installed, sequence: 40);
        Assert.Equal(Limits.RetransmitEntriesMax, driven.Forwarded.RequestCount);
        RetransmitRequest[] full = driven.Forwarded.Requests.ToArray();
        driven.Token(Installed, sequence: 41, requests: full);
        Assert.Equal(full, driven.Forwarded.Requests.ToArray());
    }

    /// <summary>A token that says what is not so: that all have what this node has not.</summary>
    [Fact]
    public void A_token_that_is_ahead_of_this_node_is_corrected_and_nothing_undelivered_is_given_up()
    {
        var driven = DrivenRing.Operational();
        for (var visit = 0; visit < 3; visit++)
        {
            driven.Token(Installed, sequence: 5, aru: 5, aruNode: 3);
            Assert.Equal((new MessageSequence(0), new NodeId(2)), (driven.Forwarded.Aru, driven.Forwarded.AruNode));
        }

        for (uint sequence = 1; sequence <= 5; sequence++) driven.Message(1, sequence, Installed, $"{sequence}");
        Assert.Equal(["1 1", "1 2", "1 3", "1 4", "1 5"], driven.Delivered);
    }

    /// <summary>Nothing is sent where the ring has sent its share in the last rotation, or has no room for what may still come.</summary>
    [Theory]
    [InlineData(49, 49, true)]
    [InlineData(50, 50, false)]
    [InlineData(60, 60, false)]
    [InlineData(Limits.WindowSlots - 100, 0, true)]
    [InlineData(Limits.WindowSlots - 1, 0, false)]
    public void A_message_waits_where_there_is_no_room(uint sequence, uint flow, bool isSent)
    {
        var driven = DrivenRing.Operational();
        driven.Do((now, outbox) => Assert.True(driven.Ring.Submit(
            now, MessageGroup.Services, Encoding.UTF8.GetBytes("mine"), [], DeliveryGuarantee.Agreed, outbox)));
        driven.Token(Installed, sequence: sequence, flow: flow);
        Assert.Equal(new MessageSequence(isSent ? sequence + 1 : sequence), driven.Forwarded.Sequence);
    }

    private static void Send(DrivenRing driven, string packet, uint sender)
    {
        switch (packet)
        {
            case "join" or "leave":
                driven.Join(sender, Installed, [1, 2, 3, sender], [], packet == "leave");
                break;
            case "commit":
                var bytes = CodecTests.Samples()[2];
                bytes[5] = (byte)sender;
                driven.Receive(bytes);
                break;
            case "token":
                driven.Token(Installed, sender);
                break;
            case "message":
                driven.Message(sender, 1, Next, "foreign");
                break;
            case "merge":
                driven.MergeDetect(sender, Next);
                break;
            default:
                driven.HoldCancel(sender, Installed);
                break;
        }
    }
}
