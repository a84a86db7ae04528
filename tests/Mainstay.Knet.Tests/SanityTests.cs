using Mainstay.Knet.Compression;
using Mainstay.Knet.Fragments;
using Mainstay.Knet.Wire;

namespace Mainstay.Knet.Tests;

/// <summary>The sanity checks of packets, fragments and streams, field by field (spec/knet-wire.md sections 1 and 4): each is the only
/// thing wrong with its packet.</summary>
public sealed class SanityTests
{
    private const int PacketSizeMax = KnetLimits.PacketSizeMax;

    private readonly Reassembler _reassembler = new(new BufferPool());

    [Theory]
    [InlineData("data", 0, 0)]
    [InlineData("data", 0, 2)]
    [InlineData("data", 1, 0x01)]
    [InlineData("data", 1, 0x80)]
    [InlineData("data", 1, 0x85)]
    [InlineData("data", 1, 0xff)]
    [InlineData("data", 7, 0)]
    [InlineData("data", 8, 8)]
    [InlineData("data", 10, 2)]
    [InlineData("data", 11, 0)]
    [InlineData("data", 12, 2)]
    [InlineData("fragment", 12, 0)]
    [InlineData("fragment", 12, 4)]
    [InlineData("ping", 6, 8)]
    [InlineData("ping", 25, 2)]
    [InlineData("pong", 6, 8)]
    [InlineData("pong", 6, 255)]
    [InlineData("pong", 25, 2)]
    [InlineData("probe", 6, 8)]
    [InlineData("reply", 6, 8)]
    public void A_field_that_cannot_be_is_refused(string name, int offset, byte value)
    {
        var packet = Sample(name);
        Assert.True(IsReadable(packet));
        packet[offset] = value;
        Assert.False(IsReadable(packet));
    }

    [Theory]
    [InlineData("data", 8, 7)]
    [InlineData("data", 12, 1)]
    [InlineData("data", 13, 0xff)]
    [InlineData("fragment", 12, 3)]
    [InlineData("fragment", 11, 255)]
    [InlineData("ping", 6, 7)]
    public void The_last_value_that_can_be_is_taken(string name, int offset, byte value)
    {
        var packet = Sample(name);
        packet[offset] = value;
        Assert.True(IsReadable(packet));
    }

    [Theory]
    [InlineData("data", true)]
    [InlineData("fragment", true)]
    [InlineData("ping", false)]
    [InlineData("pong", false)]
    [InlineData("probe", true)]
    [InlineData("reply", false)]
    public void A_packet_that_is_too_short_or_longer_than_its_kind_is_refused(string name, bool mayBeLonger)
    {
        var packet = Sample(name);
        for (var size = 0; size < packet.Length; size++) Assert.False(IsReadable(packet.AsSpan(0, size)), $"{name} cut to {size}");
        Assert.Equal(mayBeLonger, IsReadable([.. packet, 0]));
    }

    [Theory]
    [InlineData(new byte[] { 2, 0x81, 0, 2, 0, 0, 0 }, true)]
    [InlineData(new byte[] { 2, 0x81, 0, 2, 0, 0 }, false)]
    [InlineData(new byte[] { 1, 0x81, 0, 2, 0, 0, 0 }, false)]
    [InlineData(new byte[] { }, false)]
    public void Only_a_whole_packet_tells_of_another_version(byte[] packet, bool isOther) =>
        Assert.Equal(isOther, KnetHeader.IsOtherVersion(packet));

