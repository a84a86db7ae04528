using Mainstay.Simulator.Ring;
using Mainstay.Simulator.Ring.Checkers;
using Mainstay.Totem;

namespace Mainstay.Simulator.Tests.Ring;

/// <summary>Each checker against a hand-made bad history: a checker that has never failed proves nothing.</summary>
public sealed class CheckerTests
{
    private static readonly RingKey s_first = new(1, 5);
    private static readonly RingKey s_second = new(1, 9);

    [Fact]
    public void A_node_outside_its_own_configuration_breaks_I1() => Expect("I1", new ConfigurationChecker(), checker =>
    {
        checker.OnStart(2, true);
        Install(checker, 2, s_first, [], [1, 3]);
    });

    [Fact]
    public void A_transitional_member_that_is_not_in_the_next_configuration_breaks_I1() =>
        Expect("I1", new ConfigurationChecker(), checker =>
    {
        checker.OnStart(1, true);
        Install(checker, 1, s_first, [], [1, 2]);
        Install(checker, 1, s_second, [1, 2], [1, 3]);
    });

    [Fact]
    public void A_transitional_member_that_was_not_in_the_last_configuration_breaks_I1() =>
        Expect("I1", new ConfigurationChecker(), checker =>
    {
        checker.OnStart(1, true);
        Install(checker, 1, s_first, [], [1, 2]);
        Install(checker, 1, s_second, [1, 3], [1, 3]);
    });

    [Fact]
    public void A_first_transitional_configuration_with_members_breaks_I2() => Expect("I2", new ConfigurationChecker(), checker =>
    {
        checker.OnStart(1, true);
        Install(checker, 1, s_first, [1], [1]);
    });

    [Fact]
    public void A_regular_configuration_without_a_transitional_one_breaks_I2() => Expect("I2", new ConfigurationChecker(), checker =>
    {
        checker.OnStart(1, true);
        checker.OnConfiguration(1, true, s_first, [1]);
    });

    [Fact]
    public void An_older_ring_after_a_restart_with_intact_storage_breaks_I3() => Expect("I3", new ConfigurationChecker(), checker =>
    {
        checker.OnStart(1, true);
        Install(checker, 1, s_second, [], [1]);
        checker.OnStop(1);
        checker.OnStart(1, true);
        Install(checker, 1, s_first, [], [1]);
    });

    [Fact]
    public void Two_memberships_of_one_ring_break_I4() => Expect("I4", new ConfigurationChecker(), checker =>
    {
        checker.OnStart(1, true);
        checker.OnStart(2, true);
        Install(checker, 1, s_first, [], [1, 2]);
        Install(checker, 2, s_first, [], [1, 2, 3]);
    });

    [Fact]
    public void A_representative_that_is_not_the_lowest_breaks_I5() => Expect("I5", new ConfigurationChecker(), checker =>
    {
        checker.OnStart(2, true);
        Install(checker, 2, new RingKey(2, 5), [], [1, 2]);
    });

    [Fact]
    public void A_message_delivered_twice_breaks_I6() => Expect("I6", new MessageChecker(), checker =>
    {
        var id = Submit(checker, 1, 1);
        checker.OnMessage(1, 1, id, 42);
        checker.OnMessage(1, 1, id, 42);
    });

    [Fact]
    public void A_changed_message_breaks_I6() => Expect("I6", new MessageChecker(), checker =>
    {
        checker.OnMessage(1, 1, Submit(checker, 1, 1), 43);
    });

    [Fact]
    public void A_message_that_nobody_submitted_breaks_I6() => Expect("I6", new MessageChecker(), checker =>
    {
        checker.OnStart(1, true);
        checker.OnMessage(1, 1, new MessageId(1, 1, 9, false), 42);
    });

    [Fact]
    public void A_sender_outside_the_configuration_breaks_I7() => Expect("I7", new OrderChecker(0), checker =>
    {
        checker.OnStart(1, true);
        Install(checker, 1, s_first, [], [1, 2]);
        Send(checker, 3, s_first, 1, "x");
        Deliver(checker, 1, 3, "x");
    });

    [Fact]
    public void Another_order_than_that_of_the_wire_breaks_I8_or_I9() => Expect("I9", new OrderChecker(0), checker =>
    {
        checker.OnStart(1, true);
        Install(checker, 1, s_first, [], [1, 2]);
        Send(checker, 1, s_first, 1, "a");
        Send(checker, 1, s_first, 2, "b");
        Deliver(checker, 1, 1, "b");
    });

    [Fact]
    public void A_packet_delivered_again_breaks_I8() => Expect("I8", new OrderChecker(0), checker =>
    {
        checker.OnStart(1, true);
        Install(checker, 1, s_first, [], [1, 2]);
        Send(checker, 1, s_first, 1, "a");
        Deliver(checker, 1, 1, "a");
        Deliver(checker, 1, 1, "a");
    });

    [Fact]
    public void Two_messages_in_one_place_break_I8() => Expect("I8", new OrderChecker(0), checker =>
    {
        checker.OnStart(1, true);
        checker.OnStart(2, true);
        Send(checker, 1, s_first, 1, "a");
        Send(checker, 2, s_first, 1, "b");
    });

