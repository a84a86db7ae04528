using System.Buffers.Binary;
using System.Net;
using Mainstay.Testing;

namespace Mainstay.Conformance.Ring;

/// <summary>A UDP datagram of a golden capture.</summary>
/// <param name="Source">Where it came from.</param>
/// <param name="SourcePort">Its port.</param>
/// <param name="TargetPort">The port it was sent to.</param>
/// <param name="Payload">What it carried.</param>
internal sealed record CapturedDatagram(IPAddress Source, int SourcePort, int TargetPort, byte[] Payload);

/// <summary>Reads the captures of <c>../shared/cases/ring</c>: pcap, Ethernet, IPv4 with fragments, IPv6 with fragments.</summary>
internal static class Capture
{
    private const int FileHeaderSize = 24;
    private const int RecordHeaderSize = 16;
    private const int EthernetSize = 14;
    private const byte Udp = 17;
    private const byte FragmentHeader = 44;

    /// <summary>All datagrams of a capture in order; a fragmented one at the place of its last piece.</summary>
    public static IEnumerable<CapturedDatagram> Datagrams(string name)
    {
        var file = File.ReadAllBytes(Repository.SharedPath("cases", "ring", name, name + ".pcap"));
        var pieces = new Dictionary<string, SortedDictionary<int, byte[]>>(StringComparer.Ordinal);
        for (var offset = FileHeaderSize; offset + RecordHeaderSize <= file.Length;)
        {
            var size = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(offset + 8));
            var frame = file.AsMemory(offset + RecordHeaderSize, size);
            offset += RecordHeaderSize + size;
            var datagram = BinaryPrimitives.ReadUInt16BigEndian(frame.Span[12..]) switch
            {
                0x0800 => ReadV4(frame[EthernetSize..], pieces),
                0x86dd => ReadV6(frame[EthernetSize..], pieces),
                _ => null,
            };
            if (datagram is not null) yield return datagram;
        }
    }

    private static CapturedDatagram? ReadV4(ReadOnlyMemory<byte> packet, Dictionary<string, SortedDictionary<int, byte[]>> pieces)
    {
        var ip = packet.Span;
        if (ip[9] != Udp) return null;
        var headerSize = (ip[0] & 15) * 4;
        var total = BinaryPrimitives.ReadUInt16BigEndian(ip[2..]);
        var flags = BinaryPrimitives.ReadUInt16BigEndian(ip[6..]);
        var source = new IPAddress(ip.Slice(12, 4));
        var key = $"{source} {new IPAddress(ip.Slice(16, 4))} {BinaryPrimitives.ReadUInt16BigEndian(ip[4..])}";
        return Assemble(source, key, (flags & 0x1fff) * 8, (flags & 0x2000) != 0, ip[headerSize..total].ToArray(), pieces);
    }

    private static CapturedDatagram? ReadV6(ReadOnlyMemory<byte> packet, Dictionary<string, SortedDictionary<int, byte[]>> pieces)
    {
        var ip = packet.Span;
        var payload = ip.Slice(40, BinaryPrimitives.ReadUInt16BigEndian(ip[4..]));
        var source = new IPAddress(ip.Slice(8, 16));
        if (ip[6] == Udp) return Assemble(source, string.Empty, 0, false, payload.ToArray(), pieces);
        if (ip[6] != FragmentHeader || payload[0] != Udp) return null;
        var place = BinaryPrimitives.ReadUInt16BigEndian(payload[2..]);
        var key = $"{source} {new IPAddress(ip.Slice(24, 16))} {BinaryPrimitives.ReadUInt32BigEndian(payload[4..])}";
        return Assemble(source, key, place & 0xfff8, (place & 1) != 0, payload[8..].ToArray(), pieces);
    }

    private static CapturedDatagram? Assemble(
        IPAddress source, string key, int place, bool hasMore, byte[] bytes, Dictionary<string, SortedDictionary<int, byte[]>> pieces)
    {
        if (place != 0 || hasMore)
        {
            if (!pieces.TryGetValue(key, out var parts)) pieces[key] = parts = [];
            parts[place] = bytes;
            if (hasMore) return null;
            pieces.Remove(key);
            if (parts.Values.Sum(p => p.Length) != place + bytes.Length) return null;
            bytes = [.. parts.Values.SelectMany(p => p)];
        }

        return new CapturedDatagram(
            source,
            BinaryPrimitives.ReadUInt16BigEndian(bytes),
            BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(2)),
            bytes[8..BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(4))]);
    }
}