    /// <summary>Each differs from the first one in what all fragments of a packet share.</summary>
    [Fact]
    public void A_fragment_of_another_packet_with_the_same_number_is_refused()
    {
        var first = new DataHeader(1, new(1), CompressionModel.None, true, 3, 1, 0);
        Assert.Equal(ReassemblyResult.Incomplete, Add(first, 100));
        var second = first with { FragmentNumber = 2 };
        Assert.Equal(ReassemblyResult.Inconsistent, Add(second with { FragmentCount = 4 }, 100));
        Assert.Equal(ReassemblyResult.Inconsistent, Add(second with { Compression = CompressionModel.Zlib }, 100));
        Assert.Equal(ReassemblyResult.Inconsistent, Add(second with { IsBroadcast = false }, 100));
        Assert.Equal(ReassemblyResult.Inconsistent, Add(second with { Channel = 1 }, 100));
        Assert.Equal(ReassemblyResult.Incomplete, Add(second, 100));
        Assert.Equal(ReassemblyResult.Complete, Add(first with { FragmentNumber = 3 }, 100));
    }

    [Fact]
    public void The_last_fragment_is_not_longer_than_the_others_whichever_comes_first()
    {
        Assert.Equal(ReassemblyResult.Incomplete, Add(Fragment(1, 2, 2), 100));
        Assert.Equal(ReassemblyResult.Inconsistent, Add(Fragment(1, 2, 1), 99));
        Assert.Equal(ReassemblyResult.Complete, Add(Fragment(1, 2, 1), 100));
        _reassembler.Clear();
        Assert.Equal(ReassemblyResult.Incomplete, Add(Fragment(2, 2, 1), 100));
        Assert.Equal(ReassemblyResult.Inconsistent, Add(Fragment(2, 2, 2), 101));
        Assert.Equal(ReassemblyResult.Complete, Add(Fragment(2, 2, 2), 100));
    }

    /// <summary>65,536 bytes and not one more.</summary>
    [Fact]
    public void Fragments_do_not_add_up_to_more_than_the_largest_packet()
    {
        const int Size = 1400;
        const byte Count = (PacketSizeMax / Size) + 1;
        const int Rest = PacketSizeMax - ((Count - 1) * Size);
        for (byte number = 1; number < Count; number++) Assert.Equal(ReassemblyResult.Incomplete, Add(Fragment(1, Count, number), Size));
        Assert.Equal(ReassemblyResult.Inconsistent, Add(Fragment(1, Count, Count), Rest + 1));
        Assert.Equal(ReassemblyResult.Complete, Add(Fragment(1, Count, Count), Rest));
        _reassembler.Clear();
        Assert.Equal(ReassemblyResult.Incomplete, Add(Fragment(2, Count, Count), Rest + 1));
        Assert.Equal(ReassemblyResult.Inconsistent, Add(Fragment(2, Count, 1), Size));
        Assert.Equal(ReassemblyResult.Inconsistent, Add(Fragment(3, 2, 2), PacketSizeMax + 1));
        Assert.Equal(1, _reassembler.InUseCount);
    }

    [Fact]
    public void Where_all_places_are_taken_the_oldest_packet_is_given_up()
    {
        for (ushort number = 40; number > 8; number--)
        {
            Assert.Equal(ReassemblyResult.Incomplete, _reassembler.Add(Fragment(number, 2, 1), new byte[10], new(40), out _));
        }

        Assert.Equal(ReassemblyResult.Incomplete, _reassembler.Add(Fragment(8, 2, 1), new byte[10], new(40), out _));
        Assert.Equal((1L, KnetLimits.ReassembliesMax), (_reassembler.Abandoned, _reassembler.InUseCount));
        for (ushort number = 40; number > 9; number--)
        {
            Assert.Equal(ReassemblyResult.Complete, _reassembler.Add(Fragment(number, 2, 2), new byte[1], new(40), out var whole));
            _reassembler.Release(whole!);
        }

        Assert.Equal(ReassemblyResult.Incomplete, _reassembler.Add(Fragment(9, 2, 2), new byte[1], new(40), out _));
    }