    [Fact]
    public void A_gap_may_be_skipped_only_in_a_transitional_configuration()
    {
        var checker = new OrderChecker(0xFFFFFFFE);
        checker.OnStart(1, true);
        checker.OnStart(2, true);
        Install(checker, 1, s_first, [], [1, 2]);
        Send(checker, 2, s_first, 0xFFFFFFFF, "a");
        Send(checker, 2, s_first, 0, "b");
        checker.OnConfiguration(1, false, s_second, [1, 2]);
        Deliver(checker, 1, 2, "b");
        Assert.Empty(checker.Violations);
    }

    [Fact]
    public void An_own_message_that_does_not_come_back_breaks_I11() => Expect("I11", new OrderChecker(0), checker =>
    {
        checker.OnStart(1, true);
        Install(checker, 1, s_first, [], [1, 2]);
        Send(checker, 1, s_first, 1, "a");
        Install(checker, 1, s_second, [1], [1]);
    });

    [Fact]
    public void Companions_that_deliver_different_messages_break_I10() => Expect("I10", new MessageChecker(), checker =>
    {
        var id = Submit(checker, 1, 1);
        checker.OnStart(2, true);
        Install(checker, 1, s_first, [], [1, 2]);
        Install(checker, 2, s_first, [], [1, 2]);
        checker.OnMessage(1, 1, id, 42);
        Install(checker, 1, s_second, [1, 2], [1, 2]);
        Install(checker, 2, s_second, [1, 2], [1, 2]);
    });

    [Fact]
    public void Companions_that_disagree_on_who_came_along_break_I10() => Expect("I10", new MessageChecker(), checker =>
    {
        checker.OnStart(1, true);
        checker.OnStart(2, true);
        Install(checker, 1, s_first, [], [1, 2, 3]);
        Install(checker, 2, s_first, [], [1, 2, 3]);
        Install(checker, 1, s_second, [1, 2], [1, 2]);
        Install(checker, 2, s_second, [1, 2, 3], [1, 2]);
    });

    [Fact]
    public void A_forgotten_message_breaks_I11() => Expect("I11", new MessageChecker(), checker =>
    {
        Submit(checker, 1, 1);
        checker.CheckNothingForgotten([1]);
    });

    [Fact]
    public void Messages_of_one_origin_out_of_order_break_I12() => Expect("I12", new MessageChecker(), checker =>
    {
        var first = Submit(checker, 1, 1);
        var second = Submit(checker, 1, 2);
        checker.OnMessage(1, 1, second, 42);
        checker.OnMessage(1, 1, first, 42);
    });

    [Fact]
    public void A_number_left_out_of_ones_own_messages_breaks_I11() => Expect("I11", new MessageChecker(), checker =>
    {
        Submit(checker, 1, 1);
        checker.OnMessage(1, 1, Submit(checker, 1, 2), 42);
    });

    [Fact]
    public void Members_of_the_last_ring_that_delivered_different_messages_break_I10() => Expect("I10", new MessageChecker(), checker =>
    {
        var id = Submit(checker, 1, 1);
        checker.OnStart(2, true);
        Install(checker, 1, s_first, [], [1, 2]);
        Install(checker, 2, s_first, [], [1, 2]);
        checker.OnMessage(1, 1, id, 42);
        checker.CheckNothingForgotten([1, 2]);
    });

    [Fact]
    public void An_effect_before_its_cause_breaks_I13() => Expect("I13", new CausalityChecker(), checker =>
    {
        var cause = new MessageId(1, 1, 1, false);
        var effect = new MessageId(2, 1, 1, false);
        checker.OnStart(1, true);
        checker.OnStart(2, true);
        checker.OnStart(3, true);
        checker.OnSubmit(1, cause, 42);
        checker.OnMessage(2, 1, cause, 42);
        checker.OnSubmit(2, effect, 42);
        checker.OnMessage(1, 1, cause, 42);
        checker.OnMessage(1, 2, effect, 42);
        Assert.Empty(checker.Violations);
        checker.OnMessage(3, 2, effect, 42);
        checker.OnMessage(3, 1, cause, 42);
    });

    [Fact]
    public void Only_ids_that_a_lost_storage_may_repeat_are_left_unchecked()
    {
        var identities = new RingIdentities();
        identities.Note(new WirePacket(WireType.CommitToken, false, 1, 1, 9, 0, 1, 0));
        identities.Note(new WirePacket(WireType.CommitToken, false, 2, 2, 13, 0, 1, 0));
        identities.Forget(1);
        Assert.False(identities.IsUnique(new RingKey(1, 5)));
        Assert.False(identities.IsUnique(new RingKey(1, 9)));
        Assert.True(identities.IsUnique(new RingKey(1, 13)));
        Assert.True(identities.IsUnique(new RingKey(2, 13)));
    }

