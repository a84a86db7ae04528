using Mainstay.Knet.Wire;
using Mainstay.Totem;

namespace Mainstay.Knet.Tests;

/// <summary>Traffic of real rings: read whole, written again byte for byte, and taken by the engine in the place of one of the nodes.</summary>
public sealed class CaptureTests
{
    public static TheoryData<string> Captures => [.. GoldenCapture.Names];

    [Theory]
    [MemberData(nameof(Captures))]
    public void Every_packet_is_read_and_written_again_byte_for_byte(string name)
    {
        using var capture = GoldenCapture.Read(name);
        Assert.True(capture.Datagrams.Count > 300);
        foreach (var datagram in capture.Datagrams)
        {
            var packet = capture.Open(datagram.Payload, out _);
            Assert.Equal(Convert.ToHexString(packet), Convert.ToHexString(Rewrite(packet)));
        }
    }

    [Theory]
    [InlineData("knet3aes256")]
    [InlineData("knet2nss")]
    [InlineData("knet2hash")]
    [InlineData("knet2rekey")]
    public void Every_packet_is_protected_again_byte_for_byte(string name)
    {
        using var capture = GoldenCapture.Read(name);
        var count = 0;
        foreach (var datagram in capture.Datagrams)
        {
            var packet = capture.Open(datagram.Payload, out var suite);
            if (suite is null) continue;
            var salt = suite.Overhead.HasCipher ? datagram.Payload[..16] : [];
            Assert.Equal(Convert.ToHexString(datagram.Payload), Convert.ToHexString(CryptoTests.Protect(suite, packet, salt)));
            count++;
        }

        Assert.True(count > 200);
    }

    [Theory]
    [InlineData("knet2plain", 2, 1)]
    [InlineData("knet2plain", 1, 2)]
    [InlineData("knet3aes256", 3, 1)]
    [InlineData("knet2nss", 2, 1)]
    [InlineData("knet2hash", 1, 2)]
    [InlineData("knet2zlib", 2, 1)]
    public void The_engine_in_the_place_of_a_node_delivers_what_the_other_sent(string name, int self, int other)
    {
        using var capture = GoldenCapture.Read(name);
        using var transport = new KnetTransport(capture.SettingsOf(self), TestSettings.Seed);
        var outbox = new KnetOutbox();
        var (delivered, expected) = (0, new HashSet<ushort>());
        var clock = ClockOffset(capture, self);
        transport.Start(At(capture.Datagrams[0].Time, clock), outbox);
        foreach (var datagram in capture.Datagrams)
        {
            if (NodeOf(datagram.Target) != self) continue;
            outbox.Clear();
            var packet = capture.Open(datagram.Payload, out _);
            var now = At(datagram.Time, clock);
            if (transport.NextDeadline <= now) transport.HandleTimeout(now, outbox);
            var link = datagram.TargetPort - 5405;
            transport.HandleDatagram(now, link, LinkAddress.Of(datagram.Source), datagram.Payload, outbox);
            if (transport.IsReachable(new NodeId((uint)other)) && NodeOf(datagram.Source) == other && packet[1] == 0)
            {
                expected.Add((ushort)((packet[6] << 8) | packet[7]));
            }

            foreach (ref readonly var output in outbox.Outputs)
            {
                if (output.Kind != KnetOutputKind.Deliver || output.Node.Value != other) continue;
                delivered++;
                Assert.Equal([0x70, 0xC0, 3], output.Bytes.Span[..3].ToArray());
            }
        }

        Assert.True(delivered > 20, $"{delivered} packets");
        Assert.InRange(delivered, expected.Count - 2, expected.Count + 200);
        foreach (var reason in new[] { KnetDropReason.Malformed, KnetDropReason.NotAuthentic, KnetDropReason.UnlistedSource, KnetDropReason.WrongLink, KnetDropReason.InconsistentFragment, KnetDropReason.BadCompression })
        {
            Assert.Equal((reason, 0), (reason, transport.Statistics.Dropped(reason)));
        }
    }

    // All nodes of a capture share one kernel clock: the time in a ping tells where that clock stood when the capture's did.
    private static long ClockOffset(GoldenCapture capture, int node)
    {
        foreach (var datagram in capture.Datagrams)
        {
            var packet = capture.Open(datagram.Payload, out _);
            if (!KnetHeader.TryRead(packet, out var header) || header.Node != node || header.Type != KnetPacketType.Ping) continue;
            Assert.True(PingPacket.TryRead(packet, header, out var ping));
            return ((long)ping.Seconds * 1_000_000_000) + (long)ping.Nanoseconds - (long)(datagram.Time * 1e9);
        }

        throw new InvalidOperationException("the node sent no ping");
    }

    private static Instant At(double time, long offset) => new((long)(time * 1e9) + offset + 1_000_000);

    private static int NodeOf(System.Net.IPAddress address) => address.GetAddressBytes()[3] - 10;

    private static byte[] Rewrite(byte[] packet)
    {
        Assert.True(KnetHeader.TryRead(packet, out var header));
        var target = new byte[packet.Length];
        switch (header.Type)
        {
            case KnetPacketType.Data:
                Assert.True(DataHeader.TryRead(packet, header, out var data));
                data.Write(target);
                packet.AsSpan(DataHeader.Size).CopyTo(target.AsSpan(DataHeader.Size));
                break;
            case KnetPacketType.Ping or KnetPacketType.Pong:
                Assert.True(PingPacket.TryRead(packet, header, out var ping));
                ping.Write(target);
                break;
            default:
                Assert.True(PathMtuPacket.TryRead(packet, header, out var probe));
                probe.Write(target);
                break;
        }

        return target;
    }
}
