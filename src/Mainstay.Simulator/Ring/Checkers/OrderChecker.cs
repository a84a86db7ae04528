namespace Mainstay.Simulator.Ring.Checkers;

/// <summary>
/// I7 senders in the configuration, I8 total order, I9 no gaps, I11 self-delivery, at the level of packets. The wire tells each ring's
/// sequence; every node must deliver it from the start, without gaps in a regular configuration.
/// </summary>
internal sealed class OrderChecker(uint initialSequence) : RingChecker
{
    private readonly Dictionary<RingKey, RingOrder> _rings = [];
    private readonly Dictionary<uint, Process> _processes = [];

    public override void OnStart(uint node, bool storageKept)
    {
        _processes[node] = new Process();
    }

    /// <summary>Rings whose message numbers passed 2^32.</summary>
    public long WrappedRings => _rings.Values.Count(order => order.Highest > uint.MaxValue - initialSequence);

    public override void OnSend(uint node, in WirePacket packet, ReadOnlySpan<byte> bytes)
    {
        if (packet.Type != WireType.Message)
        {
            return;
        }

        var ring = new RingKey(packet.Representative, packet.RingSequence);
        if (!IsUnique(ring))
        {
            return;
        }

        if (!_rings.TryGetValue(ring, out var order))
        {
            _rings.Add(ring, order = new RingOrder());
        }

        var entry = new Entry(packet.Sender, packet.IsEncapsulated, Digest.Of(bytes[WirePacket.MessageHeaderSize..]));
        if (!order.Entries.TryAdd(packet.Sequence, entry))
        {
            if (order.Entries[packet.Sequence] != entry)
            {
                var other = order.Entries[packet.Sequence].Origin;
                Fail("I8", $"two messages have the place {packet.Sequence} in ring {ring}: of {other} and {entry.Origin}");
            }

            return;
        }

        if (Distance(initialSequence + order.Highest, packet.Sequence) > 0)
        {
            order.Highest = packet.Sequence - initialSequence;
        }

        if (packet.Sender != node)
        {
            Fail("I8", $"node {node} originates a message of {packet.Sender} in ring {ring}");
        }
        else if (!packet.IsEncapsulated && _processes.TryGetValue(node, out var process))
        {
            process.OwnPlaces.Add((ring, packet.Sequence));
        }
    }

    public override void OnConfiguration(uint node, bool isRegular, RingKey ring, IReadOnlyList<uint> members)
    {
        var process = _processes[node];
        process.Senders = [.. members];
        process.IsTransitional = !isRegular;
        if (!isRegular)
        {
            return;
        }

        CheckOwnDelivered(node, process, ring);
        process.Ring = ring;
        process.Next = initialSequence + 1;
    }

    public override void OnPacket(uint node, uint origin, ulong digest)
    {
        var process = _processes[node];
        if (process.Ring is not { } ring)
        {
            Fail("I7", $"node {node} delivers a packet before its first configuration");
            return;
        }

        if (!process.Senders.Contains(origin))
        {
            Fail("I7", $"node {node} delivers a packet of {origin}, which is not in {Show(process.Senders)}");
        }

        if (!IsUnique(ring))
        {
            return;
        }

        var order = _rings.GetValueOrDefault(ring) ?? new RingOrder();
        while (true)
        {
            if (Distance(initialSequence + order.Highest, process.Next) > 0)
            {
                Fail("I8", $"node {node} delivers a packet of {origin} that is not, or no more, in the order of ring {ring}");
                return;
            }

            var place = process.Next++;
            if (!order.Entries.TryGetValue(place, out var entry) || entry.IsEncapsulated)
            {
                continue;
            }

            if (entry.Origin == origin && entry.Digest == digest)
            {
                process.OwnPlaces.Remove((ring, place));
                return;
            }

            if (!process.IsTransitional)
            {
                Fail("I9", $"node {node} skips place {place} of ring {ring} in a regular configuration");
                return;
            }
        }
    }

    private void CheckOwnDelivered(uint node, Process process, RingKey ring)
    {
        foreach (var (sentRing, place) in process.OwnPlaces)
        {
            if (sentRing == process.Ring && IsUnique(sentRing))
            {
                Fail("I11", $"node {node} installs {ring} without having delivered its own message {place} of ring {sentRing}");
            }
        }

        process.OwnPlaces.RemoveWhere(own => own.Ring == process.Ring);
    }

    private readonly record struct Entry(uint Origin, bool IsEncapsulated, ulong Digest);

    private sealed class RingOrder
    {
        public Dictionary<uint, Entry> Entries { get; } = [];

        /// <summary>Highest place, counted from the initial sequence.</summary>
        public uint Highest { get; set; }
    }

    private sealed class Process
    {
        public RingKey? Ring { get; set; }

        public uint Next { get; set; }

        public uint[] Senders { get; set; } = [];

        public bool IsTransitional { get; set; }

        public HashSet<(RingKey Ring, uint Place)> OwnPlaces { get; } = [];
    }
}
