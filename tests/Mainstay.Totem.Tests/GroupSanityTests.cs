using System.Text;
using Mainstay.Totem.Wire;

namespace Mainstay.Totem.Tests;

/// <summary>The sanity checks of the group layer (spec/ring-wire.md section 3): what a member packs is unpacked whole or not at all, and
/// takes nothing else along.</summary>
public sealed class GroupSanityTests
{
    private readonly GroupAssembler _assembler = new();

    /// <summary>Version, type and number of messages of a packet with two messages; its lengths one off.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 0x80)]
    [InlineData(6, 0)]
    [InlineData(6, 1)]
    [InlineData(6, 3)]
    [InlineData(7, 1)]
    [InlineData(8, 7)]
    [InlineData(8, 9)]
    [InlineData(11, 1)]
    public void A_field_that_cannot_be_is_refused(int offset, byte value)
    {
        var packet = Packet(0, 0, Addressed("abc"), Addressed("def"));
        Assert.Equal(["abc", "def"], Read(packet));
        packet[offset] = value;
        Assert.Empty(Read(packet));
        Assert.Equal((1L, 0L), (_assembler.PacketsMalformed, _assembler.MessagesIgnored));
    }

    [Fact]
    public void A_packet_of_another_length_than_its_messages_is_refused()
    {
        var packet = Packet(0, 0, Addressed("abc"), Addressed("def"));
        for (var size = 0; size < packet.Length; size++) Assert.Empty(Read(packet[..size]));
        Assert.Empty(Read([.. packet, 0]));
        Assert.Equal(packet.Length + 1, _assembler.PacketsMalformed);
    }

    /// <summary>A packet without messages and without data is as long as it says.</summary>
    [Fact]
    public void A_packet_without_messages_is_refused()
    {
        Assert.Empty(Read(new byte[GroupPacket.HeaderSize]));
        Assert.Equal(1, _assembler.PacketsMalformed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("0100")]
    [InlineData("010001")]
    [InlineData("01000100")]
    [InlineData("0200010061")]
    [InlineData("ffff010061")]
    [InlineData("0100ffff61")]
    [InlineData("0100020061")]
    [InlineData("0000")]
    [InlineData("000061")]
    [InlineData("0100010062")]
    [InlineData("010000006162")]
    [InlineData("0100020061616262")]
    public void A_message_for_no_known_group_is_ignored_and_the_next_one_read(string message)
    {
        Assert.Equal(["next"], Read(Packet(0, 0, Convert.FromHexString(message), Addressed("next"))));
        Assert.Equal(1, _assembler.MessagesIgnored);
    }

    [Theory]
    [InlineData("02000100010062614d", MessageGroup.Services)]
    [InlineData("020004000100" + "73796e6361" + "4d", MessageGroup.Services | MessageGroup.Synchronisation)]
    public void Any_of_its_groups_will_do(string message, MessageGroup groups)
    {
        _assembler.Begin(Deliver(Packet(0, 0, Convert.FromHexString(message)), 1));
        Assert.True(_assembler.TryRead(out var read));
        Assert.Equal((groups, "M"), (read.Groups, Encoding.UTF8.GetString(read.Bytes)));
    }

    /// <summary>Who sends parts without end cannot make a member keep more than the largest message.</summary>
    [Fact]
    public void A_message_that_grows_too_large_is_dropped_and_the_sender_is_understood_again()
    {
        var part = new byte[65_000];
        Addressed("x").CopyTo(part, 0);
        byte continuation = 0;
        for (var size = part.Length; size <= Limits.GroupMessageSizeMax; size += part.Length)
        {
            Assert.Empty(Read(Packet((byte)(continuation + 1), continuation, part)));
            continuation++;
        }

        Assert.Equal(0, _assembler.FragmentsDropped);
        Assert.Empty(Read(Packet((byte)(continuation + 1), continuation, part)));
        Assert.Equal(1, _assembler.FragmentsDropped);
        Assert.Empty(Read(Packet(0, (byte)(continuation + 1), part)));
        Assert.Equal(["again"], Read(Packet(0, 0, Addressed("again"))));
    }

    /// <summary>The rest of what a node was saying when it went is not the beginning of what it says when it is back.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Half_a_message_of_a_node_that_left_is_forgotten(bool isSynchronising)
    {
        if (!isSynchronising) _assembler.SynchronisationFinished();
        Assert.Empty(Read(Packet(1, 0, Addressed("half"))));
        Assert.Empty(Read(Packet(1, 0, Addressed("half")), 2));
        _assembler.HandleConfigurationChange(new ConfigurationChange(ConfigurationKind.Transitional, default, [], [new NodeId(1)], []));
        Assert.Empty(Read(Packet(0, 1, "of it"u8.ToArray())));
        Assert.Equal(1, _assembler.FragmentsDropped);
        Assert.Equal(["half of it"], Read(Packet(0, 1, " of it"u8.ToArray()), 2));
    }

    [Fact]
    public void Parts_of_different_nodes_do_not_mix()
    {
        Assert.Empty(Read(Packet(1, 0, Addressed("one"))));
        Assert.Empty(Read(Packet(1, 0, Addressed("two")), 2));
        Assert.Equal(["one!"], Read(Packet(0, 1, "!"u8.ToArray())));
        Assert.Equal(["two?"], Read(Packet(0, 1, "?"u8.ToArray()), 2));
    }

    /// <summary>A part that does not continue the one before it ends what was begun.</summary>
    [Fact]
    public void A_part_out_of_turn_is_dropped_with_what_it_does_not_continue()
    {
        Assert.Empty(Read(Packet(1, 0, Addressed("one"))));
        Assert.Empty(Read(Packet(0, 2, "x"u8.ToArray())));
        Assert.Empty(Read(Packet(0, 1, "y"u8.ToArray())));
        Assert.Equal(2, _assembler.FragmentsDropped);
        Assert.Equal(["whole"], Read(Packet(0, 0, Addressed("whole"))));
    }

    private static byte[] Addressed(string text) => [1, 0, 1, 0, (byte)'a', .. Encoding.UTF8.GetBytes(text)];

    private static byte[] Packet(byte fragment, byte continuation, params byte[][] messages)
    {
        var packet = new byte[GroupPacket.HeaderSize + messages.Sum(message => message.Length + GroupPacket.LengthSize)];
        ushort[] lengths = [.. messages.Select(message => (ushort)message.Length)];
        byte[] data = [.. messages.SelectMany(message => message)];
        Assert.Equal(packet.Length, GroupPacket.Write(packet, ByteOrder.Little, fragment, continuation, lengths, data));
        return packet;
    }

    private static Output Deliver(byte[] packet, uint node) =>
        new() { Kind = OutputKind.Deliver, Node = new NodeId(node), Bytes = packet };

    private List<string> Read(byte[] packet, uint node = 1)
    {
        var texts = new List<string>();
        _assembler.Begin(Deliver(packet, node));
        while (_assembler.TryRead(out var message)) texts.Add(Encoding.UTF8.GetString(message.Bytes));
        return texts;
    }
}
