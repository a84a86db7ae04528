namespace Mainstay.Simulator.Ring;

/// <summary>
/// Directed paths between nodes: cut, flapping, or up with delay, loss, duplication and reordering as the scenario says. It decides when
/// each copy of a datagram arrives.
/// </summary>
internal sealed class SimulatedNetwork
{
    /// <summary>Copies of one datagram on one path.</summary>
    public const int CopiesMax = 2;

    private readonly RingScenario _scenario;
    private readonly Prng _prng;
    private readonly RingFaults _faults;
    private readonly int _stride;
    private readonly bool[] _cut;
    private readonly bool[] _down;
    private readonly bool[] _isAsymmetric;
    private readonly long[] _lastArrival;

    /// <summary>Latest arrival on paths that do not keep the order.</summary>
    private readonly long[] _latestFree;

    public SimulatedNetwork(RingScenario scenario, Prng prng, Prng shape, RingFaults faults)
    {
        _scenario = scenario;
        _prng = prng;
        _faults = faults;
        _stride = scenario.NodeCount + 1;
        _cut = new bool[_stride * _stride];
        _down = new bool[_stride * _stride];
        _isAsymmetric = new bool[_stride * _stride];
        _lastArrival = new long[_stride * _stride];
        _latestFree = new long[_stride * _stride];
        if (scenario.AsymmetricShare == 0)
        {
            return;
        }

        for (var source = 1; source < _stride; source++)
        {
            for (var target = 1; target < _stride; target++)
            {
                if (source != target && shape.Chance(scenario.AsymmetricShare))
                {
                    _isAsymmetric[(source * _stride) + target] = true;
                    faults.Count(FaultKind.AsymmetricPath);
                }
            }
        }
    }

    /// <summary>When the last datagram sent so far arrives.</summary>
    public long LatestArrival { get; private set; }

    /// <summary>Loss and duplication happen; off in the phase of healing.</summary>
    public bool IsFaulty { get; set; } = true;

    public void Cut(uint source, uint target) => _cut[Path(source, target)] = true;

    public void SetDown(uint source, uint target, bool isDown) => _down[Path(source, target)] = isDown;

    /// <summary>Ends partitions, not flapping.</summary>
    public void EndPartition() => Array.Clear(_cut);

    public void HealAll()
    {
        Array.Clear(_cut);
        Array.Clear(_down);
    }

    /// <summary>A node of which this share of all datagrams, to it and from it, is lost besides.</summary>
    public (uint Node, int Loss) BadNode { get; set; }

    /// <summary>Sends a datagram.</summary>
    /// <param name="now">Virtual time.</param>
    /// <param name="source">Sender.</param>
    /// <param name="target">Receiver.</param>
    /// <param name="type">Packet type, for losses of one type alone.</param>
    /// <param name="arrivals">Receives the time of each arrival; room for <see cref="CopiesMax"/>.</param>
    /// <returns>Number of arrivals.</returns>
    public int Send(long now, uint source, uint target, WireType type, Span<long> arrivals)
    {
        if (source == target)
        {
            arrivals[0] = Arrive(now + (_scenario.DelayMinimum / 2), Path(source, target), mayOvertake: false);
            return 1;
        }

        var path = Path(source, target);
        var isLost = IsFaulty
            && (_prng.Chance(_scenario.Loss)
                || ((int)type == _scenario.TypedLossType && _prng.Chance(_scenario.TypedLoss))
                || (_isAsymmetric[path] && _prng.Chance(_scenario.AsymmetricLoss))
                || ((BadNode.Node == source || BadNode.Node == target) && _prng.Chance(BadNode.Loss)));
        var copies = IsFaulty && _prng.Chance(_scenario.Duplication) ? CopiesMax : 1;
        var isUp = !_cut[path] && !_down[path];
        Count(isLost, isUp, copies);
        for (var copy = 0; copy < copies; copy++)
        {
            var delay = Delay(path);
            if (!isLost && isUp)
            {
                arrivals[copy] = Arrive(now + delay, path, mayOvertake: _scenario.Reorders && IsFaulty);
            }
        }

        return isLost || !isUp ? 0 : copies;
    }

    private int Path(uint source, uint target) => ((int)source * _stride) + (int)target;

    private void Count(bool isLost, bool isUp, int copies)
    {
        if (!isUp)
        {
            _faults.Count(FaultKind.DatagramCutOff);
        }
        else if (isLost)
        {
            _faults.Count(FaultKind.DatagramLost);
        }
        else if (copies > 1)
        {
            _faults.Count(FaultKind.DatagramDuplicated);
        }
    }

    private long Delay(int path)
    {
        var delay = _scenario.DelayMinimum + _prng.Exponential(_scenario.DelayMean);
        if (!IsFaulty)
        {
            return delay;
        }

        if (_isAsymmetric[path])
        {
            delay += _scenario.AsymmetricDelay;
        }

        if (_scenario.DelaySpike > 0 && _prng.Chance(_scenario.DelaySpike))
        {
            _faults.Count(FaultKind.DatagramDelayed);
            delay += _prng.Exponential(_scenario.DelaySpikeMean);
        }

        return delay;
    }

    private long Arrive(long time, int path, bool mayOvertake)
    {
        if (!mayOvertake)
        {
            ref var last = ref _lastArrival[path];
            last = Math.Max(time, last + 1);
            LatestArrival = Math.Max(LatestArrival, last);
            return last;
        }

        ref var latest = ref _latestFree[path];
        if (time < latest)
        {
            _faults.Count(FaultKind.DatagramReordered);
        }

        latest = Math.Max(time, latest);
        LatestArrival = Math.Max(LatestArrival, time);
        return time;
    }
}
