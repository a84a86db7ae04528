using System.Runtime.InteropServices;

namespace Mainstay.Simulator.Ring.Checkers;

/// <summary>
/// I6 integrity, I10 virtual synchrony, I12 order of one origin, at the level of whole messages; and at the end, that nothing accepted was
/// forgotten.
/// </summary>
internal sealed class MessageChecker : RingChecker
{
    private readonly Dictionary<MessageId, ulong> _submitted = [];
    private readonly Dictionary<uint, Process> _processes = [];
    private readonly Dictionary<(RingKey From, RingKey To), Interval> _intervals = [];

    public override void OnStart(uint node, bool storageKept)
    {
        _processes[node] = new Process();
    }

    public override void OnSubmit(uint node, MessageId message, ulong digest)
    {
        _submitted[message] = digest;
        if (!message.IsSynchronisation)
        {
            var process = _processes[node];
            process.Incarnation = message.Incarnation;
            process.Submitted = message.Number;
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

        var line = (message.Node, message.Incarnation, message.IsSynchronisation);
        ref var last = ref CollectionsMarshal.GetValueRefOrAddDefault(process.LastNumber, line, out _);
        if (message.Number == last)
        {
            Fail("I6", $"node {node} delivers {message} twice");
        }
        else if (message.Number < last)
        {
            Fail("I12", $"node {node} delivers {message} after number {last} of the same origin");
        }

        if (message.Node == node && !message.IsSynchronisation && message.Incarnation == process.Incarnation)
        {
            TakeOwn(node, process, message.Number);
        }

        last = message.Number;
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

        if (process.Ring is { } from && IsUnique(from) && IsUnique(ring) && CameFromUnique(process))
        {
            var interval = new Interval(node, process.Count, process.Order.Value, process.Transitional);
            if (!_intervals.TryAdd((from, ring), interval))
            {
                Compare(_intervals[(from, ring)], interval, from, ring);
            }
        }

        process.Previous = process.Ring;
        process.Ring = ring;
        process.Count = 0;
        process.Order = default;
    }

    /// <summary>Messages of a process that are still on their way to itself.</summary>
    public long CountUndelivered(uint node) => _processes.TryGetValue(node, out var process) ? process.Submitted - process.Returned : 0;

    /// <summary>
    /// In the end, with a stable ring: every accepted message of a living process has come back to it, and since they came together all
    /// have delivered the same.
    /// </summary>
    public void CheckNothingForgotten(IReadOnlyList<uint> nodes)
    {
        var first = _processes[nodes[0]];
        foreach (var node in nodes)
        {
            var process = _processes[node];
            if (process.Submitted > process.Returned)
            {
                Fail("I11", $"node {node} never delivers {process.Submitted - process.Returned} of its own messages");
            }

            var isSame = process.Count == first.Count && process.Order == first.Order;
            if (!isSame && CameFromUnique(process) && CameFromUnique(first))
            {
                Fail("I10", $"in the end nodes {nodes[0]} and {node} have delivered different messages ({first.Count} and "
                    + $"{process.Count})");
            }
        }
    }

    /// <summary>
    /// A node that named its ring as the others' old one, having lost its storage, passes for one that came along: what was half sent then
    /// reaches it without a beginning (storm seed 51281).
    /// </summary>
    private bool CameFromUnique(Process process) => process.Previous is not { } previous || IsUnique(previous);

    private void TakeOwn(uint node, Process process, uint number)
    {
        if (number > process.Returned + 1)
        {
            Fail("I11", $"node {node} delivers number {number} of its own messages, and {process.Returned + 1} never");
        }

        process.Returned = Math.Max(process.Returned, number);
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

        /// <summary>The ring before.</summary>
        public RingKey? Previous { get; set; }

        public int Count { get; set; }

        public Digest Order;

        public uint[] Transitional { get; set; } = [];

        /// <summary>Its own start count, from its own messages.</summary>
        public uint Incarnation { get; set; }

        /// <summary>Own application messages given to the engine.</summary>
        public uint Submitted { get; set; }

        /// <summary>Own application messages delivered.</summary>
        public uint Returned { get; set; }

        public Dictionary<(uint Node, uint Incarnation, bool IsSynchronisation), uint> LastNumber { get; } = [];
    }
}
