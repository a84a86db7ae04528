namespace Mainstay.Simulator.Ring.Checkers;

/// <summary>
/// I6 integrity, I10 virtual synchrony, I12 order of one origin, at the level of whole messages; and at the end, that nothing accepted was
/// forgotten.
/// </summary>
internal sealed class MessageChecker : RingChecker
{
    private readonly Dictionary<MessageId, ulong> _submitted = [];
    private readonly SortedDictionary<uint, Process> _processes = [];
    private readonly Dictionary<(RingKey From, RingKey To), Interval> _intervals = [];

    public override void OnStart(uint node, bool storageKept)
    {
        base.OnStart(node, storageKept);
        _processes[node] = new Process();
    }

    public override void OnSubmit(uint node, MessageId message, ulong digest)
    {
        _submitted[message] = digest;
        if (!message.IsSynchronisation)
        {
            _processes[node].Undelivered.Add(message);
        }
    }

    public override void OnMessage(uint node, uint origin, MessageId message, ulong digest)
    {
        var process = _processes[node];
        if (!_submitted.TryGetValue(message, out var submitted) || message.Node != origin)
        {
            Fail("I6", $"node {node} delivers {message} of {origin}, which was never submitted");
            return;
        }

        if (submitted != digest)
        {
            Fail("I6", $"node {node} delivers {message} with other content than was submitted");
        }

        if (!process.Delivered.Add(message))
        {
            Fail("I6", $"node {node} delivers {message} twice");
        }

        var line = (message.Node, message.Incarnation, message.IsSynchronisation);
        if (process.LastNumber.TryGetValue(line, out var last) && message.Number <= last)
        {
            Fail("I12", $"node {node} delivers {message} after number {last} of the same origin");
        }

        process.LastNumber[line] = message.Number;
        process.Undelivered.Remove(message);
        process.Count++;
        process.Order.Add(((ulong)message.Node << 32) | message.Incarnation);
        process.Order.Add(message.Number * 2UL + (message.IsSynchronisation ? 1UL : 0));
    }

    public override void OnConfiguration(uint node, bool isRegular, RingKey ring, IReadOnlyList<uint> members)
    {
        var process = _processes[node];
        if (!isRegular)
        {
            process.Transitional = [.. members];
            return;
        }

        if (process.Ring is { } from && IsUnique(from) && IsUnique(ring))
        {
            var interval = new Interval(node, process.Count, process.Order.Value, process.Transitional);
            if (!_intervals.TryAdd((from, ring), interval))
            {
                Compare(_intervals[(from, ring)], interval, from, ring);
            }
        }

        process.Ring = ring;
        process.Count = 0;
        process.Order = default;
    }

    /// <summary>Messages of these processes that are still on their way to themselves.</summary>
    public long CountUndelivered(params ReadOnlySpan<uint> nodes)
    {
        var count = 0L;
        foreach (var node in nodes)
        {
            count += _processes[node].Undelivered.Count;
        }

        return count;
    }

    /// <summary>In the end, with a stable ring: every accepted message of a living process has come back to it.</summary>
    public void CheckNothingForgotten(IEnumerable<uint> nodes)
    {
        foreach (var node in nodes)
        {
            var missing = _processes[node].Undelivered;
            if (missing.Count > 0)
            {
                Fail("I11", $"node {node} never delivers {missing.Count} of its own messages, first {missing.Min(id => id.Number)}");
            }
        }
    }

    private void Compare(Interval first, Interval second, RingKey from, RingKey to)
    {
        if (!first.Transitional.SequenceEqual(second.Transitional))
        {
            Fail(
                "I10",
                $"from {from} to {to}, node {first.Node} comes with {Show(first.Transitional)}, "
                + $"node {second.Node} with {Show(second.Transitional)}");
        }

        if (first.Count != second.Count || first.Order != second.Order)
        {
            Fail(
                "I10",
                $"from {from} to {to}, nodes {first.Node} and {second.Node} deliver different messages "
                + $"({first.Count} and {second.Count})");
        }
    }

    private sealed record Interval(uint Node, int Count, ulong Order, uint[] Transitional);

    private sealed class Process
    {
        public RingKey? Ring { get; set; }

        public int Count { get; set; }

        public Digest Order;

        public uint[] Transitional { get; set; } = [];

        public HashSet<MessageId> Delivered { get; } = [];

        public HashSet<MessageId> Undelivered { get; } = [];

        public Dictionary<(uint Node, uint Incarnation, bool IsSynchronisation), uint> LastNumber { get; } = [];
    }
}
