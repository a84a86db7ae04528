using Mainstay.Totem.Wire;

namespace Mainstay.Totem.Tests;

public sealed class CodecTests
{
    private static readonly RingId s_ring = new(new NodeId(1), 9);

    [Fact]
    public void The_first_token_of_a_real_ring_is_written_byte_for_byte()
    {
        // The example of spec/ring-wire.md section 2.1; its target field was not initialised by its sender.
        const string Golden =
            "70c003000001000000" + "00000002" + "00000000" + "00000000" + "ffffffff" + "01000000"
            + "010000000900000000000000" + "00000000" + "00000000" + "00000000" + "00000000";
        var token = new RegularToken
        {
            Header = new PacketHeader(PacketType.RegularToken, 0, new NodeId(1), new NodeId(0x02000000), ByteOrder.Little),
            Aru = new MessageSequence(0xFFFFFFFF),
            AruNode = new NodeId(1),
            Ring = s_ring,
        };
        var bytes = new byte[RegularToken.MaxSize];
        Assert.Equal(57, token.Write(bytes));
        Assert.Equal(Golden, Convert.ToHexStringLower(bytes.AsSpan(0, 57)));
    }

    [Theory]
    [InlineData(ByteOrder.Little)]
    [InlineData(ByteOrder.Big)]
    public void A_token_survives_both_byte_orders(object order)
    {
        var header = new PacketHeader(PacketType.RegularToken, 0, new NodeId(2), new NodeId(3), (ByteOrder)order);
        var token = new RegularToken
        {
            Header = header,
            Sequence = new MessageSequence(7),
            TokenSequence = new TokenSequence(8),
            Aru = new MessageSequence(6),
            AruNode = new NodeId(2),
            Ring = s_ring,
            Backlog = 11,
            FlowCount = 12,
            RetransmitFlag = true,
        };
        token.AddRequest(new RetransmitRequest(s_ring, new MessageSequence(7)));
        var bytes = new byte[RegularToken.MaxSize];
        var size = token.Write(bytes);
        var read = new RegularToken();
        Assert.True(PacketHeader.TryRead(bytes, out var readHeader));
        Assert.True(read.TryRead(bytes.AsSpan(0, size), readHeader));
        Assert.Equal(header, readHeader);
        Assert.Equal((token.Sequence, token.TokenSequence, token.Aru, token.AruNode), (read.Sequence, read.TokenSequence, read.Aru, read.AruNode));
        Assert.Equal((token.Ring, token.Backlog, token.FlowCount, token.RetransmitFlag), (read.Ring, read.Backlog, read.FlowCount, read.RetransmitFlag));
        Assert.Equal(token.Requests.ToArray(), read.Requests.ToArray());
    }

    [Fact]
    public void Each_cut_of_a_packet_is_refused()
    {
        foreach (var packet in Samples())
        {
            for (var length = 0; length < packet.Length; length++)
            {
                Assert.False(IsReadable(packet.AsSpan(0, length)), $"{packet[3]} cut to {length}");
            }

            Assert.True(IsReadable(packet));
        }
    }

    [Theory]
    [InlineData(0, 0x71)]
    [InlineData(2, 4)]
    [InlineData(3, 6)]
    public void A_wrong_magic_version_or_type_is_refused(int offset, byte value)
    {
        foreach (var packet in Samples())
        {
            packet[offset] = value;
            Assert.False(IsReadable(packet));
        }
    }

    [Theory]
    [InlineData(17, 385u)]
    [InlineData(21, 0xFFFFFFFFu)]
    [InlineData(21, 0x40000000u)]
    public void A_join_with_an_impossible_list_is_refused(int offset, uint count)
    {
        var packet = Samples()[1];
        ByteOrder.Little.WriteUInt32(packet.AsSpan(offset), count);
        Assert.False(IsReadable(packet));
    }

    [Theory]
    [InlineData(37, 0u)]
    [InlineData(37, 385u)]
    [InlineData(33, 4u)]
    [InlineData(41, 2u)]
    public void A_commit_token_with_impossible_members_is_refused(int offset, uint value)
    {
        var packet = Samples()[2];
        ByteOrder.Little.WriteUInt32(packet.AsSpan(offset), value);
        Assert.False(IsReadable(packet));
    }

    [Fact]
    public void A_token_with_31_requests_is_refused()
    {
        var packet = new byte[Limits.TokenSizeMax];
        Samples()[0].CopyTo(packet, 0);
        ByteOrder.Little.WriteUInt32(packet.AsSpan(53), 31);
        Assert.False(IsReadable(packet));
        ByteOrder.Little.WriteUInt32(packet.AsSpan(53), 30);
        Assert.True(IsReadable(packet));
    }

    /// <summary>One of each: token, join, commit token, message, merge detect, hold cancel.</summary>
    internal static byte[][] Samples()
    {
        var token = new RegularToken { Header = Header(PacketType.RegularToken), Ring = s_ring };
        var commit = new CommitToken { Header = Header(PacketType.CommitToken) };
        commit.Reset(s_ring, [new NodeId(1), new NodeId(2), new NodeId(3)]);
        commit.Header = Header(PacketType.CommitToken);
        var message = new byte[MessagePacket.HeaderSize];
        new MessagePacket(
            Header(PacketType.Message) with { Encapsulation = PacketHeader.Plain }, new NodeId(1), default, 0, s_ring, 0, 0).Write(message);
        var merge = new byte[MergeDetectPacket.Size];
        new MergeDetectPacket(Header(PacketType.MergeDetect), new NodeId(1), s_ring).Write(merge);
        var cancel = new byte[HoldCancelPacket.Size];
        new HoldCancelPacket(Header(PacketType.HoldCancel), s_ring).Write(cancel);
        return
        [
            Written(token.Size, token.Write),
            Written(JoinPacket.MinSize + 12, bytes => JoinPacket.Write(
                bytes, Header(PacketType.Join), new NodeId(1), 9, [new NodeId(1), new NodeId(2)], [new NodeId(3)])),
            Written(commit.Size, commit.Write),
            message,
            merge,
            cancel,
        ];
    }

    internal static bool IsReadable(ReadOnlySpan<byte> bytes)
    {
        if (!PacketHeader.TryRead(bytes, out var header))
        {
            return false;
        }

        return header.Type switch
        {
            PacketType.RegularToken => new RegularToken().TryRead(bytes, header),
            PacketType.Message => MessagePacket.TryRead(bytes, header, out _),
            PacketType.MergeDetect => MergeDetectPacket.TryRead(bytes, header, out _),
            PacketType.Join => JoinPacket.TryRead(bytes, header, out _),
            PacketType.CommitToken => new CommitToken().TryRead(bytes, header),
            _ => HoldCancelPacket.TryRead(bytes, header, out _),
        };
    }

    private delegate int Writer(Span<byte> target);

    private static byte[] Written(int size, Writer write)
    {
        var bytes = new byte[size];
        Assert.Equal(size, write(bytes));
        return bytes;
    }

    private static PacketHeader Header(PacketType type) => new(type, 0, new NodeId(1), NodeId.None, ByteOrder.Little);
}
