namespace Mainstay.Totem.Tests;

/// <summary>The ring's hot path allocates nothing: a garbage collection would come when the token is due.</summary>
public sealed class AllocationTests
{
    private const int StepCount = 10_000;

    [Fact]
    public void Ten_thousand_steps_of_a_busy_ring_allocate_nothing()
    {
        var pair = new Pair();
        pair.Step(StepCount);
        var delivered = pair.Delivered;
        var before = GC.GetAllocatedBytesForCurrentThread();
        pair.Step(StepCount);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(0, allocated);
        Assert.True(pair.Delivered - delivered > StepCount / 2, $"{pair.Delivered - delivered} messages delivered");
    }

    /// <summary>Two engines whose outputs go straight into each other, through a ring buffer that was allocated before.</summary>
    private sealed class Pair
    {
        private const int Slots = 4096;

        private readonly TotemRing[] _rings;
        private readonly GroupAssembler[] _assemblers = [new(), new()];
        private readonly Outbox[] _outboxes = [new(), new()];
        private readonly byte[][] _wire = [.. Enumerable.Range(0, Slots).Select(_ => new byte[2048])];
        private readonly (int Target, int Length)[] _envelopes = new (int, int)[Slots];
        private readonly byte[] _message = new byte[3000];
        private int _head;
        private int _tail;
        private Instant _now;

        public Pair()
        {
            var options = TotemOptions.TryCreate(new TotemSettings(), 2, isKnet: false, [])!;
            NodeId[] nodes = [new(1), new(2)];
            _rings = [.. nodes.Select(node => new TotemRing(options, node, nodes, 0))];
            for (var index = 0; index < 2; index++)
            {
                _rings[index].Start(_now, _outboxes[index]);
                CarryOut(index);
            }

            for (var step = 0; step < 2000 && _rings.Any(ring => ring.State != TotemState.Operational); step++)
            {
                Step(1);
            }

            foreach (var (ring, assembler, outbox) in _rings.Zip(_assemblers, _outboxes))
            {
                Assert.Equal(2, ring.Membership.Length);
                ring.SynchronisationFinished(_now, ring.InstalledRing, outbox);
                assembler.SynchronisationFinished();
            }
        }

        public long Delivered { get; private set; }

        public void Step(int count)
        {
            for (var step = 0; step < count; step++)
            {
                if (_head == _tail)
                {
                    return;
                }

                _now += TimeSpan.FromMicroseconds(20);
                var slot = _head++ % Slots;
                var (target, length) = _envelopes[slot];
                _rings[target].HandleDatagram(_now, _wire[slot].AsSpan(0, length), _outboxes[target]);
                if (!_rings[target].IsSynchronising && _rings[target].AvailableSlots > 2900)
                {
                    var size = step % 5 == 0 ? 3000 : 200;
                    _rings[target].Submit(
                        _now, MessageGroup.Services, _message.AsSpan(0, 16), _message.AsSpan(16, size - 16), DeliveryGuarantee.Agreed, _outboxes[target]);
                }

                CarryOut(target);
            }
        }

        private void CarryOut(int node)
        {
            foreach (ref readonly var output in _outboxes[node].Outputs)
            {
                switch (output.Kind)
                {
                    case OutputKind.SendToken:
                        Post((int)output.Node.Value - 1, output.Bytes.Span);
                        break;
                    case OutputKind.Multicast:
                        Post(0, output.Bytes.Span);
                        Post(1, output.Bytes.Span);
                        break;
                    case OutputKind.Deliver:
                        _assemblers[node].Begin(output);
                        while (_assemblers[node].TryRead(out _))
                        {
                            Delivered++;
                        }

                        break;
                    case OutputKind.ConfigurationChange:
                        _assemblers[node].HandleConfigurationChange(output.Change!);
                        break;
                    default:
                        break;
                }
            }

            _outboxes[node].Clear();
        }

        private void Post(int target, ReadOnlySpan<byte> bytes)
        {
            Assert.True(_tail - _head < Slots);
            var slot = _tail++ % Slots;
            bytes.CopyTo(_wire[slot]);
            _envelopes[slot] = (target, bytes.Length);
        }
    }
}
