using Mainstay.Totem;
using Mainstay.Totem.Wire;

namespace Mainstay.Conformance.Tests.Ring;

/// <summary>
/// Puts our engine in the place of node 2 of the capture <c>udpu3</c>: it gets what the real node got, at the same times, and the real node's
/// own messages; what it sends to form rings must be what the real node sent.
/// </summary>
public sealed class TotemReplayTests
{
    private const double BootOfNode2 = 3.92;
    private const double CrashOfNode2 = 35.2;

    [Fact]
    public void Our_engine_in_the_place_of_a_real_node_sends_the_same_commit_tokens_and_installs_the_same_rings()
    {
        var replay = new Replay();
        var expected = new List<string>();
        foreach (var datagram in TotemCaptureTests.Packets("udpu3").Where(d => d.Time is > BootOfNode2 and < CrashOfNode2))
        {
            var isOwn = datagram.Source.Equals(TotemCaptureTests.Address(2));
            if (isOwn && PacketHeader.TryRead(datagram.Payload, out var header))
            {
                if (header.Type == PacketType.CommitToken)
                {
                    expected.Add(Show(datagram.Payload));
                }

                // The capture shows each multicast once per other node; one of them stands for the copy to itself.
                if (header.Type != PacketType.Message || !datagram.Target.Equals(TotemCaptureTests.Address(1)))
                {
                    continue;
                }
            }
            else if (!datagram.Target.Equals(TotemCaptureTests.Address(2)))
            {
                continue;
            }

            replay.Receive(datagram.Time, datagram.Payload);
        }

        Assert.Equal(expected, replay.CommitTokens);
        Assert.Equal(
            ["1.9 1 2", "1.d 1 2 3", "1.11 1 2", "1.15 1 2", "1.19 1 2 3", "1.1d 1 2"],
            replay.Configurations);
        Assert.True(replay.Delivered > 100, $"{replay.Delivered} packets delivered");
    }

    /// <summary>All of a commit token but the target field, which has no meaning on udpu (spec/totem.md section 11 point 21).</summary>
    private static string Show(ReadOnlySpan<byte> bytes)
    {
        var masked = bytes.ToArray();
        masked.AsSpan(9, 4).Clear();
        return Convert.ToHexString(masked);
    }

    private sealed class Replay
    {
        private readonly Outbox _outbox = new();
        private readonly Queue<byte[]> _loopback = new();
        private readonly TotemRing _ring;
        private bool _isStarted;

        public Replay()
        {
            var options = TotemOptions.TryCreate(new TotemSettings(), nodeCount: 3, isKnet: false, []);
            _ring = new TotemRing(options!, new NodeId(2), [new NodeId(1), new NodeId(2), new NodeId(3)], storedRingSequence: 0);
        }

        public List<string> CommitTokens { get; } = [];

        public List<string> Configurations { get; } = [];

        public int Delivered { get; private set; }

        public void Receive(double time, byte[] datagram)
        {
            var now = new Instant((long)(time * 1e9));
            if (!_isStarted)
            {
                _isStarted = true;
                _ring.Start(now, _outbox);
                Drain(now);
            }

            while (_ring.NextDeadline < now)
            {
                var due = _ring.NextDeadline;
                _ring.HandleTimeout(due, _outbox);
                Drain(due);
            }

            _ring.HandleDatagram(now, datagram, _outbox);
            Drain(now);
        }

        private void Drain(Instant now)
        {
            while (true)
            {
                foreach (ref readonly var output in _outbox.Outputs)
                {
                    Take(output);
                }

                _outbox.Clear();
                if (!_loopback.TryDequeue(out var own))
                {
                    return;
                }

                _ring.HandleDatagram(now, own, _outbox);
            }
        }

        private void Take(in Output output)
        {
            switch (output.Kind)
            {
                case OutputKind.SendToken when output.Bytes.Span[3] == (byte)PacketType.CommitToken:
                    CommitTokens.Add(Show(output.Bytes.Span));
                    break;
                case OutputKind.Multicast:
                    _loopback.Enqueue(output.Bytes.ToArray());
                    break;
                case OutputKind.Deliver:
                    Delivered++;
                    break;
                case OutputKind.ConfigurationChange when output.Change!.Kind == ConfigurationKind.Regular:
                    Configurations.Add($"{output.Change.Ring} {string.Join(' ', output.Change.Members)}");
                    break;
                default:
                    break;
            }
        }
    }
}
