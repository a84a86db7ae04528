using Mainstay.Totem.Wire;

namespace Mainstay.Totem.Tests;

/// <summary>The sanity checks of packets, field by field (spec/totem.md section 3): each is the only thing wrong with its packet.</summary>
public sealed class SanityTests
{
    private const int Token = 0;
    private const int Join = 1;
    private const int Commit = 2;
    private const int Message = 3;
    private const int Merge = 4;

    [Theory]
    [InlineData(Token, 5, 0u)]
    [InlineData(Token, 49, 2u)]
    [InlineData(Token, 49, 0x80000000u)]
    [InlineData(Join, 13, 0u)]
    [InlineData(Join, 13, 2u)]
    [InlineData(Join, 5, 2u)]
    [InlineData(Join, 33, 0u)]
    [InlineData(Join, 37, 0u)]
    [InlineData(Join, 41, 0u)]
    [InlineData(Commit, 5, 0u)]
    [InlineData(Commit, 17, 2u)]
    [InlineData(Commit, 17, 0u)]
    [InlineData(Commit, 33, 4u)]
    [InlineData(Commit, 33, 0xffffffffu)]
    [InlineData(Commit, 41, 0u)]
    [InlineData(Commit, 45, 1u)]
    [InlineData(Commit, 45, 3u)]
    [InlineData(Commit, 49, 1u)]
    [InlineData(Message, 5, 2u)]
    [InlineData(Message, 13, 2u)]
    [InlineData(Message, 13, 0u)]
    [InlineData(Merge, 13, 0u)]
    public void A_field_that_cannot_be_is_refused(int sample, int offset, uint value)
    {
        var packet = CodecTests.Samples()[sample];
        ByteOrder.Little.WriteUInt32(packet.AsSpan(offset), value);
        Assert.False(CodecTests.IsReadable(packet));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(255)]
    public void A_message_is_plain_or_encapsulated(byte value)
    {
        var packet = CodecTests.Samples()[Message];
        packet[4] = value;
        Assert.False(CodecTests.IsReadable(packet));
    }

    /// <summary>A message whose header and body both name nobody.</summary>
    [Fact]
    public void A_message_has_an_originator()
    {
        var packet = CodecTests.Samples()[Message];
        packet[5] = packet[13] = 0;
        Assert.False(CodecTests.IsReadable(packet));
    }

    [Fact]
    public void A_leave_names_the_leaver_where_the_header_names_nobody()
    {
        var packet = CodecTests.Samples()[Join];
        packet[5] = 0;
        Assert.True(CodecTests.IsReadable(packet));
        packet[13] = 0;
        Assert.False(CodecTests.IsReadable(packet));
    }

    /// <summary>The lists are there to their last byte: only their length is wrong.</summary>
    [Theory]
    [InlineData(17, 384u, true)]
    [InlineData(17, 385u, false)]
    [InlineData(21, 384u, true)]
    [InlineData(21, 385u, false)]
    public void A_join_has_lists_of_384_at_most(int offset, uint count, bool isReadable)
    {
        var packet = new byte[JoinPacket.MinSize + (4 * 400)];
        CodecTests.Samples()[Join].AsSpan(0, JoinPacket.MinSize).CopyTo(packet);
        for (var index = 0; index < 400; index++) ByteOrder.Little.WriteUInt32(packet.AsSpan(JoinPacket.MinSize + (4 * index)), 7);
        ByteOrder.Little.WriteUInt32(packet.AsSpan(17), 1);
        ByteOrder.Little.WriteUInt32(packet.AsSpan(21), 1);
        ByteOrder.Little.WriteUInt32(packet.AsSpan(offset), count);
        Assert.Equal(isReadable, CodecTests.IsReadable(packet));
    }

    [Theory]
    [InlineData(384u, true)]
    [InlineData(385u, false)]
    public void A_commit_token_has_384_members_at_most(uint count, bool isReadable)
    {
        var packet = new byte[CommitToken.MinSize + ((4 + CommitToken.EntrySize) * 385)];
        CodecTests.Samples()[Commit].AsSpan(0, CommitToken.MinSize).CopyTo(packet);
        for (var index = 0; index < count; index++)
        {
            ByteOrder.Little.WriteUInt32(packet.AsSpan(CommitToken.MinSize + (4 * index)), (uint)index + 1);
        }

        ByteOrder.Little.WriteUInt32(packet.AsSpan(37), count);
        Assert.Equal(isReadable, CodecTests.IsReadable(packet));
    }

    /// <summary>A token is read into one instance again and again: members of the one before do not count.</summary>
    [Fact]
    public void A_commit_token_without_members_is_refused_after_one_with_members()
    {
        var packet = CodecTests.Samples()[Commit];
        var token = new CommitToken();
        Assert.True(PacketHeader.TryRead(packet, out var header));
        Assert.True(token.TryRead(packet, header));
        ByteOrder.Little.WriteUInt32(packet.AsSpan(37), 0);
        Assert.False(token.TryRead(packet, header));
    }

    [Theory]
    [InlineData(Limits.TokenSizeMax, true)]
    [InlineData(Limits.TokenSizeMax + 1, false)]
    public void A_token_that_is_longer_than_the_buffer_of_the_reference_is_refused(int size, bool isReadable)
    {
        var packet = new byte[size];
        CodecTests.Samples()[Token].CopyTo(packet, 0);
        Assert.Equal(isReadable, CodecTests.IsReadable(packet));
    }

    /// <summary>As the reference does: later versions may append to a packet.</summary>
    [Fact]
    public void What_follows_a_packet_does_not_count()
    {
        foreach (var packet in CodecTests.Samples()) Assert.True(CodecTests.IsReadable([.. packet, 1, 2, 3]));
    }
}
