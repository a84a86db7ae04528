namespace Mainstay.Simulator.Ring;

/// <summary>Directed paths between nodes: cut or not, with delay, loss, duplication and reordering as the scenario says.</summary>
internal sealed class SimulatedNetwork(RingScenario scenario, Prng prng)
{
    private readonly bool[,] _cut = new bool[scenario.NodeCount + 1, scenario.NodeCount + 1];
    private readonly long[,] _lastArrival = new long[scenario.NodeCount + 1, scenario.NodeCount + 1];

    /// <summary>Loss and duplication happen; off in the phase of healing.</summary>
    public bool IsFaulty { get; set; } = true;

    /// <summary>Whether datagrams reach <paramref name="target"/> from <paramref name="source"/>.</summary>
    public bool IsConnected(uint source, uint target) => source == target || !_cut[source, target];

    public void Cut(uint source, uint target) => _cut[source, target] = true;

    public void HealAll() => Array.Clear(_cut);

    /// <summary>Sends a datagram: calls <paramref name="schedule"/> with the time of each arrival.</summary>
    public void Send(long now, uint source, uint target, ReadOnlySpan<byte> bytes, Action<long> schedule)
    {
        if (source == target)
        {
            schedule(Arrive(now + (scenario.DelayMinimum / 2), source, target, mayOvertake: false));
            return;
        }

        var isLost = IsFaulty && (prng.Chance(scenario.Loss) || (bytes[3] == scenario.TypedLossType && prng.Chance(scenario.TypedLoss)));
        var copies = IsFaulty && prng.Chance(scenario.Duplication) ? 2 : 1;
        for (var copy = 0; copy < copies; copy++)
        {
            var delay = scenario.DelayMinimum + prng.Exponential(scenario.DelayMean);
            if (!isLost && IsConnected(source, target))
            {
                schedule(Arrive(now + delay, source, target, mayOvertake: scenario.Reorders && IsFaulty));
            }
        }
    }

    private long Arrive(long time, uint source, uint target, bool mayOvertake)
    {
        if (mayOvertake)
        {
            return time;
        }

        ref var last = ref _lastArrival[source, target];
        return last = Math.Max(time, last + 1);
    }
}
