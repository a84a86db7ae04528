namespace Mainstay.Simulator.Ring.Checkers;

/// <summary>I1 self-inclusion, I2 alternation, I3 monotone ids, I4 agreement, I5 representative.</summary>
internal sealed class ConfigurationChecker : RingChecker
{
    private readonly SortedDictionary<uint, Process> _processes = [];
    private readonly Dictionary<RingKey, uint[]> _rings = [];

    public override void OnStart(uint node, bool storageKept)
    {
        var highest = storageKept && _processes.TryGetValue(node, out var before) ? before.HighestSequence : 0;
        _processes[node] = new Process { HighestSequence = highest };
    }

    public override void OnConfiguration(uint node, bool isRegular, RingKey ring, IReadOnlyList<uint> members)
    {
        if (!_processes.TryGetValue(node, out var process))
        {
            Fail("I2", $"node {node} delivers a configuration although it does not run");
            return;
        }

        if (isRegular)
        {
            CheckRegular(node, process, ring, [.. members]);
        }
        else
        {
            CheckTransitional(node, process, [.. members]);
        }
    }

    private void CheckTransitional(uint node, Process process, uint[] members)
    {
        if (process.Transitional is not null)
        {
            Fail("I2", $"node {node} delivers two transitional configurations in a row");
        }

        if (process.Regular is null)
        {
            if (members.Length != 0)
            {
                Fail("I2", $"the first transitional configuration of node {node} has members {Show(members)}");
            }
        }
        else
        {
            if (!members.Contains(node))
            {
                Fail("I1", $"node {node} is not in its transitional configuration {Show(members)}");
            }

            if (members.Except(process.Regular).Any())
            {
                Fail("I1", $"transitional {Show(members)} of node {node} is not part of the regular one before, {Show(process.Regular)}");
            }
        }

        process.Transitional = members;
    }

    private void CheckRegular(uint node, Process process, RingKey ring, uint[] members)
    {
        if (process.Transitional is null)
        {
            Fail("I2", $"node {node} delivers regular {ring} without a transitional configuration before it");
        }
        else if (process.Transitional.Except(members).Any())
        {
            Fail("I1", $"transitional {Show(process.Transitional)} of node {node} is not part of the regular one after, {Show(members)}");
        }

        if (!members.Contains(node))
        {
            Fail("I1", $"node {node} is not in the regular configuration {ring} {Show(members)} it installs");
        }

        if (ring.Sequence <= process.HighestSequence)
        {
            Fail("I3", $"node {node} installs {ring} after a ring of sequence {process.HighestSequence:x}");
        }

        if (members.Length == 0 || members.Min() != ring.Representative)
        {
            Fail("I5", $"the representative of {ring} is not the lowest of {Show(members)}");
        }

        if (IsUnique(ring) && !_rings.TryAdd(ring, members) && !_rings[ring].SequenceEqual(members))
        {
            Fail("I4", $"node {node} installs {ring} with {Show(members)}, another node with {Show(_rings[ring])}");
        }

        process.HighestSequence = ring.Sequence;
        process.Regular = members;
        process.Transitional = null;
    }

    private sealed class Process
    {
        public ulong HighestSequence { get; set; }

        public uint[]? Regular { get; set; }

        public uint[]? Transitional { get; set; }
    }
}
