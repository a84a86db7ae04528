namespace Mainstay.Simulator.Ring.Checkers;

/// <summary>
/// While one node is half dead the others must get on: each of them delivers messages all the time, but for a bounded share of it, and
/// never stands still for long.
/// </summary>
internal sealed class ProgressChecker(HalfDeadScenario halfDead, int nodeCount, Func<long> now) : RingChecker
{
    private readonly long[] _last = new long[nodeCount + 1];
    private readonly long[] _lost = new long[nodeCount + 1];

    /// <summary>The longest time in which one of the others delivered nothing, in nanoseconds.</summary>
    public long Longest { get; private set; }

    /// <summary>Of the time since the trouble began, how much the worst of the others lost, in thousandths.</summary>
    public int WorstPermille { get; private set; }

    /// <inheritdoc/>
    public override void OnMessage(uint node, uint origin, MessageId message, ulong digest)
    {
        if (!message.IsSynchronisation && node != halfDead.Node)
        {
            Advance(node);
        }
    }

    /// <summary>The trouble ends.</summary>
    public void Conclude()
    {
        var whole = now() - halfDead.Begin;
        for (var node = 1u; node <= nodeCount; node++)
        {
            if (node == halfDead.Node)
            {
                continue;
            }

            Advance(node);
            var permille = (int)(_lost[node] * 1000 / whole);
            WorstPermille = Math.Max(WorstPermille, permille);
            if (permille > halfDead.StandstillPermilleMax)
            {
                Fail("stall", $"node {node} delivered nothing for {permille / 10} percent of the time");
            }
        }
    }

    private void Advance(uint node)
    {
        var since = now() - Math.Max(_last[node], halfDead.Begin);
        _last[node] = now();
        if (since <= halfDead.GapAllowed)
        {
            return;
        }

        _lost[node] += since;
        Longest = Math.Max(Longest, since);
        if (since > halfDead.StandstillMax)
        {
            Fail("stall", $"node {node} delivered nothing for {since / 1_000_000} ms");
        }
    }
}
