using System.Buffers.Binary;

namespace Mainstay.Simulator.Fuzzing;

/// <summary>The UDP payloads of a classic pcap file of Ethernet frames; IP fragments are left out.</summary>
internal static class CaptureFile
{
    private const int FileHeader = 24;
    private const int RecordHeader = 16;
    private const int EthernetHeader = 14;
    private const int Ipv6Header = 40;
    private const int UdpHeader = 8;
    private const byte Udp = 17;

    /// <summary>Reads a file; what it cannot read is left out.</summary>
    public static IEnumerable<byte[]> ReadUdp(string path)
    {
        var file = File.ReadAllBytes(path);
        for (var offset = FileHeader; offset + RecordHeader <= file.Length;)
        {
            var length = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(offset + 8)), int.MaxValue);
            offset += RecordHeader;
            if (length > file.Length - offset)
            {
                yield break;
            }

            if (Payload(file.AsSpan(offset, length)) is { Length: > 0 } payload)
            {
                yield return payload;
            }

            offset += length;
        }
    }

    private static byte[]? Payload(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < EthernetHeader + Ipv6Header + UdpHeader)
        {
            return null;
        }

        var packet = frame[EthernetHeader..];
        var header = BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) switch
        {
            0x0800 when packet[9] == Udp && (BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & 0x3FFF) == 0 => (packet[0] & 15) * 4,
            0x86DD when packet[6] == Udp => Ipv6Header,
            _ => 0,
        };
        if (header == 0 || packet.Length < header + UdpHeader)
        {
            return null;
        }

        var size = BinaryPrimitives.ReadUInt16BigEndian(packet[(header + 4)..]) - UdpHeader;
        return size > 0 && packet.Length >= header + UdpHeader + size ? packet.Slice(header + UdpHeader, size).ToArray() : null;
    }
}
