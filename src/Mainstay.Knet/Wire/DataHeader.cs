using System.Buffers.Binary;

namespace Mainstay.Knet.Wire;

/// <summary>The header of a data packet or fragment; the data follows it (spec/knet-wire.md section 1.1).</summary>
/// <param name="Node">Source host.</param>
/// <param name="Sequence">The packet's number; all fragments of it have the same.</param>
/// <param name="Compression">How the data of the whole packet is compressed.</param>
/// <param name="IsBroadcast">Whether it went to all hosts.</param>
/// <param name="FragmentCount">1 is unfragmented.</param>
/// <param name="FragmentNumber">1 to <paramref name="FragmentCount"/>; 0 in an unfragmented packet.</param>
/// <param name="Channel">0; others are of tunnels that share the library.</param>
internal readonly record struct DataHeader(
    ushort Node,
    PacketSequence Sequence,
    CompressionModel Compression,
    bool IsBroadcast,
    byte FragmentCount,
    byte FragmentNumber,
    sbyte Channel)
{
    public const int Size = 14;

    private const int SequenceOffset = 6;
    private const int CompressionOffset = 8;
    private const int BroadcastOffset = 10;
    private const int FragmentCountOffset = 11;
    private const int FragmentNumberOffset = 12;
    private const int ChannelOffset = 13;

    public bool IsFragment => FragmentCount > 1;

    public static bool TryRead(ReadOnlySpan<byte> packet, KnetHeader header, out DataHeader data)
    {
        data = default;
        if (header.Type != KnetPacketType.Data || packet.Length <= Size) return false;
        var compression = (CompressionModel)packet[CompressionOffset];
        var count = packet[FragmentCountOffset];
        var number = packet[FragmentNumberOffset];
        if (compression > CompressionModel.Zstd || packet[BroadcastOffset] > 1 || count == 0) return false;
        if (count > 1 ? number == 0 || number > count : number > 1) return false;
        data = new DataHeader(
            header.Node,
            new PacketSequence(BinaryPrimitives.ReadUInt16BigEndian(packet[SequenceOffset..])),
            compression,
            packet[BroadcastOffset] == 1,
            count,
            number,
            (sbyte)packet[ChannelOffset]);
        return !data.Sequence.IsNone;
    }

    public void Write(Span<byte> target)
    {
        new KnetHeader(KnetPacketType.Data, Node).Write(target);
        BinaryPrimitives.WriteUInt16BigEndian(target[SequenceOffset..], Sequence.Value);
        target[CompressionOffset] = (byte)Compression;
        target[CompressionOffset + 1] = 0;
        target[BroadcastOffset] = IsBroadcast ? (byte)1 : (byte)0;
        target[FragmentCountOffset] = FragmentCount;
        target[FragmentNumberOffset] = FragmentNumber;
        target[ChannelOffset] = (byte)Channel;
    }
}