    [Fact]
    public void Two_different_tokens_of_one_number_break_I15() => Expect("I15", Tokens(), checker =>
    {
        SendToken(checker, 1, tokenSequence: 1, sequence: 0, aru: 0);
        SendToken(checker, 2, tokenSequence: 1, sequence: 4, aru: 0);
    });

    [Fact]
    public void A_token_number_that_jumps_breaks_I15() => Expect("I15", Tokens(), checker =>
    {
        SendToken(checker, 1, tokenSequence: 1, sequence: 0, aru: 0);
        SendToken(checker, 2, tokenSequence: 3, sequence: 0, aru: 0);
    });

    [Fact]
    public void An_aru_beyond_what_a_member_received_breaks_I16() => Expect("I16", Tokens(), checker =>
    {
        SendCommit(checker, 1, [1, 2]);
        Send(checker, 1, s_first, 1, "a");
        for (var hop = 0u; hop < 4; hop++)
        {
            SendToken(checker, 1 + (hop % 2), tokenSequence: hop, sequence: 1, aru: 1);
        }
    });

    [Fact]
    public void A_token_far_ahead_of_the_aru_breaks_I17() => Expect("I17", Tokens(), checker =>
        SendToken(checker, 1, tokenSequence: 1, sequence: 16384, aru: 0));

    [Fact]
    public void A_packet_of_a_ring_that_is_not_stored_yet_breaks_I19() => Expect("I19", new PersistenceChecker(), checker =>
    {
        checker.OnStart(1, true);
        checker.OnStore(1, 5);
        SendToken(checker, 1, tokenSequence: 1, sequence: 0, aru: 0);
        Assert.Empty(checker.Violations);
        checker.OnSend(1, new WirePacket(WireType.CommitToken, false, 1, 1, 9, 0, 1, 0), []);
    });

    [Fact]
    public void A_ring_given_up_for_an_outsider_before_all_have_installed_it_is_noticed() =>
        Expect("installation", new InstallationChecker(), checker =>
    {
        foreach (var node in new uint[] { 1, 2 })
        {
            checker.OnStart(node, true);
            checker.OnState(node, TotemState.Commit, TotemState.Recovery, s_first);
        }

        Install(checker, 2, s_first, [], [1, 2]);
        checker.OnState(2, TotemState.Recovery, TotemState.Operational, s_first);

        // For a member, and without anybody's doing: no violation.
        foreach (var cause in new uint[] { 1, 0 })
        {
            checker.OnState(2, TotemState.Operational, TotemState.Gather, s_first);
            checker.OnGather(2, cause, s_first);
        }

        // In Gather already.
        checker.OnGather(2, 3, s_first);
        Assert.Empty(checker.Violations);
        checker.OnState(2, TotemState.Operational, TotemState.Gather, s_first);
        checker.OnGather(2, 3, s_first);
    });

    private static TokenChecker Tokens() => new(initialSequence: 0, windowSize: 50);

    private static void Expect(string rule, RingChecker checker, Action<RingChecker> history)
    {
        history(checker);
        Assert.Contains(checker.Violations, violation => violation.Rule == rule);
    }

    private static void Expect(string rule, MessageChecker checker, Action<MessageChecker> history)
    {
        history(checker);
        Assert.Contains(checker.Violations, violation => violation.Rule == rule);
    }

    private static void Install(RingChecker checker, uint node, RingKey ring, uint[] transitional, uint[] members)
    {
        checker.OnConfiguration(node, false, ring, transitional);
        checker.OnConfiguration(node, true, ring, members);
    }

    private static MessageId Submit(MessageChecker checker, uint node, uint number)
    {
        if (number == 1)
        {
            checker.OnStart(node, true);
        }

        var id = new MessageId(node, 1, number, false);
        checker.OnSubmit(node, id, 42);
        return id;
    }

    private static void Send(RingChecker checker, uint node, RingKey ring, uint sequence, string text) => checker.OnSend(
        node,
        new WirePacket(WireType.Message, false, node, ring.Representative, ring.Sequence, sequence, 0, 0),
        [.. new byte[WirePacket.MessageHeaderSize], .. System.Text.Encoding.UTF8.GetBytes(text)]);

    private static void Deliver(RingChecker checker, uint node, uint origin, string text) =>
        checker.OnPacket(node, origin, Digest.Of(System.Text.Encoding.UTF8.GetBytes(text)));

    private static void SendToken(RingChecker checker, uint node, uint tokenSequence, uint sequence, uint aru) => checker.OnSend(
        node,
        new WirePacket(WireType.Token, false, node, s_first.Representative, s_first.Sequence, sequence, tokenSequence, aru),
        [(byte)node, (byte)sequence, (byte)aru]);

    private static void SendCommit(RingChecker checker, uint node, uint[] members)
    {
        var bytes = new byte[41 + (28 * members.Length)];
        bytes[37] = (byte)members.Length;
        for (var index = 0; index < members.Length; index++)
        {
            bytes[41 + (index * 4)] = (byte)members[index];
        }

        checker.OnSend(node, new WirePacket(WireType.CommitToken, false, node, s_first.Representative, s_first.Sequence, 0, 1, 0), bytes);
    }
}
