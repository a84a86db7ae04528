using Mainstay.Totem.Wire;

namespace Mainstay.Totem.Tests;

/// <summary>What members send again on a new ring counts where it is of the ring they come from together (spec/totem.md section
/// 7).</summary>
public sealed class RecoveryJudgementTests
{
    private const ulong Old = 9;
    private const ulong New = 13;

    private static readonly RingId s_old = new(new NodeId(1), Old);
    private static readonly RingId s_elsewhere = new(new NodeId(3), 77);

    /// <summary>Node 1 comes from the same ring and has all; node 3 comes from elsewhere.</summary>
    [Fact]
    public void Only_plain_messages_of_the_old_ring_from_a_companion_fill_its_holes()
    {
        var driven = Gathering("one", "two");
        driven.Form(New, [1, 2, 3], Entry(s_old, 6), Entry(s_old, 2, hasAll: false), Entry(s_elsewhere, 0));
        var window = (uint)Limits.WindowSlots;
        SendAgain(driven, 1, by: 1, DrivenRing.MessageBytes(1, 3, Old, "three"u8.ToArray()));
        SendAgain(driven, 2, by: 3, DrivenRing.MessageBytes(3, 4, Old, "of no companion"u8.ToArray()));
        SendAgain(driven, 3, by: 1, DrivenRing.MessageBytes(1, 4, Old - 4, "of another ring"u8.ToArray()));
        SendAgain(driven, 4, by: 1, DrivenRing.MessageBytes(1, 4, Old, "wrapped twice"u8.ToArray(), isEncapsulated: true));
        SendAgain(driven, 5, by: 1, DrivenRing.MessageBytes(1, 2, Old, "a copy"u8.ToArray()));
        SendAgain(driven, 6, by: 1, DrivenRing.MessageBytes(1, 9 + window, Old, "beyond the window"u8.ToArray()));
        SendAgain(driven, 7, by: 1, [1, 2, 3]);
        SendAgain(driven, 8, by: 1, DrivenRing.MessageBytes(1, 4, Old, "four"u8.ToArray()));
        driven.Receive(DrivenRing.MessageBytes(1, 9, New, DrivenRing.MessageBytes(1, 5, Old, "not sent again"u8.ToArray())));
        driven.Rotate(New, 9);
        Assert.Equal(TotemState.Operational, driven.State);
        Assert.Equal(["1 one", "1 two", "1 three", "1 four"], driven.Delivered[..4]);

        // The last one is a message of the new ring, whatever is in it.
        driven.Token(New, sequence: 9, aru: 9);
        Assert.Equal(5, driven.Delivered.Count);
        Assert.StartsWith("1 p", driven.Delivered[4], StringComparison.Ordinal);
    }

    /// <summary>Node 1 lacks messages 2 and 3; it has sent the third again, and the second only by what does not count.</summary>
    [Fact]
    public void Only_a_copy_that_counts_spares_the_own_one()
    {
        var driven = Gathering("one", "two", "three");
        driven.Form(New, [1, 2, 3], Entry(s_old, 1, hasAll: false), Entry(s_old, 3), Entry(s_elsewhere, 0));
        SendAgain(driven, 1, by: 3, DrivenRing.MessageBytes(1, 2, Old, "of no companion"u8.ToArray()));
        SendAgain(driven, 2, by: 1, DrivenRing.MessageBytes(1, 2, Old - 4, "of another ring"u8.ToArray()));
        SendAgain(driven, 3, by: 1, DrivenRing.MessageBytes(1, 2 + (uint)Limits.WindowSlots, Old, "beyond the window"u8.ToArray()));
        SendAgain(driven, 4, by: 1, DrivenRing.MessageBytes(1, 3, Old, "three"u8.ToArray()));
        driven.Token(New, tokenSequence: 3, sequence: 4, aru: 4);
        Assert.Equal((1L, new MessageSequence(5)), (driven.Ring.Statistics.MessagesSent, driven.Forwarded.Sequence));
    }

    /// <summary>Behind a hole the order of who is gone is not known: what he sent there does not count (spec/totem.md section 7.4 step
    /// 7).</summary>
    [Fact]
    public void Behind_a_hole_messages_of_companions_alone_are_delivered()
    {
        var driven = Gathering("one");
        driven.Message(3, 3, Old, "of who is gone");
        driven.Message(1, 4, Old, "four");
        driven.Join(1, Old, [1, 2, 3], [3]);
        driven.Form(New, [1, 2], Entry(s_old, 1), Entry(s_old, 1));
        driven.Rotate(New, 0);
        Assert.Equal(TotemState.Operational, driven.State);
        Assert.Equal(["1 one", "1 four"], driven.Delivered);
    }

    /// <summary>A node that lost its storage may name its ring as an earlier one: being of the same name makes no companion.</summary>
    [Fact]
    public void Who_was_no_member_of_the_old_ring_is_no_companion_whatever_its_entry_says()
    {
        var driven = Gathering("one", "two");
        driven.Join(1, Old, [1, 2, 3, 4], []);
        driven.Join(3, Old, [1, 2, 3, 4], []);
        driven.Join(4, Old, [1, 2, 3, 4], []);
        driven.Form(New, [1, 2, 3, 4], Entry(s_old, 2), Entry(s_old, 2), Entry(s_old, 2), Entry(s_old, 0, hasAll: false));
        driven.Token(New, tokenSequence: 3);
        Assert.Equal(0, driven.Ring.Statistics.MessagesSent);
        Assert.False(driven.Forwarded.RetransmitFlag);
    }

    /// <summary>Node 2 of ring 1.9 with messages of node 1 in order from the first, looking for a new ring.</summary>
    private static DrivenRing Gathering(params string[] messages)
    {
        var driven = DrivenRing.Operational();
        for (var index = 0; index < messages.Length; index++) driven.Message(1, (uint)index + 1, Old, messages[index]);
        driven.Join(1, Old, [1, 2, 3], []);
        driven.Join(3, Old, [1, 2, 3], []);
        Assert.Equal(TotemState.Gather, driven.State);
        return driven;
    }

    private static void SendAgain(DrivenRing driven, uint sequence, uint by, byte[] message) =>
        driven.Receive(DrivenRing.MessageBytes(by, sequence, New, message, isEncapsulated: true));

    private static CommitEntry Entry(RingId ring, uint aru, bool hasAll = true) =>
        new(ring, new MessageSequence(aru), new MessageSequence(aru), hasAll);
}