    /// <summary>A host that counts from another place: what it sends there is not what it sent a window before.</summary>
    [Theory]
    [InlineData(5000, 5000 - KnetLimits.DuplicateWindow)]
    [InlineData(5000, 5000 + KnetLimits.DuplicateWindow)]
    [InlineData(5000, 5000 - (3 * KnetLimits.DuplicateWindow) + 65536)]
    public void A_number_beyond_the_window_is_new(int delivered, int next)
    {
        var filter = new DuplicateFilter();
        Assert.True(filter.IsNew(new((ushort)delivered)));
        filter.MarkDelivered(new((ushort)delivered));
        Assert.True(filter.IsNew(new((ushort)next)));
        Assert.Equal(new PacketSequence((ushort)next), filter.Highest);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(PacketSizeMax, true)]
    [InlineData(PacketSizeMax + 1, false)]
    [InlineData(PacketSizeMax + KnetLimits.ProtectionSizeMax, false)]
    public void A_stream_holds_a_packet_that_may_be(int size, bool isDelivered)
    {
        using var stream = new MemoryStream();
        using (var zlib = new System.IO.Compression.ZLibStream(stream, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(new byte[size]);
        }

        Assert.Equal(isDelivered, IsDelivered(stream.ToArray()));
    }

    /// <summary>No stream at all, one of nothing, and one that is cut.</summary>
    [Theory]
    [InlineData("0102030405060708")]
    [InlineData("789c030000000001")]
    [InlineData("789c")]
    public void What_is_no_stream_of_data_is_refused(string stream) => Assert.False(IsDelivered(Convert.FromHexString(stream)));

    /// <summary>The compression's limit is the array that it is given.</summary>
    [Theory]
    [InlineData(100, true)]
    [InlineData(99, false)]
    public void A_stream_that_does_not_fit_is_refused(int room, bool isSound)
    {
        var packed = new byte[100];
        Assert.True(ZlibCodec.TryCompress(new byte[100], 0, packed, out var packedSize));
        Assert.Equal(isSound, ZlibCodec.TryDecompress(packed, packedSize, new byte[room], out _));
    }

    private static bool IsDelivered(byte[] stream)
    {
        var network = new VirtualNetwork(2, 1);
        network.Start();
        network.RunUntilUp();
        byte[] datagram = [1, 0, 0, 1, 0, 0, 0, 1, (byte)CompressionModel.Zlib, 0, 1, 1, 0, 0, .. stream];
        network.Do(2, (transport, outbox) => transport.HandleDatagram(network.Now, 0, TestSettings.Address(1, 0), datagram, outbox));
        var isDelivered = network.Delivered[2].Count > 0;
        Assert.Equal(isDelivered ? 0 : 1, network.Nodes[2].Statistics.Dropped(KnetDropReason.BadCompression));
        return isDelivered;
    }

    private ReassemblyResult Add(in DataHeader header, int size) => _reassembler.Add(header, new byte[size], header.Sequence, out _);

    private static DataHeader Fragment(ushort sequence, byte count, byte number) =>
        new(1, new(sequence), CompressionModel.None, true, count, number, 0);

    private static bool IsReadable(ReadOnlySpan<byte> packet) => KnetHeader.TryRead(packet, out var header) && header.Type switch
    {
        KnetPacketType.Data => DataHeader.TryRead(packet, header, out _),
        KnetPacketType.Ping or KnetPacketType.Pong => PingPacket.TryRead(packet, header, out _),
        KnetPacketType.PathMtuProbe or KnetPacketType.PathMtuReply => PathMtuPacket.TryRead(packet, header, out _),
        _ => true,
    };

    private static byte[] Sample(string name) => name switch
    {
        "data" => [1, 0, 0, 2, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 99],
        "fragment" => [1, 0, 0, 2, 0, 0, 0, 1, 0, 0, 1, 3, 2, 0, 99],
        "ping" => [1, 0x81, 0, 2, 0, 0, 0, .. new byte[16], 0, 1, 1],
        "pong" => [1, 0x82, 0, 2, 0, 0, 0, .. new byte[16], 0, 1, 1],
        "probe" => [1, 0x83, 0, 2, 0, 0, 0, 220, 5],
        _ => [1, 0x84, 0, 2, 0, 0, 0, 220, 5],
    };
}
