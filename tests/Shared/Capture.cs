using System.Buffers.Binary;
using System.Net;

namespace Mainstay.Testing;

/// <summary>A UDP datagram of a capture.</summary>
internal sealed record CapturedDatagram(double Time, IPAddress Source, int SourcePort, IPAddress Target, int TargetPort, byte[] Payload);

/// <summary>Reads classic pcap files (Ethernet, IPv4 and IPv6, fragments put together): just what the golden captures need.</summary>
internal static class Capture
{
    private const int Udp = 17;
    private const int Ipv6Fragment = 44;

    /// <summary>All UDP datagrams, in capture order.</summary>
    public static List<CapturedDatagram> ReadUdp(string path)
    {
        var file = File.ReadAllBytes(path);
        Assert.Equal(0xA1B2C3D4u, BinaryPrimitives.ReadUInt32LittleEndian(file));
        var datagrams = new List<CapturedDatagram>();
        var fragments = new Dictionary<string, SortedDictionary<int, byte[]>>(StringComparer.Ordinal);
        double? first = null;
        for (var offset = 24; offset < file.Length;)
        {
            var header = file.AsSpan(offset, 16);
            var time = BinaryPrimitives.ReadUInt32LittleEndian(header) + (BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) / 1e6);
            var length = (int)BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
            var frame = file.AsSpan(offset + 16, length);
            offset += 16 + length;
            first ??= time;
            var type = BinaryPrimitives.ReadUInt16BigEndian(frame[12..]);
            if (type is 0x0800 or 0x86DD && Decode(frame[14..], type == 0x0800, time - first.Value, fragments) is { } datagram)
            {
                datagrams.Add(datagram);
            }
        }

        return datagrams;
    }

    private static CapturedDatagram? Decode(
        ReadOnlySpan<byte> packet, bool isIpv4, double time, Dictionary<string, SortedDictionary<int, byte[]>> fragments)
    {
        IPAddress source, target;
        int protocol, place = 0;
        uint id = 0;
        var more = false;
        ReadOnlySpan<byte> body;
        if (isIpv4)
        {
            var headerSize = (packet[0] & 15) * 4;
            body = packet[headerSize..BinaryPrimitives.ReadUInt16BigEndian(packet[2..])];
            protocol = packet[9];
            var flags = BinaryPrimitives.ReadUInt16BigEndian(packet[6..]);
            (place, more, id) = ((flags & 0x1FFF) * 8, (flags & 0x2000) != 0, BinaryPrimitives.ReadUInt16BigEndian(packet[4..]));
            (source, target) = (new IPAddress(packet.Slice(12, 4)), new IPAddress(packet.Slice(16, 4)));
        }
        else
        {
            body = packet.Slice(40, BinaryPrimitives.ReadUInt16BigEndian(packet[4..]));
            protocol = packet[6];
            (source, target) = (new IPAddress(packet.Slice(8, 16)), new IPAddress(packet.Slice(24, 16)));
            if (protocol == Ipv6Fragment)
            {
                protocol = body[0];
                var flags = BinaryPrimitives.ReadUInt16BigEndian(body[2..]);
                (place, more, id) = (flags & 0xFFF8, (flags & 1) != 0, BinaryPrimitives.ReadUInt32BigEndian(body[4..]));
                body = body[8..];
            }
        }

        if (protocol != Udp)
        {
            return null;
        }

        if (place > 0 || more)
        {
            var key = $"{source} {target} {id}";
            var parts = fragments.TryGetValue(key, out var known) ? known : fragments[key] = [];
            parts[place] = body.ToArray();
            if (more)
            {
                return null;
            }

            var whole = parts.Values.SelectMany(part => part).ToArray();
            if (whole.Length != place + body.Length)
            {
                return null;
            }

            fragments.Remove(key);
            body = whole;
        }

        return new CapturedDatagram(
            time,
            source,
            BinaryPrimitives.ReadUInt16BigEndian(body),
            target,
            BinaryPrimitives.ReadUInt16BigEndian(body[2..]),
            body[8..].ToArray());
    }
}
